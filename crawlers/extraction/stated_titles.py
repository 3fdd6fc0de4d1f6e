"""Collect every title that a page states, without the name of the site. `titles` chooses among them."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawlers.extraction.json_ld import text_of, texts_of
from crawlers.extraction.markup_text import text_with_breaks
from crawlers.extraction.plausible import is_unfilled
from crawlers.extraction.text import match_key, name_key, single_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lxml.html import HtmlElement

    from crawlers.extraction.elements import Elements
    from crawlers.extraction.json_ld import StructuredData
    from crawlers.extraction.page import Page

SEPARATOR = re.compile(r"\s*[|ㅣ｜»•·：_＿]\s*|\s+[-–—:]+\s+|[-－](?=[^-－]*$)")
"""Separates a headline from the name of the site; a bare hyphen counts only if it is the last one."""
MAX_TITLE_LENGTH = 500
"""Characters kept of a title. The longest on the captured pages has 175; one far longer has lost its end tag."""
_AFTER_NAME = re.compile(r"\s*[:|»•·]\s+|\s+[-–—:|]+\s+")
"""Separates the name of the site from a headline behind it."""
_LINES = ("h2", "h3", "h4", "h5", "div", "span", "p", "td", "font", "b", "strong")
"""Elements that may hold the headline of a page without an `h1`."""
_MAX_SITE_NAME = 60
_MAX_HEADINGS = 24
"""Headings read from the top of the page; later ones are teasers."""
_MAX_PARTS = 12
"""Elements within a heading that are tried as the headline without its kicker."""
_MIN_MAIN_SHARE = 0.4
"""Minimum share of a title's characters for a part to be the headline; names of sections and sites are shorter."""
_MIN_HOST_LABEL = 4
"""Letters from which a name in the host also counts as the site's name in combination with other words: `mirror` cuts
`Mirror Online`, but `cnn` does not cut `CNNPolitics`."""
_GENERIC_HOST_LABELS = frozenset({"www", "news", "blog", "edition", "com", "net", "org"})

SECTION_METAS = ("article:section", "og:article:section", "section", "content_category", "category")
"""Names of the meta elements in which publishers and their tools state the section."""


@dataclass(frozen=True, slots=True)
class StatedTitles:
    """The titles that a page states, by place, without the name of the site."""

    h1: tuple[str, ...] = ()
    """The `h1` outside menus."""
    og: tuple[str, ...] = ()
    """The `og:title`, followed by the `twitter:title`, which replaces it if there is none."""
    twitter: tuple[str, ...] = ()
    title: tuple[str, ...] = ()
    """The `<title>` element."""
    in_menu: tuple[str, ...] = ()
    """The `h1` within menus and breadcrumbs."""
    heading_parts: tuple[str, ...] = ()
    """The `h1` and `h2` outside menus, and the elements within them."""

    @property
    def of_page(self) -> tuple[str, ...]:
        """The titles of the page itself; the others may be titles of its parts."""
        return (*self.h1, *self.og, *self.title, *self.in_menu)

    @property
    def all(self) -> tuple[str, ...]:
        """Every title, with repetitions."""
        return (*self.of_page, *self.twitter, *self.heading_parts)


