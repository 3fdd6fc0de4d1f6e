"""Choose the article's title among the titles that the page states (`stated_titles` collects them)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from crawlers.extraction.json_ld import ARTICLE_TYPES, text_of, texts_of, types_of
from crawlers.extraction.stated_titles import MAX_TITLE_LENGTH, SEPARATOR, is_main_part, without_site
from crawlers.extraction.text import match_key, name_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from crawlers.extraction.json_ld import Node
    from crawlers.extraction.stated_titles import StatedTitles

_KICKER = re.compile(r"\s*[|ㅣ｜»•·:：]\s*|\s+[-–—]+\s+")
"""Separates a kicker from its headline."""
_MAX_CUTS = 7
"""Positions tried as the end of a kicker or the beginning of a section."""
_ELLIPSIS = ("…", "...")
_QUOTES = ('"', "'", "“", "”", "„", "‘", "’")
_MAYBE_CUT_LENGTH = 95
"""Characters from which a JSON-LD headline may have been cut without an ellipsis: search engines ask for at most 110,
and publishing systems cut at 100 or 110."""
_MIN_COMMON_SHARE = 0.2
"""Minimum share of a heading's letter trigrams that another statement of the same title contains."""
_NEWS_TYPES = frozenset(name for name in ARTICLE_TYPES if "News" in name or name == "LiveBlogPosting")
_MARKS = ("shown", "twitter", "crumb", "alternative")
_MANY_WORDS = 30
_FEW_WORDS = 3
TITLE_KINDS = ("og:title", "json-ld", "h1", "title")
"""Kinds of statement; of two with equal weight, the earlier wins."""
_SPELLING_PREFERENCE = ("json-ld", "h1", "og:title", "title")
_WEIGHTS = {"og:title": 3, "shown": 2, "json-ld": 1, "twitter": 1, "crumb": -2, "alternative": -3}
"""What each statement adds to the weight of its wording.

Heading, JSON-LD and `<title>` usually print the same field of the publisher's system, so they are not three independent
statements. A `<title>` that differs is the variant for search engines and adds nothing. An `og:title` that differs was
written to stand alone, away from the page: it outweighs heading and JSON-LD, unless `twitter:title` agrees with them.
`shown`: a heading outside menus has this wording. `crumb`: it is the heading within the breadcrumb, written for search
engines. `alternative`: JSON-LD states it as the alternative to its headline."""
_UNRELATED_HEADING = -9
"""Weight of a heading that names something else: below all others, for pages that state no other title."""
KICKER_ALONE = -10
"""Weight of a heading that is only the kicker of another title: it comes last, whatever its score."""


@dataclass(frozen=True, slots=True)
class TitleCandidate:
    """One wording of the title, with the statements for it."""

    text: str
    kind: str
    """The kind of statement whose spelling it has (dashes and quotes differ); the title's provenance."""
    stated_by: tuple[str, ...]
    """Every statement of this wording: kinds in `TITLE_KINDS`, then the other keys of `_WEIGHTS`."""
    weight: int
    score: float = 0.0
    """What `title.json` makes of the evidence, on pages without news in JSON-LD; 0 on others."""


