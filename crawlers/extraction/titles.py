"""The headline: which of the page's own statements of it is the one to keep, and why."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawlers.extraction.json_ld import text_of, texts_of
from crawlers.extraction.stated_titles import MAX_TITLE_LENGTH, SEPARATOR, is_main_part, name_key, without_site
from crawlers.extraction.text import match_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from crawlers.extraction.json_ld import Node

_KICKER = re.compile(r"\s*[|ㅣ｜»•·:：]\s*|\s+[-–—]+\s+")
"""What stands between a kicker and its headline."""
_MAX_CUTS = 7
"""Places looked at where a kicker may end, or a section begin."""
_ELLIPSIS = ("…", "...")
_CUT_FROM = 95
"""Characters from which a JSON-LD headline may have been cut without a sign: search engines ask for 110 at most, and
programs that keep to it cut at 100 or 110."""
_COMMON_SHARE = 0.2
"""Of the runs of three letters in a headline, the least that another wording of it has too."""
TITLE_KINDS = ("og:title", "json-ld", "h1", "title")
"""Kinds of statement; the earlier wins where two have equal weight."""
_SPELLING = ("json-ld", "h1", "og:title", "title")
_WEIGHTS = {"og:title": 3, "shown": 2, "json-ld": 1, "twitter": 1, "crumb": -2, "alternative": -3}
"""What a statement adds to the text it states. Heading, JSON-LD and `<title>` mostly print one field of the publisher's
system, and are no three voices: where `<title>` differs it is the variant for search engines, so it decides nothing.
An `og:title` of its own is written by hand, to stand alone away from the page; it holds its own against heading and
JSON-LD, and yields where `twitter:title`, its twin, sides with them. `shown`: a heading outside menus reads so.
`crumb`: it is the heading within the breadcrumb, a place for search engines. `alternative`: JSON-LD gives it as the
other wording beside its headline."""
_RUBRIC = -9
"""Weight of a heading that is the name of something else: below everything, and kept for pages that have no more."""


@dataclass(frozen=True, slots=True)
class TitleCandidate:
    """One wording of the headline, and what speaks for it."""

    text: str
    kind: str
    """Whose spelling it is (dashes and quotes differ); its provenance."""
    stated_by: tuple[str, ...]
    """All that state it: kinds in `TITLE_KINDS`, then what else speaks of it (see `_WEIGHTS`)."""
    weight: int


def rank_titles(article: Node, shown: dict[str, list[str]], names: frozenset[str]) -> list[TitleCandidate]:
    """Every wording of the headline, the best first: by what states it (see `_WEIGHTS`).

    Before they are weighed, a wording is cut down to another that stands within it behind a kicker or before a
    section, two that differ in their kickers only to what they share, and one that was cut short is completed.
    """
    headline = (text_of(article.get("headline")) or text_of(article.get("name")) or "")[:MAX_TITLE_LENGTH]
    stated = [("og:title", text) for text in shown.get("og", ())[:1]]
    stated += [("json-ld", without_site(headline, names))] if headline else []
    stated += [("h1", text) for text in shown.get("h1", ())]
    stated += [("title", text) for text in shown.get("title", ())]
    stated = [(kind, text) for kind, text in stated if match_key(text)]
    texts = [text for _, text in stated]
    plain = [text for kind, text in stated if kind in ("json-ld", "h1")]
    plain += _common_rests(text for kind, text in stated if kind != "title")
    declared = [match_key(text) for kind, text in stated if kind in ("og:title", "json-ld")]
    groups: dict[str, list[tuple[str, str]]] = {}
    for kind, text in stated:
        whole = _completed(text, texts) if kind == "json-ld" else text
        # Where og:title and JSON-LD agree, the page has chosen, whatever shorter forms there are.
        whole = whole if declared.count(match_key(whole)) > 1 else _reduced(whole, plain)
        groups.setdefault(match_key(whole), []).append((kind, whole))
    marks = {
        "shown": {match_key(text) for text in (*shown.get("part", ()), *shown.get("h1", ()))},
        "crumb": {match_key(text) for text in shown.get("crumb", ())},
        "twitter": {match_key(text) for text in shown.get("twitter", ())},
        "alternative": {match_key(text) for text in texts_of(article.get("alternativeHeadline"))}
        - {match_key(headline)},
    }
    marks["crumb"] -= marks["shown"]
    rubrics = _rubrics(stated)
    ranked = [
        _candidate(group, [mark for mark, said in marks.items() if folded in said], folded in rubrics)
        for folded, group in groups.items()
    ]
    return sorted(ranked, key=lambda candidate: (-candidate.weight, TITLE_KINDS.index(candidate.stated_by[0])))


def _candidate(group: list[tuple[str, str]], marks: list[str], rubric: bool) -> TitleCandidate:
    kinds = sorted({kind for kind, _ in group}, key=TITLE_KINDS.index)
    kind, text = min(group, key=lambda stated: _SPELLING.index(stated[0]))
    weight = sum(_WEIGHTS.get(mark, 0) for mark in (*kinds, *marks))
    return TitleCandidate(text, kind, (*kinds, *marks), _RUBRIC if rubric and kinds == ["h1"] else weight)


def _rubrics(stated: list[tuple[str, str]]) -> set[str]:
    """Headings, folded, that have next to nothing in common with any other statement of the title: the name of the
    site, of a rubric, of a box."""
    others = [_grams(text) for kind, text in stated if kind != "h1"]
    found = set()
    for kind, text in stated:
        if kind == "h1" and others:
            own = _grams(text)
            if max(len(own & other) for other in others) < _COMMON_SHARE * len(own):
                found.add(match_key(text))
    return found


def _grams(text: str) -> set[str]:
    squeezed = name_key(text)
    return {squeezed[at : at + 3] for at in range(max(1, len(squeezed) - 2))}


def choose_title(article: Node, shown: dict[str, list[str]], names: frozenset[str]) -> TitleCandidate | None:
    """The headline that `rank_titles` puts first; None where the page states none."""
    return next(iter(rank_titles(article, shown, names)), None)


def _reduced(text: str, others: Iterable[str]) -> str:
    """A text cut down to the other that stands in it between a kicker and a section."""
    folded = {match_key(other): other for other in others}
    for part in _inner(text):
        if match_key(part) in folded and is_main_part(part, text):
            return folded[match_key(part)]
    return text


def _common_rests(texts: Iterable[str]) -> list[str]:
    """What wordings have in common behind different kickers: the headline, for each place its own kicker."""
    rests: dict[str, list[str]] = {}
    common = []
    for folded, text in {match_key(text): text for text in texts}.items():
        for start in [cut.end() for cut in _KICKER.finditer(text)][:_MAX_CUTS]:
            rest = match_key(text[start:])
            others = rests.setdefault(rest, [])
            # Where one is the end of the other, that one is a wording by itself.
            if is_main_part(text[start:], text) and any(not (o.endswith(folded) or folded.endswith(o)) for o in others):
                common.append(text[start:])
            others.append(folded)
    return common


def _inner(text: str) -> Iterator[str]:
    """A text without its kicker, without what is behind a separator, without both; at most 64 of them."""
    starts = [cut.end() for cut in _KICKER.finditer(text)][:_MAX_CUTS]
    ends = [cut.start() for cut in SEPARATOR.finditer(text)][-_MAX_CUTS:]
    return (text[start:end] for start in (0, *starts) for end in (len(text), *ends) if end - start < len(text))


def _completed(text: str, others: Sequence[str]) -> str:
    """A headline that was cut short, from another that goes on where it ends."""
    if not text.endswith(_ELLIPSIS) and len(text) < _CUT_FROM:
        return text
    start = match_key(text.rstrip("…. "))
    longer = (other for other in others if other != text and len(other) >= len(text))
    return next((other for other in longer if match_key(other).startswith(start)), text)
