"""Reads the objects of JSON files: one per line, or lists and objects of any layout, a value at a time."""

from __future__ import annotations

import codecs
import json
import re
from typing import TYPE_CHECKING

from crawlers.importers.items import BrokenContentError
from crawlers.limits import MAX_PAGE_BYTES

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator

_PIECE = 1 << 20
_SEPARATORS = re.compile(r"[\s,\[\]\ufeff]*")
_SPACE = re.compile(r"[\s,\ufeff]*")
_DECODER = json.JSONDecoder()


def lines_of(stream: io.BufferedReader) -> Iterator[tuple[int, bytes | None]]:
    """The lines of a file with their numbers; None for one that is longer than `MAX_PAGE_BYTES`."""
    number = 0
    while line := stream.readline(MAX_PAGE_BYTES + 1):
        number += 1
        if len(line) <= MAX_PAGE_BYTES:
            yield number, line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(MAX_PAGE_BYTES)
        yield number, None


def values_of(stream: io.BufferedReader) -> Iterator[tuple[str | None, object]]:
    """The values of a JSON file, in order, each with the name of the list that it is in.

    A file has a list of values, or values one after another, or one object. An object of over `MAX_PAGE_BYTES` is no
    record, so the values in its lists are returned, with the names of these lists. The memory needed does not depend on
    the length of the file. Raises BrokenContentError where the rest cannot be read; bytes that are not UTF-8 come as
    surrogates.
    """
    text = _Text(stream)
    while text.skip(_SEPARATORS):
        value = text.value()
        if value is not _TOO_LONG:
            yield None, value
        elif text.begins_with("{"):
            yield from _values_in_lists(text)
        else:
            raise text.error(f"a value is longer than {MAX_PAGE_BYTES} bytes")
    if text.open_lists > 0:
        raise text.error("the list is not closed: the file is cut short")


_TOO_LONG = object()


def _values_in_lists(text: _Text) -> Iterator[tuple[str, object]]:
    text.take("{")
    while text.skip(_SPACE) and not text.begins_with("}"):
        name = text.value()
        if not isinstance(name, str):
            raise text.error("the name of a value is missing")
        text.skip(_SPACE)
        text.take(":")
        text.skip(_SPACE)
        if not text.begins_with("["):
            if text.value() is _TOO_LONG:
                raise text.error(f"the value of {name!r} is longer than {MAX_PAGE_BYTES} bytes")
            continue
        text.take("[")
        while text.skip(_SPACE) and not text.begins_with("]"):
            value = text.value()
            if value is _TOO_LONG:
                raise text.error(f"a value in {name!r} is longer than {MAX_PAGE_BYTES} bytes")
            yield name, value
        text.take("]")
    text.take("}")


class _Text:
    """The text of a stream. Only the part that is being read is in memory."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self.position = 0
        self.open_lists = 0
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._text = ""
        self._ended = False
        self._line = 1  # of the beginning of the text

    def begins_with(self, sign: str) -> bool:
        return self._text.startswith(sign, self.position)

    def take(self, sign: str) -> None:
        if not self.begins_with(sign):
            found = self._text[self.position : self.position + 20]
            raise self.error(f"expected {sign!r}, found {found!r}" if found else "the file is cut short")
        self.position += 1

    def skip(self, pattern: re.Pattern[str]) -> bool:
        """Skip signs between values; returns False at the end of the file."""
        while True:
            match = pattern.match(self._text, self.position)
            assert match is not None, "the pattern matches nothing, too"
            skipped = match[0]
            self.open_lists += skipped.count("[") - skipped.count("]")
            self.position = match.end()
            if self.position < len(self._text):
                return True
            if not self._read_more():
                return False

    def value(self) -> object:
        """The next value, or `_TOO_LONG`, which leaves it to be read in parts. Raises BrokenContentError."""
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self.position)
            except RecursionError:
                raise self.error("nested too deeply") from None
            except json.JSONDecodeError as error:
                if len(self._text) - self.position > MAX_PAGE_BYTES:
                    return _TOO_LONG
                if not self._read_more():
                    raise self.error(error.msg, error.pos) from None
                continue
            except ValueError:  # Python reads integers of up to 4,300 digits
                raise self.error("a number is too long") from None
            if end < len(self._text) or isinstance(value, dict | list | str) or not self._read_more():
                self.position = end
                return value

    def error(self, problem: str, position: int | None = None) -> BrokenContentError:
        line = self._line + self._text.count("\n", 0, self.position if position is None else position)
        return BrokenContentError(f"invalid JSON in line {line}: {problem}")

    def _read_more(self) -> bool:
        if self._ended:
            return False
        data = self._stream.read(_PIECE)
        self._ended = not data
        self._line += self._text.count("\n", 0, self.position)
        self._text = self._text[self.position :] + self._decoder.decode(data, final=self._ended)
        self.position = 0
        return True