def rank_titles(article: Node, titles: StatedTitles, site_keys: frozenset[str]) -> list[TitleCandidate]:
    """All wordings of the title, the best first.

    On pages whose JSON-LD declares news, by the statements for them (see `_WEIGHTS`): newsrooms maintain each of them.
    On other pages, by a logistic regression over `evidence`, whose weights are in `title.json`, made by
    `benchmarks/training/title.py`: there, `og:title` is often written for search engines, and readers see the heading.

    Before they are weighed, wordings are brought together: one that contains another, after a kicker or before a
    section, is cut down to it; two that differ only in their kickers are cut to their common part; a truncated one is
    completed.
    """
    headline = (text_of(article.get("headline")) or text_of(article.get("name")) or "")[:MAX_TITLE_LENGTH]
    stated = [("og:title", text) for text in titles.og[:1]]
    stated += [("json-ld", without_site(headline, site_keys))] if headline else []
    stated += [("h1", text) for text in titles.h1]
    stated += [("title", text) for text in titles.title]
    stated = [(kind, text) for kind, text in stated if match_key(text)]
    texts = [text for _, text in stated]
    short_forms = [text for kind, text in stated if kind in ("json-ld", "h1")]
    short_forms += _common_rests(text for kind, text in stated if kind != "title")
    declared = [match_key(text) for kind, text in stated if kind in ("og:title", "json-ld")]
    groups: dict[str, list[tuple[str, str]]] = {}
    for kind, text in stated:
        whole = _completed(text, texts) if kind in ("json-ld", "og:title") or text.endswith(_ELLIPSIS) else text
        # A wording on which og:title and JSON-LD agree is the page's choice, even if a shorter form exists.
        whole = whole if declared.count(match_key(whole)) > 1 else _reduced(whole, short_forms)
        groups.setdefault(match_key(whole), []).append((kind, whole))
    marks = {
        "shown": {match_key(text) for text in (*titles.heading_parts, *titles.h1)},
        "crumb": {match_key(text) for text in titles.in_menu},
        "twitter": {match_key(text) for text in titles.twitter},
        "alternative": {match_key(text) for text in texts_of(article.get("alternativeHeadline"))}
        - {match_key(headline)},
    }
    marks["crumb"] -= marks["shown"]
    misleading = _misleading_headings(stated)
    ranked = [
        _candidate(group, [mark for mark, keys in marks.items() if key in keys], misleading.get(key, 0))
        for key, group in groups.items()
    ]
    ranked.sort(key=lambda candidate: (-candidate.weight, TITLE_KINDS.index(candidate.stated_by[0])))
    if is_news(article):
        return ranked
    scored = [replace(one, score=_score(evidence(one, ranked, titles, article))) for one in ranked]
    return sorted(scored, key=lambda candidate: (candidate.weight == KICKER_ALONE, -candidate.score))


def _candidate(group: list[tuple[str, str]], marks: list[str], misleading: int) -> TitleCandidate:
    """The candidate of a group of equal statements; `misleading`, unless 0, is its weight if only headings state it."""
    kinds = sorted({kind for kind, _ in group}, key=TITLE_KINDS.index)
    kind, text = min(group, key=lambda stated: _SPELLING_PREFERENCE.index(stated[0]))
    weight = sum(_WEIGHTS.get(mark, 0) for mark in (*kinds, *marks))
    return TitleCandidate(text, kind, (*kinds, *marks), misleading if misleading and kinds == ["h1"] else weight)


def _misleading_headings(stated: list[tuple[str, str]]) -> dict[str, int]:
    """The weights, by match key, of headings that have almost nothing in common with any other stated title (names of
    the site, of a section, of a box), or that are only the kicker of one."""
    others = [_trigrams(text) for kind, text in stated if kind != "h1"]
    found = {}
    for kind, text in stated:
        if kind == "h1" and others:
            own = _trigrams(text)
            if any(_is_kicker(text, title) for _, title in stated):
                found[match_key(text)] = KICKER_ALONE
            elif max(len(own & other) for other in others) < _MIN_COMMON_SHARE * len(own):
                found[match_key(text)] = _UNRELATED_HEADING
    return found


def _is_kicker(text: str, title: str) -> bool:
    """True for one word that stands before another title: "Opinion". More words are a headline with a rest for search
    engines as often."""
    return " " not in text and any(
        match_key(title[: cut.start()]) == match_key(text) and not is_main_part(text, title)
        for cut in _KICKER.finditer(title)
    )


def _trigrams(text: str) -> set[str]:
    key = name_key(text)
    return {key[at : at + 3] for at in range(max(1, len(key) - 2))}


def is_news(article: Node) -> bool:
    """True for an article that JSON-LD declares news."""
    return not types_of(article).isdisjoint(_NEWS_TYPES)


