"""Stored pages of articles read again after the extractor has changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING

import pyarrow as pa

from crawlers.archive import Fetch, Segment
from crawlers.errors import ArchiveError
from crawlers.extraction import EXTRACTOR_VERSION, Rejection
from flows.dedup.exact import Classification, Verdict
from flows.dedup.run import deduplicate
from flows.errors import FlowsError
from flows.identifiers import digest
from flows.pipeline import progress
from flows.pipeline.diff import compare
from flows.pipeline.load import run_of
from flows.pipeline.new_texts import new_texts
from flows.pipeline.rows import Origin, build_batch
from warehouse.loading.reextraction import (
    EXTRACTED,
    add_reextracted,
    outdated_segments,
    outdated_versions,
    sources_with_articles,
)

if TYPE_CHECKING:
    import duckdb

    from flows.data_directory import DataDirectory
    from flows.pipeline.extract import Extractor
    from flows.pipeline.pages import Page
    from warehouse import Writer
    from warehouse.loading.reextraction import OutdatedVersion

AT_A_TIME = 500  # pages, as a segment has them


@dataclass(frozen=True, slots=True)
class ReextractResult:
    """Articles by outcome (`changed`, `same`, `rejected`, `missing`), and the first rejections in words."""

    outcomes: Counter[str] = field(default_factory=Counter)
    rejections: list[str] = field(default_factory=list)


def reextract(
    writer: Writer, extractor: Extractor, directory: DataDirectory, source: str | None = None
) -> ReextractResult:
    """Read the page of every current version that another extractor made, of all sources or one.

    What is read differently becomes a new version with the change `reextracted`; what is not is marked as read by the
    present extractor, so an interrupted call goes on where it stopped. A page that is no longer taken for an article
    stays one, and is counted: `newsloom rebuild` decides anew about every page. Publishing is the caller's. Raises
    FlowsError where no article is of the source.
    """
    if source is not None:
        names = sources_with_articles(writer.connection)
        if source not in names:
            raise FlowsError(f"{source}: no article is of such a source; there are: {', '.join(names) or 'none'}")
    done = ReextractResult()
    reporter = progress.current.get()
    for name in outdated_segments(writer.connection, EXTRACTOR_VERSION, source):
        reporter.step(f"reading {name} again")
        outdated = outdated_versions(writer.connection, EXTRACTOR_VERSION, source, name)
        for _, some in groupby(enumerate(outdated), key=lambda item: item[0] // AT_A_TIME):
            _again(writer, extractor, directory, name, [version for _, version in some], done)
    return done


def _again(
    writer: Writer,
    extractor: Extractor,
    directory: DataDirectory,
    name: str,
    outdated: list[OutdatedVersion],
    done: ReextractResult,
) -> None:
    segment = Segment(directory.archive, name)
    try:
        stored = {fetch.offset: fetch for fetch in segment.fetches()}
    except ArchiveError:
        stored = {}
    there = [version for version in outdated if version.offset in stored]
    done.outcomes["missing"] += len(outdated) - len(there)
    # Without its status an answer does not touch the validators that a later look may have renewed.
    fetches: list[Fetch] = [replace(stored[version.offset], status=None) for version in there]
    pages: list[Page] = []
    classifications: list[Classification | None] = []
    same: list[int] = []
    for version, page in zip(there, extractor.read(segment, fetches), strict=True):
        if page.identity is None:
            done.outcomes["rejected"] += 1
            if isinstance(page.found, Rejection) and len(done.rejections) < 3:
                done.rejections.append(f"{page.fetch.url}: {page.found.reason}: {page.found.detail}")
            continue
        if _is_same(version, page):
            same.append(version.doc)
            continue
        edit = compare(version.fields.text, page.fields["text"])
        page.fields.update(words_added=edit.words_added, words_removed=edit.words_removed, diff=edit.diff)
        pages.append(page)
        classifications.append(Classification(Verdict.UPDATED, version.article_id, change="reextracted"))
    done.outcomes["same"] += len(same)
    done.outcomes["changed"] += len(pages)
    batch = build_batch(Origin(name, run_of(name), EXTRACTOR_VERSION), pages, classifications, [None] * len(pages))
    identifiers = [
        digest(str(classification.article_id), page.fetch.fetched_at.isoformat(), EXTRACTOR_VERSION).bytes
        for page, classification in zip(pages, classifications, strict=True)
        if classification is not None
    ]
    column = pa.ExtensionArray.from_storage(pa.uuid(), pa.array(identifiers, pa.binary(16)))
    number = batch.rows.schema.get_field_index("version_id")
    rows = batch.rows.set_column(number, batch.rows.schema.field(number), column)
    now = datetime.now(UTC)
    new_articles, other_publications = new_texts(writer.connection, pages, classifications, rows)

    def compare_again(connection: duckdb.DuckDBPyConnection) -> None:
        deduplicate(connection, new_articles, other_publications, now)

    add_reextracted(writer, replace(batch, rows=rows), same, EXTRACTOR_VERSION, compare_again)


def _is_same(version: OutdatedVersion, page: Page) -> bool:
    """Whether every field is read as it was; the language may come from the source's configuration."""
    language = page.fields["language"]
    return all(page.fields[name] == getattr(version.fields, name) for name in EXTRACTED) and (
        language is None or language == version.language
    )
