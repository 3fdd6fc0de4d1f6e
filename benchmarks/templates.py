#!/usr/bin/env python3
"""Measures stories in an empty warehouse: reports of one template must stay apart, reports on one affair together.

usage: python benchmarks/templates.py [--shared DIR] [--sizes N …] [--batch N …] [--samples N] [--seed N]

`newsloom import` imports each collection into a new warehouse, in the order of publication, in files of --batch
articles: all at once, ten at a time, or three, as the hourly runs of a new user bring them. Collections are of one
outlet: reports of each template of templates.toml, filled with invented names and figures; consecutive reports on
companies' results on the wire of ../shared/eval; reports on each affair of templates.toml; on each event of
events.jsonl that has three or more; and on all its events. The first have --sizes articles. `mixed` is the share of
reports in a story with another subject's, `together` the BCubed recall of reports on one affair; of all events, `F1` is
BCubed, by one outlet and by the outlets that they are of. There is a figure for each of --batch. Reports of
templates are imported without their dates, too.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import sys
import tomllib
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Any

import stories

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Rows = list[dict[str, Any]]

COLLECTION = Path(__file__).with_name("templates.toml")
RECALL, F1 = 1, 2  # places of the figures that score_stories.py gives
START = datetime(2026, 3, 3, 6, tzinfo=UTC)
SLOT = re.compile(r"\{(\w+)\}")
SIGNS = ["Aries", "Taurus", "Gemini", "Cancer", "Leo", "Virgo", "Libra", "Scorpio", "Sagittarius", "Capricorn",
         "Aquarius", "Pisces"]  # fmt: skip
COLOURS = ["red", "blue", "green", "yellow", "violet", "white", "orange"]
LATIN = ["ba", "ro", "mel", "tin", "ka", "dor", "sen", "vi", "lu", "gar", "fen", "os", "ri", "pol", "ham", "cre", "wex",
         "ny", "tol", "bran"]  # fmt: skip
CYRILLIC = ["ба", "ро", "мел", "тин", "ка", "дор", "сен", "ви", "лу", "гар", "фен", "ос", "ри", "пол"]
ENDINGS = {"place": ["ton", "ford", "burg", "stedt"], "firm": [" Corp", " Inc", " Holdings", " Industries", ""]}


class Subject:
    """The names and figures of one report: each name is the same wherever it comes, each figure is another."""

    def __init__(self, rng: random.Random, language: str) -> None:
        self.rng = rng
        self.syllables = CYRILLIC if language == "ru" else LATIN
        self.names: dict[str, str] = {}

    def _word(self) -> str:
        return "".join(self.rng.choices(self.syllables, k=self.rng.randint(2, 4))).capitalize()

    def fill(self, slot: str) -> str:
        """What stands in a slot: the same name each time, or another figure of so many digits."""
        if slot.isdigit():
            digits = int(slot)
            return str(self.rng.randrange(10 ** (digits - 1), 10**digits))
        if slot not in self.names:
            kind = slot.removeprefix("second_").removeprefix("other_")
            if kind in {"person", "second", "third"}:
                name = f"{self._word()} {self._word()}"
            elif kind == "sign":
                name = self.rng.choice(SIGNS)
            elif kind == "colour":
                name = self.rng.choice(COLOURS)
            elif kind == "rating":
                name = self.rng.choice(["Buy", "Hold", "Sell", "Outperform"])
            elif kind == "bank":
                name = f"{self._word()} Securities"
            else:
                name = self._word() + self.rng.choice(ENDINGS.get(kind, [""]))
            self.names[slot] = name
        return self.names[slot]


def reports(template: dict[str, Any], many: int, rng: random.Random) -> Rows:
    """Reports of a template, each on a subject of its own."""
    found = []
    for number in range(many):
        subject = Subject(rng, template["language"])
        parts = [rng.choice(template["headline"]), *map(rng.choice, template["text"])]
        title, *text = (SLOT.sub(lambda slot, fill=subject.fill: fill(slot[1]), part) for part in parts)
        row = {"id": f"{template['name']} {number}", "title": title, "language": template["language"]}
        row["text"] = f"{' '.join(text[:3])}\n\n{' '.join(text[3:])}"
        found.append(row | {"cluster": subject.fill(template["subject"])})
    return found


def affair_reports(affair: dict[str, Any], many: int, rng: random.Random) -> Rows:
    """Reports on one affair: each leads with one of its facts and has some of the others."""
    found = []
    for number in range(many):
        facts = rng.sample(affair["facts"], k=rng.randint(4, 7))
        said = [f"{rng.choice(fact)}." for fact in facts]
        row = {"id": f"{affair['name']} {number}", "title": rng.choice(facts[0]), "language": affair["language"]}
        row["text"] = f"{' '.join(said[:3])}\n\n{' '.join(said[3:])}"
        found.append(row | {"cluster": affair["name"]})
    return found


def dated(rows: Rows, days: float, outlets: int, rng: random.Random) -> Rows:
    """The reports within so many days, by so many outlets."""
    return [
        row
        | {"source": f"outlet{rng.randrange(outlets)}"}
        | {"date": (START + timedelta(days=rng.uniform(0, days))).isoformat(timespec="seconds")}
        for row in rows
    ]


def collection() -> dict[str, Any]:
    """The templates and the affairs."""
    return tomllib.loads(COLLECTION.read_text(encoding="utf-8"))


def wire_samples(folder: Path, many: int, samples: int, rng: random.Random) -> Iterator[Rows]:
    """Consecutive reports on companies' results."""
    with gzip.open(folder / "wire.jsonl.gz", "rt", encoding="utf-8") as lines:
        found = [row for row in map(json.loads, lines) if "earn" in row["topics"] and len(row["subject"]) == 1]
    for _ in range(samples):
        begin = rng.randrange(len(found) - many)
        yield [
            {"id": row["url"], "title": row["title"], "text": row["text"], "date": row["published_at"]}
            | {"source": "wire", "cluster": row["subject"][0]}
            for row in found[begin : begin + many]
        ]


