"""Adds sources to sources.toml: websites, publishers of the catalogue, feeds of an OPML file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawlers.archive import Fetch, Kind, Outcome
from crawlers.discovery import absolute_url, url_key, url_key_or_none
from crawlers.languages import ISO_639_1
from crawlers.plan.model import PlannedRequest, PlannedSource
from crawlers.sources.contact import may_crawl
from crawlers.sources.model import CrawlSettings, Sources, parse_settings, parse_sources, user_agent
from crawlers.sources.toml_file import read_file, read_toml
from crawlers.sources.validation import ProblemCollector
from crawlers.sources.write import entry, free_name, with_contact, with_entries
from crawlers.spiders.listings import usual_locations
from flows.errors import FlowsError
from flows.sources.probe import LISTINGS, PAGES, Probe, probe, reasons

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from crawlers.sources.catalogue import CatalogueEntry
    from crawlers.sources.model import Source
    from crawlers.sources.opml import Outline
    from flows.progress import Reporter

# The beginning of a new file.
HEAD = """\
[crawl]
# contact = "mailto:…"   # your contact address for publishers; required before the first run
"""
MAX_FEEDS = 20  # per entry; some publishers have hundreds that overlap
_UNREACHED = frozenset({"dns", "connection", "timeout", "host_unresponsive", "robots_unreachable", "forbidden_address"})


@dataclass(frozen=True, slots=True)
class AddedWebsites:
    """The names and entries that were added, and a sentence about each website that was not."""

    entries: list[tuple[str, str]]
    known: list[str]
    """Websites that the file has already."""
    useless: list[str]
    """Websites that offer no feed, sitemap or article list, or cannot be reached."""


def add_websites(
    file: Path, urls: Sequence[str], contact: str | None = None, reporter: Reporter | None = None
) -> AddedWebsites:
    """Try websites and append an entry to the file for each that it does not have, by its URL, feeds or sitemaps.

    `contact` is written to the file as well. Raises FlowsError if a contact is required and missing, or if a URL is
    invalid; SourcesError if the file is invalid. After an error, the file is unchanged.
    """
    configured, text = _existing(file)
    settings = configured.settings
    if contact is not None:
        text = with_contact(text or HEAD, contact)
        settings = parse_settings(text.encode(), file)
    taken = {source.name for source in configured.sources}
    owners = _owners(configured)
    planned: dict[str, PlannedSource] = {}
    named: dict[int, str] = {}
    known = []
    for url in urls:
        try:
            site = absolute_url(url if "://" in url else f"https://{url}")
        except ValueError as error:
            raise FlowsError(f"{url}: is not the URL of a website: {error}") from error
        name = _name_of_host(site, taken)
        if (owner := owners.get(url_key(site)) or named.get(url_key(site))) is not None:
            known.append(f"{url}: already there, as {owner}")
            continue
        named[url_key(site)] = name
        taken.add(name)
        port = urlsplit(site).port
        planned[name] = PlannedSource(
            name,
            settings.delay,
            _candidates(site),
            limit=PAGES,
            listing_limit=LISTINGS,
            ports=() if port is None else (port,),
        )
    if not may_crawl(settings, [source.requests[0].url for source in planned.values()]):
        raise FlowsError(
            f"{file}: no contact address. Crawling public sites requires one; newsloom sends it in the user agent, so "
            "that publishers can write to you. Give it once, for example with --contact mailto:desk@example.org"
        )
    found = _probe_websites(planned, user_agent(settings), reporter)
    entries = []
    useless = []
    for name, source in planned.items():
        site = source.requests[0].url
        written = _entry(name, site, found[name])
        if written is None:
            useless.append(_why_useless(site, found[name]))
            continue
        asked = _listings_of(written)
        shared = next((url for url in asked if url_key(url) in owners), None)
        if shared is not None:
            known.append(f"{site}: already there, as {owners[url_key(shared)]}, which has {shared}")
            continue
        owners |= {url_key(url): name for url in asked}
        entries.append((name, written))
    _write(file, text, [written for _, written in entries])
    return AddedWebsites(entries, known, useless)


def _name_of_host(url: str, taken: Collection[str]) -> str:
    """The name of a website's source: its host without www, as for imported pages, and a number if it is taken."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    name, number = host, 2
    while name in taken:
        name, number = f"{host}-{number}", number + 1
    return name


