"""Pages that are not articles, by reason and in several languages; and articles that look like such pages."""

from __future__ import annotations

import json

import pytest

from crawlers.extraction import Article, Rejection, RejectionReason, extract
from crawlers.extraction.rejections import MIN_ARTICLE_WORDS

URL = "https://paper.example/news/a-story-of-the-day-4711"
OPENING = (
    "The council met on Monday evening behind closed doors to decide what should become of the old cinema by the river."
)
STORY = " ".join(
    f"Councillor number {n} said that nothing had been decided and that everything was still open." for n in range(14)
)


def page(title: str, body: str, head: str = "", lang: str = "en") -> str:
    head = f'<meta charset="utf-8"><title>{title}</title>{head}'
    return f'<!doctype html><html lang="{lang}"><head>{head}</head><body>{body}</body></html>'


def article(title: str, *texts: str, head: str = "", before: str = "", after: str = "", lang: str = "en") -> str:
    return page(title, f"{before}<article><h1>{title}</h1>{paragraphs(*texts)}</article>{after}", head, lang)


def ld(kind: str = "NewsArticle", **fields: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": kind, **fields})}</script>'


def meta(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def link(number: int) -> str:
    return f'<h2><a href="/news/{number}">Story number {number}: what the council said about it yesterday</a></h2>'


LINKS = "".join(map(link, range(12)))
MIN_TEASERS = "".join(f"{link(n)}<p>{STORY[: 90 + n]}</p>" for n in range(9))
WEBSITE = meta("og:type", "website")
VIDEO = meta("og:type", "video.other")
NOT_FREE = ld(isAccessibleForFree=False)
CHALLENGE = '<script src="https://ct.captcha-delivery.com/c.js"></script>'
CONSENT_DE = (
    "Wir und unsere Partner verwenden Cookies und ähnliche Techniken, um Inhalte und Anzeigen zu messen.",
    "Mit einem Klick auf „Alle akzeptieren“ geben Sie Ihre Einwilligung. Weiteres in der Datenschutzerklärung.",
)
CONSENT_PL = (
    "My i grono naszych partnerów zapisujemy na urządzeniu pliki cookie, aby wyświetlać reklamy.",
    "Wyrażając zgodę, pozwalasz na przetwarzanie danych. Szczegóły opisuje nasza polityka prywatności.",
)
ROOT = "https://paper.example/"

NOTHING = {
    "no text": page("", ""),
    "only scripts and styles": page("", "<style>p{}</style><script>var text = 'none';</script>"),
}
TOO_SHORT = {
    "a caption": article("Picture", "The old cinema by the river, seen from the bridge."),
    "a Chinese caption": article("图片", "河边的老电影院，从桥上看。", lang="zh"),
}
NOT_ARTICLES = {
    "a front page": (page("The Paper", LINKS, WEBSITE), ROOT),
    "a front page with a text, in a language": (page("Die Zeitung", paragraphs(STORY, STORY)), ROOT + "de/"),
    "a section page": (page("News", LINKS), ROOT + "news/local-and-regional"),
    "a section in an article's template": (page("News", LINKS, meta("og:type", "article")), ROOT + "news/local"),
    "a section page with summaries": (page("News", MIN_TEASERS), ROOT + "news/local-and-regional"),
    "a tag page": (page("Council", paragraphs(STORY)), ROOT + "tag/council/page/2"),
    "a search page": (page("Results", paragraphs(STORY), ld("SearchResultsPage")), URL),
    "a video": (page("Watch", paragraphs(OPENING, OPENING), ld("VideoObject")), URL),
    "a video by og:type": (page("Watch", paragraphs(OPENING, OPENING), VIDEO), URL),
    "a gallery": (page("Pictures", paragraphs(OPENING, OPENING), ld("ImageGallery") + WEBSITE), URL),
    "an imprint": (page("About us", paragraphs(OPENING, OPENING), WEBSITE), ROOT + "about-us"),
}
NOT_ARTICLES |= {
    "a search": (page("Suchergebnisse für Brücke", paragraphs(STORY)), ROOT + "finden?q=Brücke"),
    "a short search": (page("Arama sonuçları", paragraphs(OPENING, OPENING), lang="tr"), URL),
    "a Japanese search": (page("「橋」の検索結果", paragraphs(OPENING, OPENING), lang="ja"), URL),
    "a tag page, Spanish": (page("Puente", paragraphs(STORY)), ROOT + "etiqueta/puente"),
    "a product": (page("Boots", paragraphs(OPENING, OPENING), ld("Product", name="Boots")), URL),
    "a product by og:type": (page("Boots", paragraphs(OPENING), meta("og:type", "product")), URL),
    "a shop by its button": (page("Stiefel", paragraphs(OPENING, OPENING) + "<b>In den Warenkorb</b>", lang="de"), URL),
    "a Polish shop": (page("Buty", paragraphs(OPENING, OPENING) + "<b>Dodaj do koszyka</b>", lang="pl"), URL),
    "a video by its address": (article("Watch", OPENING, head=ld(headline="Watch")), ROOT + "video/watch-it-4711"),
    "pictures by their address": (article("Bilder", OPENING, lang="de"), ROOT + "fotostrecke/bilder-4711"),
}
PAYWALLS = {
    "declared": article("Cinema", OPENING, head=NOT_FREE),
    "asking": article("Kino", OPENING, after="<div><b>Sie haben bereits ein Abo?</b></div>", lang="de"),
    "declared and asking, longer": article("Cine", OPENING, STORY[:350], head=NOT_FREE, after="Para seguir leyendo"),
}
BANNER = (
    "This website stores cookies on your computer, which are used to remember you and to improve what you see here.",
    "To find out more about the cookies we use, see our privacy policy, which was last changed in the spring.",
)
CONSENT_WALLS = {
    "a banner and nothing else": page("The Paper", paragraphs(*BANNER, "Menu Home")),
    "by its title": page("Before you continue", paragraphs(OPENING, OPENING)),
    "German": page("Zeitung", paragraphs(*CONSENT_DE), lang="de"),
    "Polish": page("Gazeta", paragraphs(*CONSENT_PL), lang="pl"),
}
ERROR_PAGES = {
    "served as 200": page("Page not found - The Paper", paragraphs(OPENING, OPENING)),
    "by its heading": page("The Paper", "<h1>404</h1><p>Nothing here.</p>"),
    "French": page("Page introuvable", "<p>Cette page n’est plus là.</p>", lang="fr"),
    "Russian": page("Страница не найдена", "<p>Вернитесь на главную.</p>", lang="ru"),
    "Japanese": page("ページが見つかりません", "<p>トップへ</p>", lang="ja"),
}
CHALLENGES = {
    "by its title": page("Just a moment...", "<h1>paper.example</h1><p>Checking your connection.</p>"),
    "by its script": page("paper.example", f"{CHALLENGE}<p>Please wait</p>"),
    "Turkish": page("Robot musunuz?", "<p>Lütfen bekleyin.</p>", lang="tr"),
}
APPLICATIONS = {
    "by its noscript": page("App", "<noscript>You need to enable JavaScript to run this app.</noscript>"),
    "Spanish": page("App", "<noscript><p>Por favor, active JavaScript.</p></noscript><p>Cargando</p>", lang="es"),
    "by its empty root": page("App", '<div id="__next"> </div><p>Loading</p>'),
}
REJECTED = [
    pytest.param(reason, text, url, id=f"{reason}: {name}")
    for reason, pages in (
        (RejectionReason.EMPTY, NOTHING),
        (RejectionReason.TOO_SHORT, TOO_SHORT),
        (RejectionReason.NOT_ARTICLE, NOT_ARTICLES),
        (RejectionReason.PAYWALL, PAYWALLS),
        (RejectionReason.CONSENT_WALL, CONSENT_WALLS),
        (RejectionReason.ERROR_PAGE, ERROR_PAGES),
        (RejectionReason.BOT_CHALLENGE, CHALLENGES),
        (RejectionReason.NEEDS_SCRIPT, APPLICATIONS),
    )
    for name, entry in pages.items()
    for text, url in [entry if isinstance(entry, tuple) else (entry, URL)]
]


@pytest.mark.parametrize(("reason", "text", "url"), REJECTED)
def test_a_page_that_is_not_an_article_is_rejected_with_its_reason(
    reason: RejectionReason, text: str, url: str
) -> None:
    found = extract(text.encode(), url)
    assert isinstance(found, Rejection), found
    assert (found.reason, bool(found.detail)) == (reason, True), found.detail


def test_a_rejection_for_length_names_the_numbers() -> None:
    found = extract(TOO_SHORT["a caption"].encode(), URL)
    assert found == Rejection(RejectionReason.TOO_SHORT, f"10 words; an article has at least {MIN_ARTICLE_WORDS}")
    found = extract(b"<html><body><article><p>Closed.</p></article></body></html>", URL)
    assert found == Rejection(RejectionReason.TOO_SHORT, f"1 word; an article has at least {MIN_ARTICLE_WORDS}")


COOKIES = "Cookies, consent and the privacy policy: our partners explain."
SUBSCRIBE = "<p>Already a subscriber? Subscribe to continue.</p>"
ACCEPTED = {
    "news in brief": (article("Brief", OPENING, "It will meet again next week, the mayor said after the vote."), URL),
    "a long text declared not free": (article("Cinema", STORY, head=NOT_FREE), URL),
    "a long text with a subscription box": (article("Cinema", STORY, after=SUBSCRIBE), URL),
    "a text on cookies": (article("Why cookies need consent", COOKIES, STORY), URL),
    "a text on the error": (article("404: a history of the page not found", STORY), URL),
    "a short one on a car": (article("Peugeot 404 stolen", OPENING, STORY[:400], head=ld(headline="A car")), URL),
    "on a page of type website": (article("Cinema", STORY, head=WEBSITE), URL),
    "below the address of the front page": (article("Cinema", STORY), ROOT + "?p=4711"),
    "at the address of the front page": (article("Cinema", STORY, head=ld(headline="Cinema")), ROOT),
    "on cookies without any metadata": (page("Baking", paragraphs(STORY, COOKIES)), URL),
    "with a shop's button": (article("Cinema", STORY, after="<b>Add to cart</b>"), URL),
    "found by a query": (article("Search results of a life", STORY, head=ld(headline="Life")), ROOT + "?s=4711"),
    "below videos, long enough": (article("Cinema", STORY), ROOT + "video/cinema-4711"),
    "with a video": (article("Cinema", STORY, head=ld("VideoObject") + VIDEO), URL),
    "with a challenge script": (article("Cinema", STORY, before=CHALLENGE), URL),
    "with a noscript": (article("Cinema", STORY, before="<noscript>Please enable JavaScript</noscript>"), URL),
    "with related links": (article("Cinema", STORY, STORY[::-1], after=f"<aside>{LINKS}</aside>"), URL),
    "below a topic, with its date": (
        article("Cinema", STORY, head=meta("article:published_time", "2025-01-01")),
        ROOT + "topic/cinema-saved",
    ),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_an_article_is_not_rejected_for_its_surroundings(name: str) -> None:
    text, url = ACCEPTED[name]
    found = extract(text.encode(), url)
    assert isinstance(found, Article), found


def test_an_article_with_a_table_of_contents_is_not_a_list() -> None:
    headings = [f"Chapter {number} of the long report" for number in range(9)]
    contents = "".join(f'<li><a href="#c{n}">{heading}</a></li>' for n, heading in enumerate(headings))
    chapters = "".join(
        f'<h2 id="c{n}"><a href="#c{n}">{heading}</a></h2><p>Part {n}. {OPENING[:60]}.</p>'
        for n, heading in enumerate(headings)
    )
    found = extract(page("A long report", f"<h1>A long report</h1><ul>{contents}</ul>{chapters}").encode(), URL)
    assert isinstance(found, Article)
