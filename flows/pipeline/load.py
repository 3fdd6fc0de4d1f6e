"""Loads an extracted segment into the warehouse, with its duplicates and stories, in one transaction."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawlers.extraction import EXTRACTOR_VERSION, extractor_version
from flows.dedup.run import deduplicate
from flows.dedup.upkeep import refresh_idf_if_grown
from flows.pipeline.classify import classify_fetches, is_page
from flows.pipeline.new_texts import new_texts
from flows.pipeline.rows import Origin, build_batch, outcome_of
from flows.pipeline.source_profiles import NO_PROFILES, Profiles
from flows.pipeline.url_parameters import segment_parameters
from warehouse.loading.load import load_segment

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from flows.pipeline.article_version import ExtractedFetch
    from flows.timing import StepTimes
    from warehouse import Writer


@dataclass(frozen=True, slots=True)
class ExtractedSegment:
    """A segment of the archive, extracted and ready to be loaded.

    `fetches` are all lines of its log; `started` is when its extraction began, `times` what that took, `profiles` those
    that its pages were extracted with.
    """

    name: str
    fetches: Sequence[ExtractedFetch]
    started: datetime
    times: StepTimes
    profiles: Profiles = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LoadResult:
    """Pages of a loaded segment by outcome, the seconds since its extraction began, and how long each step took."""

    segment: str
    outcomes: Counter[str]
    seconds: float
    times: StepTimes


def run_of(segment: str) -> str:
    """The run that made a segment: the part of its name before the counter."""
    return segment.split("-")[-2]


def origin_of(segment: str, profiles: Profiles = NO_PROFILES) -> Origin:
    """The origin of rows that the current extractor makes from a segment with these profiles."""
    with_profile = {source: extractor_version(profile) for source, profile in profiles.items()}
    return Origin(segment, run_of(segment), EXTRACTOR_VERSION, with_profile)


def load(writer: Writer, segment: ExtractedSegment) -> LoadResult | None:
    """Load a segment; returns None if it is loaded already.

    Raises TransientWarehouseError if the disk fails: then nothing is loaded, and you can repeat the call.
    """
    times = segment.times
    with times.step("load"), writer.exclusive(), writer.one_thread():
        classified = classify_fetches(writer, segment.fetches, segment.profiles)
        batch = build_batch(origin_of(segment.name, segment.profiles), classified)
        now = datetime.now(UTC)
        articles, other_publications = new_texts(writer.connection, classified)
        parameters = segment_parameters(writer.connection, segment.name, classified)

        def in_the_transaction(connection: duckdb.DuckDBPyConnection) -> None:
            deduplicate(connection, articles, other_publications, now, times)
            parameters.store(connection)

        if not load_segment(
            writer, segment.name, run_of(segment.name), EXTRACTOR_VERSION, batch, now, in_the_transaction
        ):
            return None
        with times.step("stories"), writer.transaction() as connection:
            refresh_idf_if_grown(connection, now)
    outcomes = Counter(outcome_of(one)[0] for one in classified if is_page(one.extracted.fetch))
    return LoadResult(segment.name, outcomes, (datetime.now(UTC) - segment.started).total_seconds(), times)
