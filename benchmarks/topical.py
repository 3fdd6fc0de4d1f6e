"""News in English words: topics that many outlets report on, near copies, and words as common as they are in English.

Unlike invented.py, whose words no word list knows, these texts have common, rarer and rare words, and the articles of a
topic share the rarer ones; so they are as costly to compare as news is. What they say makes no sense.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING

from peers import ask

if TYPE_CHECKING:
    from collections.abc import Iterator

START = datetime(2026, 1, 1, tzinfo=UTC)
VOCABULARY = 30_000
COMMON = 1500
"""Words that every topic uses; the words of a topic are rarer ones."""
TOPIC_WORDS, TOPIC_NAMES, EVENT_NAMES = 80, 12, 4
OUTLETS, TOPICS, COPIES = 40, 400, 0.15
WORDS = 330
"""Of the middle text."""


class TopicalNews:
    """A stream of articles in the order of time, the same for the same seed; `per_day` articles a day."""

    def __init__(self, seed: int, per_day: int, topics: int = TOPICS) -> None:
        self.rng = random.Random(seed)
        self.per_day = per_day
        listed = [word for word in ask("words", str(VOCABULARY)).split() if word.isalpha()]
        self.common, rarer = listed[:COMMON], listed[COMMON:]
        self.weights = list(accumulate(1 / (rank + 2.7) for rank in range(COMMON)))
        self.topics = [self._topic(rarer) for _ in range(topics)]
        self.popular = list(accumulate(1 / (rank + 5) for rank in range(topics)))
        self.slogans = [" ".join(self.rng.choices(self.common, k=25)).capitalize() + "." for _ in range(OUTLETS)]
        self.recent: list[tuple[str, list[str]]] = []

    def _topic(self, rarer: list[str]) -> tuple[list[str], list[str]]:
        words = self.rng.sample(rarer, TOPIC_WORDS)
        names = [word.capitalize() for word in self.rng.sample(rarer, 2 * TOPIC_NAMES)]
        return words, [f"{first} {last}" for first, last in zip(names[::2], names[1::2], strict=True)]

    def _sentence(self, words: list[str], names: list[str], event: list[str]) -> str:
        made = self.rng.choices(self.common, cum_weights=self.weights, k=self.rng.randint(6, 18))
        for _ in range(self.rng.randint(1, 6)):
            # The words of a topic follow Zipf's law, too.
            made.insert(self.rng.randrange(len(made)), words[int(len(words) ** self.rng.random()) - 1])
        if self.rng.random() < 0.5:
            made.insert(self.rng.randrange(len(made)), self.rng.choice(event if self.rng.random() < 0.5 else names))
        return " ".join([made[0].capitalize(), *made[1:]]) + "."

    def _report(self, day: int) -> tuple[str, list[str]]:
        """Title and sentences of an article on a topic, about what is its event in these days."""
        number = self.rng.choices(range(len(self.topics)), cum_weights=self.popular)[0]
        words, names = self.topics[number]
        chance = random.Random(number * 1000 + (day + number) // 3)
        event, core = chance.sample(names, EVENT_NAMES), chance.sample(words, TOPIC_WORDS // 2)
        many = max(3, round(self.rng.lognormvariate(0, 0.6) * WORDS / 16))
        title = " ".join([self.rng.choice(event), *self.rng.sample(core, 3), *self.rng.choices(self.common[100:], k=2)])
        return title, [self._sentence(core, names, event) for _ in range(many)]

    def _copy(self) -> tuple[str, list[str]]:
        """A recent article as another outlet prints it: cut from the end, a sentence changed or added."""
        title, sentences = self.rng.choice(self.recent)
        kept = sentences[: max(3, round(len(sentences) * self.rng.uniform(0.6, 1.1)))]
        kept[self.rng.randrange(len(kept))] = self._sentence(*self.topics[0], self.topics[0][1][:EVENT_NAMES])
        return title, kept

    def __iter__(self) -> Iterator[dict[str, str]]:
        """Articles without end, as records of JSON lines."""
        number = 0
        while True:
            at = START + timedelta(days=number / self.per_day)
            copied = bool(self.recent) and self.rng.random() < COPIES
            title, sentences = self._copy() if copied else self._report((at - START).days)
            if not copied:
                self.recent = [*self.recent[-self.per_day :], (title, sentences)]
            outlet = self.rng.randrange(OUTLETS)
            lines = [" ".join(sentences[at : at + 3]) for at in range(0, len(sentences), 3)]
            if self.rng.random() < 0.5:
                lines.append(self.slogans[outlet])
            yield {
                "url": f"https://paper{outlet}.example/{at:%Y/%m/%d}/{number}",
                "title": title,
                "text": "\n".join(lines),
                "published_at": at.isoformat(timespec="seconds"),
                "language": "en",
            }
            number += 1
