"""Compares two versions of a text word by word."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher

AROUND = 5  # words shown before and after a change
# difflib takes quadratic time at worst: two texts of this length without a common word take half a second.
MOST_WORDS = 6000


@dataclass(frozen=True, slots=True)
class Edit:
    """How many words an edit added and removed, and which.

    `diff` has one line per change, `… before [-removed-] {+added+} after …`; None if the words are the same.
    """

    words_added: int
    words_removed: int
    diff: str | None


def compare(before: str, after: str) -> Edit:
    """The edit that turned `before` into `after`; words are separated by spaces.

    For texts of more than 6,000 words, the words are counted but not listed.
    """
    old, new = before.split(), after.split()
    if old == new:
        return Edit(0, 0, None)
    if max(len(old), len(new)) > MOST_WORDS:
        removed, added = Counter(old) - Counter(new), Counter(new) - Counter(old)
        return Edit(added.total(), removed.total(), f"{removed.total()} words removed, {added.total()} words added")
    lines = []
    words_added = words_removed = 0
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for kind, from_old, to_old, from_new, to_new in matcher.get_opcodes():
        if kind == "equal":
            continue
        words_removed += to_old - from_old
        words_added += to_new - from_new
        lines.append(
            " ".join(
                filter(
                    None,
                    (
                        "…" if from_old > AROUND else "",
                        " ".join(old[max(from_old - AROUND, 0) : from_old]),
                        f"[-{' '.join(old[from_old:to_old])}-]" if to_old > from_old else "",
                        f"{{+{' '.join(new[from_new:to_new])}+}}" if to_new > from_new else "",
                        " ".join(old[to_old : to_old + AROUND]),
                        "…" if to_old + AROUND < len(old) else "",
                    ),
                )
            )
        )
    return Edit(words_added, words_removed, "\n".join(lines))
