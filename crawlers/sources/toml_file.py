"""Reads the text of `sources.toml`, and refuses what no list of sources has before it takes time or memory."""

from __future__ import annotations

import gc
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import tomli

from crawlers.limits import MAX_SOURCES_BYTES
from crawlers.sources.validation import ProblemCollector

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_SOURCES = 200_000
MAX_VALUES = 5 * MAX_SOURCES
"""Keys, lists, and commas: a source uses about five keys of 17."""
MAX_BACKSLASHES = 5_000_000
"""Each escape takes half a microsecond; in regular expressions there are some per source."""
MAX_OTHER_TABLES = 1000
"""Tables besides [[source]], and dotted keys; there is a use for some 30. Each level takes a kilobyte when parsed, and
a file has one in two bytes."""

# A string that is not closed ends with the file: each character is looked at once. A string after [[ is left as it is,
# because it is the name of a table.
_STRING_OR_COMMENT = re.compile(
    r'(?<!\[\[)(?:"""(?:[^\\"]|\\.|"(?!""))*+(?:"""|\Z)|\'\'\'(?:[^\']|\'(?!\'\'))*+(?:\'\'\'|\Z)'
    r"|\"[^\"\\\n]*+(?:\\.[^\"\\\n]*+)*+\"|'[^'\n]*+')|#[^\n]*",
    re.DOTALL,
)
# Each begins with one character that is rare, which makes the search fast.
_TYPOGRAPHIC = re.compile("[“”„‟‘’‚«»″]")
_OTHER_TABLE = re.compile(
    r"\n[ \t]*+\[(?!\[[ \t]*[\"']?source[\"']?[ \t]*\])"  # a header; within lists of lists also a value
    r"|\.(?!\d[\d_]*+(?:[eE][-+]?\d+|[zZ]|[-+]\d\d:\d\d)?[ \t\r]*+(?:[,\]}\n\"]|\Z))"  # a dot not of a number
)


def read_file(path: Path) -> bytes:
    """The content of `sources.toml`. Raises SourcesError if it cannot be read."""
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_SOURCES_BYTES + 1)
    except FileNotFoundError as error:
        collector = ProblemCollector(path, "")
        made_by = "`newsloom init` writes one, and so does `newsloom sources add URL`"
        collector.add((), "no such file", f"a TOML file with [[source]] tables; {made_by}")
        raise collector.error() from error
    except OSError as error:
        collector = ProblemCollector(path, "")
        collector.add((), f"an unreadable file ({error.strerror})", "a TOML file with [[source]] tables")
        raise collector.error() from error


def read_toml(body: bytes, collector: ProblemCollector) -> dict[str, object]:
    """Parse the file. Raises SourcesError unless it is TOML in UTF-8 within the limits."""
    if len(body) > MAX_SOURCES_BYTES:
        found = f"a file of over {MAX_SOURCES_BYTES >> 20} MiB"
        collector.add((), found, f"at most {MAX_SOURCES_BYTES >> 20} MiB, some 100,000 sources; split the file")
        raise collector.error()
    try:
        text = body.decode("utf-8-sig")
        _check_size(text, collector)
        with without_collection():
            return tomli.loads(text)
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        collector.add((), f"byte 0x{body[error.start]:02X}, which is not UTF-8", "UTF-8 text", line)
    except tomli.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+), column \d+\)", str(error))
        line = int(place[1]) if place else collector.text.count("\n") + 1
        marks = _TYPOGRAPHIC.findall(_STRING_OR_COMMENT.sub("", text.split("\n")[line - 1]))
        if marks:
            collector.add((), f"the quotation mark {marks[0]}", "straight ones: \" or '", line)
        else:
            collector.add((), f"invalid TOML: {error}", "TOML (https://toml.io)", line)
    except RecursionError as error:
        collector.add((), f"values or keys that are nested too deeply ({error})", "tables of lists and single values")
    raise collector.error()


@contextmanager
def without_collection() -> Iterator[None]:
    """Garbage collection is off meanwhile: it would look at each of a million new objects many times."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _check_size(text: str, collector: ProblemCollector) -> None:
    outline = _STRING_OR_COMMENT.sub('"', f"\n{text}")
    for what, count, limit in (
        ("sources", outline.count("[[") + outline.count("{"), MAX_SOURCES),
        ("keys", outline.count("="), MAX_VALUES),
        ("values in lists", outline.count(","), MAX_VALUES),
        ("lists", outline.count("["), MAX_VALUES),
        ("backslashes", text.count("\\"), MAX_BACKSLASHES),
    ):
        if count > limit:
            collector.add((), f"{count} {what}", f"at most {limit}; split the file")
    for number, _ in enumerate(_OTHER_TABLE.finditer(outline)):
        if number == MAX_OTHER_TABLES:
            found = f"more than {MAX_OTHER_TABLES} dotted keys and tables other than [[source]]"
            collector.add((), found, "tables as docs/sources.md describes them")
            break
    if collector.problems:
        raise collector.error()
