"""Files to import: local ones, and those that fsspec can read (s3://, https://, …)."""

from __future__ import annotations

import errno
import hashlib
import io
import re
import socket
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, cast
from urllib.parse import urljoin, urlsplit

from crawlers.archive.credentials import text_without_user_info, without_user_info
from crawlers.errors import CrawlersError
from crawlers.politeness.lookup import is_proxied, place_problem, private_address, private_place

if TYPE_CHECKING:
    from collections.abc import Iterator

DIGEST_BYTES = 8
_PIECE = 1 << 20
RETRY_SECONDS = (0.5, 3.0)  # pauses before a part of a remote file is requested again
_QUERY = re.compile(r"""(\bhttps?://[^\s?'"]+)\?[^\s'"]*""")


class InputFile(Protocol):
    """A file to import. It can be opened several times."""

    @property
    def place(self) -> str:
        """The path or URL as shown in messages, without credentials."""

    @property
    def name(self) -> str:
        """The file name, whose suffix determines the file type."""

    @property
    def uri(self) -> str:
        """The URI, without credentials."""

    def open(self) -> BinaryIO:
        """Open it for reading from the beginning. Raises CrawlersError if it cannot be read."""

    def is_empty(self) -> bool:
        """Whether it has no bytes. Raises CrawlersError if it cannot be read."""

    def fingerprint(self) -> str:
        """A hex digest that changes with the file. Raises CrawlersError if it cannot be read."""


def shown_place(place: str) -> str:
    """An address as messages show it: a URL without user, password and query."""
    return _without_secrets(place) if "://" in place else place


def matching_urls(pattern: str) -> list[str]:
    """The URLs of the files of a store that match a pattern (`s3://BUCKET/2026/*.warc.gz`), in order.

    Raises CrawlersError if the store cannot be reached.
    """
    with _access_errors(_without_secrets(pattern), urlsplit(pattern).scheme):
        import fsspec

        system, path = fsspec.core.url_to_fs(pattern)
        found = sorted(str(system.unstrip_protocol(one)) for one in system.glob(path))
    if any(urlsplit(one).netloc != urlsplit(pattern).netloc.rpartition("@")[2] for one in found):
        raise CrawlersError(f"{shown_place(pattern)}: patterns cannot be used with this kind of store; name each file")
    return found


