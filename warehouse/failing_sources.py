"""The sources whose listings fail: why, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    import duckdb


@dataclass(frozen=True, slots=True)
class FailingSource:
    """A source with listings that failed when they were last requested.

    `failing` of its `listings` fail. `url`, `detail` and `failures` (in a row) are those of the listing that has failed
    for the longest time, `since` its first failure (aware), None if a former version did not record it.
    """

    source: str
    failing: int
    listings: int
    url: str
    detail: str
    failures: int
    since: datetime | None


def failing_sources(connection: duckdb.DuckDBPyConnection) -> list[FailingSource]:
    """The active sources that sources.toml gives listings that fail, by name.

    Listings that others name do not count: the feeds that a front page may have are only guessed.
    """
    rows = connection.execute(
        """
        WITH own AS (
            SELECT sources.source, unnest(list_distinct(list_concat(feeds, sitemaps, sections, [homepage]))) AS url
            FROM sources WHERE active
        )
        SELECT source, count(*) FILTER (failures > 0), count(*),
               arg_min({'url': url, 'detail': coalesce(last_detail, last_reason, last_outcome), 'failures': failures,
                        'since': failing_since}, (failing_since, url)) FILTER (failures > 0) AS longest
        FROM own
        JOIN feeds USING (source, url)
        GROUP BY source
        HAVING longest IS NOT NULL
        ORDER BY source
        """
    ).fetchall()
    return [FailingSource(source, failing, listings, **longest) for source, failing, listings, longest in rows]
