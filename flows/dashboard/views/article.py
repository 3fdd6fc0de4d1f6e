"""One article: its text, its versions, the difference of two of them, and where else the report appeared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.dashboard.differences import differences
from flows.dashboard.errors import FilterError, MissingError
from flows.dashboard.views.view import Found, Queries, Query, View, words

if TYPE_CHECKING:
    from flows.dashboard.filters import Filters
    from flows.dashboard.published import Facts, Row

MOST_VERSIONS = 500
NAMES_SHOWN = 20


def _article(filters: Filters, facts: Facts) -> Queries:
    article = f"article_id = '{filters.item}'"
    queries = {
        "article": Query("The article", f"SELECT *\nFROM articles\nWHERE {article}", 1),
        "versions": Query(
            "Versions",
            f"""\
SELECT doc, seen_at, change, title, word_count, words_added, words_removed, extractor
FROM article_versions
WHERE {article}
ORDER BY seen_at, doc""",
            MOST_VERSIONS,
        ),
        "elsewhere": Query(
            "The same report elsewhere",
            f"""\
SELECT published_at, published_precision, source, title, kind, similarity, article_id, url
FROM appearances
WHERE original_id = (SELECT coalesce(duplicate_of, article_id) FROM article_state WHERE {article})
ORDER BY published_at, source, url""",
        ),
        "urls": Query(
            "Other URLs", f"SELECT kind, source, url, seen_at\nFROM aliases\nWHERE {article}\nORDER BY seen_at"
        ),
        "texts": Query("The texts that are compared", _texts(filters, article), 2),
    }
    if facts.has_names:
        queries["names"] = Query(
            "Names in the article",
            f"SELECT name, kind, times, in_headline, about\nFROM mentions\nWHERE {article}\n"
            "ORDER BY in_headline DESC, times DESC, name",
            NAMES_SHOWN,
        )
    return queries


def _texts(filters: Filters, article: str) -> str:
    """The two versions that are compared: those that are asked for, or else the last two."""
    chosen = [str(number) for number in (filters.before, filters.after) if number is not None]
    if len(chosen) == 2:
        return (
            "SELECT doc, seen_at, title, text\nFROM article_versions\n"
            f"WHERE {article} AND doc IN ({', '.join(chosen)})\nORDER BY seen_at, doc"
        )
    return f"""\
SELECT doc, seen_at, title, text
FROM article_versions
WHERE {article}
ORDER BY seen_at DESC, doc DESC
LIMIT 2"""


def _context(filters: Filters, _facts: Facts, found: Found) -> dict[str, object]:
    if not found["article"].rows:
        raise MissingError("There is no such article in the published file.")
    versions = found["versions"].rows
    known = {row["doc"] for row in versions}
    for name, doc in (("before", filters.before), ("after", filters.after)):
        if doc is not None and doc not in known:
            raise FilterError(f"{name}: this article has no version {doc}; its versions: {_listed(versions)}")
    context: dict[str, object] = {
        "article": found["article"].rows[0],
        "paragraphs": words(found["article"].rows[0], "text").split("\n"),
        "elsewhere": [row for row in found["elsewhere"].rows if row["article_id"] != filters.item],
    }
    texts = {row["doc"]: row for row in found["texts"].rows}
    if len(texts) == 2:
        before, after = _pair(filters, versions, texts)
        context |= {
            "before": before,
            "after": after,
            "title_difference": differences(words(before, "title"), words(after, "title")),
            "text_difference": differences(words(before, "text"), words(after, "text")),
        }
    return context


def _pair(filters: Filters, versions: tuple[Row, ...], texts: dict[object, Row]) -> tuple[Row, Row]:
    """The version that is compared, and the one that it is compared with, in the order that is asked for."""
    if filters.before in texts and filters.after in texts:
        return texts[filters.before], texts[filters.after]
    older, newer = [texts[row["doc"]] for row in versions if row["doc"] in texts]
    return older, newer


def _listed(versions: tuple[Row, ...]) -> str:
    return ", ".join(str(row["doc"]) for row in versions[:20])


ARTICLE = View("article", "Article", _article, _context, of_item=True)
