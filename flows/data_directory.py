"""The layout of the data directory, and checks that it can be used."""

from __future__ import annotations

import errno
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from flows.errors import FlowsError

DEFAULT = Path("newsloom-data")
GIGABYTE = 1e9  # bytes, the unit of disks, settings and messages
# Several times what is written before anything is fetched: at most 10 MB, mostly Prefect's database where `newsloom up`
# starts a server. With less, Prefect fails without a clear message.
LEAST_FREE_GB = 0.05


@dataclass(frozen=True, slots=True)
class DataDirectory:
    """The directory with all data.

    archive/            sealed segments; everything else can be rebuilt from them
    archive/packs/      packs of small segments of past days, two files per pack
    news.duckdb         the published file, for queries
    private/            the warehouse that runs write to, its lock, and the plans and crawl logs of runs
    private/prefect.db  the Prefect database of `newsloom up`, unless a Prefect server is configured
    private/service/    the lock, the state and the log of `newsloom up`
    """

    root: Path

    @property
    def archive(self) -> Path:
        """The folder of the archive."""
        return self.root / "archive"

    @property
    def news(self) -> Path:
        """The published warehouse."""
        return self.root / "news.duckdb"

    @property
    def private(self) -> Path:
        """The folder of files that only newsloom uses."""
        return self.root / "private"

    @property
    def service(self) -> Path:
        """The folder of the files of `newsloom up`."""
        return self.private / "service"

    def require_writable(self) -> None:
        """Create the directory if it is missing. Raises FlowsError if that fails or if it is not writable."""
        try:
            self.private.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise FlowsError(f"{self.root}: cannot be used as a data directory: {error.strerror}") from error
        if not os.access(self.private, os.R_OK | os.W_OK | os.X_OK):
            raise FlowsError(f"{self.private}: cannot be written: {os.strerror(errno.EACCES)}")

    def free_gb(self) -> float:
        """The free space of the disk, in gigabytes."""
        return shutil.disk_usage(self.root).free / GIGABYTE

    def require_space(self, least_free_gb: float) -> None:
        """Raise FlowsError if the disk has less free space than this, or than any run needs."""
        free, least = self.free_gb(), max(least_free_gb, LEAST_FREE_GB)
        if free < least:
            lower = ", or lower least_free_gb under [alerts]" if least > LEAST_FREE_GB else ""
            raise FlowsError(
                f"{self.root}: the disk has {free:.2f} GB free, and no crawl starts below {least:g} GB.\n"
                "Free some space, or set shorter times under [keep] in the sources file, which the nightly flow "
                f"`maintain` applies{lower}."
            )

    def run(self, run_id: str) -> Path:
        """The folder of a run, with its plan and the log of its crawl."""
        return self.private / "runs" / run_id


def data_directory(given: str | Path | None = None) -> DataDirectory:
    """The data directory at `given`, or else NEWSLOOM_DATA, or else ./newsloom-data, with an absolute path."""
    chosen = given or os.environ.get("NEWSLOOM_DATA") or DEFAULT
    return DataDirectory(Path(chosen).expanduser().absolute())
