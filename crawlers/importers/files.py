"""Files that articles are imported from: on this machine, or wherever fsspec reaches (s3://, https://, …)."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast
from urllib.parse import urlsplit

from crawlers.archive.credentials import without_user_info
from crawlers.errors import CrawlersError

DIGEST_BYTES = 8


class InputFile(Protocol):
    """A file that can be read, as often as it is opened."""

    @property
    def place(self) -> str:
        """What messages call it, without credentials."""

    @property
    def name(self) -> str:
        """The last part of that, which tells its kind."""

    @property
    def uri(self) -> str:
        """Its address, without credentials."""

    def open(self) -> BinaryIO:
        """Its bytes, from the first on; raises CrawlersError where it cannot be read."""

    def fingerprint(self) -> str:
        """Hex digest that changes with the file; raises CrawlersError where it cannot be read."""


def find_input_file(place: str) -> InputFile:
    """The file at a path or at an address with a scheme; raises CrawlersError where there is none that can be read."""
    scheme = urlsplit(place).scheme if "://" in place else ""
    if not scheme:
        path = Path(place)
        if not path.is_file():
            raise CrawlersError(f"{place}: there is no such file")
        return _Local(path)
    shown = without_user_info(place)
    try:
        import fsspec

        system, path = fsspec.core.url_to_fs(place)
        if not system.isfile(path):
            raise CrawlersError(f"{shown}: there is no such file")
    except ImportError as error:
        raise CrawlersError(
            f"{shown}: reading {scheme}:// needs packages that are not installed ({error}): "
            "pip install newsloom[remote]"
        ) from error
    except CrawlersError:
        raise
    except Exception as error:
        raise CrawlersError(f"{shown}: cannot be reached: {_said(error)}") from error
    return _Remote(shown, system, path)


@dataclass(frozen=True, slots=True)
class _Local:
    path: Path

    @property
    def place(self) -> str:
        return str(self.path)

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def uri(self) -> str:
        return self.path.resolve().as_uri()

    def open(self) -> BinaryIO:
        try:
            return self.path.open("rb")
        except OSError as error:
            raise CrawlersError(f"{self.path}: cannot be read: {error.strerror}") from error

    def fingerprint(self) -> str:
        with self.open() as stream:
            return hashlib.file_digest(
                cast("io.BufferedReader", stream), lambda: hashlib.blake2b(digest_size=DIGEST_BYTES)
            ).hexdigest()


@dataclass(frozen=True, slots=True)
class _Remote:
    place: str
    system: Any
    path: str

    @property
    def name(self) -> str:
        return self.place.rstrip("/").rpartition("/")[2].partition("?")[0]

    @property
    def uri(self) -> str:
        return self.place

    def open(self) -> BinaryIO:
        try:
            return cast("BinaryIO", io.BufferedReader(_Stream(self.place, self.system.open(self.path, "rb"))))
        except Exception as error:
            raise CrawlersError(f"{self.place}: cannot be read: {_said(error)}") from error

    def fingerprint(self) -> str:
        """Of what the store says of the file: to read it whole for that would be to fetch it twice."""
        try:
            info = self.system.info(self.path)
        except Exception as error:
            raise CrawlersError(f"{self.place}: cannot be read: {_said(error)}") from error
        marks = [str(info.get(key)) for key in ("size", "ETag", "etag", "LastModified", "mtime", "created", "md5Hash")]
        said = "\n".join((self.place.partition("?")[0], *marks))
        return hashlib.blake2b(said.encode(), digest_size=DIGEST_BYTES).hexdigest()


class _Stream(io.RawIOBase):
    """A remote file whose failures say so: they must not be taken for damage in the file."""

    def __init__(self, place: str, file: BinaryIO) -> None:
        super().__init__()
        self._place, self._file, self._position = place, file, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer).cast("B")
        try:
            data = self._file.read(len(view))
        except Exception as error:
            raise CrawlersError(
                f"{self._place}: reading broke off at byte {self._position}: {_said(error)}. "
                "What was read is loaded; import it again to go on from there."
            ) from error
        view[: len(data)] = data
        self._position += len(data)
        return len(data)

    def tell(self) -> int:
        return self._position

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


def _said(error: Exception) -> str:
    return without_user_info(str(error).strip()) or type(error).__name__
