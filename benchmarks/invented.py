"""Invented news for benchmarks of cost: words as Zipf has them, events with names of their own, copies, set phrases.

Not for measuring quality: what is found there was put there.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING

import justext

if TYPE_CHECKING:
    from collections.abc import Iterator

START = datetime(2025, 1, 1, tzinfo=UTC)
COPIES = 0.15  # of the articles repeat another one, in part or as a whole
ALONE = 0.45  # of the other articles are the only one on their event
SOURCES = 300
_SYLLABLES = [a + b for a in ("b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "st") for b in "aeiou"]


class News:
    """A stream of articles in the order of time, the same for the same seed; `per_day` articles a day."""

    def __init__(self, seed: int, per_day: int, vocabulary: int = 60_000) -> None:
        self.rng = random.Random(seed)
        self.per_day = per_day
        names = random.Random(7)
        self.words = ["".join(names.choices(_SYLLABLES, k=names.choice((1, 2, 2, 3, 3, 4)))) for _ in range(vocabulary)]
        # The commonest words are those of English, which every article has.
        common = sorted(justext.get_stoplist("English"))
        names.shuffle(common)
        self.words[: len(common)] = common
        # Zipf's law with Mandelbrot's shift, which fits news: the commonest word is some 5 % of a text.
        self.cumulative = list(accumulate(1 / (rank + 2.7) for rank in range(1, vocabulary + 1)))
        self.phrases = [" ".join(self._draw(7)) for _ in range(300)]
        self.events: list[tuple[list[str], list[str]]] = []
        self.recent: list[str] = []

    def _draw(self, many: int) -> list[str]:
        return self.rng.choices(self.words, cum_weights=self.cumulative, k=many)

    def _event(self) -> tuple[list[str], list[str]]:
        names = ["".join(self.rng.choices(_SYLLABLES, k=3)).capitalize() for _ in range(8)]
        return names, [self.rng.choice(self.words) for _ in range(25)]

    def _told(self, event: tuple[list[str], list[str]]) -> tuple[str, str]:
        names, matter = event
        lines = []
        for _ in range(max(3, round(self.rng.lognormvariate(3.2, 0.5)))):
            words = self._draw(self.rng.randint(8, 22))
            for pool, chance in ((names, 0.9), (names, 0.4), (matter, 0.9), (matter, 0.6)):
                if self.rng.random() < chance:
                    words.insert(self.rng.randrange(1, len(words)), self.rng.choice(pool))
            if self.rng.random() < 0.05:
                words.append(self.rng.choice(self.phrases))
            lines.append(" ".join(words).capitalize() + ".")
        paragraphs = [" ".join(lines[at : at + 3]) for at in range(0, len(lines), 3)]
        return " ".join([*self.rng.sample(names, 2), *self.rng.sample(matter, 3), *self._draw(3)]), "\n".join(
            paragraphs
        )

    def __iter__(self) -> Iterator[dict[str, str]]:
        """Articles without end, as records of JSON lines."""
        number = 0
        while True:
            at = START + timedelta(days=number / self.per_day)
            if self.recent and self.rng.random() < COPIES:
                title, text = self.rng.choice(self.recent).split("\n", 1)
                parts = text.split("\n")
                text = "\n".join(parts[: max(2, round(len(parts) * self.rng.uniform(0.5, 1)))])
                text += "\n" + " ".join(self._draw(12)) + "."
            else:
                if not self.events or self.rng.random() < ALONE:
                    event = self._event()
                    if self.rng.random() < ALONE:
                        self.events = [*self.events[-self.per_day // 8 :], event]
                else:
                    event = self.rng.choice(self.events)
                title, text = self._told(event)
                self.recent = [*self.recent[-self.per_day // 4 :], f"{title}\n{text}"]
            yield {
                "url": f"https://paper{self.rng.randrange(SOURCES)}.example/{at:%Y/%m/%d}/{number}",
                "title": title,
                "text": text,
                "published_at": at.isoformat(timespec="seconds"),
                "language": "en",
            }
            number += 1
