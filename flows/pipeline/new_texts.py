"""Selects the new texts of a segment, which the steps for duplicates and stories take."""

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

    from flows.pipeline.classify import ClassifiedFetch


def new_texts(
    connection: duckdb.DuckDBPyConnection, fetches: Sequence[ClassifiedFetch]
) -> tuple[list[NewText], list[OtherPublication]]:
    """The articles with a new text, each in its latest version, and where and when else texts were published.

    Call it before the segment is loaded: it looks up when changed articles were first seen.
    """
    new_articles: dict[UUID, NewText] = {}
    other_publications = []
    older: list[NewText] = []
    for classified in fetches:
        fetch, version = classified.extracted.fetch, classified.extracted.version
        classification = classified.classification
        if version is None or classification is None:
            continue
        article = version.article
        if classification.verdict is Verdict.DUPLICATE and classification.reason == "same_text":
            other_publications.append(
                OtherPublication(
                    classification.article_id,
                    fetch.source,
                    article.published_at,
                    article.published_precision,
                    fetch.fetched_at,
                )
            )
        if classified.version_id is None:
            continue
        before = new_articles.get(classification.article_id)
        if before:
            older.append(before)
        new_articles[classification.article_id] = NewText(
            article_id=classification.article_id,
            version_id=classified.version_id,
            source=before.source if before else fetch.source,
            title=article.title,
            language=article.language,
            published_at=article.published_at,
            precision=article.published_precision,
            seen_at=fetch.fetched_at,
            first_seen_at=before.first_seen_at if before else fetch.fetched_at,
            new=classification.verdict is Verdict.LOADED or (before is not None and before.new),
            features=version.features,
        )
    changed = duplicate_states(connection, [one.article_id for one in new_articles.values() if not one.new])
    latest = {
        key: replace(one, source=changed[key].source, first_seen_at=changed[key].first_seen_at)
        if key in changed
        else one
        for key, one in new_articles.items()
    }
    # A version that was edited within the segment may state an earlier time than the latest version.
    for one in older:
        now = latest[one.article_id]
        other_publications.append(
            OtherPublication(one.article_id, now.source, one.published_at, one.precision, now.first_seen_at)
        )
    return list(latest.values()), other_publications
