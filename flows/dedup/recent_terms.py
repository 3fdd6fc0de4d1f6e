"""Remembers what the texts of the last articles say, so that the next step need not read them again."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    import duckdb

    from flows.dedup.records import NewText
    from flows.dedup.text.terms import Terms


class RecentTerms:
    """The terms of the versions that were added or looked up last, MOST of them, by identifier."""

    MOST = 8192  # some 30 MB: the terms of an article take 13 bytes each, and MAX_TERMS limits their number

    def __init__(self) -> None:
        self._terms: dict[UUID, Terms] = {}  # the least recent one comes first

    def __len__(self) -> int:
        return len(self._terms)

    def __contains__(self, version_id: object) -> bool:
        return version_id in self._terms

    def get(self, version_id: UUID) -> Terms | None:
        """The terms of a version, if they are known; it is the most recent one from then on."""
        found = self._terms.pop(version_id, None)
        if found is not None:
            self._terms[version_id] = found
        return found

    def add(self, articles: Iterable[NewText]) -> None:
        """Remember the terms of articles as the most recent ones."""
        for article in articles:
            self._terms.pop(article.version_id, None)
            self._terms[article.version_id] = article.features.terms
        for version_id in list(self._terms)[: max(0, len(self._terms) - self.MOST)]:
            del self._terms[version_id]


def recent_terms(connection: duckdb.DuckDBPyConnection) -> RecentTerms:
    """Those of the warehouse that is open in a connection."""
    return _OF_CONNECTION.setdefault(connection, RecentTerms())


_OF_CONNECTION: WeakKeyDictionary[duckdb.DuckDBPyConnection, RecentTerms] = WeakKeyDictionary()
