"""The run history, and the sources of the last run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from warehouse.results import one_row

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    import duckdb

    from warehouse.writer import Writer


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row of `sources`, without the columns that the warehouse fills itself."""

    source: str
    homepage: str | None
    feeds: tuple[str, ...]
    sitemaps: tuple[str, ...]
    sections: tuple[str, ...]
    language: str | None
    recheck_hours: tuple[float, ...]
    poll_minutes: tuple[float, ...] = (0.0, 1440.0)
    keep_parameters: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class RecentRun:
    """A run with the number of new articles and of failed requests.

    `started_at` is in UTC; `seconds` is None while it is running, and if it was killed; `detail` says why it failed.
    """

    run_id: str
    kind: str
    started_at: datetime
    seconds: float | None
    outcome: str
    loaded: int
    failed: int
    detail: str | None


def start_run(writer: Writer, run_id: str, kind: str, version: str, now: datetime) -> int:
    """Record that a run has started, and mark runs that died as crashed; returns the number of those.

    The caller holds the lock of the data directory, so any other run of this directory that is still recorded as
    running has died. A lake also has the runs of other directories; the last run of this one is noted in a file.
    """
    note = writer.data / "private" / "last-run"
    with writer.transaction() as connection:
        crashed = connection.execute(
            "UPDATE runs SET outcome = 'crashed' WHERE outcome = 'running' AND run_id <> ? AND (? OR run_id = ?)",
            [run_id, not writer.is_lake, _noted(note)],
        ).fetchall()[0][0]
        connection.execute("DELETE FROM runs WHERE run_id = ?", [run_id])
        connection.execute(
            "INSERT INTO runs (run_id, kind, started_at, outcome, version) VALUES (?, ?, ?, 'running', ?)",
            [run_id, kind, now, version],
        )
    if writer.is_lake:  # once it is committed: otherwise the note of the run before would be lost
        note.write_text(run_id, encoding="utf-8")
    return int(crashed)


def _noted(note: Path) -> str:
    try:
        return note.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def unfinished_since(connection: duckdb.DuckDBPyConnection, run_id: str) -> datetime | None:
    """When a run began that is not completed (aware, in UTC); None if there is none with this identifier."""
    row = one_row(connection, "SELECT started_at FROM runs WHERE run_id = ? AND outcome <> 'completed'", [run_id])
    return None if row is None else row[0].astimezone(UTC)


def finish_run(writer: Writer, run_id: str, outcome: str, now: datetime, detail: str | None = None) -> None:
    """Record the outcome of a run: completed, failed or interrupted."""
    with writer.transaction() as connection:
        connection.execute(
            "UPDATE runs SET outcome = ?, finished_at = ?, detail = ? WHERE run_id = ?", [outcome, now, detail, run_id]
        )


def record_sources(writer: Writer, sources: Sequence[SourceRow], now: datetime) -> None:
    """Update the table `sources` to the sources of a run; unchanged rows are not written."""
    fields = (
        "homepage",
        "feeds",
        "sitemaps",
        "sections",
        "language",
        "recheck_hours",
        "poll_minutes",
        "keep_parameters",
    )
    columns = {name: [_plain(getattr(row, name)) for row in sources] for name in ("source", *fields)}
    given = (
        "SELECT unnest(?::VARCHAR[]) AS source, unnest(?::VARCHAR[]) AS homepage, unnest(?::VARCHAR[][]) AS feeds, "
        "unnest(?::VARCHAR[][]) AS sitemaps, unnest(?::VARCHAR[][]) AS sections, unnest(?::VARCHAR[]) AS language, "
        "unnest(?::DOUBLE[][]) AS recheck_hours, unnest(?::DOUBLE[][]) AS poll_minutes, "
        "unnest(?::VARCHAR[][]) AS keep_parameters"
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


def recent_runs(connection: duckdb.DuckDBPyConnection, limit: int, *, failed_only: bool = False) -> list[RecentRun]:
    """The last runs, newest first."""
    rows = connection.execute(
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
    return [RecentRun(*row) for row in rows]
