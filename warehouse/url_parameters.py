"""The tables `parameter_evidence` and `shorter_urls`: which query parameters are no part of the URLs of a source."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from warehouse.temporary import id_table, key_table, table_of, temporary

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID


EVIDENCE = pa.schema(
    {
        "source": pa.string(),
        "host": pa.string(),
        "parameter": pa.string(),
        "page_key": pa.uint64(),
        "supports": pa.bool_(),
        "kind": pa.string(),
        "url": pa.string(),
        "other_url": pa.string(),
        "seen_at": pa.timestamp("us", "UTC"),
        "segment": pa.string(),
        "text_key": pa.uint64(),
    }
)
SHORTER_URLS = pa.schema({"url_key": pa.uint64(), "source": pa.string(), "host": pa.string(), "parameter": pa.string()})


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """A row of `parameter_evidence`; `url` and `other_url` are None once they are forgotten.

    `text_key` is None unless it supports that the parameter is no part of the URL.
    """

    source: str
    host: str
    parameter: str
    page_key: int
    supports: bool
    kind: str
    url: str | None
    other_url: str | None
    seen_at: datetime
    segment: str
    text_key: int | None


@dataclass(frozen=True, slots=True)
class ShorterUrlRow:
    """A row of `shorter_urls`."""

    url_key: int
    source: str
    host: str
    parameter: str


@dataclass(frozen=True, slots=True)
class UrlParameter:
    """A row of the view `url_parameters`."""

    source: str
    parameter: str
    pages: int
    counterexamples: int
    is_kept: bool
    is_ignored: bool


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A stored article, where and when its current text came from, and the hash of this text."""

    article_id: UUID
    fetch_key: int | None
    url: str
    fetched_at: datetime
    body_hash: UUID


def stored_evidence(
    connection: duckdb.DuckDBPyConnection, sources: Collection[str], hosts: Collection[str]
) -> list[EvidenceRow]:
    """The evidence about the URLs of these sources on these hosts."""
    rows = connection.execute(
        "SELECT source, host, parameter, page_key, supports, kind, url, other_url, seen_at, segment, text_key "
        "FROM parameter_evidence WHERE source IN (SELECT unnest(?::VARCHAR[])) "
        "AND host IN (SELECT unnest(string_split(?, ' '))) ORDER BY ALL",
        [list(sources), " ".join(hosts)],
    ).fetchall()
    return [EvidenceRow(*row) for row in rows]


def stored_pages(
    connection: duckdb.DuckDBPyConnection, article_ids: Sequence[UUID], fetch_keys: Collection[int]
) -> list[StoredPage]:
    """The stored ones of these articles, and the articles that are fetched from the URLs with these keys."""
    if not article_ids and not fetch_keys:
        return []
    with (
        temporary(connection, "wanted", id_table(article_ids)),
        temporary(connection, "wanted_keys", key_table(fetch_keys)),
    ):
        rows = connection.execute(
            """
            SELECT article_id, fetch_key, coalesce(stored_url, fetch_url), coalesce(stored_at, last_seen_at), body_hash
            FROM article_state
            WHERE article_id IN (SELECT id FROM wanted)
            UNION
            SELECT article_id, fetch_key, coalesce(stored_url, fetch_url), coalesce(stored_at, last_seen_at), body_hash
            FROM article_state
            WHERE fetch_key IN (SELECT key FROM wanted_keys)
            ORDER BY ALL
            """
        ).fetchall()
    return [StoredPage(*row) for row in rows]


def ignored_parameters(
    connection: duckdb.DuckDBPyConnection, hosts: Collection[str] | None = None
) -> dict[str, dict[str, tuple[str, ...]]]:
    """The parameters that are ignored, by source and host: of all hosts, or of these."""
    rows = connection.execute(
        "SELECT source, host, list(parameter ORDER BY parameter) FROM url_parameters "
        "WHERE is_ignored AND ($hosts IS NULL OR host IN (SELECT unnest(string_split($hosts, ' ')))) "
        "GROUP BY source, host ORDER BY source, host",
        {"hosts": None if hosts is None else " ".join(hosts)},
    ).fetchall()
    found: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for source, host, parameters in rows:
        found[source][host] = tuple(parameters)
    return dict(found)


def parameters_of_host(
    connection: duckdb.DuckDBPyConnection, host: str, parameters: Collection[str], source: str | None = None
) -> list[UrlParameter]:
    """What is known about these parameters of a host, for all sources or one, by name.

    Nothing in a file that an earlier version published.
    """
    try:
        rows = connection.execute(
            "SELECT source, parameter, pages, counterexamples, is_kept, is_ignored FROM url_parameters "
            "WHERE host = $host AND parameter IN (SELECT unnest($parameters::VARCHAR[])) "
            "AND ($source IS NULL OR source = $source) ORDER BY parameter, source",
            {"host": host, "parameters": list(parameters), "source": source},
        ).fetchall()
    except duckdb.CatalogException:
        return []
    return [UrlParameter(*row) for row in rows]


def add_parameters(
    connection: duckdb.DuckDBPyConnection, evidence: Sequence[EvidenceRow], shorter: Sequence[ShorterUrlRow]
) -> None:
    """Store evidence, and shorter URLs that are not stored yet, in the caller's transaction."""
    if evidence:
        with temporary(connection, "found", table_of(evidence, EVIDENCE)):
            connection.execute("INSERT INTO parameter_evidence BY NAME FROM found")
    if shorter:
        with temporary(connection, "found", table_of(shorter, SHORTER_URLS)):
            connection.execute(
                "INSERT INTO private.shorter_urls BY NAME SELECT DISTINCT url_key, source, host, parameter FROM found "
                "ANTI JOIN private.shorter_urls USING (url_key, source, host, parameter)"
            )


def known_among(connection: duckdb.DuckDBPyConnection, keys: Collection[int]) -> set[int]:
    """Those of the keys of URLs that had their final response or wait for it."""
    with temporary(connection, "asked", key_table(keys)):
        rows = connection.execute(
            """
            SELECT url_key FROM private.known_urls WHERE url_key IN (SELECT key FROM asked)
            UNION SELECT url_key FROM private.frontier WHERE url_key IN (SELECT key FROM asked)
            UNION SELECT url_key FROM private.shorter_urls SEMI JOIN (FROM url_parameters WHERE is_ignored)
                USING (source, host, parameter) WHERE url_key IN (SELECT key FROM asked)
            """
        ).fetchall()
    return {key for (key,) in rows}


def drop_waiting(connection: duckdb.DuckDBPyConnection, keys: Collection[int]) -> None:
    """Remove URLs from the frontier, in the caller's transaction."""
    with temporary(connection, "dropped", key_table(keys)):
        connection.execute("DELETE FROM private.frontier WHERE url_key IN (SELECT key FROM dropped)")
