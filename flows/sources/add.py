"""Finding out what a publisher offers, and writing it into sources.toml."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from crawlers.archive import Fetch, Kind, Outcome
from crawlers.discovery import absolute_url, url_key
from crawlers.discovery.usual_locations import COMMON_FEEDS, COMMON_SITEMAPS
from crawlers.languages import ISO_639_1
from crawlers.plan.model import PlannedRequest, PlannedSource
from crawlers.sources.contact import may_crawl
from crawlers.sources.model import CrawlSettings, Sources, load_sources, parse_settings, parse_sources, user_agent
from crawlers.sources.write import entry, free_name, with_contact
from flows.errors import FlowsError
from flows.sources.probe import LISTINGS, PAGES, Probe, probe

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from crawlers.sources.catalogue import CatalogueEntry
    from crawlers.sources.opml import Outline

# What a new file begins with.
HEAD = """\
[crawl]
# contact = "mailto:…"   # an address of yours for publishers to write to: needed before the first run
"""
MOST_FEEDS = 20  # in an entry; some publishers have hundreds, each a part of the others


def add_websites(file: Path, urls: Sequence[str], contact: str | None = None) -> list[tuple[str, str]]:
    """Try addresses of publishers and append an entry for each; returns names and entries.

    `contact` is written into the file as well. Raises FlowsError where there is no contact and one is needed, and where
    an address is none of the web or gives nothing to ask; SourcesError where the file is wrong. Then nothing is
    written.
    """
    configured, text = _existing(file)
    settings = configured.settings
    if contact is not None:
        text = with_contact(text or HEAD, contact)
        settings = parse_settings(text.encode(), file)
    taken = {source.name for source in configured.sources}
    planned = {}
    for url in urls:
        try:
            address = absolute_url(url if "://" in url else f"https://{url}")
        except ValueError as error:
            raise FlowsError(f"{url}: is no address of a website: {error}") from error
        name = free_name((urlsplit(address).hostname or "").removeprefix("www."), taken)
        taken.add(name)
        port = urlsplit(address).port
        planned[name] = PlannedSource(
            name, 1.0, _candidates(address), limit=PAGES, listing_limit=LISTINGS, ports=() if port is None else (port,)
        )
    if not may_crawl(settings, [source.requests[0].url for source in planned.values()]):
        raise FlowsError(
            f"{file}: has no contact, and publishers are to be asked: an address of yours goes into the user agent. "
            "Give it once, as in --contact mailto:desk@example.org"
        )
    found = probe(list(planned.values()), user_agent(settings))
    entries = [(name, _entry(name, source.requests[0].url, found[name])) for name, source in planned.items()]
    _write(file, text, [written for _, written in entries])
    return entries


def add_publishers(file: Path, publishers: Iterable[CatalogueEntry]) -> list[tuple[str, str]]:
    """Append entries for publishers of the catalogue that the file does not have; returns names and entries."""
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
    """Append entries for sources of an OPML file whose addresses the file does not have; returns names and entries.

    Raises SourcesError where an address or a language is none that may stand in the file.
    """
    configured, text = _existing(file)
    taken, listed = _names_and_url_keys(configured)
    entries = []
    for outline in outlines:
        addresses = (*outline.feeds, *outline.sitemaps, *outline.sections)
        if all(_is_listed(url, listed) for url in addresses or ((outline.homepage,) if outline.homepage else ())):
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
    """Names that the file has, and keys of the addresses that it asks."""
    listed = {
        url_key(url)
        for source in configured.sources
        for url in (*source.feeds, *source.sitemaps, *source.sections, *([source.homepage] if source.homepage else []))
    }
    return {source.name for source in configured.sources}, listed


def _is_listed(url: str, listed: set[int]) -> bool:
    try:
        return url_key(url) in listed
    except ValueError:
        return False  # the check of what is written says what is wrong with it


def _existing(file: Path) -> tuple[Sources, str]:
    """What the file has, which may have no source yet, or not be there; and its text."""
    if not file.exists():
        return Sources(settings=CrawlSettings(), sources=()), ""
    try:
        text = file.read_text(encoding="utf-8-sig")
        if not tomllib.loads(text).get("source"):
            return Sources(settings=parse_settings(text.encode(), file), sources=()), text
    except (OSError, ValueError):
        pass  # load_sources says what is wrong with it
    return load_sources(file), text


def _write(file: Path, text: str, entries: list[str]) -> None:
    if not entries:
        return
    parts = [text.rstrip("\n") + "\n" if text.strip() else HEAD]
    fresh = "\n".join([*parts, *entries])
    parse_sources(fresh.encode(), file)  # what is written can be read
    try:
        unfinished = file.with_name(file.name + ".part")
        unfinished.write_text(fresh, encoding="utf-8")
        unfinished.replace(file)
    except OSError as error:
        raise FlowsError(f"{file}: cannot be written: {error.strerror}") from error


def _candidates(address: str) -> tuple[PlannedRequest, ...]:
    path = urlsplit(address).path.lower()
    if "sitemap" in path:
        return (PlannedRequest(address, Kind.SITEMAP),)
    if path.endswith((".xml", ".rss", ".atom", ".rdf", ".json")) or path.rstrip("/").endswith(("/feed", "/rss")):
        return (PlannedRequest(address, Kind.FEED),)
    return (
        PlannedRequest(address, Kind.HOMEPAGE),
        *(PlannedRequest(urljoin(address, path), Kind.FEED) for path in COMMON_FEEDS),
        *(PlannedRequest(urljoin(address, path), Kind.SITEMAP) for path in COMMON_SITEMAPS),
    )


def _entry(name: str, address: str, found: Probe) -> str:
    """The entry that suits what was found: feeds, news sitemaps, or else what lists articles at all."""
    read = [fetch for fetch in found.listings if fetch.outcome is Outcome.FETCHED]
    feeds = _distinct(fetch for fetch in read if fetch.kind is Kind.FEED)
    sitemaps = [fetch for fetch in read if fetch.kind is Kind.SITEMAP and (fetch.links or fetch.listings)]
    news = _distinct(fetch for fetch in sitemaps if any(link.title for link in fetch.links))
    front = [fetch for fetch in read if fetch.kind is Kind.HOMEPAGE]
    if feeds or news:
        sections: list[str] = []
    elif sitemaps:
        children = {listing.url for fetch in sitemaps for listing in fetch.listings}
        news, sections = [fetch.url for fetch in sitemaps if fetch.url not in children], []
    elif any(fetch.links for fetch in front):
        sections = [address]
    else:
        tried = "; ".join(
            f"{fetch.url}: {fetch.detail or fetch.reason or 'names no article'}" for fetch in found.listings
        )
        raise FlowsError(f"{address}: gives nothing to ask: no feed, no sitemap, no list of articles. Tried: {tried}")
    language = found.languages.most_common(1)
    return entry(
        name,
        homepage=front[0].url if front else None,
        feeds=feeds[:MOST_FEEDS],
        sitemaps=news,
        sections=sections,
        language=language[0][0] if language else None,
    )


def _distinct(listings: Iterable[Fetch]) -> list[str]:
    """Addresses of listings that name articles, without those that name nothing that an earlier one has not."""
    seen: set[int] = set()
    kept = []
    for fetch in listings:
        keys = {url_key(link.url) for link in fetch.links}
        if keys - seen:
            kept.append(fetch.url)
            seen |= keys
    return kept
