"""Inputs that are changed at random: the fewer and simpler changes, the better Hypothesis likes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hypothesis import strategies as st

from tests.fuzzing.seeds import SEEDS

if TYPE_CHECKING:
    from collections.abc import Sequence

DELETE, REPEAT, INSERT, REPLACE, MOVE, CUT = range(6)
SIZES = (1, 2, 4, 16, 100, 1000)
TIMES = (2, 10, 1000)
MOST_BYTES = 200_000
"""Of a changed input; benchmarks/worst.py has larger ones."""


class Change(NamedTuple):
    """One change: what, where (a share of the input, in 65,536ths), how much of it, and what goes there."""

    kind: int
    place: int
    size: int
    piece: bytes


def changed(body: bytes, changes: Sequence[Change]) -> bytes:
    """The input with all changes, one after the other."""
    for kind, place, size, piece in changes:
        at = place * len(body) >> 16
        end = at + SIZES[size]
        part = body[at:end]
        match kind:
            case 0:  # DELETE
                body = body[:at] + body[end:]
            case 1:  # REPEAT
                body = body[:at] + part * TIMES[size % len(TIMES)] + body[end:]
            case 2:  # INSERT
                body = body[:at] + piece + body[at:]
            case 3:  # REPLACE
                body = body[:at] + piece + body[end:]
            case 4:  # MOVE
                body = part + body[:at] + body[end:]
            case _:  # CUT
                body = body[:at]
        body = body[:MOST_BYTES]
    return body


def inputs(parser: str) -> st.SearchStrategy[bytes]:
    """Changed inputs of a parser."""
    seeds, pieces = SEEDS[parser]
    piece = st.sampled_from(sorted({one.encode() for one in pieces})) | st.binary(max_size=6)
    change = st.builds(Change, st.integers(0, CUT), st.integers(0, 65_535), st.integers(0, len(SIZES) - 1), piece)
    return st.builds(changed, st.sampled_from(seeds), st.lists(change, min_size=1, max_size=8))
