"""The step of the run flow: duplicates, then stories, in the transaction that loads a segment."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from flows.dedup.copies.find import find_duplicates
from flows.dedup.stories.assign import place_in_stories
from flows.dedup.stories.idf import Idf, complete
from flows.dedup.text.terms import UNKNOWN, stop_words
from flows.timing import Spent, spent
from warehouse.dedup.stories import read_document_frequencies

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import duckdb
    import numpy as np
    from numpy.typing import NDArray

    from flows.dedup.articles import NewText, OtherPublication


def deduplicate(
    connection: duckdb.DuckDBPyConnection,
    articles: Sequence[NewText],
    other_publications: Sequence[OtherPublication],
    now: datetime,
    times: Spent | None = None,
) -> None:
    """Link articles whose text is new to what they repeat, and put them into stories.

    The rows of the articles are in the warehouse already, in the same transaction: a process that is killed leaves
    neither, and the segment that is loaded again gives both. Each article stands once in `articles`, with its latest
    text. Reads the days around the articles; memory is bounded by the batch and what resembles it. What each took is
    added to `times`.
    """
    if not articles and not other_publications:
        return
    times = Spent() if times is None else times
    with spent(times, "duplicates"):
        duplicate_changes = find_duplicates(connection, articles, other_publications, now)
    with spent(times, "stories"):
        place_in_stories(connection, articles, other_publications, duplicate_changes, _idf(connection, articles))


def _idf(connection: duckdb.DuckDBPyConnection, articles: Sequence[NewText]) -> Idf:
    languages, terms, shares = read_document_frequencies(connection)
    found: defaultdict[str, list[NDArray[np.uint32]]] = defaultdict(list)
    for article in articles:
        # Where there is a stop list, it is a better start than what a thousand articles of one day have in common.
        if not stop_words(article.language):
            found[article.language or UNKNOWN].append(article.features.terms)
    return complete(Idf(terms, shares), languages, found)
