"""Formats an article as plain text, JSON or Markdown, and explains how it was extracted."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

from crawlers.extraction import EXTRACTOR_VERSION, Rejection
from flows.dedup.text.words import read_words

if TYPE_CHECKING:
    from crawlers.dates import ParsedDate
    from crawlers.extraction import Article
    from crawlers.extraction.explain import Explanation

_EVIDENCE = 4
_SHOWN = 90
"""Characters of a value that an explanation shows; fits in a line of a terminal."""
_MARKUP = re.compile(r"([\\`*_\[\]<>])")
_MARKER = re.compile(r"^(?=[#+-])|^(\d+)(?=[.)])")


def as_text(article: Article) -> str:
    """Headline, byline and text, with one paragraph per line."""
    return "\n".join(filter(None, (article.title, _byline(article), "\n" + article.text))) + "\n"


def as_markdown(article: Article) -> str:
    """The article in Markdown: a heading, linked if the URL is known, and blank lines between paragraphs."""
    paragraphs = (_escaped(line) for line in article.text.split("\n"))
    title = _escaped(article.title)
    parts = (
        f"# [{title}]({_link(article.url)})" if article.url else f"# {title}",
        _escaped(_byline(article)),
        *paragraphs,
    )
    return "\n\n".join(filter(None, parts)) + "\n"


def as_json(article: Article) -> str:
    """All fields in JSON, with ISO 8601 times, `provenance` as an object, and the version of the extractor.

    `url` is null if it is unknown.
    """
    fields = asdict(article) | {
        "url": article.url or None,
        "provenance": dict(article.provenance),
        "extractor": EXTRACTOR_VERSION,
    }
    return json.dumps(fields, default=_iso, ensure_ascii=False, indent=2) + "\n"


def _iso(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _byline(article: Article) -> str:
    return " · ".join(filter(None, (", ".join(article.authors), _when(article), article.section)))


def _when(article: Article) -> str:
    if article.published_at is None:
        return ""
    day = article.published_precision == "day"
    return f"{article.published_at:%Y-%m-%d}" if day else f"{article.published_at:%Y-%m-%d %H:%M} UTC"


def _escaped(line: str) -> str:
    return _MARKER.sub(lambda found: f"{found[1] or ''}\\", _MARKUP.sub(r"\\\1", line))


def _link(url: str) -> str:
    return url.replace("(", "%28").replace(")", "%29")


def as_reasons(explanation: Explanation) -> str:
    """The result, the evidence for an article, the candidates for the fields, and the origin of each field."""
    found = explanation.found
    if isinstance(found, Rejection):
        lines = [f"rejected ({found.reason}): {found.detail}"]
    else:
        lines = [
            f"an article with {len(read_words(found.text).hashes):,} words in {found.text.count(chr(10)) + 1} lines"
        ]
    lines += [f"extractor {EXTRACTOR_VERSION}", *_evidence(explanation)]
    lines += ["", "Candidates for the headline (the first is used):"]
    for number, title in enumerate(explanation.titles, start=1):
        lines.append(f"  {number}. {_cut(title.text)}")
        weight = f"score {title.score:.2f}" if title.score else f"weight {title.weight}"
        lines.append(f"     {weight}: stated by {', '.join(title.stated_by)}")
    if not explanation.titles:
        lines.append("  none found")
    lines += ["", "Candidates for the authors (the first is used):"]
    lines += [
        f"  {number}. {_cut(', '.join(authors.names))}\n     {authors.origin}: {authors.kind}"
        for number, authors in enumerate(explanation.authors, start=1)
    ] or ["  none found"]
    lines += ["", "Candidates for the publication date (the first is used; others may add its time or zone):"]
    lines += [
        f"  {number}. {_stated(parsed)}\n     {origin}"
        for number, (origin, parsed) in enumerate(explanation.published, start=1)
    ] or ["  none found"]
    if not isinstance(found, Rejection):
        lines += ["", "The fields and their origins:"]
        fields = asdict(found)
        width = max((len(field) for field, _ in found.provenance), default=0)
        lines += [f"  {field:{width}}  {origin:9}  {_cut(_plain(fields[field]))}" for field, origin in found.provenance]
        lines += ["", "Lines of the page (+ in the article, - not), with the probability that the model gives them:"]
        for line in explanation.lines:
            probability = "    " if line.probability is None else f"{line.probability:.2f}"
            lines.append(f"  {'+' if line.kept else '-'} {probability} {_cut(line.text)}")
            if line.reasons:
                lines.append(f"           {', '.join(line.reasons)}")
    return "\n".join(lines) + "\n"


def _evidence(explanation: Explanation) -> list[str]:
    """The strongest evidence for and against an article."""
    kind = explanation.kind
    if kind is None:
        return []
    parts = {name: f"  {part:+.2f}  {name} ({value:.3g})" for name, value, part in kind.parts}
    shown = list(parts.values())
    return [
        "",
        f"Evidence against an article (score {kind.score:.2f}; above {kind.limit:.2f} the page is rejected):",
        *shown[:_EVIDENCE],
        *shown[-_EVIDENCE:],
    ]


def _stated(parsed: ParsedDate) -> str:
    if not parsed.exact:
        return f"{parsed.day}, to the day"
    zone = "" if parsed.utc_offset is None else f", {parsed.utc_offset} minutes ahead of UTC on the page"
    return f"{parsed.at:%Y-%m-%d %H:%M:%S} UTC{zone}"


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return _iso(value)


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
