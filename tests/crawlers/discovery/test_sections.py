from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.discovery import BadListingError, find_feeds, parse_section
from crawlers.discovery.url_evidence import Evidence, article_evidence

FRONTS = Path(__file__).parent / "fronts"

COURIER = "https://www.courier.example/"
HAFENBOTE = "https://hafenbote.example/"
MINATO = "https://minato.example/"
ARTICLES = {
    "courier.html": {
        f"{COURIER}news/2024/05/14/ferry-runs-aground-off-north-pier": "Breaking: ferry aground off north pier",
        f"{COURIER}world/2024/05/14/talks-resume-after-long-night": "Talks resume after a long night at the table",
        f"{COURIER}business/harbour-dues-to-rise-by-a-third-1204421.html": "Harbour dues to rise by a third",
        f"{COURIER}opinion/quiet-please": "Quiet, please",
        f"{COURIER}a/dRwWqB": "The island that voted twice in a single day",
        f"{COURIER}climate-environment/the-last-eel-fishers-of-the-estuary": "The last eel fishers of the estuary",
        f"{COURIER}story.php?id=88213": "Water company fined for the third time this year",
        f"{COURIER}live/storm-olaf-latest-updates-from-the-coast-b2544412": "Storm Olaf: latest updates from the coast",
        f"{COURIER}video/how-the-lifeboat-crew-trains-in-winter-99120": "How the lifeboat crew trains in winter",
        "https://sport.courier.example/rowing/regatta-ends-in-a-dead-heat-7714": "Regatta ends in a dead heat",
        f"{COURIER}news/2024/05/12/bakery-that-never-closes-closes-doors": "Bakery that never closes closes its doors",
    },
    "hafenbote.html": {
        f"{HAFENBOTE}politik/rat-vertagt-streit-um-bruecke-id4711823.html": "Rat vertagt den Streit um die Brücke",
        f"{HAFENBOTE}lokales/Neue-F%C3%A4hre-f%C3%BCr-den-Sund;art1234,567890": "Neue Fähre für den Sund",
        f"{HAFENBOTE}plus/article409956720/ampeln-tot.html": "Ampeln tot",
        f"{HAFENBOTE}sport/fussball/kreisliga-nord-torreicher-auftakt-in-der-heide": "Torreicher Auftakt in der Heide",
    },
    "minato.html": {
        f"{MINATO}articles/view/sports/367061": "港対抗の野球大会、十年ぶりに地元の高校が優勝",
        f"{MINATO}news/20241203-OYT1T50218/": "橋の架け替え工事が来春から始まる見通し",
        f"{MINATO}news/%E6%B8%AF%E3%81%AE%E6%96%B0%E3%81%97%E3%81%84%E7%81%AF%E5%8F%B0%E3%81%AB"
        "%E6%98%8E%E3%81%8B%E3%82%8A%E3%81%8C%E3%81%A8%E3%82%82%E3%82%8B": "港の新しい灯台に明かりがともる",
    },
}
ADDRESSES = {
    "courier.html": COURIER,
    "hafenbote.html": HAFENBOTE,
    "minato.html": MINATO,
}
LANGUAGES = {"courier.html": "en", "hafenbote.html": "de", "minato.html": "ja"}


def page(inside: str) -> bytes:
    return f"<!doctype html><html><body>{inside}</body></html>".encode()


def followed(inside: str, url: str = COURIER) -> list[str]:
    return [link.url for link in parse_section(page(inside), url).links]


@pytest.mark.parametrize("front", ARTICLES)
def test_a_front_page_gives_its_articles_and_nothing_else(front: str) -> None:
    listing = parse_section((FRONTS / front).read_bytes(), ADDRESSES[front])
    assert {link.url.partition("?utm")[0]: link.title for link in listing.links} == ARTICLES[front]
    assert {link.language for link in listing.links} == {LANGUAGES[front]}
    assert listing.problem is None


def test_the_feeds_of_a_page_are_those_in_its_head_without_comments() -> None:
    assert find_feeds((FRONTS / "courier.html").read_bytes(), COURIER) == (
        "https://www.courier.example/feed.xml",
        "https://feeds.courier.example/sport.atom",
    )
    assert find_feeds(b"<p>none</p>", COURIER) == ()