def read_titles(page: Page, structured_data: StructuredData, site_keys: frozenset[str]) -> StatedTitles:
    """Collect the titles that a page states; `site_keys` are what `site_name_keys` returns."""
    headings, in_menu, heading_parts, glued = _headings(page.elements)
    element = page.elements.first("title")
    nodes = structured_data.articles()
    sections = [text for node in nodes for text in texts_of(node.get("articleSection"))]
    sections += [text for name in SECTION_METAS for text in page.metas.get(name, ())]
    h1 = [text for text in headings if name_key(text) not in site_keys]
    # A title that is also JSON-LD's headline is complete: a shorter heading is no reason to cut it.
    complete = {match_key(text) for node in nodes if (text := text_of(node.get("headline")))}
    og, twitter = (
        [
            text if match_key(text) in complete else without_site(text, site_keys, h1, sections)
            for text in map(_title_text, page.metas.get(name, ()))
            if text
        ]
        for name in ("og:title", "twitter:title")
    )
    title = [_title_text(element.text_content())] if element is not None else []
    shown = [] if h1 or og else _shown_parts(page.elements, title)
    title = [without_site(text, site_keys, (*h1, *og, *twitter, *shown), sections) for text in title if text]
    title = [text for text in title if name_key(text) not in site_keys]
    h1 = [_without_kicker(text, (*og, *twitter, *title)) if text in glued else text for text in h1]
    named = [text for text in (*og, *twitter) if name_key(text) not in site_keys]
    return StatedTitles(
        h1=tuple(h1),
        # Some pages state the title as the name of the site.
        og=tuple(named if named or h1 or title else (*og, *twitter)),
        twitter=tuple(text for text in twitter if name_key(text) not in site_keys),
        title=tuple(title),
        in_menu=tuple(in_menu),
        heading_parts=tuple(heading_parts),
    )


def _headings(elements: Elements) -> tuple[list[str], list[str], list[str], set[str]]:
    """The `h1` outside menus, the `h1` within menus, all headings outside menus with the elements within them, and the
    headings whose kicker only their style sets off."""
    glued: set[str] = set()
    h1: list[str] = []
    h1_in_menu: list[str] = []
    parts: list[str] = []
    for count, heading in enumerate(elements.among("h1", "h2")):
        if count >= _MAX_HEADINGS:
            break
        text = _title_text(text_with_breaks(heading))
        if with_colon := _with_kicker_set_off(heading):
            text = _title_text(with_colon)
            glued.add(text)
        if not text:
            continue
        in_menu = next(heading.iterancestors("nav", "li"), None) is not None
        if not in_menu:
            parts.append(text)
            inner = (_title_text(text_with_breaks(part)) for part in islice(heading.iterdescendants(), _MAX_PARTS))
            parts.extend(filter(None, inner))
        if heading.tag == "h1":
            (h1_in_menu if in_menu else h1).append(text)
    return h1, h1_in_menu, parts, glued


def _shown_parts(elements: Elements, titles: Sequence[str]) -> list[str]:
    """The parts of `<title>` that the page shows as a line of its own: the headline of a page without an `h1`."""
    parts = {
        match_key(part)
        for title in titles
        for cut in _AFTER_NAME.finditer(title)
        for part in (title[: cut.start()], title[cut.end() :])
        if is_main_part(part, title)
    } - {""}
    if not parts:
        return []
    lines = (_title_text(element.text) for element in elements.among(*_LINES) if element.text)
    return [line for line in lines if match_key(line) in parts]


def _with_kicker_set_off(heading: HtmlElement) -> str | None:
    """The text of a heading whose kicker, in a `span`, touches the headline, with a colon between them; None for any
    other heading."""
    first = heading[0] if len(heading) and not (heading.text or "").strip() else None
    if first is None or first.tag != "span" or len(first):
        return None
    kicker = (first.text or "").strip()
    rest = text_with_breaks(heading).lstrip()[len(kicker) :]
    return f"{kicker}: {rest}" if kicker[-1:].islower() and rest[:1].isupper() else None


def _without_kicker(heading: str, others: Sequence[str]) -> str:
    """A heading without its kicker, if another title of the page is the headline alone."""
    headline = heading.partition(": ")[2]
    return headline if match_key(headline) in {match_key(other) for other in others} else heading


def _title_text(text: str) -> str:
    text = single_line(html.unescape(text))[:MAX_TITLE_LENGTH]
    return "" if is_unfilled(text) else text


def site_name(page: Page) -> str:
    """The name of the site as declared by the page; empty if it declares none."""
    return single_line(page.meta("og:site_name", "application-name") or "")