def _owners(configured: Sources) -> dict[int, str]:
    """The names of the sources in the file, by the keys of their URLs."""
    return {url_key(url): source.name for source in configured.sources for url in _urls(source)}


def _urls(source: Source) -> Iterator[str]:
    yield from (*source.feeds, *source.sitemaps, *source.sections)
    if source.homepage:
        yield source.homepage


def _listings_of(written: str) -> list[str]:
    """The URLs of an entry that newsloom requests."""
    (table,) = tomllib.loads(written)["source"]
    return [url for key in ("feeds", "sitemaps", "sections") for url in table.get(key, ())]


def add_publishers(file: Path, publishers: Iterable[CatalogueEntry]) -> list[tuple[str, str]]:
    """Append entries for those publishers of the catalogue that the file lacks; returns names and entries."""
    configured, text = _existing(file)
    taken, listed = _names_and_url_keys(configured)
    entries = []
    for publisher in publishers:
        if url_key(publisher.homepage) in listed:
            continue
        name = free_name(publisher.name, taken)
        taken.add(name)
        language = publisher.languages[0] if len(publisher.languages) == 1 else None
        asks = publisher.asks
        written = entry(
            name,
            homepage=publisher.homepage,
            feeds=asks.get("feeds", ()),
            sitemaps=asks.get("sitemaps", ()),
            language=language,
        )
        entries.append((name, written))
    _write(file, text, [written for _, written in entries])
    return entries


def add_outlines(file: Path, outlines: Iterable[Outline]) -> list[tuple[str, str]]:
    """Append entries for those sources of an OPML file whose URLs the file lacks; returns names and entries.

    Raises SourcesError if a URL or a language is not valid in a sources file.
    """
    configured, text = _existing(file)
    taken, listed = _names_and_url_keys(configured)
    entries = []
    for outline in outlines:
        urls = (*outline.feeds, *outline.sitemaps, *outline.sections)
        # An invalid URL has no key; parse_sources reports it before the file is written.
        if all(url_key_or_none(url) in listed for url in urls or ((outline.homepage,) if outline.homepage else ())):
            continue
        name = outline.name if outline.name and outline.name not in taken else free_name(outline.name, taken)
        taken.add(name)
        language = outline.language if outline.language in ISO_639_1 else None
        written = entry(
            name,
            homepage=outline.homepage,
            feeds=outline.feeds,
            sitemaps=outline.sitemaps,
            sections=outline.sections,
            language=language,
        )
        entries.append((name, written))
    _write(file, text, [written for _, written in entries])
    return entries


def _names_and_url_keys(configured: Sources) -> tuple[set[str], set[int]]:
    """The names of the sources in the file, and the keys of their URLs."""
    return {source.name for source in configured.sources}, set(_owners(configured))


def _existing(file: Path) -> tuple[Sources, str]:
    """The sources in the file, and its text. The file may have no source yet, or not exist."""
    if not file.exists():
        return Sources(settings=CrawlSettings(), sources=()), ""
    body = read_file(file)
    text = body.decode("utf-8-sig", "replace")  # with its own line breaks
    if read_toml(body, ProblemCollector(file, text)).get("source"):
        return parse_sources(body, file), text
    return Sources(settings=parse_settings(body, file), sources=()), text


def _write(file: Path, text: str, entries: list[str]) -> None:
    if not entries:
        return
    body = with_entries(text if text.strip() else HEAD, entries).encode()
    parse_sources(body, file)  # raises SourcesError if the result is invalid
    try:
        unfinished = file.with_name(file.name + ".part")
        unfinished.write_bytes(body)
        unfinished.replace(file)
    except OSError as error:
        raise FlowsError(f"{file}: cannot be written: {error.strerror}") from error


