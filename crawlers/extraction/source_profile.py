"""What stands on many pages of one source: boxes, promotion, standing captions, the rests of titles.

No general rule can know these lines. They are learned from the articles of the source (`learn`), and dropped from the
pages that are extracted afterwards (`cleaned`). A subheading, a label in a list or a table's head
recurs as well, and belongs to the text. So short lines are only dropped where the text begins or ends, or in the box in
which they recur.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice, pairwise
from typing import TYPE_CHECKING

from crawlers.extraction.line_rules import ends_sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

MAX_ARTICLES = 100
"""Articles of a source that are compared at most."""
MIN_ARTICLES = 4
"""Different articles with a line from which it is the source's: none of the pages in the collections of
`benchmarks/source_profiles.py` loses a line of its text by this."""
_MIN_SHARE = 0.05
"""The same as a share of the articles compared: set phrases ("The ministry declined to comment.") are rarer."""
_MIN_SENTENCE, _MIN_LABEL = 30, 40
"""Characters from which a line is dropped wherever it stands: one that ends like a sentence, and any other. The
subheadings that recur on the collections' pages are shorter."""
_MAX_DROPPED = 0.5
"""Share of a text's characters above which nothing is dropped."""
_MAX_LINES = 2000
_MIN_TITLES = 5
_MIN_SHARE_OF_TITLES = 0.5
_MAX_AFFIX_WORDS = 8
_MIN_TITLE_WORDS = 2


@dataclass(frozen=True)
class SourceProfile:
    """What stands on many pages of a source. Immutable; equal profiles have the same `version`."""

    lines: Mapping[int, int] = field(default_factory=dict)
    """For the hash of a line, and of two lines that follow each other, the number of articles with it."""
    beginnings: tuple[str, ...] = ()
    """Of titles, with the mark that separates them: "The Courier tells:"."""
    endings: tuple[str, ...] = ()

    @cached_property
    def version(self) -> str:
        """Twelve hexadecimal digits. The numbers of articles do not count, because no result depends on them."""
        stated = repr((sorted(self.lines), self.beginnings, self.endings))
        return hashlib.blake2b(stated.encode(), digest_size=6).hexdigest()

    def __bool__(self) -> bool:
        """False if nothing is known."""
        return bool(self.lines or self.beginnings or self.endings)


def learn(articles: Iterable[tuple[str, Sequence[str]]], known: SourceProfile | None = None) -> SourceProfile:
    """The profile of a source from the titles and lines of its articles, added to what is `known`.

    The first MAX_ARTICLES are read. Articles with the same title, or the same longest line, count as one: they are
    copies or updates. What is known stays, because the articles that were extracted with it no longer show it.
    """
    known = known or SourceProfile()
    titles: dict[str, list[str]] = {}
    longest: set[str] = set()
    counts: Counter[int] = Counter()
    compared = 0
    for title, lines in islice(articles, MAX_ARTICLES):
        main = max(lines, key=len, default="")
        if title in titles or main in longest:
            continue
        titles[title] = title.split()
        longest.add(main)
        compared += 1
        counts.update(set(_hashes(lines)))
    least = max(MIN_ARTICLES, _MIN_SHARE * compared)
    found = sorted(((-count, key) for key, count in counts.items() if count >= least))
    lines_found = dict(known.lines)
    for count, key in found:
        if key in lines_found or len(lines_found) < _MAX_LINES:
            lines_found[key] = max(-count, lines_found.get(key, 0))
    return SourceProfile(
        lines_found,
        _added(known.beginnings, _affix(list(titles.values()), at_end=False)),
        _added(known.endings, _affix(list(titles.values()), at_end=True)),
    )


def furniture(profile: SourceProfile, lines: Sequence[str]) -> dict[int, int]:
    """The lines of a text that are the source's, by their index, each with the number of articles that had it.

    Empty if they were more than half of the text.
    """
    if not profile.lines:
        return {}
    known = {number: count for number, line in enumerate(lines) if (count := profile.lines.get(_hash(line)))}
    if not known:
        return {}
    dropped = {
        number
        for number in known
        if len(lines[number]) >= (_MIN_SENTENCE if ends_sentence(lines[number]) else _MIN_LABEL)
    }
    for order in (range(len(lines)), range(len(lines) - 1, -1, -1)):
        for number in order:
            if number not in known:
                break
            dropped.add(number)
    boxes = [
        (before, after)
        for before, after in pairwise(range(len(lines)))
        if before in known and after in known and _hash(_pair(lines[before], lines[after])) in profile.lines
    ]
    for before, after in boxes:
        if before in dropped:
            dropped.add(after)
    for before, after in reversed(boxes):
        if after in dropped:
            dropped.add(before)
    if sum(len(lines[number]) for number in dropped) > _MAX_DROPPED * sum(map(len, lines)):
        return {}
    return {number: known[number] for number in sorted(dropped)}


def cleaned(profile: SourceProfile, title: str, lines: Sequence[str]) -> tuple[str, list[str]]:
    """Title and lines of an article without what is the source's."""
    dropped = furniture(profile, lines)
    return without_affixes(profile, title), [line for number, line in enumerate(lines) if number not in dropped]


def without_affixes(profile: SourceProfile, title: str) -> str:
    """A title without what the source's titles begin or end with; at least two words stay."""
    for affix in profile.endings:
        rest = title.removesuffix(affix).rstrip()
        if rest != title and len(rest.split()) >= _MIN_TITLE_WORDS:
            title = rest
    for affix in profile.beginnings:
        rest = title.removeprefix(affix).lstrip()
        if rest != title and len(rest.split()) >= _MIN_TITLE_WORDS:
            title = rest
    return title


def _hashes(lines: Sequence[str]) -> Iterator[int]:
    yield from map(_hash, lines)
    yield from (_hash(_pair(before, after)) for before, after in pairwise(lines))


def _pair(before: str, after: str) -> str:
    return f"{before}\n{after}"


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def _affix(titles: Sequence[Sequence[str]], *, at_end: bool) -> str | None:
    """The longest run of words that most titles begin or end with, if a mark separates it from the headline.

    Without a mark it may be the source's subject: "Weather in", of a source that has nothing else.
    """
    if len(titles) < _MIN_TITLES:
        return None
    counts: Counter[tuple[str, ...]] = Counter()
    for words in titles:
        for length in range(1, min(_MAX_AFFIX_WORDS, len(words) - _MIN_TITLE_WORDS) + 1):
            affix = tuple(words[-length:] if at_end else words[:length])
            mark = affix[0] if at_end else affix[-1][-1]
            if not any(map(str.isalnum, mark)):
                counts[affix] += 1
    least = max(_MIN_TITLES, _MIN_SHARE_OF_TITLES * len(titles))
    found = (" ".join(affix) for affix, count in counts.items() if count >= least)
    return max(found, key=lambda affix: (len(affix), affix), default=None)


def _added(known: tuple[str, ...], found: str | None) -> tuple[str, ...]:
    return known if found is None or found in known else (*known, found)
