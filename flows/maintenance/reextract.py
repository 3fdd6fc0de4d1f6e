"""Stored pages of articles read again after the extractor has changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING

from crawlers.archive import Fetch, Segment
from crawlers.errors import ArchiveError
from crawlers.extraction import EXTRACTOR_VERSION
from flows.dedup.exact import Classification, Verdict
from flows.dedup.run import deduplicate
from flows.errors import FlowsError
from flows.identifiers import digest
from flows.pipeline.classify import ClassifiedFetch
from flows.pipeline.diff import compare
from flows.pipeline.load import origin_of
from flows.pipeline.new_texts import new_texts
from flows.pipeline.rows import build_batch
from warehouse.loading.reextraction import (
    EXTRACTED,
    add_reextracted,
    outdated_segments,
    outdated_versions,
    sources_with_articles,
)

if TYPE_CHECKING:
    import duckdb

    from crawlers.extraction import Article
    from flows.data_directory import DataDirectory
    from flows.pipeline.article_version import ExtractedFetch
    from flows.pipeline.extract import Extractor
    from flows.progress import Reporter
    from warehouse import Writer
    from warehouse.loading.reextraction import OutdatedVersion

AT_A_TIME = 500  # pages, as a segment has them


@dataclass(frozen=True, slots=True)
class ReextractResult:
    """Articles by outcome (`changed`, `same`, `rejected`, `missing`), and the first rejections in words."""

    outcomes: Counter[str] = field(default_factory=Counter)
    rejections: list[str] = field(default_factory=list)


def reextract(
    writer: Writer,
    extractor: Extractor,
    directory: DataDirectory,
    reporter: Reporter,
    source: str | None = None,
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
    for name in outdated_segments(writer.connection, EXTRACTOR_VERSION, source):
        reporter.step(f"reading {name} again")
        outdated = outdated_versions(writer.connection, EXTRACTOR_VERSION, source, name)
        for _, some in groupby(enumerate(outdated), key=lambda item: item[0] // AT_A_TIME):
            _reextract_batch(writer, extractor, directory, name, [version for _, version in some], done)
    return done


def _reextract_batch(
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
    # Without its status an answer does not touch the validators that a later fetch may have renewed.
    fetches: list[Fetch] = [replace(stored[version.offset], status=None) for version in there]
    changed: list[ClassifiedFetch] = []
    same: list[int] = []
    for version, extracted in zip(there, extractor.extract(segment, fetches), strict=True):
        if extracted.version is None:
            done.outcomes["rejected"] += 1
            if (rejection := extracted.rejection) is not None and len(done.rejections) < 3:
                done.rejections.append(f"{extracted.fetch.url}: {rejection.reason}: {rejection.detail}")
        elif _is_same(version, extracted.version.article):
            same.append(version.doc)
        else:
            changed.append(_new_version(version, extracted, extracted.version.article))
    done.outcomes["same"] += len(same)
    done.outcomes["changed"] += len(changed)
    batch = build_batch(origin_of(name), changed)
    now = datetime.now(UTC)
    articles, other_publications = new_texts(writer.connection, changed)

    def compare_again(connection: duckdb.DuckDBPyConnection) -> None:
        deduplicate(connection, articles, other_publications, now)

    add_reextracted(writer, batch, same, EXTRACTOR_VERSION, compare_again)


def _new_version(stored: OutdatedVersion, extracted: ExtractedFetch, article: Article) -> ClassifiedFetch:
    return ClassifiedFetch(
        extracted,
        Classification(Verdict.UPDATED, stored.article_id, change="reextracted"),
        version_id=digest(str(stored.article_id), extracted.fetch.fetched_at.isoformat(), EXTRACTOR_VERSION),
        edit=compare(stored.fields.text, article.text),
    )


def _is_same(stored: OutdatedVersion, article: Article) -> bool:
    """Whether every field is read as it was; the language may come from the source's configuration."""
    return all(_as_stored(getattr(article, name)) == getattr(stored.fields, name) for name in EXTRACTED) and (
        article.language is None or article.language == stored.language
    )


def _as_stored(value: object) -> object:
    """A field of an article as the warehouse returns it."""
    return list(value) if isinstance(value, tuple) else value
