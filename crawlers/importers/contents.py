"""Opens a file to import and recognises what it contains: by its first bytes, and by its name where those do not say.

This is the only module that opens files for reading their records. It undoes gzip and zstd.
"""

from __future__ import annotations

import codecs
import io
import json
import re
import sys
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum, auto
from gzip import BadGzipFile, GzipFile
from typing import TYPE_CHECKING, Any, cast

from crawlers.content_codings import GZIP_MAGIC
from crawlers.errors import CrawlersError
from crawlers.extraction.page import decode
from crawlers.importers.tables import table_dialect

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdError, ZstdFile
else:
    from backports.zstd import ZstdError, ZstdFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawlers.importers.files import InputFile
    from crawlers.importers.keys import Translator

ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
DAMAGED = (EOFError, BadGzipFile, ZstdError, zlib.error)
"""What reading a stream of `open_content` raises where its compressed data is cut short or damaged."""
SUPPORTED = (
    "JSON (lines, a list, or one object), CSV, TSV, Parquet, HTML, plain text (.txt) and WARC, also in .gz or .zst"
)
HEAD_BYTES = 1 << 16
_PACKED_SUFFIXES = (".gz", ".zst")
_LINES_SUFFIXES = (".jsonl", ".ndjson")
_TABLE_SUFFIXES = (".csv", ".tsv", ".tab")
_TEXT_SUFFIXES = (".txt", ".text", ".md")
_WARC_BEGIN = b"WARC/"
_PARQUET_BEGIN = b"PAR1"
_HTML = re.compile(
    r"\s*(?:<!--.*?-->\s*|<\?xml[^>]*>\s*)*<(?:!doctype\s+html|html|head|body|title|meta)\b", re.IGNORECASE | re.DOTALL
)
_ROOT = re.compile(r"\s*(?:<!--.*?-->\s*|<[?!][^>]*>\s*)*<([a-z][\w:.-]*)", re.IGNORECASE | re.DOTALL)
_LIST_OF_OBJECTS = re.compile(r"\s*\[\s*(?:\{|\]|$)")
_UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MHTML = re.compile(r"(?:[\w-]+:.*\r?\n|[ \t].*\r?\n)*content-type:\s*multipart/related", re.IGNORECASE)
_MAX_HEAD = 4000
_PATHS_SUFFIX = ".paths"
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_OTHERS = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or an office document (such as .xlsx); unpack it, or save it as CSV"),
    (b"\xd0\xcf\x11\xe0", "an office document; save it as CSV"),
    (b"SQLite format 3", "an SQLite database; export its table as CSV"),
    (b"ARROW1", "an Arrow file; write it as Parquet"),
    (b"ORC", "an ORC file; write it as Parquet"),
    (b"Obj\x01", "an Avro file; write it as Parquet"),
    (b"BZh", "a bzip2 archive; unpack it"),
    (b"\xfd7zXZ", "an xz archive; unpack it"),
    (b"7z\xbc\xaf", "a 7z archive; unpack it"),
    (b"filedesc://", "an ARC file, the format before WARC; convert it to WARC"),
    (b" CDX ", "an index of web archives (CDX); import the archives"),
    (b"{\\rtf", "an RTF document; save it as plain text"),
    (b"bplist00", "a web archive of Safari, or another property list; save the page as HTML"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
)
_FEEDS = {"rss", "feed", "rdf:rdf", "urlset", "sitemapindex"}


class FileType(StrEnum):
    """What a file contains."""

    JSON_LINES = auto()
    JSON = auto()
    """A list of objects, one object, an object with lists of objects, or objects one after another."""
    TABLE = auto()
    """CSV or TSV."""
    PARQUET = auto()
    HTML = auto()
    TEXT = auto()
    WARC = auto()


class UnsupportedFileError(CrawlersError):
    """A file has no type that can be imported. `found` says what it is."""

    def __init__(self, place: str, found: str) -> None:
        super().__init__(f"{place}: cannot be imported: it is {found}.\n  Supported: {SUPPORTED}.")
        self.found = found


@dataclass(frozen=True, slots=True)
class Content:
    """An open file: its type, the unpacked stream, and its first bytes, which the stream yields as well."""

    type: FileType
    stream: io.BufferedReader
    head: bytes


@contextmanager
def open_content(file: InputFile, translator: Translator) -> Iterator[Content]:
    """Open a file and recognise its type. A WARC file in gzip stays packed, because each of its records is a member.

    Reading the stream raises one of `DAMAGED` where compressed data is cut short or damaged. Raises
    UnsupportedFileError if the file is of no type that can be imported, and CrawlersError if it cannot be read.
    """
    name = _unpacked_name(file.name)
    with cast("io.BufferedReader", file.open()) as packed:
        magic = packed.peek(4)[:4]
        is_gzip, is_zstd = magic.startswith(GZIP_MAGIC), magic == ZSTD_MAGIC
        if name.endswith(".warc") and not is_zstd:  # its reader copes with damage, and says what is wrong
            yield Content(FileType.WARC, packed, b"")
            return
        unpacked = GzipFile(fileobj=packed) if is_gzip else ZstdFile(packed) if is_zstd else packed
        begun = _Begun(unpacked)
        head = begun.look(HEAD_BYTES)
        kind = FileType.WARC if name.endswith(".warc") else _recognise(head, name, file.place, translator)
        if kind in (FileType.WARC, FileType.PARQUET) and not is_zstd and packed.seekable():
            packed.seek(0)
            if kind is FileType.WARC or not is_gzip:
                yield Content(kind, packed, head)
                return
            begun = _Begun(GzipFile(fileobj=packed))
        yield Content(kind, io.BufferedReader(begun), head)


