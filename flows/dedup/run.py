"""Finds the duplicates and stories of new articles, in the transaction that loads a segment.

Everything that happens between warehouse and computation is visible here, in rounds: load, compute, write. Each round
reads what the one before has written. `load_inputs` reads, `write_results` writes, and the packages `text`, `copies`
and `stories` compute without knowing the warehouse.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from flows.dedup.copies.boilerplate import MANY, SAMPLE, common_shingles, groups_of
from flows.dedup.copies.chains import Chains, DuplicateChanges, dated_pairs
from flows.dedup.copies.dating import date_articles, order_of
from flows.dedup.copies.find import (
    WINDOW_DAYS,
    all_stored,
    articles_in,
    group_partners,
    overlapping_pairs,
    repeating,
    to_read,
    unsupported,
)
from flows.dedup.copies.originals import orient
from flows.dedup.link_stories import link_stories
from flows.dedup.load_inputs import (
    load_articles,
    load_candidate_stories,
    load_centroids,
    load_common,
    load_earlier,
    load_holders,
    load_idf,
    load_matching,
    load_members,
    load_outlets,
    load_pairs,
    load_partners,
    load_placements,
    load_readings,
    load_shingles,
    load_stored_texts,
    load_taken_names,
    matching_articles,
)
from flows.dedup.recent_terms import recent_terms
from flows.dedup.stories.assign import begin_step, cluster_candidates, corrections, is_dated, reweighed, stories_of
from flows.dedup.stories.candidates import (
    build_candidate_set,
    choose_stories,
    complete_stories,
    search_span,
    searches,
)
from flows.dedup.stories.idf import NO_IDF, complete
from flows.dedup.stories.reconcile import changed_parts, name_parts, reconcile
from flows.dedup.stories.templates import undated_templates, with_templates
from flows.dedup.text.terms import UNKNOWN, stop_words
from flows.dedup.write_results import (
    fingerprint_rows,
    write_common,
    write_dropped_pairs,
    write_duplicates,
    write_index,
    write_pairs,
    write_stories,
)
from flows.timing import StepTimes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    import duckdb
    import numpy as np
    from numpy.typing import NDArray

    from flows.dedup.copies.find import Partners
    from flows.dedup.copies.originals import Pair
    from flows.dedup.records import DatedArticle, DatedPair, NewText, OtherPublication
    from flows.dedup.stories.idf import Idf
    from flows.dedup.stories.reconcile import StoryChanges
    from flows.dedup.text.hashes import Hashes
    from warehouse.dedup.fingerprints import Matches


def deduplicate(
    connection: duckdb.DuckDBPyConnection,
    articles: Sequence[NewText],
    other_publications: Sequence[OtherPublication],
    now: datetime,
    times: StepTimes | None = None,
) -> None:
    """Link new articles to those they repeat, and assign them to stories.

    The rows of the articles are in the warehouse already, in the same transaction: a process that is killed leaves
    neither, and loading the segment again gives both. Each article occurs once in `articles`, with its latest text.
    Reads the days around the articles; memory is bounded by the batch and what resembles it. The seconds that each step
    takes are added to `times`.
    """
    if not articles and not other_publications:
        return
    times = StepTimes() if times is None else times
    with times.step("duplicates"):
        changes = link_duplicates(connection, articles, other_publications, now)
    with times.step("stories"):
        idf, undated, again = _weights(connection, articles)
        placements = load_placements(connection, {article.article_id: article for article in again})
        changes = DuplicateChanges(changes.duplicates, placements | changes.placements)
        changed = assign_to_stories(connection, [*articles, *again], other_publications, changes, idf, undated)
    with times.step("links"):
        link_stories(connection, changed, {article.article_id for article in articles if not article.new})
    recent_terms(connection).add(articles)


def link_duplicates(
    connection: duckdb.DuckDBPyConnection,
    articles: Sequence[NewText],
    other_publications: Sequence[OtherPublication],
    now: datetime,
) -> DuplicateChanges:
    """Find what the articles repeat and what repeats them, and what changes for stored articles."""
    # Index the articles, with the time their text was first published.
    stored = load_stored_texts(connection, articles, other_publications)
    dating = date_articles(articles, other_publications, stored.replaced, stored.elsewhere)
    fingerprints = fingerprint_rows(articles, dating.articles)
    write_index(connection, stored, dating, fingerprints)
    known = {article.article_id: article for article in dating.articles} | dating.moved
    touched = {key: article.day for key, article in known.items()}
    for one in stored.pairs:
        touched |= one.days()
    if dating.articles:
        own = {article.article_id: article.features.shingles for article in articles}
        with matching_articles(connection, dating.articles, fingerprints) as matches:
            known = load_matching(matches) | known
            # Ignore shingles that have become common, and drop the pairs that rested on them.
            for one in _ignore_common(connection, matches, known, now):
                touched |= one.days()
            # Compare the articles with those that share enough fingerprints.
            partners = load_partners(matches)
            texts = own | load_shingles(connection, [known[other] for other in partners if other not in own])
            pairs = _repeating_pairs(connection, partners, texts, known)
        orders = {article: order_of(known[article]) for article in articles_in(partners)}
        found = dated_pairs((orient(pair, orders) for pair in pairs), known)
        touched |= {one.pair.article_id: one.day for one in found}
        write_pairs(connection, found)
    changes = resolve_chains(connection, touched, known)
    return DuplicateChanges(changes.duplicates, stored.placements | changes.placements)


def resolve_chains(
    connection: duckdb.DuckDBPyConnection, touched: Mapping[UUID, date], known: Mapping[UUID, DatedArticle]
) -> DuplicateChanges:
    """Find which articles the touched ones (with their days) go back to, and those that depend on them.

    Touched are articles that are new or were published earlier than known, and the later ones of new or deleted pairs.
    """
    chains = Chains(known)
    edge = dict(touched)
    while edge:
        pairs = load_pairs(connection, edge)
        days = {key: day for one in pairs for key, day in one.days().items()} | edge
        missing = {key: day for key, day in days.items() if key not in chains.articles}
        chains.articles |= load_articles(connection, missing)
        new = {key: chains.articles[key] for key in days if key in chains.articles and key not in chains.placements}
        chains.placements |= load_placements(connection, new)
        edge = chains.resolve(edge, pairs)
    changed = chains.changes()
    write_duplicates(connection, chains, changed)
    return DuplicateChanges(changed, chains.placements)


def drop_unsupported(connection: duckdb.DuckDBPyConnection, holders: Mapping[UUID, date]) -> list[DatedPair]:
    """Delete pairs among articles (with their days) that are none any more, now that more shingles are common."""
    stored = [one for one in load_pairs(connection, holders) if one.days().keys() <= holders.keys()]
    if not stored:
        return []
    days: dict[UUID, date] = {}
    for one in stored:
        days |= one.days()
    articles = load_articles(connection, days)
    texts = load_shingles(connection, articles.values())
    partners = group_partners((one.pair.article_id, one.pair.original_id) for one in stored)
    gone = unsupported(stored, _repeating_pairs(connection, partners, texts, articles))
    write_dropped_pairs(connection, gone)
    return gone


def _ignore_common(
    connection: duckdb.DuckDBPyConnection,
    matches: Matches,
    known: Mapping[UUID, DatedArticle],
    now: datetime,
) -> list[DatedPair]:
    """Find shingles that have become common and ignore them; returns the pairs that rested on them."""
    groups = groups_of(matches.crowded(MANY, WINDOW_DAYS, SAMPLE), WINDOW_DAYS)
    wanted = {article for group in groups for article in group}
    common = common_shingles(groups, load_holders(connection, [known[article] for article in wanted]))
    if not common:
        return []
    holders = dict(matches.holders(common))
    write_common(connection, matches, common, now)
    return drop_unsupported(connection, holders)


def _repeating_pairs(
    connection: duckdb.DuckDBPyConnection,
    partners: Partners,
    texts: Mapping[UUID, Hashes],
    known: Mapping[UUID, DatedArticle],
) -> list[Pair]:
    """The pairs of which one article repeats the other; `texts` are their shingles."""
    if not partners:
        return []
    common = load_common(connection, all_stored(texts[article] for article in articles_in(partners)))
    pairs = overlapping_pairs(partners, texts, common)
    readings = load_readings(connection, [known[article] for article in to_read(pairs)], common)
    return repeating(pairs, readings)


def assign_to_stories(
    connection: duckdb.DuckDBPyConnection,
    articles: Sequence[NewText],
    other_publications: Sequence[OtherPublication],
    changes: DuplicateChanges,
    idf: Idf,
    undated: Idf = NO_IDF,
) -> StoryChanges:
    """Assign each new article to a story, and cluster the members of the stories near it again.

    So the order in which articles arrive matters little: a story that turns out to be two is split, two that turn out
    to be one are joined. Only the rows of these stories and articles are written. An edited article is assigned again.
    An article and what it repeats (`changes`) are in one story. Returns what was written.
    """
    known = stories_of(changes)
    outlets = load_outlets(connection, [article for article in articles if article.article_id in known])
    step = begin_step(articles, other_publications, changes, outlets, idf, undated)
    new = step.new.members
    # Choose the stories to cluster again.
    stories = load_candidate_stories(
        connection, step.linked | step.needed(), searches(new, step.new.vectors), search_span(new)
    )
    chosen = choose_stories(stories, step.needed(), len(new))
    # Their members are candidates, other stories are candidates as a whole.
    members = load_members(connection, chosen.values())
    opened = complete_stories(chosen, new, members)
    collapsed = [story for story in stories if story.story_id not in opened]
    centroids = load_centroids(connection, collapsed)
    candidates = build_candidate_set(step.new, members, opened, collapsed, centroids, step.sources)
    # Cluster them, and find which stories the clusters are.
    found = corrections(step, candidates)
    parts = changed_parts(candidates, cluster_candidates(step, candidates), found)
    naming = name_parts(parts, candidates.stories(), ())
    taken: set[UUID] = set()
    while stored_names := load_taken_names(connection, naming.refounded, candidates.span()):
        taken |= stored_names
        naming = name_parts(parts, candidates.stories(), taken)
    written = reconcile(candidates, parts, naming.names, found)
    write_stories(connection, step, candidates, written)
    return written


def _weights(connection: duckdb.DuckDBPyConnection, articles: Sequence[NewText]) -> tuple[Idf, Idf, list[NewText]]:
    """What damps terms of dated and of undated articles: stored frequencies, and what many of those at hand have.

    The articles at hand include the latest stored ones of the same sources: a segment may have a few of a source only,
    and stored frequencies know little of a source that is new or small. Those of them that are to be weighed again are
    returned as well.
    """
    languages, stored = load_idf(connection)
    earlier, vectors = load_earlier(connection, articles)
    terms: defaultdict[str, list[NDArray[np.uint32]]] = defaultdict(list)
    for article in articles:
        language = article.language or UNKNOWN
        # A stop list is a better start than the words that a thousand articles of one day share.
        if not stop_words(language):
            terms[language].append(article.features.terms.hashes)
    at_hand = [*articles, *earlier]
    idf = with_templates(complete(stored, languages, terms), [one for one in at_hand if is_dated(one)])
    undated = undated_templates([one for one in at_hand if not is_dated(one)])
    return idf, undated, reweighed(earlier, vectors, idf, undated)
