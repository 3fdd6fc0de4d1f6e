"""A name in an article."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Mention:
    """A name in an article. `kind` is person, organisation, place, country or None where unknown.

    `country` is the ISO 3166-1 code of a country or place. `about` is true for countries that the article is about.
    """

    name: str
    kind: str | None
    times: int
    in_headline: bool
    country: str | None = None
    about: bool = False
