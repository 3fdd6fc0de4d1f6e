"""Says in words why a server gave no answer: Twisted's own texts name classes of Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.exceptions import ResponseDataLossError
from twisted.internet import error as network
from twisted.web._newclient import ParseError  # Twisted exports what wraps it, but not this
from twisted.web.client import ResponseFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORDS: tuple[tuple[type[BaseException], str], ...] = (
    (ParseError, "the answer is not HTTP"),
    (ResponseDataLossError, "the connection ended before the whole body had arrived"),
    (network.ConnectionDone, "the connection ended before the answer was complete"),
    (network.ConnectionLost, "the connection ended before the answer was complete"),
)


def describe_network_error(error: BaseException) -> str:
    """The reason in words, without a full stop; the name of the class for an error that says nothing."""
    for found in _causes(error):
        for kind, words in _WORDS:
            if isinstance(found, kind):
                return words
    return str(error).removesuffix(".") or type(error).__name__


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, and those that it wraps."""
    yield error
    cause = error.__cause__ or error
    if isinstance(cause, ResponseFailed):
        yield from (reason.value for reason in cause.reasons)
