"""What an address given to `newsloom import` stands for: one file, the files that match a pattern, or those of a list.

s3://commoncrawl/crawl-data/CC-NEWS/2026/11/*.warc.gz       a pattern
https://data.commoncrawl.org/…/CC-NEWS/2026/11/warc.paths.gz    a list: one path or URL per line
"""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urljoin, urlsplit

from crawlers.errors import CrawlersError
from crawlers.importers.files import InputFile, find_input_file, matching_urls, shown_place
from crawlers.politeness.lookup import private_place

if TYPE_CHECKING:
    from collections.abc import Iterator

LIST_SUFFIXES = (".paths", ".paths.gz")
COMMON_CRAWL = "https://data.commoncrawl.org/"
COMMON_CRAWL_PATHS = "crawl-data/"
MAX_LIST_BYTES = 256 << 20  # unpacked; all files of all crawls of Common Crawl are a tenth of that
_WILDCARDS = frozenset("*?[")
_SAFE_SCHEMES = ("http", "https", "s3", "gs", "abfs", "az")


class ListedFile:
    """A file that a pattern or a list names. It is looked for when it is read: a list may have thousands.

    Not a dataclass: it keeps what it has found, and is sent to the process that reads it.
    """

    def __init__(self, given: str) -> None:
        self.given = given
        self.place = shown_place(given)
        self._file: InputFile | None = None

    @property
    def name(self) -> str:
        """See InputFile."""
        return self.place.rstrip("/").rpartition("/")[2]

    @property
    def uri(self) -> str:
        """See InputFile."""
        return self._found().uri

    def open(self) -> BinaryIO:
        """See InputFile."""
        return self._found().open()

    def is_empty(self) -> bool:
        """See InputFile."""
        return self._found().is_empty()

    def fingerprint(self) -> str:
        """See InputFile."""
        return self._found().fingerprint()

    def _found(self) -> InputFile:
        if self._file is None:
            self._file = find_input_file(self.given)
        return self._file


def listed_files(place: str) -> list[ListedFile] | None:
    """The files that a pattern or a list stands for; None if the address is that of one file.

    Raises CrawlersError if nothing matches, if the list cannot be read, and for a list from the public web that names
    anything but the public web.
    """
    if is_list(place):
        return [ListedFile(line) for line in _lines(place)]
    if "://" not in place or not _WILDCARDS & set(place.partition("?")[0] if place.startswith("http") else place):
        return None
    if urlsplit(place).scheme in ("http", "https"):
        raise CrawlersError(
            f"{shown_place(place)}: an address with http:// or https:// cannot be a pattern, because a web server does "
            "not list its files. Name the files in a list: one address per line, in a file whose name ends with .paths"
        )
    found = matching_urls(place)
    if not found:
        raise CrawlersError(f"{shown_place(place)}: no file matches")
    return [ListedFile(url) for url in found]


def is_list(place: str) -> bool:
    """Whether an address is that of a list, by its name."""
    return place.lower().partition("?")[0].endswith(LIST_SUFFIXES)


def _lines(place: str) -> Iterator[str]:
    file = find_input_file(place)
    body = _unpacked(file)
    host = urlsplit(place).hostname if urlsplit(place).scheme in ("http", "https") else None
    is_public = host is not None and private_place(host) is None
    count = 0
    for number, line in enumerate(body.decode("utf-8", "replace").splitlines(), start=1):
        entry = line.strip()
        if not entry or entry.startswith("#"):
            continue
        count += 1
        address = _address(place, entry)
        problem = _unsafe(address) if is_public else None
        if problem is not None:
            raise CrawlersError(f"{file.place}: line {number}: a list from the web cannot name {problem}")
        yield address
    if not count:
        raise CrawlersError(f"{file.place}: the list is empty; expected one path or URL per line")


def _unpacked(file: InputFile) -> bytes:
    with file.open() as stream:
        if file.name.lower().endswith(".gz"):
            try:
                with gzip.open(stream) as packed:
                    body = packed.read(MAX_LIST_BYTES + 1)
            except (OSError, EOFError, zlib.error) as error:
                raise CrawlersError(f"{file.place}: cannot be unpacked: {error}") from error
        else:
            body = stream.read(MAX_LIST_BYTES + 1)
    if len(body) > MAX_LIST_BYTES:
        raise CrawlersError(f"{file.place}: the list is longer than {MAX_LIST_BYTES >> 20} MiB; split it")
    return body


def _address(place: str, entry: str) -> str:
    """What an entry of a list stands for. Paths in Common Crawl's lists begin at the root of its store."""
    if "://" in entry:
        return entry
    parts = urlsplit(place) if "://" in place else None
    if entry.startswith(COMMON_CRAWL_PATHS):
        return f"{parts.scheme}://{parts.netloc}/{entry}" if parts and parts.netloc else COMMON_CRAWL + entry
    if parts is None:
        return str(Path(place).parent / entry)
    if parts.scheme in ("http", "https"):
        return urljoin(place, entry)
    return f"{place.rpartition('/')[0]}/{entry}"


def _unsafe(address: str) -> str | None:
    parts = urlsplit(address)
    if parts.scheme not in _SAFE_SCHEMES:
        return f"an address with {parts.scheme or 'no scheme'}"
    return private_place(parts.hostname or "") if parts.scheme in ("http", "https") else None
