"""Reads the XML of a listing as a stream of events, however broken it is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol, cast

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Mapping

_CHUNK = 1 << 16
_MAX_DEPTH = 100_000
"""Open elements. What a feed forgets to close stays open, but 20 MiB of start tags took 15 s and half a gigabyte."""


class XmlTarget(Protocol):
    """Receives the events. `depth` is the number of open elements; the target keeps count."""

    depth: int

    @property
    def is_full(self) -> bool:
        """Whether it needs no more events; it may get some."""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """A start tag."""

    def data(self, text: str) -> None:
        """Text, in pieces."""

    def end(self, tag: str) -> None:
        """An end tag, or the end of an element that a wrong end tag closes."""

    def close(self) -> None:
        """Never called."""


@dataclass(frozen=True, slots=True)
class XmlResult:
    """The outcome of reading: the first error with its line (from 1), and whether the document is complete."""

    error: tuple[int, str] | None
    is_mismatched: bool
    """Start and end tags do not match, so nesting means little."""
    is_complete: bool

    def problems(self, lines_before: int = 0) -> list[str]:
        """The problems in words; line numbers count from `lines_before`."""
        if self.error is not None:
            line, message = self.error
            return [f"not well-formed at line {line + lines_before}: {message}"]
        return [] if self.is_complete else ["ends before it is complete"]


def read_xml(text: str, target: XmlTarget) -> XmlResult:
    """Pass the events of XML to the target. The XML begins with its root and has gone through `resolve_references`.

    So it contains no DTD, which would come before the root, and no entities to resolve. The target gets no event for
    anything that is cut off: an element without its end tag does not end.
    """
    parser = etree.XMLParser(
        target=cast("etree.ParserTarget", target),  # the stubs allow bytes, which lxml never passes
        encoding="utf-8",
        recover=True,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    body = text.encode()
    for start in range(0, len(body), _CHUNK):
        if target.is_full or target.depth > _MAX_DEPTH:
            break
        parser.feed(body[start : start + _CHUNK])
    # Closing the parser would end the open elements as if they were complete.
    errors = [error for error in parser.feed_error_log if error.level >= etree.ErrorLevels.ERROR]
    return XmlResult(
        error=(errors[0].line, " ".join(errors[0].message.split())) if errors else None,
        is_mismatched=any(error.type == etree.ErrorTypes.ERR_TAG_NAME_MISMATCH for error in errors),
        is_complete=target.is_full or (target.depth == 0 and bool(body.rstrip().endswith(b">"))),
    )


@lru_cache(maxsize=1024)
def split_tag(tag: str) -> tuple[str, str]:
    """Namespace and local name in lower case; lxml drops a prefix that is not declared.

    A namespace is a name, but many feeds write it as a URL: `https://` for `http://`, with or without a final slash.
    """
    namespace, _, local = tag.removeprefix("{").rpartition("}")
    if namespace.startswith("https://"):
        namespace = "http://" + namespace.removeprefix("https://")
    return namespace.rstrip("/"), local.lower()
