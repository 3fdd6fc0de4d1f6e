"""The third level: which story each new article tells."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from flows.dedup import STORY_METHOD
from flows.dedup.background import Background
from flows.dedup.clustering import MOST_DAYS, REACH_DAYS, TERMS, Node, cluster, dot
from flows.dedup.originals import moment
from flows.dedup.stretches import stretches
from flows.hashing import digest
from warehouse import stories as shelf
from warehouse.stories import NODE_TERMS, STORY_TERMS, WEIGHT_UNIT, Story

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    import duckdb

    from flows.dedup.articles import Elsewhere, Looked
    from flows.dedup.linking import Linked

STRONG = 12  # of a story's or an article's terms: articles of one story nearly always share one of these
# The least product of strong terms with which two are compared in full: half of what pairs at the threshold have.
LEAST_STRONG = 0.08
QUIET_DAYS = 8  # a story that has been quiet for so long is closed: nothing new is near enough, copies included
_WHOLE_DAY = timedelta(days=1) - timedelta(seconds=1)


@dataclass(slots=True)
class _Board:
    """The nodes of one step: new articles and the stories they may belong to, with what is known of each."""

    nodes: list[Node] = field(default_factory=list)
    articles: dict[UUID, int] = field(default_factory=dict)
    stories: dict[UUID, int] = field(default_factory=dict)


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

    board = _Board()
    copies = {one for one, found in linked.duplicates.items() if found is not None and found.kind == "copy"}
    for article in fresh:
        begin, end = _span(article)
        board.articles[article.article_id] = len(board.nodes)
        copied = article.article_id in copies
        terms = {} if copied else background.vector(article.traits.terms, article.traits.weights, TERMS)
        board.nodes.append(Node(terms, 0 if copied else 1, begin.timestamp(), end.timestamp()))
    near = _place(connection, board, fresh, _linked_stories(linked, stories_of, elsewhere))
    same = _same(linked, board, stories_of)
    found = cluster(board.nodes, near.pairs, same)
    _write(connection, board, found, near.stories, fresh, elsewhere, stories_of)


def _span(article: Looked) -> tuple[datetime, datetime]:
    """When an article was published: a stretch of a day where only the day is known."""
    when = moment(article.published_at, article.precision, article.first_seen_at)
    return when.at, when.at + _WHOLE_DAY if when.precision == "day" else when.at


def _alone(connection: duckdb.DuckDBPyConnection, stories: set[UUID]) -> dict[UUID, Story]:
    return {key: story for key, story in shelf.read_stories(connection, stories).items() if story.articles == 1}


def _linked_stories(linked: Linked, stories_of: Mapping[UUID, UUID], elsewhere: Sequence[Elsewhere]) -> set[UUID]:
    """The stories of held articles that new ones repeat, or that repeat new ones, or whose text is elsewhere too."""
    ends = {end for one, found in linked.duplicates.items() if found is not None for end in (one, found.root)}
    ends |= {one.article_id for one in elsewhere}
    return {stories_of[article] for article in ends if article in stories_of}


@dataclass(frozen=True, slots=True)
class _Near:
    stories: dict[UUID, Story]
    pairs: list[tuple[int, int]]


def _place(connection: duckdb.DuckDBPyConnection, board: _Board, fresh: Sequence[Looked], linked: set[UUID]) -> _Near:
    """Put the stories that the articles may belong to on the board; returns these, and which nodes may be close."""
    asked: list[tuple[int, UUID]] = []
    pairs: list[tuple[int, int]] = []
    for first, last in stretches((_span(article)[0].date() for article in fresh), round(MOST_DAYS)):
        # A story may have gone on for long after an article that is imported late.
        days = (first - timedelta(days=REACH_DAYS + 1), last + timedelta(days=REACH_DAYS + MOST_DAYS + 1))
        numbers = [board.articles[article.article_id] for article in fresh if first <= _span(article)[0].date() <= last]
        more, among = shelf.candidates(connection, _node_terms(board, numbers), days, LEAST_STRONG)
        asked += more
        pairs += among
    stories = shelf.read_stories(connection, linked | {story for _, story in asked})
    if stories:
        ends = [story.last_at.date() for story in stories.values()]
        terms = shelf.read_terms(connection, stories.keys(), (min(ends), max(ends)))
        for key, story in sorted(stories.items(), key=lambda item: (item[1].first_at, item[0])):
            board.stories[key] = len(board.nodes)
            board.nodes.append(
                Node(terms.get(key, {}), story.reports, story.first_at.timestamp(), story.last_at.timestamp())
            )
    pairs += [(node, board.stories[story]) for node, story in asked if story in board.stories]
    return _Near(stories, pairs)


def _strongest(terms: Mapping[int, float]) -> set[int]:
    return set(sorted(terms, key=lambda term: (-terms[term], term))[:STRONG])


def _node_terms(board: _Board, numbers: Iterable[int]) -> pa.Table:
    columns: tuple[list[int], list[int], list[int], list[bool]] = ([], [], [], [])
    for number in numbers:
        terms = board.nodes[number].terms
        strong = _strongest(terms)
        columns[0].extend([number] * len(terms))
        columns[1].extend(terms)
        columns[2].extend(round(weight * WEIGHT_UNIT) for weight in terms.values())
        columns[3].extend(term in strong for term in terms)
    return pa.table(
        [pa.array(column, kind.type) for column, kind in zip(columns, NODE_TERMS, strict=True)], schema=NODE_TERMS
    )


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
    found: list[tuple[Node, list[int]]],
    stories: Mapping[UUID, Story],
    fresh: Sequence[Looked],
    elsewhere: Sequence[Elsewhere],
    stories_of: Mapping[UUID, UUID],
) -> None:
    """Write the stories that have changed, and where their articles are."""
    held = {number: stories[key] for key, number in board.stories.items()}
    new = {board.articles[article.article_id]: article for article in fresh}
    more: defaultdict[int, set[str]] = defaultdict(set)
    for one in elsewhere:
        number = board.articles.get(one.article_id)
        if number is None and one.article_id in stories_of:
            number = board.stories.get(stories_of[one.article_id])
        if number is not None:
            more[number].add(one.source)
    written: list[Story] = []
    gone: list[Story] = []
    renamed: dict[UUID, UUID] = {}
    assigned: dict[UUID, UUID] = {}
    terms: list[tuple[Story, Node]] = []
    for node, members in found:
        before = [held[number] for number in members if number in held]
        joined = [new[number] for number in members if number in new]
        outlets = {source for number in members for source in more.get(number, ())}
        if not joined and len(before) == 1 and outlets <= set(before[0].outlets):
            continue
        story = _story(before, joined, outlets, node, board)
        gone += before
        written.append(story)
        terms.append((story, node))
        renamed |= {old.story_id: story.story_id for old in before if old.story_id != story.story_id}
        assigned |= {article.article_id: story.story_id for article in joined}
    shelf.remove_stories(connection, gone)
    if written:
        shelf.add_stories(connection, written, STORY_METHOD, _story_terms(terms))
    shelf.rename(connection, renamed)
    if assigned:
        sights = [article.first_seen_at for article in fresh]
        shelf.assign(connection, assigned, (min(sights), max(sights)))


def _story(before: Sequence[Story], joined: Sequence[Looked], outlets: set[str], node: Node, board: _Board) -> Story:
    """A story after new articles have joined it, or stories each other."""
    headlines = [(story.likeness, story.title, story.article_id) for story in before]
    for article in joined:
        likeness = dot(board.nodes[board.articles[article.article_id]].terms, node.terms)
        headlines.append((likeness, article.title, article.article_id))
    likeness, title, headed = max(headlines, key=lambda found: (found[0], found[2]))
    spans = [_span(article) for article in joined]
    firsts = [story.first_at for story in before] + [begin for begin, _ in spans]
    lasts = [story.last_at for story in before] + [begin for begin, _ in spans]
    base = min(before, key=lambda story: (-story.articles, story.first_at, story.story_id), default=None)
    if base is None:
        founder = joined[0]  # in the order of publication
        base = Story(
            story_id=digest("story", str(founder.article_id)),
            title=title,
            first_at=spans[0][0],
            last_at=spans[0][0],
            articles=0,
            reports=0,
            outlets=(),
            language=founder.language,
            article_id=headed,
            likeness=likeness,
            closed_at=None,
        )
    sources = {source for story in before for source in story.outlets} | {article.source for article in joined}
    return replace(
        base,
        title=title,
        article_id=headed,
        likeness=likeness,
        first_at=min(firsts),
        last_at=max(lasts),
        articles=sum(story.articles for story in before) + len(joined),
        reports=node.size,
        outlets=tuple(sorted(sources | outlets)),
        closed_at=None if any(story.closed_at is None for story in before) or not before else base.closed_at,
    )


def _story_terms(stories: Sequence[tuple[Story, Node]]) -> pa.Table:
    days: list[date] = []
    names: list[bytes] = []
    hashes: list[int] = []
    weights: list[int] = []
    strong: list[bool] = []
    for story, node in sorted(stories, key=lambda pair: (pair[0].last_at, pair[0].story_id)):
        terms = sorted(node.terms.items(), key=lambda item: (-item[1], item[0]))
        days += [story.last_at.astimezone(UTC).date()] * len(terms)
        names += [story.story_id.bytes] * len(terms)
        hashes += [term for term, _ in terms]
        weights += [round(weight * WEIGHT_UNIT) for _, weight in terms]
        strong += [place < STRONG for place in range(len(terms))]
    columns = (days, names, hashes, weights, strong)
    return pa.table(
        [pa.array(column, kind.type) for column, kind in zip(columns, STORY_TERMS, strict=True)], schema=STORY_TERMS
    )


def quiet_since(now: datetime) -> datetime:
    """Stories whose latest article came before are closed."""
    return now - timedelta(days=QUIET_DAYS)


def read_background(connection: duckdb.DuckDBPyConnection) -> Background:
    """The background as the warehouse has it."""
    terms, shares = shelf.read_background(connection)
    return Background(np.asarray(terms, np.uint32), np.asarray(shares, np.float32))
