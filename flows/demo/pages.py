"""Renders the HTML pages of the demo's newspapers, with the menus and teasers that surround real news articles.

Every newspaper has its own templates (`string.Template`) in `sites/NAME/`: `frame.html` for all pages, `article.html`
and, if needed, `paywall.html`, `gallery.html` and `print.html`. The pages depend on the stories alone, so that an
edition always gives the same bytes. The lists of related and most read stories contain only stories that no edition
changes; otherwise a new headline would change every other page of the paper.
"""

from __future__ import annotations

import json
import re
import unicodedata
from html import escape
from string import Template
from typing import TYPE_CHECKING

from flows.demo.web import ServedPage

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from flows.demo.newspapers import Newspaper, NewspaperStory, StaticPage


def article_page(paper: Newspaper, story: NewspaperStory) -> ServedPage:
    """The page of a story: an article, a paywall stub or a gallery, in the charset of the story."""
    template = {"paywall": "paywall.html", "no-article": "gallery.html"}.get(story.kind, "article.html")
    main = _render(paper, template, _article_values(paper, story))
    return _page(_in_frame(paper, main, _article_head(paper, story), story.charset), story.changed_at, story.charset)


def print_page(paper: Newspaper, story: NewspaperStory) -> ServedPage:
    """The print version of a story: the same text with little around it, and no canonical link."""
    body = _render(paper, "print.html", _article_values(paper, story) | {"charset": story.charset})
    return _page(body, story.changed_at, story.charset)


def list_pages(paper: Newspaper) -> dict[str, ServedPage]:
    """The front page and the pages of sections and tags, with teasers of their stories."""
    stories = [story for story in paper.stories if story.kind != "no-article"]
    pages = {"/": (paper.name, stories)}
    for section, path in paper.sections.items():
        pages[path] = (section, [story for story in stories if story.section == section])
    for tag in {tag: None for story in stories for tag in story.tags}:
        pages[tag_path(tag)] = (tag, [story for story in stories if tag in story.tags])
    return {path: _list_page(paper, title, path, listed) for path, (title, listed) in pages.items()}


def static_page(paper: Newspaper, page: StaticPage) -> ServedPage:
    """A page that is not a story, such as `/about`."""
    main = f'<div class="static"><h1>{escape(page.title)}</h1>\n{_paragraphs(page.paragraphs)}</div>'
    return _page(_in_frame(paper, main, _list_head(paper, page.title, page.path)), None)


def newsroom_page(paper: Newspaper) -> ServedPage:
    """The page that robots.txt disallows."""
    return _page(_in_frame(paper, "<h1>Newsroom</h1><p>Staff only.</p>", "<title>Newsroom</title>"), None)


def tag_path(tag: str) -> str:
    """The path of a tag's page: `/tag/` and the tag in ASCII."""
    plain = unicodedata.normalize("NFKD", tag.replace("ß", "ss")).encode("ascii", "ignore").decode()
    return "/tag/" + re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def image_url(paper: Newspaper, story: NewspaperStory) -> str:
    """The URL of a story's picture. It is not served, because newsloom does not fetch pictures."""
    return paper.url(f"/img/{re.sub(r'[^a-z0-9]+', '-', story.path).strip('-')}.jpg")


def _render(paper: Newspaper, template: str, values: dict[str, str]) -> str:
    return Template((paper.folder / template).read_text(encoding="utf-8")).substitute(values)


def _page(text: str, changed_at: datetime | None, charset: str = "utf-8") -> ServedPage:
    # What the charset does not have becomes a character reference, as a careful publishing system would do it.
    return ServedPage(
        text.encode(charset, "xmlcharrefreplace"), f"text/html; charset={charset}", last_modified=changed_at
    )


def _in_frame(paper: Newspaper, main: str, head: str, charset: str = "utf-8") -> str:
    values = {
        "language": paper.language,
        "charset": charset,
        "name": escape(paper.name),
        "tagline": escape(paper.tagline),
        "feed": escape(paper.feed_path),
        "menu": "".join(f'<li><a href="{path}">{escape(name)}</a></li>' for name, path in paper.sections.items()),
        "most_read": _links(_unedited(paper, None)[::2]),
        "head": head,
        "main": main,
    }
    return _render(paper, "frame.html", values)


def _list_page(paper: Newspaper, title: str, path: str, stories: Iterable[NewspaperStory]) -> ServedPage:
    teasers = "\n".join(
        f'<div class="teaser"><h2><a href="{escape(story.path)}">{escape(story.title)}</a></h2>'
        f'<p>{escape(story.description)}</p><time datetime="{story.published_at.isoformat()}">'
        f"{_date(paper, story.published_at)}</time></div>"
        for story in stories
    )
    main = f'<h1>{escape(title)}</h1>\n<div class="teasers">{teasers}</div>'
    return _page(_in_frame(paper, main, _list_head(paper, title, path)), paper.changed_at)


def _list_head(paper: Newspaper, title: str, path: str) -> str:
    name = paper.name if path == "/" else f"{title} | {paper.name}"
    return "\n".join(
        [
            f"<title>{escape(name)}</title>",
            f'<link rel="canonical" href="{paper.url(path)}">',
            _property("og:type", "website"),
            _property("og:title", title),
            _property("og:site_name", paper.name),
            _feed_link(paper),
        ]
    )


