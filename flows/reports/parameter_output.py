"""Says what is known about the query parameters of a URL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawlers.counts import counted
from crawlers.discovery.parameters import host_of, parameters_of
from warehouse.url_parameters import parameters_of_host

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import duckdb

    from warehouse.url_parameters import UrlParameter


def known_parameters(connection: duckdb.DuckDBPyConnection, source: str, urls: Iterable[str]) -> list[UrlParameter]:
    """What is known about the parameters of some URLs of a source; those of the lists are not part of a URL at all."""
    found: dict[UrlParameter, None] = {}
    for url in urls:
        try:
            host, names = host_of(url), parameters_of(url)
        except ValueError:
            continue
        found.update(dict.fromkeys(parameters_of_host(connection, host, names, source)))
    return list(found)


def parameter_lines(parameters: Sequence[UrlParameter]) -> list[str]:
    """One line for each."""
    return [f"parameter {one.parameter}: {_decision(one)}" for one in parameters]


def _decision(one: UrlParameter) -> str:
    same = f"{counted(one.pages, 'page')} had the same text without it or with another value"
    if one.is_kept:
        return "part of the URL, because keep_parameters of the source names it"
    if one.counterexamples:
        return "part of the URL, because a page differs with it (see the table parameter_evidence)"
    return f"ignored, because {same}" if one.is_ignored else f"part of the URL as far as is known: {same}"
