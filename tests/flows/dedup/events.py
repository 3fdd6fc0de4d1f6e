"""Reports of one meeting in the words of several newsrooms, and reports of similar events."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from tests.flows.dedup.library import Piece, ask, replace

if TYPE_CHECKING:
    from warehouse import Writer

EVENTS = tomllib.loads((Path(__file__).parent / "texts" / "events.toml").read_text(encoding="utf-8"))


def piece(name: str, **changes: object) -> Piece:
    event = EVENTS[name]
    made = Piece(
        event["url"], event["text"].strip(), event["title"], hours=event["hours"], language=event.get("language", "en")
    )
    return replace(made, **changes)  # type: ignore[arg-type]


PAIR = [piece("talks-herald"), piece("talks-tribune")]


CONFUSERS = [piece("pipeline"), piece("prisoners"), piece("summit-dinner")]


def stories_of(writer: Writer) -> dict[str, str]:
    return dict(ask(writer, "SELECT url, story_id FROM articles"))
