"""The four newspapers of the demo. Their hosts cannot exist (RFC 2606 reserves `.example`).

    paper                 language  host                             feed          sitemap
    Harbour Courier       en        harbour-courier.example          RSS           Google News
    Kestrel Valley Post   en        kestrel-valley-post.example      Atom          index, gzipped child
    Nordblatt             de        nordblatt.example                Atom          plain
    El Faro del Sur       es        faro-del-sur.example             RSS           Google News

Each case that crawling, extraction or deduplication must handle occurs once and has a name in this module:

    name           what it is
    WIRE           a report on a ferry aground, at the Harbour Courier
    SYNDICATED     the same report at the Kestrel Valley Post: new headline, two paragraphs cut, one added
    OWN_WORDS      the same night in the words of the Post's reporter: same event, different text
    PRINTED        a story that the Courier's feed lists twice, under its own URL ...
    PRINT          ... and under this one, with the identical text and no canonical link: an exact duplicate
    EDITED         edition 2 changes headline and description, adds a paragraph and sets dateModified
    ADDED          appears in edition 2
    PAYWALL        a headline, two sentences and a subscribe box; isAccessibleForFree is false
    GALLERY        pictures with captions, listed in the Nordblatt's feed: not an article
    DEAD           listed in the Courier's feed, answers 404
    LATIN_1        served as ISO-8859-1, declared in header and page; the paper's other pages are UTF-8
    FORBIDDEN      linked from every page of the Courier, disallowed by its robots.txt (the other papers have one too)

Some links in the feeds carry `utm_` parameters. Nordblatt has no JSON-LD, El Faro has it as an `@graph`. Front page,
sections, tags and `/about` are not articles. Texts live in `NAME.toml`, templates in `NAME/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flows.demo.listings import feed_page, sitemap_pages
from flows.demo.newspapers import StoryKind, newspapers
from flows.demo.pages import article_page, list_pages, newsroom_page, print_page, static_page
from flows.demo.web import Site

if TYPE_CHECKING:
    from datetime import datetime

    from flows.demo.newspapers import Newspaper, NewspaperStory
    from flows.demo.web import ServedPage

WIRE = "http://harbour-courier.example/2026/02/12/ferry-lady-anselm-aground-on-gannet-sands"
SYNDICATED = "http://kestrel-valley-post.example/news/valley-singers-among-rescued-ferry-passengers-20417.html"
OWN_WORDS = "http://kestrel-valley-post.example/news/what-the-choir-sang-on-the-sandbank-20423.html"
PRINTED = "http://harbour-courier.example/2026/02/10/ropewalk-becomes-battery-workshop"
PRINT = "http://harbour-courier.example/print?id=20260210-ropewalk"
EDITED = "http://harbour-courier.example/2026/02/12/fish-market-roof-decision"
ADDED = "http://faro-del-sur.example/ciudad/2026/02/13/el-rastro-se-muda-al-muelle/"
PAYWALL = "http://kestrel-valley-post.example/money/who-is-buying-the-aldermoor-creamery-20410.html"
GALLERY = "http://nordblatt.example/bilder/eisblumen-an-der-foerde-g10226.html"
DEAD = "http://harbour-courier.example/2026/02/08/regatta-moves-to-september"
LATIN_1 = "http://nordblatt.example/kultur/die-orgel-von-sankt-juergen-atmet-wieder-a10205.html"
FORBIDDEN = "http://harbour-courier.example/private/newsroom"

NEWSROOM = "/private/newsroom"

SOURCES = """\
# The four newspapers of the demo: two with feeds, one with a sitemap, one with its front page and a feed.

[crawl]
contact = "mailto:desk@newsloom.example"
delay = 0               # they are served on this machine
recheck_hours = [0]     # check every article again in the next run

[[source]]
name = "harbour-courier"
feeds = ["http://harbour-courier.example/feed.xml"]
language = "en"

[[source]]
name = "kestrel-valley-post"
sitemaps = ["http://kestrel-valley-post.example/sitemap.xml"]
language = "en"

[[source]]
name = "nordblatt"
homepage = "http://nordblatt.example/"
feeds = ["http://nordblatt.example/feed/atom"]
language = "de"

[[source]]
name = "faro-del-sur"
feeds = ["http://faro-del-sur.example/rss"]
language = "es"
"""


@dataclass(frozen=True, slots=True)
class DemoArticle:
    """A page in a listing, as it was written. Times carry the paper's time zone; paragraphs have no line breaks.

    `kind` is "article" for pages that belong in the warehouse, "duplicate" for the same text at a second URL, "paywall"
    for a stub and "no-article" for a gallery (its paragraphs are the captions).
    """

    url: str
    source: str
    title: str
    description: str
    paragraphs: tuple[str, ...]
    authors: tuple[str, ...]
    published_at: datetime
    modified_at: datetime | None
    language: str
    section: str
    tags: tuple[str, ...]
    kind: StoryKind

    @property
    def text(self) -> str:
        """The paragraphs, separated by one newline."""
        return "\n".join(self.paragraphs)


@cache
def demo_sites(edition: int) -> tuple[Site, ...]:
    """The sites, as of edition 1 or 2; the same bytes every time. Raises ValueError for other editions."""
    return tuple(_site(paper) for paper in newspapers(edition))


def demo_page(url: str, edition: int) -> ServedPage | None:
    """The answer to a URL in an edition; None if the host or the path does not exist."""
    parts = urlsplit(url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return next((site.page(path) for site in demo_sites(edition) if site.host == parts.hostname), None)


def demo_sources_toml() -> str:
    """A sources.toml with the four newspapers."""
    return SOURCES


def demo_articles(edition: int) -> tuple[DemoArticle, ...]:
    """Every page in the listings of an edition, less dead links, by paper and from newest to oldest."""
    found = []
    for paper in newspapers(edition):
        for story in paper.stories:
            found.append(_demo_article(paper, story, story.path, story.kind))
            if story.print_path:
                found.append(_demo_article(paper, story, story.print_path, "duplicate"))
    return tuple(found)


def _demo_article(paper: Newspaper, story: NewspaperStory, path: str, kind: StoryKind) -> DemoArticle:
    return DemoArticle(
        url=paper.url(path),
        source=paper.key,
        title=story.title,
        description=story.description,
        paragraphs=story.paragraphs,
        authors=story.authors,
        published_at=story.published_at,
        modified_at=story.modified_at,
        language=paper.language,
        section=story.section,
        tags=story.tags,
        kind=kind,
    )


def _site(paper: Newspaper) -> Site:
    pages = list_pages(paper) | sitemap_pages(paper) | {paper.feed_path: feed_page(paper)}
    for page in paper.static_pages:
        pages[page.path] = static_page(paper, page)
    for story in paper.stories:
        pages[story.path] = article_page(paper, story)
        if story.print_path:
            pages[story.print_path] = print_page(paper, story)
    pages[NEWSROOM] = newsroom_page(paper)
    return Site(paper.host, pages)
