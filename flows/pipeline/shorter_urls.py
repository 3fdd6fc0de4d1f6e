"""URLs without the parameters that are ignored: those of fetched pages are known, and waiting ones need no request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawlers.archive import Kind
from crawlers.discovery import url_key
from crawlers.discovery.parameters import IgnoredParameters, ShorterUrl
from warehouse.url_parameters import ShorterUrlRow, drop_waiting, known_among

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from flows.pipeline.article_version import ExtractedFetch
    from warehouse import Writer
    from warehouse.planning import DueUrl


def shorter_urls(
    ignored: Mapping[str, Mapping[str, tuple[str, ...]]], fetches: Iterable[ExtractedFetch]
) -> list[ShorterUrlRow]:
    """The URLs of fetched pages without ignored parameters, where what is left names an article.

    Those of pages that state this URL themselves are known without this.
    """
    by_source = {source: IgnoredParameters(hosts) for source, hosts in ignored.items()}
    rows = []
    for extracted in fetches:
        fetch = extracted.fetch
        if fetch.source not in by_source or fetch.kind is not Kind.PAGE or extracted.found is None:
            continue
        for url in web_urls(extracted):
            shorter = by_source[fetch.source].shorter(url)
            if shorter is None or not shorter.names_article:
                continue
            if extracted.version is None or shorter.key != extracted.version.article_key:
                rows += [ShorterUrlRow(shorter.key, fetch.source, shorter.host, name) for name in shorter.parameters]
    return rows


def drop_known_without_parameters(
    writer: Writer, ignored: Mapping[str, Mapping[str, tuple[str, ...]]], waiting: Sequence[DueUrl]
) -> bool:
    """Remove URLs from the frontier that are those of known pages, or of others that wait, but for ignored parameters.

    They were found before the parameters were ignored, or together with the others and beyond the limit of a run.
    `waiting` are those that are to be requested now, newest first: looking at all takes 0.1 ms for each. Returns
    whether any was removed.
    """
    by_source = {source: IgnoredParameters(hosts) for source, hosts in ignored.items()}
    shorter: dict[int, ShorterUrl] = {}
    for due in reversed(waiting):
        if due.source not in by_source:
            continue
        try:
            found = by_source[due.source].shorter(due.url)
        except ValueError:  # no crawl can request it
            continue
        if found is not None and found.may_name_page:
            shorter[url_key(due.url)] = found
    if not shorter:
        return False
    known = known_among(writer.connection, {found.key for found in shorter.values()})
    drop = []
    for key, found in shorter.items():
        if found.key in known:
            drop.append(key)
        if found.names_article:
            known.add(found.key)
    if drop:
        with writer.transaction() as connection:
            drop_waiting(connection, drop)
    return bool(drop)


def web_urls(extracted: ExtractedFetch) -> list[str]:
    """The requested URL, and that after redirects, if they are URLs of the web."""
    fetch = extracted.fetch
    urls = [fetch.url] if extracted.url_key is not None else []
    if fetch.final_url is not None and extracted.final_key not in (None, extracted.url_key):
        urls.append(fetch.final_url)
    return urls