def _article_head(paper: Newspaper, story: NewspaperStory) -> str:
    lines = [
        f"<title>{escape(story.title)} | {escape(paper.name)}</title>",
        f'<meta name="description" content="{escape(story.description)}">',
        f'<link rel="canonical" href="{escape(paper.url(story.path))}">',
        _feed_link(paper),
        _property("og:site_name", paper.name),
        _property("og:type", "website" if story.kind == "no-article" else "article"),
        _property("og:title", story.title),
        _property("og:description", story.description),
        _property("og:url", paper.url(story.path)),
        _property("og:image", image_url(paper, story)),
    ]
    if story.kind == "no-article":
        return "\n".join(lines)
    lines += [
        _property("article:published_time", story.published_at.isoformat()),
        _property("article:section", story.section),
        *(_property("article:tag", tag) for tag in story.tags),
    ]
    if story.modified_at is not None:
        lines.append(_property("article:modified_time", story.modified_at.isoformat()))
    if paper.json_ld == "none":
        lines.append(f'<meta name="author" content="{escape(", ".join(story.authors))}">')
    else:
        # JSON in ASCII is the same in every charset; "</" must not occur in a script.
        text = json.dumps(_json_ld(paper, story), indent=1).replace("</", "<\\/")
        lines.append(f'<script type="application/ld+json">{text}</script>')
    return "\n".join(lines)


def _json_ld(paper: Newspaper, story: NewspaperStory) -> dict[str, object]:
    article: dict[str, object] = {
        "@type": "NewsArticle",
        "mainEntityOfPage": {"@type": "WebPage", "@id": paper.url(story.path)},
        "headline": story.title,
        "description": story.description,
        "image": [image_url(paper, story)],
        "datePublished": story.published_at.isoformat(),
        "dateModified": story.changed_at.isoformat(),
        "author": [{"@type": "Person", "name": name} for name in story.authors],
        "publisher": {"@type": "NewsMediaOrganization", "name": paper.name, "url": paper.url("/")},
        "articleSection": story.section,
        "keywords": list(story.tags),
        "inLanguage": paper.language,
        "isAccessibleForFree": story.kind != "paywall",
    }
    if story.kind == "paywall":
        article["hasPart"] = {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".truncated"}
    if paper.json_ld == "plain":
        return {"@context": "https://schema.org"} | article
    site = {"@type": "WebSite", "name": paper.name, "url": paper.url("/")}
    crumbs = {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": 1, "name": paper.name, "item": paper.url("/")},
            {"@type": "ListItem", "position": 2, "name": story.section},
        ],
    }
    return {"@context": "https://schema.org", "@graph": [site, crumbs, article]}


def _article_values(paper: Newspaper, story: NewspaperStory) -> dict[str, str]:
    """All values that a template may use. The body has three parts, with room for other elements between them."""
    related = _unedited(paper, story)
    modified = story.modified_at
    return {
        "language": paper.language,
        "url": escape(paper.url(story.path)),
        "title": escape(story.title),
        "description": escape(story.description),
        "authors": escape(", ".join(story.authors)),
        "published": story.published_at.isoformat(),
        "date": _date(paper, story.published_at),
        "updated": f' <span class="updated">{paper.updated}: {_date(paper, modified)}</span>' if modified else "",
        "section": escape(story.section),
        "section_path": escape(paper.sections[story.section]),
        "image": escape(image_url(paper, story)),
        "caption": escape(story.caption),
        "start": _paragraphs(story.paragraphs[:2]),
        "middle": _paragraphs(story.paragraphs[2:4]),
        "end": _paragraphs(story.paragraphs[4:]),
        "gallery": "".join(
            f'<figure><img src="{escape(image_url(paper, story))}?{number}">'
            f"<figcaption>{escape(text)}</figcaption></figure>\n"
            for number, text in enumerate(story.paragraphs, 1)
        ),
        "related_one": _links(related[:1]),
        "related": _links(related[1:4]),
        "tags": "".join(f'<li><a rel="tag" href="{tag_path(tag)}">{escape(tag)}</a></li>' for tag in story.tags),
        "bios": "".join(f"<p>{escape(paper.bios[name])}</p>" for name in story.authors),
    }


def _unedited(paper: Newspaper, other_than: NewspaperStory | None) -> list[NewspaperStory]:
    path = other_than.path if other_than else None
    return [story for story in paper.stories if story.unedited and story.kind == "article" and story.path != path]


def _links(stories: Iterable[NewspaperStory]) -> str:
    return "".join(f'<li><a href="{escape(story.path)}">{escape(story.title)}</a></li>' for story in stories)


def _paragraphs(texts: Iterable[str]) -> str:
    return "".join(f"<p>{escape(text, quote=False)}</p>\n" for text in texts)


def _date(paper: Newspaper, when: datetime) -> str:
    return paper.date.format(day=when.day, month=paper.months[when.month - 1], year=when.year, time=f"{when:%H:%M}")


def _property(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{escape(content)}">'


def _feed_link(paper: Newspaper) -> str:
    return f'<link rel="alternate" type="application/{paper.feed_form}+xml" href="{escape(paper.feed_path)}">'
