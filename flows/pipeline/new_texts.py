"""From the pages of a segment to what the duplicate and story steps take."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from flows.dedup.exact import Verdict
from flows.dedup.records import NewText, OtherPublication
from warehouse.dedup.duplicates import duplicate_states

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    import duckdb
    import pyarrow as pa

    from flows.dedup.exact import Classification
    from flows.pipeline.pages import Page


def new_texts(
    connection: duckdb.DuckDBPyConnection,
    pages: Sequence[Page],
    classifications: Sequence[Classification | None],
    rows: pa.Table,
) -> tuple[list[NewText], list[OtherPublication]]:
    """The articles whose text is new, each with its latest version, and where and when else a text was published.

    Call it before the segment is loaded: it looks up when the changed articles were seen first.
    """
    versions = rows["version_id"].to_pylist()
    new_articles: dict[UUID, NewText] = {}
    other_publications = []
    older: list[NewText] = []
    for page, classification, version in zip(pages, classifications, versions, strict=True):
        if classification is None or page.features is None:
            continue
        fields, fetch = page.fields, page.fetch
        if classification.verdict is Verdict.DUPLICATE and classification.reason == "same_text":
            other_publications.append(
                OtherPublication(
                    classification.article_id,
                    fetch.source,
                    fields["published_at"],
                    fields["published_precision"],
                    fetch.fetched_at,
                )
            )
        if classification.verdict not in (Verdict.LOADED, Verdict.UPDATED):
            continue
        before = new_articles.get(classification.article_id)
        if before:
            older.append(before)
        new_articles[classification.article_id] = NewText(
            article_id=classification.article_id,
            version_id=version,
            source=before.source if before else fetch.source,
            title=fields["title"],
            language=fields["language"],
            published_at=fields["published_at"],
            precision=fields["published_precision"],
            seen_at=fetch.fetched_at,
            first_seen_at=before.first_seen_at if before else fetch.fetched_at,
            new=classification.verdict is Verdict.LOADED or (before is not None and before.new),
            features=page.features,
        )
    changed = duplicate_states(connection, [one.article_id for one in new_articles.values() if not one.new])
    latest = {
        key: replace(one, source=changed[key].source, first_seen_at=changed[key].first_seen_at)
        if key in changed
        else one
        for key, one in new_articles.items()
    }
    # A version that was edited within the segment may say an earlier time than the latest one.
    for one in older:
        now = latest[one.article_id]
        other_publications.append(
            OtherPublication(one.article_id, now.source, one.published_at, one.precision, now.first_seen_at)
        )
    return list(latest.values()), other_publications