@pytest.mark.parametrize(
    "path",
    [
        "/2019/11/18/new-york-state-attorney-general-investigating-wework/",
        "/nachrichten/Einschlag-in-Elmshorn-Es-war-ein-Meteorit,meteorit146.html",
        "/politik/article409956720/ampeln-tot-s-bahnen-stoppen.html",
        "/news/10371941/hunter-diagnosed-bubonic-plague/",
        "/news/article/A2026012914320005196",
        "/news/politics/11333783",
        "/news/newsbeat-50470672",
        "/article/3834/1",
        "/articles/d41586-025-04160-8",
        "/n1/2024/0424/c1001-40223222.html",
        "/news/142489,some-thing.html",
        "/turkiye/pos-tefeciligi-sorusturmasi-4-supheli-tutuklandi-1695518",
        "/how-the-ferry-ran-aground-off-the-pier/live",
    ],
)
def test_links_with_the_urls_of_articles_are_found(path: str) -> None:
    assert article_evidence(f"https://courier.example{path}") >= Evidence.STRONG


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/tag/politics",
        "/tag/the-long-road-to-a-new-harbour-bridge-2024",
        "/author/jane-doe-1234567",
        "/autor/maria-garcia-lopez-de-la-fuente",
        "/thema/klimawandel-an-der-kueste-und-im-meer",
        "/kategorie/politik-und-gesellschaft-im-norden",
        "/search?q=the-long-road-to-nowhere-123456",
        "/suche/ergebnis-fuer-neue-bruecke-am-hafen",
        "/login",
        "/user/register-for-a-free-account-today",
        "/newsletter/the-best-of-the-week-in-your-inbox",
        "/video",
        "/videos/",
        "/news/page/2",
        "/news/seite-3",
        "/trap/1",
        "/2024/05",
        "/2024/05/14/",
        "/archive/2024-05-14",
        "/about-us",
        "/privacy-policy.html",
        "/mentions-legales",
        "/index.html",
        "/files/annual-report-of-the-harbour-trust-2023.pdf",
        "/feed/",
        "/sponsored/2024/05/why-more-families-choose-heat-pumps",
    ],
)
def test_urls_of_indexes_services_and_files_are_evidence_against_an_article(path: str) -> None:
    assert article_evidence(f"https://courier.example{path}") is Evidence.AGAINST
    link = f'<article><h2><a href="{path}">A headline with more than a few words</a></h2></article>'
    assert followed(link) == []


@pytest.mark.parametrize("path", ["/news", "/world/asia", "/sport/football", "/about", "/contact", "/private/newsroom"])
def test_sections_are_not_followed(path: str) -> None:
    assert followed(f'<a href="{path}">Football and more</a><h2><a href="{path}">Football and more</a></h2>') == []


SLUG = "/world/talks-resume-in-the-capital"


@pytest.mark.parametrize(
    ("around", "expected"),
    [
        ("<article><h2>{}</h2></article>", True),
        ("<div class='teaser'><h3>{}</h3></div>", True),
        ("<li>{}</li>", True),
        ("<article><header><h2>{}</h2></header></article>", True),
        ("<nav>{}</nav>", False),
        ("<header>{}</header>", False),
        ("<footer>{}</footer>", False),
        ("<aside>{}</aside>", False),
        ("<div role='navigation'>{}</div>", False),
        ("<ul class='main-nav__list'>{}</ul>", False),
        ("<ul class='siteFooterLinks'>{}</ul>", False),
        ("<div id='breadcrumbs'>{}</div>", False),
        ("<div class='box sponsored'><article><h2>{}</h2></article></div>", False),
        ("<article><h2><span rel='tag'>{}</span></h2></article>", True),
    ],
)
def test_the_place_of_a_link_decides_if_its_url_could_also_be_a_section(around: str, expected: bool) -> None:
    others = "".join(
        f'<p><a href="/news/2024/05/{n}/some-other-story">Some other story {n}</a></p>' for n in range(10, 20)
    )
    found = followed(around.format(f'<a href="{SLUG}">Talks resume in the capital</a>') + others)
    assert (f"https://www.courier.example{SLUG}" in found) is expected


def test_a_menu_word_on_the_element_around_the_whole_page_is_ignored() -> None:
    link = f'<a href="{SLUG}">Talks resume in the capital</a>'
    assert followed(f'<div class="page-with-sidebar">{link}</div>') == [f"https://www.courier.example{SLUG}"]


def test_other_sites_are_not_followed_and_other_hosts_of_the_site_are() -> None:
    text = "A headline with more than a few words"
    hosts = ("www.courier.example", "sport.courier.example", "courier.example", "notcourier.example", "courier.test")
    links = "".join(f'<h2><a href="https://{host}/2024/05/14/the-ferry-ran-aground">{text}</a></h2>' for host in hosts)
    assert followed(links) == [f"https://{host}/2024/05/14/the-ferry-ran-aground" for host in hosts[:3]]


