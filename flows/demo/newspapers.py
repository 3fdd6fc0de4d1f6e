"""Reads the demo's newspapers and their stories from one TOML file per newspaper, in one of two editions."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from datetime import datetime
    from importlib.resources.abc import Traversable

StoryKind = Literal["article", "duplicate", "paywall", "no-article"]

NEWSPAPERS = ("harbour-courier", "kestrel-valley-post", "nordblatt", "faro-del-sur")
EDITIONS = (1, 2)


@dataclass(frozen=True, slots=True)
class NewspaperStory:
    """A story of a newspaper, as of one edition.

    Times carry the paper's time zone. `unedited` means that no edition adds or changes the story. `print_path` is a
    second URL with the same text. Paths include the query string.
    """

    path: str
    title: str
    description: str
    authors: tuple[str, ...]
    published_at: datetime
    section: str
    tags: tuple[str, ...]
    caption: str
    paragraphs: tuple[str, ...]
    modified_at: datetime | None = None
    kind: StoryKind = "article"
    charset: str = "utf-8"
    unedited: bool = True
    utm: bool = False
    print_path: str | None = None

    @property
    def changed_at(self) -> datetime:
        """When the story was last changed."""
        return self.modified_at or self.published_at


@dataclass(frozen=True, slots=True)
class StaticPage:
    """A page that is not a story, such as `/about`."""

    path: str
    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeadLink:
    """A link in the feed whose page is gone."""

    path: str
    title: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Newspaper:
    """A newspaper, as of one edition. `stories` are sorted from newest to oldest.

    `sections` maps the name of a section to its path, and `bios` the name of an author to a sentence about them. `date`
    is a format with the fields `{day} {month} {year} {time}`; the name of the month comes from `months`.
    """

    key: str
    name: str
    host: str
    language: str
    tagline: str
    months: tuple[str, ...]
    date: str
    updated: str
    json_ld: Literal["plain", "graph", "none"]
    feed_path: str
    feed_form: Literal["rss", "atom"]
    sitemap: Literal["news", "index", "plain"]
    sections: dict[str, str]
    bios: dict[str, str]
    stories: tuple[NewspaperStory, ...]
    static_pages: tuple[StaticPage, ...] = ()
    dead_links: tuple[DeadLink, ...] = ()

    @property
    def folder(self) -> Traversable:
        """The folder of its HTML templates."""
        return _SITES / self.key

    @property
    def changed_at(self) -> datetime:
        """When anything on the site last changed."""
        return max(story.changed_at for story in self.stories)

    def url(self, path: str) -> str:
        """The absolute URL of a path."""
        return f"http://{self.host}{path}"


_SITES = resources.files("flows.demo") / "sites"


@cache
def newspapers(edition: int) -> tuple[Newspaper, ...]:
    """All newspapers, as of edition 1 or 2; raises ValueError for other editions."""
    if edition not in EDITIONS:
        raise ValueError(f"edition {edition!r} does not exist; available: {EDITIONS[0]} and {EDITIONS[1]}")
    return tuple(_newspaper(key, edition) for key in NEWSPAPERS)


def paragraphs_of(text: str) -> tuple[str, ...]:
    """Split a text into paragraphs at its empty lines; other line breaks become spaces."""
    return tuple(" ".join(block.split()) for block in text.strip().split("\n\n"))


def _newspaper(key: str, edition: int) -> Newspaper:
    # These files are part of newsloom, so the tests find a missing key; it needs no message.
    data = tomllib.loads((_SITES / f"{key}.toml").read_text(encoding="utf-8"))
    stories = [_story(entry, edition) for entry in data["story"] if entry.get("since", 1) <= edition]
    return Newspaper(
        key=key,
        name=data["name"],
        host=data["host"],
        language=data["language"],
        tagline=data["tagline"],
        months=tuple(data["months"]),
        date=data["date"],
        updated=data["updated"],
        json_ld=data.get("json_ld", "none"),
        feed_path=data["feed"]["path"],
        feed_form=data["feed"]["form"],
        sitemap=data["sitemap"],
        sections=data["sections"],
        bios=data["bios"],
        stories=tuple(sorted(stories, key=lambda story: story.published_at, reverse=True)),
        static_pages=tuple(map(_static_page, data["page"])),
        dead_links=tuple(DeadLink(**entry) for entry in data.get("dead_link", ())),
    )


def _static_page(entry: dict[str, Any]) -> StaticPage:
    return StaticPage(entry["path"], entry["title"], paragraphs_of(entry["text"]))


def _story(entry: dict[str, Any], edition: int) -> NewspaperStory:
    story = NewspaperStory(
        path=entry["path"],
        title=entry["title"],
        description=entry["description"],
        authors=tuple(entry["authors"]),
        published_at=entry["published_at"],
        section=entry["section"],
        tags=tuple(entry["tags"]),
        caption=entry["caption"],
        paragraphs=paragraphs_of(entry["text"]),
        kind=entry.get("kind", "article"),
        charset=entry.get("charset", "utf-8"),
        unedited="since" not in entry and "edition_2" not in entry,
        utm=entry.get("utm", False),
        print_path=entry.get("print"),
    )
    if edition == 1 or "edition_2" not in entry:
        return story
    edit = entry["edition_2"]
    kept, more = story.paragraphs, paragraphs_of(edit["paragraph"])
    return replace(
        story,
        title=edit["title"],
        description=edit["description"],
        modified_at=edit["modified_at"],
        paragraphs=kept[: edit["after"]] + more + kept[edit["after"] :],
    )
