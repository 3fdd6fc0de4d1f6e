"""Extracts the stored pages of articles again after the extractor has changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING

from crawlers.archive import Fetch, Segment
from crawlers.archive.copies import LocalCopy
from crawlers.errors import ArchiveError, StoreError
from crawlers.extraction import EXTRACTOR_VERSION, extractor_version
from flows.dedup.exact import Classification, Verdict
from flows.dedup.run import deduplicate
from flows.errors import FlowsError
from flows.identifiers import digest
from flows.pipeline.classify import ClassifiedFetch
from flows.pipeline.diff import compare
from flows.pipeline.load import origin_of
from flows.pipeline.new_texts import new_texts
from flows.pipeline.rows import build_batch
from flows.pipeline.source_profiles import learn_profiles, read_profiles
from warehouse.loading.reextraction import (
    EXTRACTED,
    CurrentExtractor,
    SameVersion,
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
    from flows.pipeline.source_profiles import Profiles
    from flows.progress import Reporter
    from warehouse import Writer
    from warehouse.loading.reextraction import OutdatedVersion

AT_A_TIME = 500  # pages, as many as a segment has


@dataclass(frozen=True, slots=True)
class ReextractResult:
    """Articles by outcome (`changed`, `same`, `rejected`, `missing`), and the first rejections for the user."""

    outcomes: Counter[str] = field(default_factory=Counter)
    rejections: list[str] = field(default_factory=list)


def reextract(
    writer: Writer,
    extractor: Extractor,
    directory: DataDirectory,
    reporter: Reporter,
    source: str | None = None,
) -> ReextractResult:
    """Extract the page of every current version that another extractor read, or that was read with another profile of
    its source, for all sources or one. Sources that have grown are learned first.

    If the result differs, it becomes a new version with the change `reextracted`. Otherwise the version is marked as
    read by the current extractor, so that interrupted calls resume. If a page is now rejected, its article stays and is
    counted; `newsloom rebuild` decides again about every page. The caller publishes. Raises FlowsError if there are no
    articles of the source.
    """
    if source is not None:
        names = sources_with_articles(writer.connection)
        if source not in names:
            raise FlowsError(f"{source}: unknown source; available: {', '.join(names) or 'none'}")
    done = ReextractResult()
    learn_profiles(writer, most=None)
    profiles = read_profiles(writer.connection)
    with_profile = {name: extractor_version(profile) for name, profile in profiles.items()}
    now = CurrentExtractor(EXTRACTOR_VERSION, with_profile)
    for name in outdated_segments(writer.connection, now, source):
        reporter.step(f"extracting segment {name} again")
        outdated = outdated_versions(writer.connection, now, source, name)
        with LocalCopy(Segment(directory.archive, name)) as copy:
            for _, some in groupby(enumerate(outdated), key=lambda item: item[0] // AT_A_TIME):
                _reextract_batch(writer, extractor, copy.segment, profiles, [version for _, version in some], done)
    return done


def _reextract_batch(
    writer: Writer,
    extractor: Extractor,
    segment: Segment,
    profiles: Profiles,
    outdated: list[OutdatedVersion],
    done: ReextractResult,
) -> None:
    try:
        stored = {fetch.offset: fetch for fetch in segment.fetches()}
    except StoreError:
        raise
    except ArchiveError:
        stored = {}
    there = [version for version in outdated if version.offset in stored]
    done.outcomes["missing"] += len(outdated) - len(there)
    # Without its status, an answer does not overwrite validators that a later fetch may have renewed. It may have been
    # fetched for another source that lists the article, too: the profile is that of the article's.
    fetches: list[Fetch] = [replace(stored[version.offset], status=None, source=version.source) for version in there]
    origin = origin_of(segment.name, profiles)
    changed: list[ClassifiedFetch] = []
    same: dict[int, SameVersion] = {}
    for version, extracted in zip(there, extractor.extract(segment, fetches, profiles), strict=True):
        read_by = origin.extractor_of(version.source)
        if extracted.version is None:
            done.outcomes["rejected"] += 1
            if (rejection := extracted.rejection) is not None and len(done.rejections) < 3:
                done.rejections.append(f"{extracted.fetch.url}: {rejection.reason}: {rejection.detail}")
        elif _is_same(version, extracted.version.article):
            same[version.doc] = SameVersion(read_by, extracted.version.article.published_utc_offset)
        else:
            changed.append(_new_version(version, extracted, extracted.version.article, read_by))
    done.outcomes["same"] += len(same)
    done.outcomes["changed"] += len(changed)
    batch = build_batch(origin, changed)
    now = datetime.now(UTC)
    articles, other_publications = new_texts(writer.connection, changed)

    def compare_again(connection: duckdb.DuckDBPyConnection) -> None:
        deduplicate(connection, articles, other_publications, now)

    add_reextracted(writer, batch, same, compare_again)


def _new_version(stored: OutdatedVersion, extracted: ExtractedFetch, article: Article, read_by: str) -> ClassifiedFetch:
    return ClassifiedFetch(
        extracted,
        Classification(Verdict.UPDATED, stored.article_id, change="reextracted"),
        version_id=digest(str(stored.article_id), extracted.fetch.fetched_at.isoformat(), read_by),
        edit=compare(stored.fields.text, article.text),
    )


def _is_same(stored: OutdatedVersion, article: Article) -> bool:
    """Whether no field has changed. The language may come from the configuration of the source."""
    return all(_as_stored(getattr(article, name)) == getattr(stored.fields, name) for name in EXTRACTED) and (
        article.language is None or article.language == stored.language
    )


def _as_stored(value: object) -> object:
    """A field of an article as the warehouse returns it."""
    return list(value) if isinstance(value, tuple) else value
