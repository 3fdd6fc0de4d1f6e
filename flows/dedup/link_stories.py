"""Links changed stories to those of other languages that report the same event, in the transaction that changes them.

Nothing is computed unless the optional encoder is installed and there are stories of several of its languages.
"""

from __future__ import annotations

from datetime import UTC, date, timedelta
from itertools import chain
from typing import TYPE_CHECKING

from flows.dedup import LINK_METHOD
from flows.dedup.day_ranges import day_ranges
from flows.dedup.links.encoder import LANGUAGES, encode, is_installed
from flows.dedup.links.marks import find_marks
from flows.dedup.links.match import LINK_DAYS, Encoded, best_matches, mutual
from warehouse.dedup.story_links import (
    LONGEST,
    StoryLink,
    StoryText,
    StoryVector,
    StoryVectors,
    add_links,
    add_vectors,
    encoded_articles,
    languages_between,
    leads_of,
    links_of,
    remove_links,
    remove_vectors,
    set_last_days,
    unencoded_stories,
    vectors_between,
    vectors_of,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from uuid import UUID

    import duckdb

    from flows.dedup.links.match import Matches
    from flows.dedup.records import StoryRecord
    from flows.dedup.stories.reconcile import StoryChanges

LEAD_LETTERS = (
    300  # after the headline: with 150 fewer pairs are found, with 800 no more, and the time is in proportion
)
TEXTS_AT_ONCE = 256
# Stories of a step's days that have no vector yet, because there was one language until now, or no encoder: the
# latest are encoded, and the others by the next steps.
MAX_BACKLOG = 1000
_AROUND = timedelta(days=LINK_DAYS)
_EPOCH = date(1970, 1, 1)


def link_stories(connection: duckdb.DuckDBPyConnection, changes: StoryChanges, edited: Collection[UUID]) -> None:
    """Find the links of stories that are new or whose headline is that of another article, and drop those of gone ones.

    `edited` are articles whose text has changed. Two stories of different languages are linked if each is the most
    similar one for the other, of those reported within LINK_DAYS. The others' best matches are found again where a
    changed story may be a better one. Reads the vectors of these days, a few thousand at a time.
    """
    rows = [*changes.gone, *changes.stories]
    if not rows:
        return
    days = _span(map(_day, rows))
    now = {story.story_id: story for story in changes.stories}
    encoded = encoded_articles(connection, {story.story_id for story in rows}, days)
    gone = encoded.keys() - now.keys()
    lost = links_of(connection, gone, _with_linked(days)) if gone else []
    remove_links(connection, lost)
    remove_vectors(connection, gone, days)
    grown = {key: _last_day(now[key]) for key in encoded.keys() & now.keys()}
    set_last_days(connection, grown, days)
    if not is_installed():
        return
    # The stories that a gone one was linked to may have another match.
    touched = {story for link in lost for story in (link.story_id, link.other_id)} - gone
    ranges = _ranges((_day(story), _last_day(story)) for story in rows)
    found = set().union(*(languages_between(connection, some, LANGUAGES) for some in ranges))
    if len(found) > 1:
        stale = [
            _text(story)
            for story in changes.stories
            if story.language in LANGUAGES
            and (
                story.article_id in edited
                or encoded.get(story.story_id) != (story.article_id, _day(story), story.language, LINK_METHOD)
            )
        ]
        remove_vectors(connection, encoded.keys() & {story.story_id for story in stale}, days)
        touched |= _encode(connection, stale)
        for some in ranges:
            touched |= _encode(connection, unencoded_stories(connection, some, LANGUAGES, MAX_BACKLOG))
    if touched:
        _link(connection, touched, ranges)


def _encode(connection: duckdb.DuckDBPyConnection, stories: Sequence[StoryText]) -> set[UUID]:
    """Store the vectors of stories; returns which have one now."""
    done: set[UUID] = set()
    for begin in range(0, len(stories), TEXTS_AT_ONCE):
        some = stories[begin : begin + TEXTS_AT_ONCE]
        leads = leads_of(connection, some, LEAD_LETTERS)
        some = [story for story in some if story.article_id in leads]
        if not some:
            continue
        texts = [f"{story.title}. {leads[story.article_id]}" for story in some]
        rows = [
            StoryVector(
                day=story.day,
                last_day=story.last_day,
                story_id=story.story_id,
                article_id=story.article_id,
                language=story.language,
                vector=vector.tobytes(),
                marks=find_marks(text, story.language).tolist(),
                method=LINK_METHOD,
            )
            for story, text, vector in zip(some, texts, encode(texts), strict=True)
        ]
        add_vectors(connection, rows)
        done |= {row.story_id for row in rows}
    return done


def _link(connection: duckdb.DuckDBPyConnection, stories: set[UUID], ranges: Sequence[tuple[date, date]]) -> None:
    """Find the links of these stories, and of their matches where these stories are a better match."""
    days = _with_linked(_span(chain.from_iterable(ranges)))
    own = vectors_of(connection, stories, days, LINK_METHOD)
    matches = best_matches(_encoded(own), _candidates(connection, own))
    others = vectors_of(
        connection, {match.story_id for match in matches.values()} - stories, _with_linked(days), LINK_METHOD
    )
    back = best_matches(_encoded(others), _candidates(connection, others))
    pairs = mutual(matches | back)
    kept: list[StoryLink] = []
    dropped: list[StoryLink] = []
    for link in links_of(connection, {*stories, *others.ids}, _with_linked(_with_linked(days))):
        (kept if _holds(link, stories, set(others.ids), back) else dropped).append(link)
    remove_links(connection, dropped)
    begun = dict(_begun(own)) | dict(_begun(others))
    known = {frozenset((link.story_id, link.other_id)) for link in kept}
    new = [_new_link(pair, similarity, begun) for pair, similarity in pairs.items() if frozenset(pair) not in known]
    add_links(connection, new)


def _holds(link: StoryLink, stories: set[UUID], others: set[UUID], back: Matches) -> bool:
    """Whether a stored link stands: its stories are not compared again, or have remained each other's match."""
    ends = ((link.story_id, link.other_id, link.other_language), (link.other_id, link.story_id, link.language))
    for one, other, language in ends:
        if one in stories:
            return False
        if one in others:
            match = back.get((one, language))
            if match is None or match.story_id != other:
                return False
    return True


def _new_link(pair: tuple[UUID, UUID], similarity: float, begun: Mapping[UUID, tuple[date, str]]) -> StoryLink:
    first, other = sorted(pair, key=lambda story: (begun[story][0], story))
    return StoryLink(
        day=begun[first][0],
        story_id=first,
        other_id=other,
        language=begun[first][1],
        other_language=begun[other][1],
        similarity=min(similarity, 1.0),
        method=LINK_METHOD,
    )


def _begun(found: StoryVectors) -> Iterator[tuple[UUID, tuple[date, str]]]:
    """The stories with the day on which they began and their language."""
    for story, day, language in zip(found.ids, found.days.tolist(), found.languages.tolist(), strict=True):
        yield story, (_EPOCH + timedelta(days=day), language)


def _candidates(connection: duckdb.DuckDBPyConnection, stories: StoryVectors) -> Iterator[Encoded]:
    """The stories that were reported in the days around these."""
    spans = zip(stories.days.tolist(), stories.last_days.tolist(), strict=True)
    for some in _ranges((_EPOCH + timedelta(days=first), _EPOCH + timedelta(days=last)) for first, last in set(spans)):
        for found in vectors_between(connection, some, LINK_METHOD):
            yield _encoded(found)


def _encoded(found: StoryVectors) -> Encoded:
    return Encoded(found.ids, found.languages, found.days, found.last_days, found.vectors, found.marks)


def _text(story: StoryRecord) -> StoryText:
    assert story.language is not None
    return StoryText(story.story_id, story.article_id, story.first_at, story.last_at, story.language, story.title)


def _day(story: StoryRecord) -> date:
    return story.first_at.astimezone(UTC).date()


def _last_day(story: StoryRecord) -> date:
    return story.last_at.astimezone(UTC).date()


def _span(days: Iterable[date]) -> tuple[date, date]:
    some = list(days)
    return min(some), max(some)


def _with_linked(days: tuple[date, date]) -> tuple[date, date]:
    """The days on which stories may have begun that are linked to stories which began on these."""
    return days[0] - _AROUND - LONGEST, days[1] + _AROUND + LONGEST


def _ranges(spans: Iterable[tuple[date, date]]) -> list[tuple[date, date]]:
    """The days around stories, given the first and last day of each."""
    days = {first + timedelta(days=more) for first, last in spans for more in range((last - first).days + 1)}
    return [(first - _AROUND, last + _AROUND) for first, last in day_ranges(days, 2 * LINK_DAYS)]
