"""The third level: which story each new article tells."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from flows.dedup import STORY_METHOD, vectors
from flows.dedup.clustering import LEAST_SIMILARITY, MOST_DAYS, REACH_DAYS, Node, cluster
from flows.dedup.originals import moment
from flows.dedup.stretches import stretches
from flows.dedup.vectors import Vectors
from flows.hashing import digest
from warehouse import stories as shelf
from warehouse.stories import STORY_TERMS, WEIGHT_UNIT, NearStories, Story

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    import duckdb

    from flows.dedup.articles import Elsewhere, Looked
    from flows.dedup.background import Background
    from flows.dedup.chains import Linked

STRONG = 12  # of a story's or an article's terms are looked for; of pairs at the threshold on ECB+ 99 % are found so
LEAST_STRONG = 0.12  # the product of these that a story must have with an article to be compared in full
QUIET_DAYS = 8  # a story that has been quiet for so long is closed: nothing new is near enough, copies included
_WHOLE_DAY = timedelta(days=1) - timedelta(seconds=1)


@dataclass(slots=True)
class _Board:
    """The nodes of one step: first the new articles, then the stories they may belong to."""

    fresh: list[Looked]
    nodes: list[Node] = field(default_factory=list)
    articles: dict[UUID, int] = field(default_factory=dict)
    stories: dict[UUID, int] = field(default_factory=dict)
    held: dict[int, Story] = field(default_factory=dict)
    vectors: Vectors = vectors.NONE


def tell(
    connection: duckdb.DuckDBPyConnection,
    articles: Sequence[Looked],
    elsewhere: Sequence[Elsewhere],
    linked: Linked,
    background: Background,
) -> None:
    """Put each new article into a story, and join stories that turn out to be one.

    Touches the rows of these stories and articles alone. An article with a new version stays where it is, unless it was
    alone there: then it is placed anew. `linked` is what the step before found: an article and what it repeats are of
    one story.
    """
    stories_of = {state.article_id: state.story_id for state in linked.states.values() if state.story_id is not None}
    changed = {article.article_id for article in articles if not article.new}
    alone = _alone(connection, {stories_of[one] for one in changed if one in stories_of})
    shelf.remove_stories(connection, list(alone.values()))
    stories_of = {article: story for article, story in stories_of.items() if story not in alone}
    fresh = [article for article in articles if article.article_id not in stories_of]
    fresh.sort(key=lambda article: (_span(article)[0], article.article_id))

    board = _Board(fresh)
    copies = {one for one, found in linked.duplicates.items() if found is not None and found.kind == "copy"}
    for number, article in enumerate(fresh):
        begin, end = _span(article)
        board.articles[article.article_id] = number
        board.nodes.append(Node(int(article.article_id not in copies), begin.timestamp(), end.timestamp()))
    board.vectors = _vectors(board, background)
    _add_stories(connection, board, _linked_stories(linked, stories_of, elsewhere))
    found = cluster(
        board.nodes,
        vectors.products(board.vectors, len(fresh), LEAST_SIMILARITY),
        _same(linked, board, stories_of),
        lambda one, other: vectors.dot(board.vectors.of(one), board.vectors.of(other)),
    )
    _write(connection, board, found, elsewhere, stories_of)


def _span(article: Looked) -> tuple[datetime, datetime]:
    """When an article was published: a stretch of a day where only the day is known."""
    when = moment(article.published_at, article.precision, article.first_seen_at)
    return when.at, when.at + _WHOLE_DAY if when.precision == "day" else when.at


def _vectors(board: _Board, background: Background) -> Vectors:
    """Of the new articles that are no copies: what each is about, as a vector of length 1."""
    traits = [(number, article.traits) for number, article in enumerate(board.fresh) if board.nodes[number].size]
    if not traits:
        return vectors.NONE
    rows = np.repeat(np.array([number for number, _ in traits]), [len(each.terms) for _, each in traits])
    terms = np.concatenate([each.terms for _, each in traits])
    weights = np.concatenate([each.weights for _, each in traits])
    return vectors.unit(vectors.heaviest(rows, terms, weights * background.idf(terms)))


def _alone(connection: duckdb.DuckDBPyConnection, stories: set[UUID]) -> dict[UUID, Story]:
    return {key: story for key, story in shelf.read_stories(connection, stories).items() if story.articles == 1}


def _linked_stories(linked: Linked, stories_of: Mapping[UUID, UUID], elsewhere: Sequence[Elsewhere]) -> set[UUID]:
    """The stories of held articles that new ones repeat, or that repeat new ones, or whose text is elsewhere too."""
    ends = {end for one, found in linked.duplicates.items() if found is not None for end in (one, found.root)}
    ends |= {one.article_id for one in elsewhere}
    return {stories_of[article] for article in ends if article in stories_of}


def _add_stories(connection: duckdb.DuckDBPyConnection, board: _Board, linked: set[UUID]) -> None:
    """Put the stories that the articles may belong to on the board."""
    days = np.array([_span(article)[0].date() for article in board.fresh])
    with NearStories(connection) as near:
        near.add(linked)
        for first, last in stretches(days, round(MOST_DAYS)):
            inside = np.flatnonzero((days >= first) & (days <= last))
            # A story may have gone on for long after an article that is imported late.
            around = (first - timedelta(days=REACH_DAYS + 1), last + timedelta(days=REACH_DAYS + MOST_DAYS + 1))
            near.search(_strong_terms(board.vectors, inside), around, LEAST_STRONG)
        # Wide enough for stories that are linked by a chain of copies.
        wide = timedelta(days=2 * MOST_DAYS)
        span = (min(days) - wide, max(days) + wide) if len(days) else (date(1, 1, 1), date(9999, 12, 30))
        stories = near.read(span)
        if not stories:
            return
        numbers, terms, weights = near.terms(span)
    begin = len(board.nodes)
    for number, (key, story) in enumerate(stories.items(), start=begin):
        board.stories[key] = number
        board.held[number] = story
        board.nodes.append(Node(story.reports, story.first_at.timestamp(), story.last_at.timestamp()))
    board.vectors = vectors.together(board.vectors, vectors.heaviest(numbers + begin, terms, weights))


def _strong_terms(found: Vectors, numbers: np.ndarray) -> pa.Table:
    chosen = _strong(found) & np.isin(found.rows, numbers)
    return pa.table(
        {
            "node": pa.array(found.rows[chosen]),
            "term": pa.array(found.terms[chosen]),
            "weight": pa.array(np.round(found.weights[chosen] * WEIGHT_UNIT).astype(np.uint16)),
        }
    )


def _strong(found: Vectors) -> np.ndarray:
    """Which entries are among the heaviest of their row."""
    place = np.arange(len(found.rows)) - np.searchsorted(found.rows, found.rows)
    strong: np.ndarray = place < STRONG
    return strong


def _same(linked: Linked, board: _Board, stories_of: Mapping[UUID, UUID]) -> list[tuple[int, int]]:
    """Nodes that belong together because one repeats the other."""

    def node(article: UUID) -> int | None:
        number = board.articles.get(article)
        return board.stories.get(stories_of[article]) if number is None and article in stories_of else number

    pairs = []
    for article, found in linked.duplicates.items():
        if found is not None:
            ends = (node(article), node(found.root))
            if ends[0] is not None and ends[1] is not None and ends[0] != ends[1]:
                pairs.append((ends[0], ends[1]))
    return pairs


def _write(
    connection: duckdb.DuckDBPyConnection,
    board: _Board,
    found: list[list[int]],
    elsewhere: Sequence[Elsewhere],
    stories_of: Mapping[UUID, UUID],
) -> None:
    """Write the stories that have changed, and where their articles are."""
    outlets = _more_outlets(board, elsewhere, stories_of)
    written: list[Story] = []
    terms: list[Vectors] = []
    gone: list[Story] = []
    renamed: dict[UUID, UUID] = {}
    assigned: dict[UUID, UUID] = {}
    for members in found:
        before = [board.held[number] for number in members if number in board.held]
        joined = [board.fresh[number] for number in members if number < len(board.fresh)]
        more = {source for number in members for source in outlets.get(number, ())}
        if not joined and len(before) == 1 and more <= set(before[0].outlets):
            continue
        middle = vectors.mean(board.vectors, [(one, board.nodes[one].size) for one in members], len(written))
        story = _story(board, before, joined, more, middle)
        gone += before
        written.append(story)
        terms.append(middle)
        renamed |= {old.story_id: story.story_id for old in before if old.story_id != story.story_id}
        assigned |= {article.article_id: story.story_id for article in joined}
    shelf.remove_stories(connection, gone)
    if written:
        shelf.add_stories(connection, written, STORY_METHOD, _story_terms(written, terms))
    shelf.rename(connection, renamed)
    if assigned:
        sights = [article.first_seen_at for article in board.fresh]
        shelf.assign(connection, assigned, (min(sights), max(sights)))


def _more_outlets(
    board: _Board, elsewhere: Sequence[Elsewhere], stories_of: Mapping[UUID, UUID]
) -> dict[int, set[str]]:
    """Sources where the text of an article of a node stands unchanged."""
    more: defaultdict[int, set[str]] = defaultdict(set)
    for one in elsewhere:
        number = board.articles.get(one.article_id)
        if number is None and one.article_id in stories_of:
            number = board.stories.get(stories_of[one.article_id])
        if number is not None:
            more[number].add(one.source)
    return more


def _story(
    board: _Board, before: Sequence[Story], joined: Sequence[Looked], outlets: set[str], middle: Vectors
) -> Story:
    """A story after new articles have joined it, or stories each other. The greatest of these keeps its name."""
    headlines = [(story.likeness, story.title, story.article_id) for story in before]
    centre = (middle.terms, middle.weights)
    for article in joined:
        own = board.articles[article.article_id]
        # A story of one article is that article.
        likeness = vectors.dot(board.vectors.of(own), centre) if before or joined[1:] else 1.0
        headlines.append((likeness, article.title, article.article_id))
    likeness, title, headed = max(headlines, key=lambda found: (found[0], found[2]))
    begins = [_span(article)[0] for article in joined]
    base = min(before, key=lambda story: (-story.articles, story.first_at, story.story_id), default=None)
    founder = joined[0] if joined else None  # the first to be published
    assert base is not None or founder is not None
    languages = Counter(article.language for article in joined)
    sources = {source for story in before for source in story.outlets} | {article.source for article in joined}
    return Story(
        story_id=base.story_id if base else digest("story", str(founder.article_id if founder else "")),
        title=title,
        first_at=min([story.first_at for story in before] + begins),
        last_at=max([story.last_at for story in before] + begins),
        articles=sum(story.articles for story in before) + len(joined),
        reports=sum(story.reports for story in before)
        + sum(board.nodes[board.articles[article.article_id]].size for article in joined),
        outlets=tuple(sorted(sources | outlets)),
        language=base.language if base else languages.most_common(1)[0][0],
        article_id=headed,
        likeness=likeness,
        closed_at=None if not before or any(story.closed_at is None for story in before) else before[0].closed_at,
    )


def _story_terms(stories: Sequence[Story], terms: Sequence[Vectors]) -> pa.Table:
    """The middles of stories as STORY_TERMS, by day; the rows of `terms` are the numbers of the stories."""
    found = vectors.NONE
    if terms:
        found = Vectors(
            np.concatenate([each.rows for each in terms]),
            np.concatenate([each.terms for each in terms]),
            np.concatenate([each.weights for each in terms]),
        )
    order = sorted(range(len(stories)), key=lambda number: (stories[number].last_at, stories[number].story_id))
    place = np.empty(len(stories), np.int64)
    place[order] = np.arange(len(stories))
    sequence = np.argsort(place[found.rows], kind="stable")
    which = pa.array(found.rows[sequence])
    days = pa.array([story.last_at.astimezone(UTC).date() for story in stories], pa.date32())
    names = pa.array([story.story_id.bytes for story in stories], pa.binary(16))
    return pa.table(
        [
            days.take(which),
            pa.ExtensionArray.from_storage(pa.uuid(), names.take(which)),
            pa.array(found.terms[sequence]),
            pa.array(np.round(found.weights[sequence] * WEIGHT_UNIT).astype(np.uint16)),
            pa.array(_strong(found)[sequence]),
        ],
        schema=STORY_TERMS,
    )


def quiet_since(now: datetime) -> datetime:
    """Stories whose latest article came before are closed."""
    return now - timedelta(days=QUIET_DAYS)
