"""Which texts need not be read again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.dedup.recent_terms import RecentTerms, recent_terms
from flows.dedup.records import NewText
from flows.dedup.text.features import features_of
from flows.identifiers import digest
from tests.flows.dedup.library import NOON, Piece, add, ask

if TYPE_CHECKING:
    from uuid import UUID

    import pytest

    from warehouse import Writer


def article(name: str) -> NewText:
    features = features_of(name, "A text", "en")
    return NewText(digest("article", name), digest(name), "", name, "en", NOON, "second", NOON, NOON, True, features)


def known(recent: RecentTerms, names: str) -> str:
    return "".join(name for name in names if digest(name) in recent)


def test_the_versions_that_were_used_last_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RecentTerms, "MOST", 3)
    recent = RecentTerms()
    recent.add(map(article, "abc"))
    assert recent.get(digest("a")) is not None
    recent.add([article("c"), article("d")])
    assert known(recent, "abcd") == "acd"
    assert len(recent) == 3
    recent.add(map(article, "efghi"))
    assert known(recent, "abcdefghi") == "ghi"


def test_a_version_that_was_not_used_is_not_known() -> None:
    assert RecentTerms().get(digest("a")) is None


def test_those_of_loaded_articles_are_known(writer: Writer) -> None:
    add(writer, Piece("http://herald.example/1", "A text about a bridge."), segment="1")
    versions: list[UUID] = [key for (key,) in ask(writer, "SELECT version_id FROM article_versions")]
    assert [recent_terms(writer.connection).get(key) is not None for key in versions] == [True]