def find_input_file(place: str) -> InputFile:
    """The file at a path or at a URL with a scheme. Raises CrawlersError if there is no readable file."""
    scheme = urlsplit(place).scheme if "://" in place else ""
    if not scheme:
        path = Path(place)
        if not path.exists():
            raise CrawlersError(f"{place}: no such file")
        return LocalFile(path)
    shown = _without_secrets(place)
    with _access_errors(shown, scheme):
        import fsspec

        system, path = fsspec.core.url_to_fs(place, **_public_only(place))
        if system.info(path)["type"] == "directory":  # unlike isfile(), it says why there is none
            raise CrawlersError(f"{shown}: is a directory; name the files in it, or use a pattern: {shown}/*.warc.gz")
    return _RemoteFile(shown, system, path)


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file on this machine; `shown` and `fixed_uri` replace its path where that says nothing (standard input)."""

    path: Path
    shown: str | None = None
    fixed_uri: str | None = None

    @property
    def place(self) -> str:
        """See InputFile."""
        return self.shown or str(self.path)

    @property
    def name(self) -> str:
        """See InputFile."""
        return self.shown or self.path.name

    @property
    def uri(self) -> str:
        """See InputFile."""
        return self.fixed_uri or self.path.resolve().as_uri()

    def open(self) -> BinaryIO:
        """See InputFile."""
        try:
            return self.path.open("rb")
        except OSError as error:
            raise CrawlersError(f"{self.path}: cannot be read: {error.strerror}") from error

    def is_empty(self) -> bool:
        """See InputFile."""
        with self.open() as stream:
            return not stream.read(1)

    def fingerprint(self) -> str:
        """See InputFile."""
        with self.open() as stream:
            return hashlib.file_digest(
                cast("io.BufferedReader", stream), lambda: hashlib.blake2b(digest_size=DIGEST_BYTES)
            ).hexdigest()


@contextmanager
def _access_errors(shown: str, scheme: str) -> Iterator[None]:
    """Raise what fsspec raises as CrawlersError."""
    try:
        yield
    except FileNotFoundError as error:
        cause = error.__cause__  # of a failed HTTP request, fsspec says that there is no file
        if isinstance(cause, Exception) and getattr(cause, "status", None) not in (404, 410):
            raise CrawlersError(f"{shown}: cannot be reached: {_message(cause)}") from error
        raise CrawlersError(f"{shown}: no such file") from error
    except ImportError as error:
        raise CrawlersError(
            f"{shown}: reading {scheme}:// requires packages that are not installed ({error}). Install them with: "
            "pip install 'newsloom[remote]'"
        ) from error
    except CrawlersError:
        raise
    except Exception as error:
        raise CrawlersError(f"{shown}: cannot be reached: {_message(error)}") from error


@dataclass(frozen=True, slots=True)
class _RemoteFile:
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
            return cast("BinaryIO", io.BufferedReader(_RemoteStream(self.place, self.system.open(self.path, "rb"))))
        except Exception as error:
            raise CrawlersError(f"{self.place}: cannot be read: {_message(error)}") from error

    def is_empty(self) -> bool:
        return self._info().get("size") == 0

    def fingerprint(self) -> str:
        """A digest of the metadata in the store, because reading the whole file would mean fetching it twice; that of
        the content where the store has none that changes with it."""
        info = self._info()
        versions = [info.get(key) for key in ("ETag", "etag", "LastModified", "mtime", "created", "md5Hash")]
        digest = hashlib.blake2b(digest_size=DIGEST_BYTES)
        if any(versions):
            digest.update("\n".join((self.place, str(info.get("size")), *map(str, versions))).encode())
        else:
            with self.open() as stream:
                while piece := stream.read(_PIECE):
                    digest.update(piece)
        return digest.hexdigest()

    def _info(self) -> dict[str, object]:
        try:
            info: dict[str, object] = self.system.info(self.path)
        except Exception as error:
            raise CrawlersError(f"{self.place}: cannot be read: {_message(error)}") from error
        return info


class _RemoteStream(io.RawIOBase):
    """A remote file that raises its read errors as CrawlersError, so that they do not look like a damaged file."""

    def __init__(self, place: str, file: BinaryIO) -> None:
        super().__init__()
        self._place, self._file, self._position = place, file, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer).cast("B")
        try:
            data = self._read(len(view))
        except Exception as error:
            raise CrawlersError(
                f"{self._place}: reading failed at byte {self._position}: {_message(error)}. "
                "Everything before that has been loaded. Run the same command again to resume."
            ) from error
        view[: len(data)] = data
        self._position += len(data)
        return len(data)

    def _read(self, size: int) -> bytes:
        """Read at the current position; a lost connection costs a pause and a new request for the rest."""
        if self._file.seekable():
            for seconds in RETRY_SECONDS:
                try:
                    return self._file.read(size)
                except Exception:  # noqa: BLE001 - each library has errors of its own; the last one is reported
                    time.sleep(seconds)
                    self._file.seek(self._position)
        return self._file.read(size)

    def seekable(self) -> bool:
        return self._file.seekable()

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        self._position = self._file.seek(offset, whence)
        return self._position

    def tell(self) -> int:
        return self._position

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


def _without_secrets(url: str) -> str:
    """The URL without user, password and query, which has the signature where a link is signed."""
    return without_user_info(url).partition("?")[0]


def _message(error: Exception) -> str:
    return _QUERY.sub(r"\1", text_without_user_info(str(error).strip())) or type(error).__name__


def _public_only(place: str) -> dict[str, Any]:
    """Options for fsspec that use the proxy of the environment, and keep redirects from the public web out of private
    networks.

    A user who names a place in a private network gets it.
    """
    parts = urlsplit(place)
    if parts.scheme not in ("http", "https"):
        return {}
    if is_proxied(parts.scheme, parts.hostname or ""):
        return {"get_client": _proxied_client}
    return {} if private_place(parts.hostname or "") is not None else {"get_client": _public_client}


async def _proxied_client(loop: Any, **options: Any) -> Any:
    import aiohttp

    async def refuse_private(_session: Any, _context: Any, redirect: aiohttp.TraceRequestRedirectParams) -> None:
        target = urlsplit(urljoin(str(redirect.url), redirect.response.headers.get("Location", "")))
        if (problem := place_problem(target.scheme, target.hostname or "")) is not None:
            raise OSError(errno.EACCES, f"it redirects to {problem}")

    trace = aiohttp.TraceConfig()
    trace.on_request_redirect.append(refuse_private)
    return aiohttp.ClientSession(loop=loop, trust_env=True, trace_configs=[trace], **options)


async def _public_client(loop: Any, **options: Any) -> Any:
    import aiohttp

    return aiohttp.ClientSession(loop=loop, connector=aiohttp.TCPConnector(socket_factory=_public_socket), **options)


def _public_socket(info: tuple[Any, ...]) -> socket.socket:
    """The socket for an address. Raises OSError for one that is not public."""
    family, kind, protocol, _, address = info
    problem = private_address(str(address[0]))
    if problem is not None:
        raise OSError(errno.EACCES, f"it redirects to {problem}")
    return socket.socket(family, kind, protocol)
