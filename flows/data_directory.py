"""Where things lie in the data directory."""

from __future__ import annotations

import errno
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from flows.errors import FlowsError

DEFAULT = Path("newsloom-data")
GIGABYTE = 1e9  # bytes, as disks are sold and as settings and messages count
# What a run needs before it has fetched anything, several times over: a first one writes 10 MB, most of it Prefect's
# database. With less, it is Prefect that fails, and not in words.
LEAST_FREE_GB = 0.05


@dataclass(frozen=True, slots=True)
class DataDirectory:
    """One directory that holds everything.

    archive/            sealed segments: the truth, from which the rest can be made again
    archive/packs/      small ones of past days, a day in two files
    news.duckdb         what people query
    private/            the warehouse that runs write, its lock, and what is left of runs: plan and crawl log
    private/prefect.db  Prefect's own database, where no Prefect server is named
    private/service/    of `newsloom up`: its lock, who it is, its log
    """

    root: Path

    @property
    def archive(self) -> Path:
        """The segments."""
        return self.root / "archive"

    @property
    def news(self) -> Path:
        """The published warehouse."""
        return self.root / "news.duckdb"

    @property
    def private(self) -> Path:
        """What nobody but newsloom needs."""
        return self.root / "private"

    @property
    def service(self) -> Path:
        """What `newsloom up` writes about itself."""
        return self.private / "service"

    def require_writable(self) -> None:
        """Make it where it is missing. Raises FlowsError where that, or writing there, is not allowed."""
        try:
            self.private.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FlowsError(f"{self.root}: cannot be used as a data directory: {error.strerror}") from error
        if not os.access(self.private, os.R_OK | os.W_OK | os.X_OK):
            raise FlowsError(f"{self.private}: cannot be written: {os.strerror(errno.EACCES)}")

    def free_gb(self) -> float:
        """What the disk has free, in gigabytes."""
        return shutil.disk_usage(self.root).free / GIGABYTE

    def require_space(self, least_free_gb: float) -> None:
        """Raise FlowsError where the disk has less free, or less than any run needs: a crawl would end half way."""
        free, least = self.free_gb(), max(least_free_gb, LEAST_FREE_GB)
        if free < least:
            lower = ", or lower least_free_gb under [alerts]" if least > LEAST_FREE_GB else ""
            raise FlowsError(
                f"{self.root}: the disk has {free:.2f} GB free, and no crawl starts below {least:g} GB.\n"
                "Free some, or give [keep] a shorter time in the sources' file (the nightly flow `maintain` removes "
                f"what is older){lower}."
            )

    def run(self, run_id: str) -> Path:
        """The folder of a run: its plan and its crawl's log."""
        return self.private / "runs" / run_id


def data_directory(given: str | Path | None = None) -> DataDirectory:
    """The data directory: what is given, else NEWSLOOM_DATA, else ./newsloom-data; absolute."""
    chosen = given or os.environ.get("NEWSLOOM_DATA") or DEFAULT
    return DataDirectory(Path(chosen).expanduser().absolute())
