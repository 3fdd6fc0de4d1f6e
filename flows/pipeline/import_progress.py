"""How far the import of a file has got: at which byte each segment of it begins, and whether the file is done.

Without it, resuming would read the file again from its beginning, and importing a list again would read every file.

    private/imports/RUN.jsonl     one line per segment, and a last one for the end of the file
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crawlers.importers.items import FileReport

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDER = "imports"


@dataclass(frozen=True, slots=True)
class Mark:
    """The record number `position` begins at byte `offset`; `report` is that on the part of the file before it."""

    position: int
    offset: int
    report: FileReport


BEGINNING = Mark(0, 0, FileReport())


class ImportProgress:
    """The progress of one import, in one file. What a killed process has cut short is ignored."""

    def __init__(self, private: Path, run_id: str) -> None:
        self._file = private / FOLDER / f"{run_id}.jsonl"

    def before(self, position: int) -> Mark:
        """The last mark at or before a record."""
        marks = [mark for mark in self._marks() if mark.position <= position]
        return max(marks, key=lambda mark: mark.position, default=BEGINNING)

    def report_if_done(self, position: int) -> FileReport | None:
        """The report on the whole file, if it has been read to the end and has this many records."""
        for line in self._lines():
            if line.get("done") == position:
                return _report(line)
        return None

    def mark(self, position: int, offset: int, report: FileReport) -> None:
        """Note where a record begins."""
        self._append({"position": position, "offset": offset, **_plain(report)})

    def finish(self, records: int, report: FileReport) -> None:
        """Note that the file has been read to the end, and has so many records."""
        self._append({"done": records, **_plain(report)})

    def _marks(self) -> Iterator[Mark]:
        for line in self._lines():
            if "position" in line:
                yield Mark(line["position"], line["offset"], _report(line))

    def _lines(self) -> Iterator[dict[str, Any]]:
        if not self._file.exists():
            return
        for line in self._file.read_text(encoding="utf-8").splitlines():
            try:
                yield json.loads(line)
            except ValueError:
                continue

    def _append(self, line: dict[str, object]) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("a", encoding="utf-8") as file:
            file.write("\n" + json.dumps(line))  # a new line first: the last one may have been cut short


def _plain(report: FileReport) -> dict[str, object]:
    return {"left_out": dict(report.left_out), "not_kept": dict(report.not_kept), "damage": report.damage}


def _report(line: dict[str, Any]) -> FileReport:
    return FileReport(
        left_out=Counter(line["left_out"]), not_kept=Counter(line.get("not_kept", {})), damage=list(line["damage"])
    )
