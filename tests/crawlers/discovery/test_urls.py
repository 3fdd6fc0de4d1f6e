from __future__ import annotations

import string
import uuid

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from crawlers.discovery import absolute_url, article_id, normalise_url, same_site, url_key
from crawlers.discovery.urls import _normalise_fully

NAMES = st.text(string.ascii_letters + string.digits + "_-.", min_size=1, max_size=8)
VALUES = st.text(string.ascii_letters + string.digits + "_-.~ äß漢%/+&=", max_size=8).map(
    lambda value: value.strip().replace("&", "%26").replace("=", "%3D")
)
PARAMETERS = st.lists(st.tuples(NAMES.map(lambda name: f"q{name}"), VALUES), max_size=5)
TRACKING = st.lists(
    st.sampled_from(
        ["utm_source=rss", "utm_x=", "UTM_Medium=feed", "fbclid=IwAR0", "gclid=1", "mc_cid=2", "at_medium=a", "ref=rss"]
    ),
    max_size=4,
)
PATHS = st.text(string.ascii_letters + string.digits + "/-_.,;~%:äß漢 ", max_size=30).map(str.strip)
ADDRESSES = st.builds(
    lambda scheme, host, path, query: f"{scheme}://{host}/{path}{'?' + query if query else ''}",
    st.sampled_from(["http", "https", "HTTP"]),
    st.sampled_from(["example.com", "WWW.Example.COM", "bücher.example", "a.b.co.uk:8080", "127.0.0.1", "[::1]:81"]),
    PATHS,
    st.text(string.printable + "äß漢", max_size=40).map(lambda text: text.replace("#", "")),
)


def with_query(url: str, parameters: list[str]) -> str:
    return url + ("?" + "&".join(parameters) if parameters else "")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTPS://Www.Example.COM/Path/A", "https://www.example.com/Path/A"),
        ("https://example.com", "https://example.com/"),
        ("http://example.com:80/a", "http://example.com/a"),
        ("https://example.com:443/a", "https://example.com/a"),
        ("http://example.com:443/a", "http://example.com:443/a"),
        ("https://example.com./a", "https://example.com/a"),
        ("https://user:secret@example.com/a", "https://example.com/a"),
        ("https://bücher.example/a", "https://xn--bcher-kva.example/a"),
        ("https://example.com/a#comments", "https://example.com/a"),
        ("https://example.com/a/", "https://example.com/a/"),
        ("https://example.com/a//b", "https://example.com/a//b"),
        ("https://example.com/a/../b/./c", "https://example.com/b/c"),
        ("https://example.com/größe", "https://example.com/gr%C3%B6%C3%9Fe"),
        ("https://example.com/gr%c3%b6%C3%9fe", "https://example.com/gr%C3%B6%C3%9Fe"),
        ("https://example.com/a%2Fb%20c", "https://example.com/a%2Fb%20c"),
        ("https://example.com/%E4", "https://example.com/%E4"),
        ("https://example.com/a?b=2&a=1", "https://example.com/a?a=1&b=2"),
        ("https://example.com/a?a=2&a=1", "https://example.com/a?a=1&a=2"),
        ("https://example.com/a?find=&idx=3", "https://example.com/a?find=&idx=3"),
        ("https://example.com/a?id=1&utm_source=x&fbclid=y", "https://example.com/a?id=1"),
        ("https://example.com/a?utm_source=x", "https://example.com/a"),
        ("https://example.com/a?CMP=share_btn_tw", "https://example.com/a"),
        ("https://example.com/a?ref=rss&source=feed", "https://example.com/a"),
        ("https://example.com/a?x=1&amp;y=2", "https://example.com/a?x=1&y=2"),
        ("https://example.com/a;jsessionid=0A1B?x=1", "https://example.com/a?x=1"),
        ("  https://example.com/a\n", "https://example.com/a"),
        ("https://example.com/a\n b", "https://example.com/a%20b"),
        ("http://[0:0::1]/a", "http://[::1]/a"),
    ],
)
def test_a_url_has_one_canonical_form(url: str, expected: str) -> None:
    assert normalise_url(url) == expected


