"""The book of runs, and the sources they were given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import duckdb

    from warehouse.writer import Writer


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source as the warehouse keeps it."""

    source: str
    homepage: str | None
    feeds: tuple[str, ...]
    sitemaps: tuple[str, ...]
    sections: tuple[str, ...]
    language: str | None
    recheck_hours: tuple[float, ...]
    poll_minutes: tuple[float, ...] = (0.0, 1440.0)


def start_run(writer: Writer, run_id: str, kind: str, version: str, now: datetime) -> int:
    """Enter a run as running, and mark those that never said how they ended; returns how many those were.

    Whoever calls this holds the writer's lock, so a run that is still marked as running has died.
    """
    with writer.transaction() as connection:
        crashed = connection.execute(
            "UPDATE runs SET outcome = 'crashed' WHERE outcome = 'running' AND run_id <> ?", [run_id]
        ).fetchall()[0][0]
        connection.execute("DELETE FROM runs WHERE run_id = ?", [run_id])
        connection.execute(
            "INSERT INTO runs (run_id, kind, started_at, outcome, version) VALUES (?, ?, ?, 'running', ?)",
            [run_id, kind, now, version],
        )
    return int(crashed)


def finish_run(writer: Writer, run_id: str, outcome: str, now: datetime, detail: str | None = None) -> None:
    """Enter how a run ended: completed or failed."""
    with writer.transaction() as connection:
        connection.execute(
            "UPDATE runs SET outcome = ?, finished_at = ?, detail = ? WHERE run_id = ?", [outcome, now, detail, run_id]
        )


def record_sources(writer: Writer, sources: Sequence[SourceRow], now: datetime) -> None:
    """Make the table `sources` agree with what the run was given; rows that agree already are not touched."""
    fields = ("homepage", "feeds", "sitemaps", "sections", "language", "recheck_hours", "poll_minutes")
    columns = {name: [_plain(getattr(row, name)) for row in sources] for name in ("source", *fields)}
    given = (
        "SELECT unnest(?::VARCHAR[]) AS source, unnest(?::VARCHAR[]) AS homepage, unnest(?::VARCHAR[][]) AS feeds, "
        "unnest(?::VARCHAR[][]) AS sitemaps, unnest(?::VARCHAR[][]) AS sections, unnest(?::VARCHAR[]) AS language, "
        "unnest(?::DOUBLE[][]) AS recheck_hours, unnest(?::DOUBLE[][]) AS poll_minutes"
    )
    differs = " OR ".join(f"sources.{name} IS DISTINCT FROM given.{name}" for name in fields)
    changes = ", ".join(f"{name} = given.{name}" for name in fields)
    with writer.transaction() as connection:
        connection.execute(
            f"""
            MERGE INTO sources USING ({given}) AS given ON sources.source = given.source
            WHEN MATCHED AND (NOT active OR {differs}) THEN UPDATE SET {changes}, active = true, changed_at = ?
            WHEN NOT MATCHED THEN INSERT (source, {", ".join(fields)}, active, first_seen_at, changed_at)
                VALUES (given.source, {", ".join(f"given.{name}" for name in fields)}, true, ?, ?)
            """,  # noqa: S608 - column names of our own
            [*columns.values(), now, now, now],
        )
        connection.execute(
            "UPDATE sources SET active = false, changed_at = ? WHERE active AND source NOT IN (SELECT unnest(?))",
            [now, columns["source"]],
        )


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def recent_runs(
    connection: duckdb.DuckDBPyConnection, limit: int, *, failed_only: bool = False
) -> list[tuple[str, str, datetime, float | None, str, int, int, str | None]]:
    """The last runs, newest first.

    Rows of run, kind, start (UTC), seconds (None while it goes on, or where it was killed), outcome, new articles,
    failed requests, and why it failed.
    """
    return connection.execute(
        """
        WITH recent AS (
            FROM runs WHERE NOT $failed_only OR outcome IN ('failed', 'crashed') ORDER BY started_at DESC LIMIT $limit
        )
        SELECT recent.run_id, any_value(kind_of_run), any_value(started_at),
            epoch(any_value(finished_at) - any_value(started_at)), any_value(outcome_of_run),
            count(*) FILTER (fetches.outcome = 'loaded'), count(*) FILTER (fetches.outcome = 'failed'),
            any_value(detail_of_run)
        FROM (SELECT run_id, kind AS kind_of_run, started_at, finished_at, outcome AS outcome_of_run,
                     detail AS detail_of_run FROM recent) AS recent
        LEFT JOIN fetches ON fetches.run_id = recent.run_id
        GROUP BY recent.run_id ORDER BY any_value(started_at) DESC
        """,
        {"limit": limit, "failed_only": failed_only},
    ).fetchall()
