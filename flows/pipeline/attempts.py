"""Counts how often a process died while it was loading a segment, for example because it ran out of memory.

A process that dies cannot record anything, so each attempt is noted beforehand, in a file that is removed afterwards:
what is there at the next start is from a process that died. Without this, every run would die on the same segment.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from warehouse import Writer

LAST_AFTER = 2
"""Deaths after which a segment is loaded after all others. Once is bad luck, and the order of loading matters a little
for stories."""
SET_ASIDE_AFTER = 3
"""Deaths after which a segment is not tried any more."""


@contextmanager
def noted_attempt(writer: Writer, segment: str) -> Iterator[None]:
    """Note that a segment is being loaded, until the block ends in any way other than the death of the process."""
    note = _folder(writer) / segment
    deaths = _deaths(note)
    note.parent.mkdir(exist_ok=True)
    note.write_text(str(deaths + 1), encoding="ascii")
    try:
        yield
    finally:
        note.unlink(missing_ok=True)


def deaths_by_segment(writer: Writer, pending: Iterable[str]) -> dict[str, int]:
    """How often a process died while it was loading each of the segments, for those where one did.

    The counts of other segments are forgotten. Call it while nothing is being loaded.
    """
    there = set(pending)
    found = {}
    for note in sorted(_folder(writer).glob("*")):
        if note.name in there:
            found[note.name] = _deaths(note)
        else:
            note.unlink(missing_ok=True)
    return found


def describe_deaths(writer: Writer, segment: str, deaths: int) -> str:
    """Why a segment is not tried any more, and what to do about it."""
    return (
        f"the process died {deaths} times while it was loading this segment, which may need more memory than this "
        f"machine has, so it has been set aside. To try it again, delete {_folder(writer) / segment}"
    )


def _folder(writer: Writer) -> Path:
    return writer.data / "private" / "loading"


def _deaths(note: Path) -> int:
    try:
        return int(note.read_text(encoding="ascii"))
    except FileNotFoundError:
        return 0
    except ValueError:  # the process died while it wrote the number
        return 1