def site_name_keys(page: Page, structured_data: StructuredData | None = None) -> frozenset[str]:
    """Name keys of the site: its declared name and its publisher, else the texts of links to its front page; the labels
    of its host; each also without "the"."""
    names = [site_name(page), *(page.metas.get("twitter:site", ())), *(page.metas.get("application-name", ()))]
    for node in structured_data.nodes if structured_data else ():
        publisher = node.get("publisher")
        names += texts_of(publisher.get("name")) if isinstance(publisher, dict) else []
    if not any(names):
        names = _front_page_links(page)
    host = (urlsplit(page.url).hostname or "").removeprefix("www.")
    names += [host, *(label for label in host.split(".")[:-1] if label not in _GENERIC_HOST_LABELS)]
    keys = {name_key(name) for name in names} | {f"www{name_key(host)}"}
    return frozenset(keys | {key.removeprefix("the") for key in keys}) - {""}


def _front_page_links(page: Page) -> list[str]:
    """The texts of the links to the front page: the name of the site, beside words such as "Home"."""
    host = page.url.split("/")[2:3]
    roots = {
        "/",
        *(f"{scheme}//{name}{end}" for name in host for scheme in ("http:", "https:", "") for end in ("", "/")),
    }
    texts = (
        single_line(link.text_content())
        for link, href in page.elements.having("href")
        if link.tag == "a" and href in roots
    )
    return [text for text in texts if 0 < len(text) <= _MAX_SITE_NAME]


def _is_site(text: str, site_keys: frozenset[str]) -> bool:
    key, words = name_key(text), match_key(text).split()
    if key in site_keys or key.removeprefix("the") in site_keys:
        return True
    if SEPARATOR.search(text):
        return False
    # "Koia" at drinkkoia.example.
    if len(key) >= _MIN_HOST_LABEL and any(name.startswith(key) or name.endswith(key) for name in site_keys):
        return True
    # "Mirror Online", "Politics from the Mirror": a few words that begin or end with the site's name.
    if not 1 < len(words) <= 4:
        return any(key.startswith(name) for name in site_keys if len(name) > _MIN_HOST_LABEL) and len(words) == 1
    return any(end in site_keys and len(end) >= _MIN_HOST_LABEL for end in (words[0], words[-1]))


def without_site(
    title: str, site_keys: frozenset[str], others: Sequence[str] = (), sections: Iterable[str] = ()
) -> str:
    """Cut the name of the site, and of the section, from a title.

    A title is cut at a separator if the rest is the name of the site, or if the part before or behind the separator is
    one of `others`, the page's other titles. If the site's name was cut, a following cut may remove one of `sections`.
    """
    other_keys = {match_key(other) for other in others} - {""}
    section_keys = {match_key(section) for section in sections} - {""}
    cut_site = False
    while True:
        cuts = [(title[: cut.start()].strip(), title[cut.end() :].strip()) for cut in SEPARATOR.finditer(title)]
        cuts = [(before, behind) for before, behind in cuts if match_key(before) and match_key(behind)]
        agreed = next(
            (before for before, _ in cuts if match_key(before) in other_keys and is_main_part(before, title)), None
        )
        if agreed is not None:
            return agreed
        # Begin with the last separator: a cut at an earlier one would also remove the text before the site's name.
        named = next((before for before, behind in reversed(cuts) if _is_site(behind, site_keys)), None)
        if named is None and cut_site:
            named = next((before for before, behind in cuts if match_key(behind) in section_keys), None)
        if named is None:
            break
        title, cut_site = named, True
    if cut := _AFTER_NAME.search(title):
        name, headline = title[: cut.start()], title[cut.end() :]
        is_named = name_key(name) in site_keys and ":" not in cut[0]  # a colon may stand before what the name says
        if match_key(headline) and (is_named or (match_key(headline) in other_keys and is_main_part(headline, title))):
            return headline
    return title


def is_main_part(part: str, text: str) -> bool:
    """True for a part long enough to be the headline: in "Opinion | The bridge", "Opinion" is not."""
    return len(part.strip()) >= _MIN_MAIN_SHARE * len(text)
