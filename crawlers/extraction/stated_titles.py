"""What a page states as its title, and where, without the name of its site."""

from __future__ import annotations

import html
import re
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawlers.extraction.json_ld import text_of, texts_of
from crawlers.extraction.text import match_key, single_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lxml.html import HtmlElement

    from crawlers.extraction.json_ld import StructuredData
    from crawlers.extraction.page import Page

SEPARATOR = re.compile(r"\s*[|ㅣ｜»•·：_＿]\s*|\s+[-–—:]+\s+|[-－](?=[^-－]*$)")
"""What stands between a headline and the name of its site; the bare hyphen only as the last one."""
MAX_TITLE_LENGTH = 500
"""Characters kept of a title; the longest of captured pages has 175, and what is far longer is a missing end tag."""
_MAX_HEADINGS = 24
"""Headings looked at; what comes later in a page are teasers."""
_MAX_PARTS = 12
"""Elements within a heading that are looked at as a headline beside its kicker."""
_HEADLINE_SHARE = 0.4
"""Of the characters of a wording, those of the headline within it, at least: rubrics and sites have shorter names."""
_SHORTEST_LABEL = 4
"""Letters from which the name in the host counts as the site's name when more is written to it (`CNNPolitics` is not
cut by `cnn`, but `Mirror Online` is by `mirror`)."""
_NO_NAMES = frozenset({"www", "news", "blog", "edition", "com", "net", "org"})

SECTION_METAS = ("article:section", "og:article:section", "section", "content_category", "category")
"""Names of the meta elements that publishers and their tools give the section."""


def page_titles(page: Page, structured_data: StructuredData | None = None) -> dict[str, list[str]]:
    """What the page shows as its title, by where: `h1`, `og`, `twitter`, `title`, without the site's name behind it;
    `crumb` (headings of first rank in menus); `part` (headings of both ranks outside menus, and the elements within
    them). Where there is no `og:title`, `twitter:title` stands for it."""
    headings, crumbs, parts = _headings(page.tree)
    element = next(page.tree.iter("title"), None)
    names = site_names(page, structured_data)
    nodes = structured_data.articles() if structured_data else []
    sections = [text for node in nodes for text in texts_of(node.get("articleSection"))]
    sections += [text for name in SECTION_METAS for text in page.metas.get(name, ())]
    shown = [text for text in headings if name_key(text) not in names]
    # What JSON-LD states in full is not cut for the sake of a shorter heading.
    whole = {match_key(text) for node in nodes if (text := text_of(node.get("headline")))}
    og, twitter = (
        [
            text if match_key(text) in whole else without_site(text, names, shown, sections)
            for text in map(_line, page.metas.get(name, ()))
            if text
        ]
        for name in ("og:title", "twitter:title")
    )
    window = [_line(element.text_content())] if element is not None else []
    window = [without_site(text, names, (*shown, *og, *twitter), sections) for text in window if text]
    return {
        "h1": shown,
        "og": [*og, *twitter],
        "twitter": twitter,
        "title": [text for text in window if name_key(text) not in names],
        "crumb": crumbs,
        "part": parts,
    }


def _headings(tree: HtmlElement) -> tuple[list[str], list[str], list[str]]:
    """Texts of the `h1` outside menus, of those within, and of all headings outside with the elements in them."""
    first: list[str] = []
    crumbs: list[str] = []
    parts: list[str] = []
    for count, heading in enumerate(tree.iter("h1", "h2")):
        if count >= _MAX_HEADINGS:
            break
        text = _line(heading.text_content())
        if not text:
            continue
        in_menu = next(heading.iterancestors("nav", "li"), None) is not None
        if not in_menu:
            parts.append(text)
            inner = (_line(part.text_content()) for part in islice(heading.iterdescendants(), _MAX_PARTS))
            parts.extend(filter(None, inner))
        if heading.tag == "h1":
            (crumbs if in_menu else first).append(text)
    return first, crumbs, parts


def _line(text: str) -> str:
    return single_line(html.unescape(text))[:MAX_TITLE_LENGTH]


def name_key(text: str) -> str:
    """A text folded and without blanks, as names of sites are compared."""
    return match_key(text).replace(" ", "")


def site_name(page: Page) -> str:
    """The name of the site as the page gives it; empty where it does not."""
    return single_line(page.meta("og:site_name", "application-name") or "")


def site_names(page: Page, structured_data: StructuredData | None = None) -> frozenset[str]:
    """Names of the site, folded and without blanks: declared, its publisher's, those in its host; and with "the" in
    front taken off."""
    names = [site_name(page), *(page.metas.get("twitter:site", ())), *(page.metas.get("application-name", ()))]
    for node in structured_data.nodes if structured_data else ():
        publisher = node.get("publisher")
        names += texts_of(publisher.get("name")) if isinstance(publisher, dict) else []
    host = (urlsplit(page.url).hostname or "").removeprefix("www.")
    names += [host, *(label for label in host.split(".")[:-1] if label not in _NO_NAMES)]
    squeezed = {name_key(name) for name in names} | {f"www{name_key(host)}"}
    return frozenset(squeezed | {name.removeprefix("the") for name in squeezed}) - {""}


def _is_site(text: str, names: frozenset[str]) -> bool:
    squeezed, words = name_key(text), match_key(text).split()
    if squeezed in names or squeezed.removeprefix("the") in names:
        return True
    if SEPARATOR.search(text):
        return False
    # "Mirror Online", "Politics from the Mirror": few words, the site's name among them at an end.
    if not 1 < len(words) <= 4:
        return any(squeezed.startswith(name) for name in names if len(name) > _SHORTEST_LABEL) and len(words) == 1
    return any(end in names and len(end) >= _SHORTEST_LABEL for end in (words[0], words[-1]))


def without_site(title: str, names: frozenset[str], others: Sequence[str] = (), sections: Iterable[str] = ()) -> str:
    """A title without the name of its site (and of its section) behind a separator.

    Cut where the rest is the name of the site, or where what stands before the separator is a title by itself
    according to `others`; then, once the site's name is cut, one of `sections` as well.
    """
    known = {match_key(other) for other in others} - {""}
    folded_sections = {match_key(section) for section in sections} - {""}
    cut_site = False
    while True:
        cuts = [(title[: cut.start()].strip(), title[cut.end() :].strip()) for cut in SEPARATOR.finditer(title)]
        cuts = [(before, behind) for before, behind in cuts if match_key(before) and match_key(behind)]
        agreed = next(
            (before for before, _ in cuts if match_key(before) in known and is_main_part(before, title)), None
        )
        if agreed is not None:
            return agreed
        # The last one first: what is between an earlier one and the site's name would go with it.
        named = next((before for before, behind in reversed(cuts) if _is_site(behind, names)), None)
        if named is None and cut_site:
            named = next((before for before, behind in cuts if match_key(behind) in folded_sections), None)
        if named is None:
            break
        title, cut_site = named, True
    for cut in SEPARATOR.finditer(title):
        if name_key(title[: cut.start()]) in names and match_key(title[cut.end() :]):
            return title[cut.end() :]
        break
    return title


def is_main_part(part: str, text: str) -> bool:
    """Whether a part can be the headline in a text and not its rubric: "Opinion" is not, in "Opinion | The bridge"."""
    return len(part.strip()) >= _HEADLINE_SHARE * len(text)