@pytest.mark.parametrize(
    "query",
    [
        "id=7",
        "p=7",
        "articleid=7",
        "page=2",
        "uid=7",
        "cid=7",
        "gallery=7",
        "session=7",
        "ref=7",
        "source=7",
        "keyword=x",
    ],
)
def test_parameters_that_select_the_page_are_kept(query: str) -> None:
    assert normalise_url(f"https://example.com/a?{query}") == f"https://example.com/a?{query}"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com/a",
        "/a",
        "file:///etc/passwd",
        "ftp://example.com/a",
        "javascript:alert(1)",
        "mailto:a@example.com",
        "http://",
        "http:///a",
        "http://a b/",
        "http://a..b/",
        "http://-/",
        "http://[::1",
        "http://example.com:99999/",
        "http://example.com/\ud800",
    ],
)
def test_anything_but_an_http_url_is_refused(url: str) -> None:
    for function in (normalise_url, absolute_url, url_key, article_id):
        with pytest.raises(ValueError, match=r"."):
            function(url)


@given(ADDRESSES)
@example("https://example.com/%2e%2e/%252e/?%75tm_source=1")
@example("https://example.com/a;jsessionid=1;jsessionid=2")
@example("https://example.com/?utm%5Fsource=1&%26=%3D")
@settings(deadline=None)
def test_normalising_again_changes_nothing(url: str) -> None:
    try:
        once = normalise_url(url)
    except ValueError:
        assume(False)
    assert normalise_url(once) == once
    assert absolute_url(once) == once


@given(ADDRESSES)
@example("https://example.com/a?b=2&utm_source=1&a=1&ref=rss&a-=3")
@example("https://example.com/./a?b=2")
@settings(deadline=None)
def test_the_fast_path_gives_the_same_as_the_full_normalisation(url: str) -> None:
    try:
        expected = _normalise_fully(url)
    except ValueError:
        assume(False)
    assert normalise_url(url) == expected