def evidence(
    candidate: TitleCandidate, others: Sequence[TitleCandidate], titles: StatedTitles, article: Node
) -> dict[str, float]:
    """What speaks for and against a wording, by name; `others` are all wordings of the page."""
    by = {
        mark: float(mark in candidate.stated_by) for mark in (*TITLE_KINDS, "shown", "twitter", "crumb", "alternative")
    }
    key = match_key(candidate.text)
    headings = list(dict.fromkeys(map(match_key, titles.h1)))
    element = match_key(titles.title[0]) if titles.title else ""
    own = _trigrams(candidate.text)
    in_title = len(own & _trigrams(element)) / len(own) if element else 0.0
    similarity = [len(own & other) / len(own | other) for one in others if (other := _trigrams(one.text)) != own]
    declared = float(bool(article))
    words = len(candidate.text.split())
    found = {f"stated by {mark}": stated for mark, stated in by.items()}
    found |= {f"stated by {kind}, JSON-LD declares an article": by[kind] * declared for kind in TITLE_KINDS}
    is_heading = float(key in headings)
    return found | {
        "weight": float(candidate.weight),
        "only heading": is_heading * (len(headings) == 1),
        "one of several headings": is_heading * (len(headings) > 1),
        "first heading": float(headings[:1] == [key]),
        "only wording": float(len(others) == 1),
        "begins the title element": float(bool(element) and element.startswith(key)),
        "part of the title element": float(key in element),
        "similarity to the title element": in_title,
        "heading, similarity to the title element": is_heading * in_title,
        "similarity to another wording": max(similarity, default=0.0),
        "has a separator": float(SEPARATOR.search(candidate.text) is not None),
        "words": float(min(words, _MANY_WORDS)),
        "few words": float(words <= _FEW_WORDS),
    }


def _score(found: dict[str, float]) -> float:
    weights = _weights()
    return sum(weights.get(name, 0.0) * value for name, value in found.items())


@cache
def _weights() -> dict[str, float]:
    weights: dict[str, float] = json.loads(
        files("crawlers.extraction").joinpath("title.json").read_text(encoding="utf-8")
    )
    return weights


def choose_title(article: Node, titles: StatedTitles, site_keys: frozenset[str]) -> TitleCandidate | None:
    """The first title of `rank_titles`; None if the page states none."""
    return next(iter(rank_titles(article, titles, site_keys)), None)


def _reduced(text: str, others: Iterable[str]) -> str:
    """A title cut down to another one that it contains after a kicker or before a section."""
    by_key = {match_key(other): other for other in others}
    for part in _inner(text):
        if match_key(part) in by_key and is_main_part(part, text):
            return by_key[match_key(part)]
    return text


def _common_rests(texts: Iterable[str]) -> list[str]:
    """The text that titles share after different kickers: publishers give a title another kicker for each place.

    What differs in a few words of a sentence is no kicker: "I sell holidays - …" and "I sell cheap holidays - …".
    """
    rests: dict[str, list[str]] = {}
    common = []
    for key, text in {match_key(text): text for text in texts}.items():
        for start in [cut.end() for cut in _KICKER.finditer(text)][:_MAX_CUTS]:
            rest = match_key(text[start:])
            others = rests.setdefault(rest, [])
            # A title at the end of another one is a wording of its own.
            kicker = set(match_key(text[:start]).split())
            if is_main_part(text[start:], text) and any(
                not (other.endswith(key) or key.endswith(other)) and kicker.isdisjoint(other.removesuffix(rest).split())
                for other in others
            ):
                common.append(text[start:])
            others.append(key)
    return common


def _inner(text: str) -> Iterator[str]:
    """The text without its kicker, without the part after a separator, and without both; at most 64 variants."""
    starts = [cut.end() for cut in _KICKER.finditer(text)][:_MAX_CUTS]
    ends = [cut.start() for cut in SEPARATOR.finditer(text)][-_MAX_CUTS:]
    return (text[start:end] for start in (0, *starts) for end in (len(text), *ends) if end - start < len(text))


def _completed(text: str, others: Sequence[str]) -> str:
    """A truncated headline, completed by another one that continues it."""
    for other in others:  # the value of an attribute ends at the first quotation mark that is not escaped
        if other.startswith(text) and other[len(text) :].lstrip().startswith(_QUOTES):
            return other
    if not text.endswith(_ELLIPSIS) and len(text) < _MAYBE_CUT_LENGTH:
        return text
    start = match_key(text.rstrip("…. "))
    longer = (other for other in others if len(other) >= len(text) and match_key(other) != start)
    return next((other for other in longer if match_key(other).startswith(start)), text)
