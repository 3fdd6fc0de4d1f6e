"""The differences between two versions of a text, with the text around them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

from crawlers.unsegmented import UNSEGMENTED
from flows.pipeline.diff import MOST_WORDS

# A word with the spaces after it, a character of a script without spaces, or the end of a paragraph.
_PIECES = re.compile(rf"\n|[{UNSEGMENTED}][^\S\n]*|[^\s{UNSEGMENTED}]+[^\S\n]*|[^\S\n]+")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of text that both versions have, or that one of them lacks: `kind` is same, added or removed."""

    kind: str
    text: str


def differences(before: str, after: str) -> list[list[Part]] | None:
    """The paragraphs of both versions, each as a list of parts; None if the texts are too long to compare.

    Time grows with the product of their lengths at worst; 6,000 words take half a second then.
    """
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    if max(len(old), len(new)) > MOST_WORDS:
        return None
    matcher = SequenceMatcher(None, [_key(piece) for piece in old], [_key(piece) for piece in new], autojunk=False)
    pieces: list[tuple[str, str]] = []
    removed: list[str] = []
    added: list[str] = []
    codes = matcher.get_opcodes()
    for place, (kind, from_old, to_old, from_new, to_new) in enumerate(codes):
        # A single word that two changes leave standing is a coincidence: it reads better as part of the change.
        inside = 0 < place < len(codes) - 1 and to_new - from_new == 1 and new[from_new] != "\n"
        if kind == "equal" and not inside:
            pieces += _changed(removed, added)
            removed, added = [], []
            pieces += [("same", piece) for piece in new[from_new:to_new]]
        else:
            removed += old[from_old:to_old]
            added += new[from_new:to_new]
    return _paragraphs(pieces + _changed(removed, added))


def _changed(removed: list[str], added: list[str]) -> list[tuple[str, str]]:
    return [("removed", piece) for piece in removed] + [("added", piece) for piece in added]


def _key(piece: str) -> str:
    """What is compared: spaces after a word make no difference."""
    return piece if piece == "\n" else piece.strip()


def _paragraphs(pieces: list[tuple[str, str]]) -> list[list[Part]]:
    paragraphs: list[list[tuple[str, str]]] = [[]]
    for kind, piece in pieces:
        if piece == "\n":
            paragraphs.append([])
        else:
            paragraphs[-1].append((kind, piece))
    joined = [
        [Part(kind, "".join(piece for _, piece in some)) for kind, some in groupby(paragraph, key=lambda pair: pair[0])]
        for paragraph in paragraphs
    ]
    return [parts for parts in joined if parts]