@given(PATHS, PARAMETERS, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_parameters_does_not_matter(path: str, parameters: list[tuple[str, str]], random: object) -> None:
    pairs = [f"{name}={value}" for name, value in parameters]
    shuffled = list(pairs)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = (with_query(f"https://example.com/{path}", query) for query in (pairs, shuffled))
    assert normalise_url(one) == normalise_url(other)


@given(PATHS, PARAMETERS, TRACKING, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_tracking_parameters_do_not_matter(
    path: str, parameters: list[tuple[str, str]], tracking: list[str], random: object
) -> None:
    pairs = [f"{name}={value}" for name, value in parameters]
    mixed = [*pairs, *tracking]
    random.shuffle(mixed)  # type: ignore[attr-defined]
    url = f"https://example.com/{path}"
    assert normalise_url(with_query(url, mixed)) == normalise_url(with_query(url, pairs))


@given(PATHS, PARAMETERS)
@settings(deadline=None)
def test_only_keys_ignore_the_scheme(path: str, parameters: list[tuple[str, str]]) -> None:
    secure = with_query(f"https://example.com/{path}", [f"{name}={value}" for name, value in parameters])
    plain = "http" + secure.removeprefix("https")
    assert url_key(plain) == url_key(secure)
    assert article_id(plain) == article_id(secure)
    assert normalise_url(plain).startswith("http://")
    assert normalise_url(secure).startswith("https://")


@given(st.lists(st.text(string.ascii_letters + string.digits + "-/", min_size=1, max_size=20), min_size=2, unique=True))
@settings(deadline=None)
def test_different_paths_have_different_keys(paths: list[str]) -> None:
    urls = {normalise_url(f"https://example.com/{path}") for path in paths}
    assert len({url_key(url) for url in urls}) == len(urls) == len(paths)


def test_the_key_is_the_beginning_of_the_article_id_and_never_changes() -> None:
    # Warehouses store both: if these values change, every stored row has another key.
    assert article_id("http://example.com/a?b=1&a=2") == uuid.UUID("3e265431-9feb-3008-9e2c-11b520163a21")
    assert url_key("http://example.com/a?b=1&a=2") == 0x3E2654319FEB3008
    key = url_key("https://example.com/other")
    assert key == article_id("https://example.com/other").int >> 64


STORY = "https://example.com/news/a-story-of-note"


@pytest.mark.parametrize(
    ("variant", "page"),
    [
        ("https://www.example.com/news/a-story-of-note", STORY),
        ("http://m.example.com/news/a-story-of-note", STORY),
        ("https://mobile.example.com/news/a-story-of-note", STORY),
        ("https://amp.example.com/news/a-story-of-note?utm_source=x", STORY),
        ("https://www.m.example.com:443/news/a-story-of-note", STORY),
        (STORY + "/amp", STORY),
        (STORY + "/amp/", STORY + "/"),
        (STORY + "/amp.html", STORY),
        (STORY + ".amp", STORY),
        (STORY + ".amp.html", STORY + ".html"),
        ("https://example.com/amp/news/a-story-of-note", STORY),
        (STORY + "?amp", STORY),
        (STORY + "?amp=1&id=7", STORY + "?id=7"),
        (STORY + "?outputType=amp", STORY),
    ],
)
def test_device_variants_are_one_article(variant: str, page: str) -> None:
    assert article_id(variant) == article_id(page)
    assert url_key(variant) == url_key(page)
    assert absolute_url(variant) != absolute_url(page), "the variant is still requested as written"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.com/reviews/amp", "https://example.com/reviews"),
        ("https://example.com/amp", "https://example.com/"),
        ("https://example.com/amp/", "https://example.com/"),
        ("https://m.example/a", "https://example/a"),
        ("https://www.gov.uk/a", "https://gov.uk/a"),
        ("https://news.example.com/a", "https://example.com/a"),
        ("https://mexample.com/a", "https://example.com/a"),
        (STORY + "-amp", STORY),
        (STORY + "?view=map", STORY),
        ("https://www.example.com:8080/a", "https://example.com/a"),
    ],
)
def test_a_url_that_only_looks_like_a_variant_is_another_page(one: str, other: str) -> None:
    assert article_id(one) != article_id(other)


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("/b?z=1&a=2&utm_source=rss", "https://example.com/b?z=1&a=2&utm_source=rss"),
        ("c.html#top", "https://example.com/a/c.html"),
        ("//other.example/x", "https://other.example/x"),
        ("?p=2", "https://example.com/a/?p=2"),
        ("https://EXAMPLE.com:443/%c3%a4?q=ä b", "https://example.com/%c3%a4?q=%C3%A4%20b"),
        ("https://u:p@example.com/x", "https://example.com/x"),
    ],
)
def test_a_url_is_requested_as_its_publisher_wrote_it(href: str, expected: str) -> None:
    assert absolute_url(href, "https://example.com/a/") == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("https://www.example.co.uk/a", "http://news.example.co.uk/", True),
        ("https://one.co.uk/", "https://two.co.uk/", False),
        ("https://a.blogspot.com/", "https://b.blogspot.com/", False),
        ("https://www.courier.example/", "https://sport.courier.example/", True),
        ("https://courier.example/", "https://tribune.example/", False),
        ("http://127.0.0.1:8001/", "http://127.0.0.1:8002/", False),
        ("http://127.0.0.1:8001/a", "http://127.0.0.1:8001/b", True),
        ("http://127.0.0.1/", "http://128.0.0.1/", False),
        ("http://localhost:1/", "http://localhost:2/", False),
        ("https://notexample.com/", "https://example.com/", False),
        ("https://example.com/", "mailto:a@example.com", False),
    ],
)
def test_a_site_is_a_registrable_domain(one: str, other: str, expected: bool) -> None:
    assert same_site(one, other) is expected
    assert same_site(other, one) is expected


@pytest.mark.parametrize(
    "parameter",
    """srsltid=AfmB wtrid=1 hmb_campaign=a Echobox=1772 tracking_source=rss __s=x ga_source=a utm=1 mc_tc=1 sh=4f3a
    mod=hp_lead shareToken=9 itid=hp smprod=x tbref=hp sref=y spref=tw wtmc=a traffic_source=a rss=1 outputType=amp
    amp=1 gad_source=1 CMP=share_btn_tw sara_ecid=soci hasha=9f campaign_id=2
    giftedArticle=true vd_source=9f""".split(),  # noqa: SIM905 - as a list, a line each
)
def test_parameters_seen_on_links_to_news_make_no_other_article(parameter: str) -> None:
    page = "https://courier.example/news/the-ferry-ran-aground"
    assert url_key(f"{page}?{parameter}") == url_key(page)
    assert url_key(f"{page}?id=7&{parameter}") == url_key(f"{page}?id=7")


@pytest.mark.parametrize("query", ["mod=news", "rss=politics", "sh=2", "s=1", "module=2", "vn=3", "cmp=12", "share=12"])
def test_parameters_that_may_select_the_page_stay(query: str) -> None:
    page = "https://courier.example/index.php"
    assert url_key(f"{page}?{query}") != url_key(page)
