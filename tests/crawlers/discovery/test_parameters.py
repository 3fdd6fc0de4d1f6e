"""What a page shows about the parameters of its URL, and the key of a URL without those that are ignored."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.discovery import url_key
from crawlers.discovery.parameters import (
    MAX_PARAMETERS,
    REQUESTED_ANYWAY,
    IgnoredParameters,
    canonical_evidence,
    pair_evidence,
    parameters_of,
    without_parameters,
)

HOST = "https://courier.example"
SLUG = f"{HOST}/news/the-harbour-is-closed"
NAMES = st.text(string.ascii_letters + string.digits + "[]. é", min_size=1, max_size=6).map(lambda name: f"q{name}")
VALUES = st.text(string.ascii_letters + string.digits + "-%", max_size=6).map(lambda value: value.replace("%", "%25"))
QUERIES = st.dictionaries(NAMES.map(lambda name: name.replace(" ", "+")), VALUES, max_size=5)


def kept(url: str, canonical: str) -> list[str]:
    found = list(canonical_evidence(url, canonical))
    assert not any(one.supports for one in found), "publishers leave out what selects a part of an article, too"
    return [one.parameter for one in found]


@pytest.mark.parametrize(
    ("url", "canonical", "expected"),
    [
        (f"{SLUG}?pos=3", SLUG, []),
        (f"{SLUG}?pos=3&utm_source=rss", f"{SLUG}?utm_source=rss", []),
        (f"{HOST}/story?id=7&pos=3", f"{HOST}/story?id=7", ["id"]),
        (f"{HOST}/story?page=2", f"{HOST}/story?page=1", ["page"]),
        (f"{HOST}/?p=77", f"{HOST}/2026/the-harbour-is-closed", []),
        (f"{HOST}/old?id=7", f"{HOST}/new?id=7", ["id"]),
        (f"{SLUG}?tag%5B%5D=a&tag%5B%5D=b", f"{SLUG}?tag%5B%5D=b", ["tag[]"]),
        (f"{SLUG}?{(many := '&'.join(f'p{n}=1' for n in range(MAX_PARAMETERS + 1)))}", f"{SLUG}?{many}", []),
        (f"{SLUG}?{'p' * 200}=1", f"{SLUG}?{'p' * 200}=1", []),
    ],
)
def test_a_canonical_url_keeps_parameters_that_are_part_of_it(url: str, canonical: str, expected: list[str]) -> None:
    assert kept(url, canonical) == expected


@pytest.mark.parametrize(
    ("url", "other", "parameter"),
    [
        (f"{SLUG}?pos=3", SLUG, "pos"),
        (SLUG, f"{SLUG}?pos=3", "pos"),
        (f"{SLUG}?pos=3", f"{SLUG}?pos=4", "pos"),
        (f"{SLUG}?id=1&pos=3", f"{SLUG}?pos=4&id=1", "pos"),
        (f"{SLUG}?pos=3", f"http://amp.courier.example{SLUG.removeprefix(HOST)}", "pos"),
        (f"{SLUG}?pos=3", f"{SLUG}?pos=3&utm_source=rss", None),
        (f"{SLUG}?id=1&pos=3", f"{SLUG}?id=2&pos=4", None),
        (f"{SLUG}?pos=3", f"{SLUG}-again", None),
        (SLUG, SLUG, None),
    ],
)
def test_two_urls_that_differ_in_one_parameter(url: str, other: str, parameter: str | None) -> None:
    for same_text in (True, False):
        found = pair_evidence(url, other, same_text=same_text)
        assert (found and found.parameter) == parameter
        assert found is None or (found.supports, found.page) == (
            same_text,
            url_key(without_parameters(url, ["pos"])),
        )


def test_equal_texts_show_nothing_where_nothing_but_the_parameter_may_name_the_article() -> None:
    reprinted = f"{HOST}/sport/story?id=7", f"{HOST}/sport/story?id=9"
    assert pair_evidence(*reprinted, same_text=True) is None
    assert pair_evidence(*reprinted, same_text=True, canonical=f"{HOST}/sport/story?id=9") is None
    by_link = pair_evidence(f"{HOST}/a7?pos=1", f"{HOST}/a7?pos=2", same_text=True, canonical=f"{HOST}/a7")
    assert by_link is not None
    assert by_link.supports
    other_texts = pair_evidence(*reprinted, same_text=False)
    assert other_texts is not None
    assert not other_texts.supports


@given(QUERIES, st.sets(st.integers(0, 4)))
def test_what_is_left_out_is_left_out_everywhere(query: dict[str, str], chosen: set[int]) -> None:
    def url_with(parameters: dict[str, str]) -> str:
        return f"{SLUG}?{'&'.join('='.join(pair) for pair in parameters.items())}"

    url = url_with(query)
    names = parameters_of(url)
    left_out = {name for number, name in enumerate(names) if number in chosen}
    assert kept(url, without_parameters(url, left_out)) == [name for name in names if name not in left_out]
    assert not left_out & parameters_of(without_parameters(url, left_out)).keys()
    shorter = IgnoredParameters({"courier.example": left_out}).shorter(url)
    is_left_out = left_out and url_key(url) % REQUESTED_ANYWAY != 0
    assert (shorter and shorter.key) == (url_key(without_parameters(url, left_out)) if is_left_out else None)


def test_parameters_are_ignored_on_their_host_alone() -> None:
    ignored = IgnoredParameters({"courier.example": ["pos"]})
    assert ignored.shorter("https://post.example/news/the-harbour-is-closed?pos=3") is None
    assert ignored.shorter(f"{SLUG}?place=3") is None
    found = ignored.shorter(f"{SLUG}?pos=3&place=3")
    assert found is not None
    assert (found.key, found.parameters, found.names_article) == (url_key(f"{SLUG}?place=3"), ("pos",), True)
    section = ignored.shorter(f"{HOST}/story?pos=3")
    assert section is not None
    assert not section.names_article


@pytest.mark.parametrize(
    "path", ["/", "/story", "/index.html", "/show-news-article.php", "/2026-11-27/", "/d/20261127.html"]
)
def test_scripts_days_and_kinds_of_pages_name_no_page(path: str) -> None:
    found = IgnoredParameters({"courier.example": ["id"]}).shorter(f"{HOST}{path}?id=7")
    assert found is not None
    assert not found.names_article
    assert not found.may_name_page
    assert pair_evidence(f"{HOST}{path}?id=7", f"{HOST}{path}?id=8", same_text=True) is None
    story = IgnoredParameters({"courier.example": ["pos"]}).shorter(f"{HOST}{path}?id=7&pos=1")
    assert story is not None
    assert (story.names_article, story.may_name_page) == (False, True), "the identifier is left"


def test_a_few_urls_with_ignored_parameters_are_requested_anyway() -> None:
    ignored = IgnoredParameters({"courier.example": ["pos"]})
    anyway = [number for number in range(1000) if ignored.shorter(f"{SLUG}?pos={number}") is None]
    assert 1000 / REQUESTED_ANYWAY / 2 < len(anyway) < 1000 / REQUESTED_ANYWAY * 2
