"""Seconds, CPU seconds and peak memory of a command, all of its processes counted."""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TICK = os.sysconf("SC_CLK_TCK")
CPU_EVERY = 0.05
"""Seconds between two looks at the processes; what one uses after the last look at it is not counted."""
OFTEN, MEMORY_EVERY = 40, 8
"""Looks: memory costs more to ask for, so that it is looked at always at first, and then at every eighth look."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a command took: seconds of the clock and of all processors, and the most memory at a time, in MB (Pss)."""

    seconds: float
    cpu: float
    megabytes: float
    output: str


def measured(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    codes: Sequence[int] = (0,),
) -> Measured:
    """Run a command; RuntimeError with the end of its output unless it ends with one of the exit codes."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            env=os.environ | (environment or {}),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        watch = _Watch(process.pid)
        watch.start()
        code = process.wait()
        seconds = time.perf_counter() - start
        watch.ended.set()
        watch.join()
        output.seek(0)
        said = output.read()
    if code not in codes:
        raise RuntimeError(f"{' '.join(map(str, command))}: exit code {code}\n{said[-2000:]}")
    return Measured(seconds, sum(watch.cpu.values()), watch.megabytes, said)


class _Watch(threading.Thread):
    """Looks at a process and its descendants until it has ended."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.ended = pid, threading.Event()
        self.cpu: dict[int, float] = {}
        self.megabytes = 0.0

    def run(self) -> None:
        family, number = {self.pid}, 0
        while not self.ended.wait(CPU_EVERY):
            if number < OFTEN or number % MEMORY_EVERY == 0:
                self.megabytes = max(self.megabytes, sum(_megabytes(pid) for pid in family))
            number += 1
            family = _family(self.pid)
            for pid in family:
                with suppress(OSError, IndexError):
                    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                    self.cpu[pid] = (int(fields[11]) + int(fields[12])) / TICK


def _family(pid: int) -> set[int]:
    """A process and all below it."""
    found, layer = {pid}, [pid]
    while layer:
        listed = [child for parent in layer for child in _children(parent)]
        layer = [child for child in listed if child not in found]
        found.update(layer)
    return found


def _children(pid: int) -> list[int]:
    children: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            children += map(int, file.read_text().split())
    return children


def _megabytes(pid: int) -> float:
    """Proportional set size: pages that processes share are divided among them."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024 / 1e6
    return 0.0