def _candidates(url: str) -> tuple[PlannedRequest, ...]:
    path = urlsplit(url).path.lower()
    if "sitemap" in path:
        return (PlannedRequest(url, Kind.SITEMAP),)
    if path.endswith((".xml", ".rss", ".atom", ".rdf", ".json")) or path.rstrip("/").endswith(("/feed", "/rss")):
        return (PlannedRequest(url, Kind.FEED),)
    return (PlannedRequest(url, Kind.HOMEPAGE),)


def _probe_websites(planned: Mapping[str, PlannedSource], agent: str, reporter: Reporter | None) -> dict[str, Probe]:
    """Follow what the front pages name. Where that lists nothing, try the usual locations that were not tried yet."""
    if not planned:
        return {}
    found = probe(list(planned.values()), agent, reporter)
    again = [
        replace(source, requests=requests)
        for name, source in planned.items()
        if not _feeds_and_sitemaps(found[name]) and (requests := _untried_locations(source, found[name]))
    ]
    for name, more in (probe(again, agent, reporter) if again else {}).items():
        found[name] = Probe((*found[name].listings, *more.listings), (*found[name].pages, *more.pages))
    return found


def _feeds_and_sitemaps(found: Probe) -> list[Fetch]:
    """Those that were read and list something."""
    return [
        fetch
        for fetch in found.listings
        if fetch.outcome is Outcome.FETCHED and fetch.kind is not Kind.HOMEPAGE and (fetch.links or fetch.listings)
    ]


def _untried_locations(source: PlannedSource, found: Probe) -> tuple[PlannedRequest, ...]:
    first = source.requests[0]
    if first.kind is not Kind.HOMEPAGE or not _reached(found):
        return ()
    tried = {fetch.url for fetch in found.listings}
    return tuple(
        PlannedRequest(listing.url, listing.kind) for listing in usual_locations(first.url) if listing.url not in tried
    )


def _reached(found: Probe) -> bool:
    """False if no server answered, so that its other URLs need not be tried."""
    return any(fetch.status is not None or fetch.reason not in _UNREACHED for fetch in found.listings)


def _why_useless(site: str, found: Probe) -> str:
    if not _reached(found):
        return f"{site}: cannot be reached: {reasons(found.listings, 'nothing to request')}"
    return f"{site}: no feed, sitemap or article list found. Tried: {reasons(found.listings, 'lists no articles')}"


def _entry(name: str, url: str, found: Probe) -> str | None:
    """The entry for a website: its feeds and news sitemaps, or else other sitemaps, or else its front page.

    None if none of them lists articles.
    """
    read = [fetch for fetch in found.listings if fetch.outcome is Outcome.FETCHED]
    listings = _feeds_and_sitemaps(found)
    feeds = _distinct(fetch for fetch in listings if fetch.kind is Kind.FEED)
    sitemaps = [fetch for fetch in listings if fetch.kind is Kind.SITEMAP]
    news = _distinct(fetch for fetch in sitemaps if any(link.title for link in fetch.links))
    front = [fetch for fetch in read if fetch.kind is Kind.HOMEPAGE]
    if feeds or news:
        sections: list[str] = []
    elif sitemaps:
        children = {listing.url for fetch in sitemaps for listing in fetch.listings}
        news, sections = [fetch.url for fetch in sitemaps if fetch.url not in children], []
    elif any(fetch.links for fetch in front):
        sections = [url]
    else:
        return None
    language = found.languages.most_common(1)
    return entry(
        name,
        homepage=front[0].url if front else None,
        feeds=feeds[:MAX_FEEDS],
        sitemaps=news,
        sections=sections,
        language=language[0][0] if language else None,
    )


def _distinct(listings: Iterable[Fetch]) -> list[str]:
    """The URLs of listings, less those that name no article beyond the articles of earlier ones."""
    seen: set[int] = set()
    kept = []
    for fetch in listings:
        keys = {url_key(link.url) for link in fetch.links}
        if keys - seen:
            kept.append(fetch.url)
            seen |= keys
    return kept
