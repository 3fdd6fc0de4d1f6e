"""The headline: which of the page's own statements of it is the one to keep, and why."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawlers.extraction.structured import text_of, texts_of
from crawlers.extraction.words import fold, tidy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lxml.html import HtmlElement

    from crawlers.extraction.page import Page
    from crawlers.extraction.structured import Node, Structured

_SEPARATOR = re.compile(r"\s*[|ㅣ｜»•·]\s*|\s+[-–—:]+\s+|-(?=[^-]*$)")
"""What stands between a headline and the name of its site; the bare hyphen only as the last one."""
_KICKER = re.compile(r"\s*[|ㅣ｜»•·:]\s*|\s+[-–—]+\s+")
"""What stands between a kicker and its headline."""
_ELLIPSIS = ("…", "...")
_CUT_FROM = 95
"""Characters from which a JSON-LD headline may have been cut without a sign: search engines ask for 110 at most, and
programs that keep to it cut at 100 or 110."""
_LONGEST = 500
"""Characters kept of a title; the longest of captured pages has 175, and what is far longer is a missing end tag."""
_MAX_HEADINGS = 24
"""Headings looked at; what comes later in a page are teasers."""
_MAX_PARTS = 12
"""Elements within a heading that are looked at as a headline beside its kicker."""
_HEADLINE_SHARE = 0.4
"""Of the characters of a wording, those of the headline within it, at least: rubrics and sites have shorter names."""
_COMMON_SHARE = 0.2
"""Of the runs of three letters in a headline, the least that another wording of it has too."""
_SHORTEST_LABEL = 4
"""Letters from which the name in the host counts as the site's name when more is written to it (`CNNPolitics` is not
cut by `cnn`, but `Mirror Online` is by `mirror`)."""
_NO_NAMES = frozenset({"www", "news", "blog", "edition", "com", "net", "org"})

SECTION_METAS = ("article:section", "og:article:section", "section", "content_category", "category")
"""Names of the meta elements that publishers and their tools give the section."""
ORDER = ("og:title", "json-ld", "h1", "title")
"""Kinds of statement; the earlier wins where two have equal weight."""
_SPELLING = ("json-ld", "h1", "og:title", "title")
_WEIGHTS = {"og:title": 4, "json-ld": 2, "shown": 2, "title": 1, "crumb": -2}
"""What a statement adds to the text it states. `og:title` is written to stand alone, away from the page, and by hand;
JSON-LD's headline is sometimes the variant for search engines, `<title>` nearly always is where they differ. `shown`:
a heading outside menus reads so. `crumb`: it is the heading within the breadcrumb, a place for search engines. So
`og:title` holds its own against JSON-LD with the heading, and yields where `<title>` sides with them. Any weights in
these proportions choose alike on captured pages."""


@dataclass(frozen=True, slots=True)
class TitleCandidate:
    """One wording of the headline, and what speaks for it."""

    text: str
    kind: str
    """Whose spelling it is (dashes and quotes differ); its provenance."""
    stated_by: tuple[str, ...]
    """All that state it: kinds in `ORDER`, then `shown` or `crumb`."""
    weight: int


def page_titles(page: Page, structured: Structured | None = None) -> dict[str, list[str]]:
    """What the page shows as its title, by where: `h1`, `og`, `title`, without the site's name behind it; `crumb`
    (headings of first rank in menus); `part` (headings of both ranks outside menus, and the elements within them)."""
    headings, crumbs, parts = _headings(page.tree)
    element = next(page.tree.iter("title"), None)
    names = site_names(page, structured)
    nodes = structured.articles() if structured else []
    sections = [text for node in nodes for text in texts_of(node.get("articleSection"))]
    sections += [text for name in SECTION_METAS for text in page.metas.get(name, ())]
    shown = [text for text in headings if _squeeze(text) not in names]
    og = [_line(text) for text in (*page.metas.get("og:title", ()), *page.metas.get("twitter:title", ()))]
    window = [_line(element.text_content())] if element is not None else []
    # What JSON-LD states in full is not cut for the sake of a shorter heading.
    whole = {fold(text) for node in nodes if (text := text_of(node.get("headline")))}
    og = [text if fold(text) in whole else without_site(text, names, shown, sections) for text in og if text]
    window = [without_site(text, names, (*shown, *og), sections) for text in window if text]
    return {
        "h1": shown,
        "og": og,
        "title": [text for text in window if _squeeze(text) not in names],
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
    return tidy(html.unescape(text))[:_LONGEST]


def _squeeze(text: str) -> str:
    return fold(text).replace(" ", "")


def site_name(page: Page) -> str:
    """The name of the site as the page gives it; empty where it does not."""
    return tidy(page.meta("og:site_name", "application-name") or "")


def site_names(page: Page, structured: Structured | None = None) -> frozenset[str]:
    """Names of the site, folded and without blanks: declared, its publisher's, those in its host; and with "the" in
    front taken off."""
    names = [site_name(page), *(page.metas.get("twitter:site", ())), *(page.metas.get("application-name", ()))]
    for node in structured.nodes if structured else ():
        publisher = node.get("publisher")
        names += texts_of(publisher.get("name")) if isinstance(publisher, dict) else []
    host = (urlsplit(page.url).hostname or "").removeprefix("www.")
    names += [host, *(label for label in host.split(".")[:-1] if label not in _NO_NAMES)]
    squeezed = {_squeeze(name) for name in names} | {f"www{_squeeze(host)}"}
    return frozenset(squeezed | {name.removeprefix("the") for name in squeezed}) - {""}


def _is_site(text: str, names: frozenset[str]) -> bool:
    squeezed, words = _squeeze(text), fold(text).split()
    if squeezed in names or squeezed.removeprefix("the") in names:
        return True
    if _SEPARATOR.search(text):
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
    known = {fold(other) for other in others} - {""}
    folded_sections = {fold(section) for section in sections} - {""}
    cut_site = False
    while True:
        cuts = [(title[: cut.start()].strip(), title[cut.end() :].strip()) for cut in _SEPARATOR.finditer(title)]
        cuts = [(before, behind) for before, behind in cuts if fold(before) and fold(behind)]
        agreed = next((before for before, _ in cuts if fold(before) in known and _is_most(before, title)), None)
        if agreed is not None:
            return agreed
        # The last one first: what is between an earlier one and the site's name would go with it.
        named = next((before for before, behind in reversed(cuts) if _is_site(behind, names)), None)
        if named is None and cut_site:
            named = next((before for before, behind in cuts if fold(behind) in folded_sections), None)
        if named is None:
            break
        title, cut_site = named, True
    for cut in _SEPARATOR.finditer(title):
        if _squeeze(title[: cut.start()]) in names and fold(title[cut.end() :]):
            return title[cut.end() :]
        break
    return title


def rank_titles(article: Node, shown: dict[str, list[str]], names: frozenset[str]) -> list[TitleCandidate]:
    """Every wording of the headline, the best first: by what states it (see `_WEIGHTS`).

    Before they are weighed, a wording is cut down to another that stands within it behind a kicker or before a
    section, and JSON-LD's is completed where it was cut short.
    """
    headline = (text_of(article.get("headline")) or text_of(article.get("name")) or "")[:_LONGEST]
    stated = [("og:title", text) for text in shown.get("og", ())[:1]]
    stated += [("json-ld", without_site(headline, names))] if headline else []
    stated += [("h1", text) for text in shown.get("h1", ())]
    stated += [("title", text) for text in shown.get("title", ())]
    stated = [(kind, text) for kind, text in stated if fold(text)]
    texts = [text for _, text in stated]
    plain = [text for kind, text in stated if kind in ("json-ld", "h1")]
    declared = [fold(text) for kind, text in stated if kind in ("og:title", "json-ld")]
    groups: dict[str, list[tuple[str, str]]] = {}
    for kind, text in stated:
        whole = _completed(text, texts) if kind == "json-ld" else text
        # Where og:title and JSON-LD agree, the page has chosen, whatever shorter forms there are.
        whole = whole if declared.count(fold(whole)) > 1 else _reduced(whole, plain)
        groups.setdefault(fold(whole), []).append((kind, whole))
    visible = {fold(text) for text in (*shown.get("part", ()), *shown.get("h1", ()))}
    crumbs = {fold(text) for text in shown.get("crumb", ())}
    rubrics = _rubrics(stated)
    ranked = [
        _candidate(group, folded in visible, folded in crumbs, folded in rubrics) for folded, group in groups.items()
    ]
    return sorted(ranked, key=lambda candidate: (-candidate.weight, ORDER.index(candidate.stated_by[0])))


def _candidate(group: list[tuple[str, str]], visible: bool, crumb: bool, rubric: bool) -> TitleCandidate:
    kinds = sorted({kind for kind, _ in group}, key=ORDER.index)
    kind, text = min(group, key=lambda stated: _SPELLING.index(stated[0]))
    marks = [*kinds, *(["shown"] if visible else ["crumb"] if crumb else [])]
    weight = sum(_WEIGHTS.get(mark, 0) for mark in marks)
    return TitleCandidate(text, kind, tuple(marks), 0 if rubric and kinds == ["h1"] else weight)


def _rubrics(stated: list[tuple[str, str]]) -> set[str]:
    """Headings, folded, that have next to nothing in common with any other statement of the title: the name of the
    site, of a rubric, of a box."""
    others = [_grams(text) for kind, text in stated if kind != "h1"]
    found = set()
    for kind, text in stated:
        if kind == "h1" and others:
            own = _grams(text)
            if max(len(own & other) for other in others) < _COMMON_SHARE * len(own):
                found.add(fold(text))
    return found


def _grams(text: str) -> set[str]:
    squeezed = _squeeze(text)
    return {squeezed[at : at + 3] for at in range(max(1, len(squeezed) - 2))}


def choose_title(article: Node, shown: dict[str, list[str]], names: frozenset[str]) -> TitleCandidate | None:
    """The headline that `rank_titles` puts first; None where the page states none."""
    return next(iter(rank_titles(article, shown, names)), None)


def _reduced(text: str, others: Iterable[str]) -> str:
    """A text cut down to the other that stands in it between a kicker and a section."""
    folded = {fold(other): other for other in others}
    for part in _inner(text):
        if fold(part) in folded and _is_most(part, text):
            return folded[fold(part)]
    return text


def _is_most(part: str, text: str) -> bool:
    """Whether a part can be the headline in a text and not its rubric: "Opinion" is not, in "Opinion | The bridge"."""
    return len(part.strip()) >= _HEADLINE_SHARE * len(text)


def _inner(text: str) -> Iterator[str]:
    """A text without its kicker, without what is behind a separator, without both; at most 64 of them."""
    starts = [cut.end() for cut in _KICKER.finditer(text)][:7]
    ends = [cut.start() for cut in _SEPARATOR.finditer(text)][-7:]
    return (text[start:end] for start in (0, *starts) for end in (len(text), *ends) if end - start < len(text))


def _completed(text: str, others: Sequence[str]) -> str:
    """A headline that was cut short, from another that goes on where it ends."""
    if not text.endswith(_ELLIPSIS) and len(text) < _CUT_FROM:
        return text
    start = fold(text.rstrip("…. "))
    longer = (other for other in others if other != text and len(other) >= len(text))
    return next((other for other in longer if fold(other).startswith(start)), text)
