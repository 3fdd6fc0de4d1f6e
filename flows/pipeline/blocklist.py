"""The blocklist: which URLs and sources `newsloom forget` has removed, so that they are never loaded again.

It is a file in the data directory, so that it survives a rebuild of the warehouse. It has hashes only, so that it does
not itself contain what was to be forgotten.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crawlers.archive import Fetch, Kind, Outcome
from crawlers.discovery import url_key_or_none
from flows.errors import FlowsError
from flows.identifiers import digest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FILE = "forgotten"
REASON = "forgotten"


@dataclass(frozen=True, slots=True)
class Blocklist:
    """What was forgotten: `keys` of URLs (`url_key`), and `sources` as digests of their names."""

    keys: frozenset[int] = frozenset()
    sources: frozenset[str] = frozenset()

    def has_source(self, name: str) -> bool:
        """Whether the source was forgotten."""
        return bool(self.sources) and source_digest(name) in self.sources

    def has_url(self, url: str | None) -> bool:
        """Whether the URL was forgotten, in any spelling."""
        return bool(self.keys) and url_key_or_none(url) in self.keys

    def is_about(self, fetch: Fetch) -> bool:
        """Whether a fetch is of a forgotten URL or source."""
        return self.has_source(fetch.source) or self.has_url(fetch.url) or self.has_url(fetch.final_url)

    def without(self, fetch: Fetch) -> Fetch:
        """A fetch without anything forgotten: blanked, without some links, or as it is.

        A listing that names a forgotten URL loses its stored content, which has the headline as well.
        """
        if not self.keys and not self.sources:
            return fetch
        if self.is_about(fetch):
            return blank(fetch, hide_source=self.has_source(fetch.source))
        links = tuple(link for link in fetch.links if not self.has_url(link.url))
        if len(links) == len(fetch.links):
            return fetch
        is_listing = fetch.kind not in (Kind.PAGE, Kind.RECORD)
        return replace(fetch, links=links, offset=None if is_listing else fetch.offset)


def blank(fetch: Fetch, *, hide_source: bool) -> Fetch:
    """What remains of a forgotten fetch: the fact that there was one, and its time."""
    key = url_key_or_none(fetch.url)
    return Fetch(
        url=placeholder(key) if key is not None else "forgotten:",
        source=REASON if hide_source else fetch.source,
        kind=fetch.kind,
        outcome=Outcome.SKIPPED,
        fetched_at=fetch.fetched_at,
        reason=REASON,
    )


def placeholder(key: int) -> str:
    """What stands in place of a forgotten URL (`url_key`)."""
    return f"forgotten:{key:016x}"


def source_digest(name: str) -> str:
    """The digest that stands for the name of a source."""
    return digest("source", name).hex


def read_blocklist(private: Path) -> Blocklist:
    """The blocklist in the private folder of a data directory; empty if there is no file."""
    file = private / FILE
    keys, sources = set(), set()
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return Blocklist()
    for number, line in enumerate(lines, start=1):
        kind, _, value = line.partition(" ")
        try:
            if kind == "address":
                keys.add(int(value, 16))
            elif kind == "source" and len(value) == 32:
                sources.add(value)
            elif line:
                raise ValueError
        except ValueError:
            raise FlowsError(
                f"{file}:{number}: found {line[:60]!r}; expected `address` or `source` and a hash. Correct or "
                "remove the line. Nothing is loaded until the file can be read: it lists what must not be loaded again."
            ) from None
    return Blocklist(frozenset(keys), frozenset(sources))


def add_to_blocklist(private: Path, keys: Iterable[int], sources: Iterable[str]) -> Blocklist:
    """Add keys of URLs and names of sources to the file, and write it to disk; returns the new blocklist."""
    known = read_blocklist(private)
    more = Blocklist(known.keys | set(keys), known.sources | {source_digest(name) for name in sources})
    lines = [f"address {key:016x}\n" for key in sorted(more.keys)]
    lines += [f"source {value}\n" for value in sorted(more.sources)]
    fresh = private / f"{FILE}.new"
    try:
        with fresh.open("w", encoding="utf-8") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(private / FILE)
    except OSError as error:
        raise FlowsError(f"{private / FILE}: cannot be written: {error.strerror}; nothing was forgotten") from error
    return more