def recognise(file: InputFile, translator: Translator) -> FileType:
    """The type of a file. Raises what `open_content` raises."""
    with open_content(file, translator) as content:
        return content.type


class _Begun(io.RawIOBase):
    """A stream whose first bytes can be looked at before it is read, also if an error follows them."""

    def __init__(self, stream: io.BufferedReader | GzipFile | ZstdFile) -> None:
        super().__init__()
        self._stream = stream
        self._looked_at = b""
        self._error: Exception | None = None
        self._position = 0

    def look(self, size: int) -> bytes:
        """Up to `size` bytes from the beginning; fewer if the stream ends or cannot be read further."""
        while len(self._looked_at) < size:
            try:
                data = self._stream.read1(size - len(self._looked_at))
            except DAMAGED as error:
                self._error = error
                break
            if not data:
                break
            self._looked_at += data
        return self._looked_at

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer).cast("B")
        if self._looked_at:
            data, self._looked_at = self._looked_at[: len(view)], self._looked_at[len(view) :]
        elif self._error is not None:
            raise self._error
        else:
            data = self._stream.read1(len(view))
        view[: len(data)] = data
        self._position += len(data)
        return len(data)

    def tell(self) -> int:
        return self._position  # fastwarc asks for it also where it cannot seek


def _unpacked_name(name: str) -> str:
    lowered = name.lower()
    for suffix in _PACKED_SUFFIXES:
        lowered = lowered.removesuffix(suffix)
    return lowered


def _recognise(head: bytes, name: str, place: str, translator: Translator) -> FileType:
    if head.startswith(_WARC_BEGIN):
        return FileType.WARC
    if head.startswith(_PARQUET_BEGIN):
        return FileType.PARQUET
    for begin, what in _OTHERS:
        if head.startswith(begin):
            raise UnsupportedFileError(place, what)
    if head[257:262] == b"ustar":
        raise UnsupportedFileError(place, "a tar archive; unpack it")
    text = decode(head)
    if _MHTML.match(text[:_MAX_HEAD]):
        raise UnsupportedFileError(place, "a page that a browser saved as MHTML; save it as HTML")
    if not name.endswith(_PATHS_SUFFIX) and _are_urls(text):
        raise UnsupportedFileError(
            place, f"a list of URLs; sources belong into sources.toml, and a list of files is named {_PATHS_SUFFIX}"
        )
    if _CONTROL.search(text.encode("utf-8", "replace")):
        raise UnsupportedFileError(place, "binary data of an unknown kind")
    found = _json_type(text, name)
    if found is not None and head.startswith(_UTF_16_MARKS):
        raise UnsupportedFileError(place, "JSON in UTF-16; save it in UTF-8")
    if found is not None:
        return found
    if _HTML.match(text):
        return FileType.HTML
    if name.endswith(_LINES_SUFFIXES):
        return FileType.JSON_LINES
    root = _ROOT.match(text)
    if root and not name.endswith(_TEXT_SUFFIXES):
        if name.endswith((".html", ".htm", ".xhtml")):
            return FileType.HTML
        what = f"XML with the root element {root[1]}"
        if root[1].lower() in _FEEDS:
            what += "; a feed or sitemap belongs into sources.toml: newsloom sources add URL"
        raise UnsupportedFileError(place, what)
    if name.endswith(_TABLE_SUFFIXES) or table_dialect(text, translator) is not None:
        return FileType.TABLE
    if name.endswith(".json"):
        return FileType.JSON
    if name.endswith(_TEXT_SUFFIXES) or "." not in name:
        return FileType.TEXT
    raise UnsupportedFileError(place, "plain text, or of no type that its content shows; name it .txt if it is a text")


def _are_urls(text: str) -> bool:
    lines = text.split()
    return bool(lines) and all(line.startswith(("http://", "https://")) for line in lines)


def _json_type(text: str, name: str) -> FileType | None:
    """JSON lines or other JSON; None if a text does not begin like either."""
    stripped = text.lstrip("\ufeff \t\r\n")
    if not stripped.startswith(("{", "[")):
        return None
    if name.endswith(_LINES_SUFFIXES):
        return FileType.JSON if _LIST_OF_OBJECTS.match(stripped) else FileType.JSON_LINES
    if stripped.startswith("["):
        return FileType.JSON if _LIST_OF_OBJECTS.match(stripped) else None
    lines = [line for line in stripped.split("\n") if line.strip()]
    return FileType.JSON_LINES if any(map(_is_object, lines[:-1])) else FileType.JSON


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
