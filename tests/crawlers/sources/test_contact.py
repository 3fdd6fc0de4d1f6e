"""When sources may be asked without saying whom to write to."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawlers.errors import SourcesError
from crawlers.sources.contact import require_contact
from crawlers.sources.model import parse_sources

FILE = Path("sources.toml")
HERE = "http://127.0.0.1:8899"
PUBLIC = '[[source]]\nname = "courier"\nfeeds = ["http://courier.example/feed.xml"]\n'
SECURE = PUBLIC.replace("http:", "https:").replace("courier", "post")
INTRANET = '[[source]]\nname = "desk"\nallow_private_addresses = true\nhomepage = "http://desk.example/"\n'


def refused(text: str, **proxies: str) -> str | None:
    try:
        require_contact(parse_sources(text.encode(), FILE), FILE, proxies)
    except SourcesError as error:
        return str(error)
    return None


def test_a_public_source_without_a_contact_is_refused_with_what_to_write() -> None:
    said = refused(INTRANET + PUBLIC)
    assert said is not None
    assert "sources.toml: crawl.contact: found no contact address for the public source 'courier'" in said
    assert 'contact = "mailto:' in said


def test_with_a_contact_nothing_is_refused() -> None:
    assert refused('[crawl]\ncontact = "desk@courier.example"\n' + PUBLIC + SECURE) is None


def test_sources_inside_need_no_contact() -> None:
    assert refused(INTRANET) is None


def test_what_a_proxy_on_this_machine_answers_needs_no_contact() -> None:
    assert refused(PUBLIC + INTRANET, http=HERE) is None
    assert refused(PUBLIC, http="http://localhost:3128") is None
    assert refused(PUBLIC, http="http://[::1]:3128") is None
    assert refused(PUBLIC + SECURE, http=HERE, https=HERE) is None


@pytest.mark.parametrize(
    "proxies",
    [{}, {"http": HERE}, {"http": HERE, "https": "http://proxy.example:3128"}, {"http": HERE, "https": ""}],
    ids=str,
)
def test_one_address_that_goes_out_is_enough_to_be_refused(proxies: dict[str, str]) -> None:
    assert refused(PUBLIC + SECURE, **proxies) is not None


def test_a_host_that_the_proxy_is_not_used_for_goes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", HERE)
    monkeypatch.setenv("no_proxy", "courier.example")
    assert refused(PUBLIC, http=HERE) is not None
