"""From the pages of a segment to what the duplicate and story steps take."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from flows.dedup.articles import Elsewhere, Looked
from flows.dedup.exact import Verdict
from warehouse.dedup.duplicates import duplicate_states

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    import duckdb
    import pyarrow as pa

    from flows.dedup.exact import Judgement
    from flows.pipeline.pages import Page


def new_texts(
    connection: duckdb.DuckDBPyConnection,
    pages: Sequence[Page],
    judgements: Sequence[Judgement | None],
    rows: pa.Table,
) -> tuple[list[Looked], list[Elsewhere]]:
    """The articles whose text is new, each with its latest version, and where and when else a text was published.

    Call it before the segment is loaded: it looks up when the changed articles were seen first.
    """
    versions = rows["version_id"].to_pylist()
    looked: dict[UUID, Looked] = {}
    elsewhere = []
    older: list[Looked] = []
    for page, judgement, version in zip(pages, judgements, versions, strict=True):
        if judgement is None or page.traits is None:
            continue
        fields, fetch = page.fields, page.fetch
        if judgement.verdict is Verdict.DUPLICATE and judgement.reason == "same_text":
            elsewhere.append(
                Elsewhere(
                    judgement.article_id,
                    fetch.source,
                    fields["published_at"],
                    fields["published_precision"],
                    fetch.fetched_at,
                )
            )
        if judgement.verdict not in (Verdict.LOADED, Verdict.UPDATED):
            continue
        before = looked.get(judgement.article_id)
        if before:
            older.append(before)
        looked[judgement.article_id] = Looked(
            article_id=judgement.article_id,
            version_id=version,
            source=before.source if before else fetch.source,
            title=fields["title"],
            language=fields["language"],
            published_at=fields["published_at"],
            precision=fields["published_precision"],
            seen_at=fetch.fetched_at,
            first_seen_at=before.first_seen_at if before else fetch.fetched_at,
            new=judgement.verdict is Verdict.LOADED or (before is not None and before.new),
            traits=page.traits,
        )
    changed = duplicate_states(connection, [one.article_id for one in looked.values() if not one.new])
    latest = {
        key: replace(one, source=changed[key].source, first_seen_at=changed[key].first_seen_at)
        if key in changed
        else one
        for key, one in looked.items()
    }
    # A version that was edited within the segment may say an earlier time than the latest one.
    for one in older:
        now = latest[one.article_id]
        elsewhere.append(Elsewhere(one.article_id, now.source, one.published_at, one.precision, now.first_seen_at))
    return list(latest.values()), elsewhere