def events_of_one_outlet(folder: Path) -> Iterator[Rows]:
    """The reports on each event, as if one outlet had written them."""
    events: defaultdict[str, Rows] = defaultdict(list)
    for row in stories.read(folder, "events"):
        events[row["cluster"]].append(row | {"source": "paper"})
    return (rows for rows in events.values() if len(rows) > 2)


def mixed(rows: Rows, answer: dict[str, str]) -> float:
    """The share of reports in a story with another subject's."""
    subjects: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        subjects[answer[row["id"]]].add(row["cluster"])
    return mean(len(subjects[answer[row["id"]]]) > 1 for row in rows)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=stories.ROOT.parent / "shared")
    parser.add_argument("--sizes", type=int, nargs="+", default=[20, 40, 80])
    parser.add_argument("--batch", type=int, nargs="+", default=[1000, 10, 3], help="articles of a segment")
    parser.add_argument("--samples", type=int, default=3, help="of the wire, for each size")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    folder = args.shared / "eval"
    if not (folder / "stories.jsonl").is_file():
        sys.exit(f"{folder}: no evaluation data found; give its folder with --shared")
    score = stories.scoring(folder / "score_stories.py")
    found = collection()

    def answers(rows: Rows) -> Iterator[dict[str, str]]:
        ordered = sorted((row | {"url": stories.url_of(row)} for row in rows), key=lambda row: row["date"] or "")
        return (stories.imported(ordered, batch, None) for batch in args.batch)

    def mixtures(rows: Rows) -> list[float]:
        return [mixed(rows, answer) for answer in answers(rows)]

    def figures(rows: Rows, which: int) -> list[float]:
        truth = {str(row["id"]): row["cluster"] for row in rows}
        return [score.bcubed(truth, answer)[which] for answer in answers(rows)]

    def show(name: str, measure: str, found: Sequence[Sequence[float]]) -> None:
        print(f"{name:23} {measure:8}", *(f"{mean(column):.3f}" for column in zip(*found, strict=True)), flush=True)

    print("articles of a segment           ", *(f"{batch:5}" for batch in args.batch))
    for many in args.sizes:
        kinds, undated = [], []
        for template in found["template"]:
            rng = random.Random(f"{template['name']} {many} {args.seed}")
            rows = dated(reports(template, many, rng), 2, 1, rng)
            kinds.append(mixtures(rows))
            show(f"{many:4} {template['name']}", "mixed", [kinds[-1]])
            undated.append(mixtures([row | {"date": None} for row in rows]))
        show(f"{many:4} mean of templates", "mixed", kinds)
        show(f"{many:4} the same undated", "mixed", undated)
        rng = random.Random(f"wire {many} {args.seed}")
        samples = list(wire_samples(folder, many, args.samples, rng))
        show(f"{many:4} results on a wire", "mixed", [mixtures(rows) for rows in samples])
        for affair in found["affair"]:
            rng = random.Random(f"{affair['name']} {many} {args.seed}")
            rows = dated(affair_reports(affair, many, rng), 4, 1, rng)
            show(f"{many:4} {affair['name']}", "together", [figures(rows, RECALL)])
    show("each event, one outlet", "together", [figures(rows, RECALL) for rows in events_of_one_outlet(folder)])
    for name in ("events", "sharp"):
        rows = stories.read(folder, name)
        show(f"all {name}, one outlet", "F1", [figures([row | {"source": "paper"} for row in rows], F1)])
        show(f"all {name}", "F1", [figures(rows, F1)])


if __name__ == "__main__":
    main()
