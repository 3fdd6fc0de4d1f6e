"""Converts rows of the warehouse to the records that deduplication computes with, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.dedup.copies.originals import Pair
from flows.dedup.records import DatedArticle, DatedPair, MemberRecord, NewText, Placement, StoryRecord
from warehouse.dedup.duplicates import DuplicateState, IndexedArticle, StoredPair
from warehouse.dedup.stories import Story
from warehouse.dedup.story_members import StoryMember

if TYPE_CHECKING:
    from flows.dedup.text.features import Features
    from warehouse.dedup.current_texts import CurrentVersion


def dated_article(row: IndexedArticle) -> DatedArticle:
    """A row of the index as a record."""
    return DatedArticle(
        day=row.day,
        article_id=row.article_id,
        version_id=row.version_id,
        seen_at=row.seen_at,
        first_seen_at=row.first_seen_at,
        published_at=row.published_at,
        precision=row.published_precision,
        fingerprints=row.fingerprints,
    )


def indexed_article(article: DatedArticle) -> IndexedArticle:
    """A record as a row of the index."""
    return IndexedArticle(
        day=article.day,
        article_id=article.article_id,
        version_id=article.version_id,
        seen_at=article.seen_at,
        first_seen_at=article.first_seen_at,
        published_at=article.published_at,
        published_precision=article.precision,
        fingerprints=article.fingerprints,
    )


def dated_pair(row: StoredPair) -> DatedPair:
    """A row of `duplicates` as a record."""
    pair = Pair(row.article_id, row.original_id, row.shared, row.size, row.original_size)
    return DatedPair(pair, row.day, row.original_day)


def stored_pair(one: DatedPair) -> StoredPair:
    """A record as a row of `duplicates`."""
    return StoredPair(
        article_id=one.pair.article_id,
        original_id=one.pair.original_id,
        shared=one.pair.shared,
        size=one.pair.size,
        original_size=one.pair.original_size,
        day=one.day,
        original_day=one.original_day,
    )


def placement(row: DuplicateState) -> Placement:
    """A row of `article_state` as a record."""
    return Placement(
        article_id=row.article_id,
        first_seen_at=row.first_seen_at,
        duplicate_of=row.duplicate_of,
        duplicate_kind=row.duplicate_kind,
        similarity=row.similarity,
        story_id=row.story_id,
    )


def new_text(row: CurrentVersion, features: Features, *, new: bool) -> NewText:
    """A stored article as one to be compared."""
    return NewText(
        article_id=row.article_id,
        version_id=row.version_id,
        source=row.source,
        title=row.title,
        language=row.language,
        published_at=row.published_at,
        precision=row.published_precision,
        seen_at=row.seen_at,
        first_seen_at=row.first_seen_at,
        new=new,
        features=features,
    )


def member_record(row: StoryMember) -> MemberRecord:
    """A row of the members of stories as a record."""
    return MemberRecord(
        article_id=row.article_id,
        story_id=row.story_id,
        first_seen_at=row.first_seen_at,
        first_at=row.first_at,
        last_at=row.last_at,
        title=row.title,
        language=row.language,
        outlets=row.outlets,
        root=row.root,
        copy=row.copy,
    )


def story_member(member: MemberRecord) -> StoryMember:
    """A record as a row of the members of stories."""
    return StoryMember(
        article_id=member.article_id,
        story_id=member.story_id,
        first_seen_at=member.first_seen_at,
        first_at=member.first_at,
        last_at=member.last_at,
        title=member.title,
        language=member.language,
        outlets=member.outlets,
        root=member.root,
        copy=member.copy,
    )


def story_record(row: Story) -> StoryRecord:
    """A row of `stories` as a record."""
    return StoryRecord(
        story_id=row.story_id,
        title=row.title,
        first_at=row.first_at,
        last_at=row.last_at,
        articles=row.articles,
        reports=row.reports,
        outlets=row.outlets,
        language=row.language,
        article_id=row.article_id,
        similarity=row.similarity,
        closed_at=row.closed_at,
    )


def story_row(story: StoryRecord) -> Story:
    """A record as a row of `stories`."""
    return Story(
        story_id=story.story_id,
        title=story.title,
        first_at=story.first_at,
        last_at=story.last_at,
        articles=story.articles,
        reports=story.reports,
        outlets=story.outlets,
        language=story.language,
        article_id=story.article_id,
        similarity=story.similarity,
        closed_at=story.closed_at,
    )