def test_several_links_to_one_article_are_one_with_the_headline_as_title() -> None:
    path = "/2024/05/14/the-ferry-ran-aground"
    listing = parse_section(
        page(
            f'<a href="{path}"><img alt="" src="x.jpg"></a><a href="{path}?utm_source=front">More</a>'
            f'<a href="{path}"><h2>The ferry <i>ran</i>\n aground</h2><p>And a summary of all of it</p>'
            f'<script>var x = "no text";</script></a><a href="{path}#comments">127 comments</a>'
        ),
        COURIER,
    )
    assert [(link.url, link.title) for link in listing.links] == [
        ("https://www.courier.example/2024/05/14/the-ferry-ran-aground", "The ferry ran aground")
    ]


def test_the_page_itself_and_odd_links_are_not_followed() -> None:
    url = "https://www.courier.example/2024/05/14/the-ferry-ran-aground"
    odd = "".join(
        f'<a href="{href}">A headline with more than a few words</a>'
        for href in (
            "",
            "#top",
            "javascript:void(0)",
            "mailto:a@courier.example",
            "http://[::1",
            "x" * 5000,
            f"{url}?utm_x=1",
        )
    )
    assert followed(odd, url) == []


def test_a_page_that_is_cut_off_within_a_link_gives_the_links_before_it() -> None:
    body = page(
        '<p><a href="/2024/05/14/the-ferry-ran-aground">The ferry ran aground</a><a href="/2024/05/14/the-bridge-'
    )
    body = body[: body.index(b"bridge-")]
    assert [link.url for link in parse_section(body, COURIER).links] == [f"{COURIER}2024/05/14/the-ferry-ran-aground"]


def test_the_charset_of_the_header_is_used_for_titles() -> None:
    body = '<a href="/2024/05/14/neue-faehre">Neue Fähre für Łódź</a>'.encode("cp1250")
    assert parse_section(body, COURIER, "windows-1250").links[0].title == "Neue Fähre für Łódź"


def test_a_page_without_links_says_so() -> None:
    assert parse_section(b"<div id='app'></div><script src='app.js'></script>", COURIER).problem == (
        "no links: the page may need a script to show any"
    )


REFUSED: list[tuple[bytes, str]] = [
    (b"", "an empty body"),
    (b"%PDF-1.7", "binary data"),
    (b"just words", "text beginning with 'just words'"),
    (b"<?xml version='1.0'?><rss><channel></channel></rss>", "XML with the root element <rss>"),
    (b"<p>" + b" " * (20 << 20), f"{(20 << 20) + 3} bytes"),
]


@pytest.mark.parametrize(("body", "found"), REFUSED, ids=[found for _, found in REFUSED])
def test_a_body_that_is_not_a_page_is_refused_with_a_description(body: bytes, found: str) -> None:
    for read in (parse_section, find_feeds):
        with pytest.raises(BadListingError, match=f"^found {found}.*; expected a"):
            read(body, COURIER)


HEADLINE = '<a href="/2024/05/14/the-ferry-ran-aground">The ferry ran aground</a>'
N = 50_000
HOSTILE = {
    "attributes": "<div " + " ".join(f"a{n}=1" for n in range(N)) + ">" + HEADLINE,
    "depth": HEADLINE + "<i>" * 4 * N + '<a href="/x">x</a>' * N,
    "links": HEADLINE + "<a href=/x>" * N,
    "class": HEADLINE + f'<div class="{"a-B " * N}"><a href="/x">x</a></div>',
    "slugs": HEADLINE + "".join(f'<a href="/{"a1-" * 1300}{n}">x</a>' for n in range(500)),
    "comments": HEADLINE + "<!--" * N,
}


@pytest.mark.parametrize("inside", HOSTILE.values(), ids=HOSTILE)
def test_no_crafted_page_takes_long(inside: str) -> None:
    started = time.process_time()
    assert followed(inside) == ["https://www.courier.example/2024/05/14/the-ferry-ran-aground"]
    assert time.process_time() - started < 10  # quadratic work would take minutes


def test_elements_beyond_the_limit_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    text = HEADLINE + "<i></i>" * 20_000 + HEADLINE.replace("14", "15")
    assert len(followed(text)) == 2
    monkeypatch.setattr("crawlers.discovery.html_links.MAX_ELEMENTS", 10_000)
    assert followed(text) == ["https://www.courier.example/2024/05/14/the-ferry-ran-aground"]


@given(st.text("<>/=\"' ahrefdiv\n&;-", max_size=200))
def test_no_garbage_raises_anything_else(garbage: str) -> None:
    for text in (garbage, f"<p>{garbage}</p>", f'<a href="{garbage}">A headline of some words</a>'):
        try:
            parse_section(text.encode(), COURIER)
        except BadListingError:
            continue
