"""What is said of a server that gave no answer."""

from __future__ import annotations

import pytest
from scrapy.exceptions import CannotResolveHostError, DownloadFailedError, ResponseDataLossError
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.python.failure import Failure
from twisted.web._newclient import ParseError
from twisted.web.client import ResponseFailed

from crawlers.politeness.network_errors import describe_network_error


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (ParseError("bad", b"HTTP/1.1 x"), "the answer is not HTTP"),  # type: ignore[no-untyped-call]
        (ConnectionDone(), "the connection ended before the answer was complete"),
        (ConnectionLost("reset"), "the connection ended before the answer was complete"),
    ],
)
def test_the_error_that_twisted_wraps_is_described_in_words(cause: Exception, words: str) -> None:
    failed = ResponseFailed([Failure(cause)])  # type: ignore[no-untyped-call]
    wrapped = DownloadFailedError(str(failed))
    wrapped.__cause__ = failed
    assert describe_network_error(wrapped) == describe_network_error(failed) == words


def test_other_errors_keep_their_own_words() -> None:
    assert describe_network_error(CannotResolveHostError("DNS lookup failed: town.example.")) == (
        "DNS lookup failed: town.example"
    )
    assert describe_network_error(ResponseDataLossError()) == "the connection ended before the whole body had arrived"
    assert describe_network_error(ValueError()) == "ValueError"
