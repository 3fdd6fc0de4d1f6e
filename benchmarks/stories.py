#!/usr/bin/env python3
"""Measures stories on several collections, over orders of arrival, sizes of segments, and what is stored beforehand.

usage: python benchmarks/stories.py [--shared DIR] [--sets NAME …] [--orders N] [--batch N …] [--background]

`newsloom import` imports the texts of a collection of ../shared/eval in random orders, each order into a new warehouse,
in files of --batch articles (a file is at most a segment of 500). The figures are BCubed precision, recall and F1; for
`pairs` those of the pairs that share a story, and for `newsweb`, pages of one day of which newsweb-events.toml says
which report one event, those of all pairs of pages. The agreement is the mean BCubed F1 of every two answers against
each other, of all orders and sizes. With --background, the wire of ../shared/eval is imported first, and `wire` counts
the reports on a company's results that share a story with another company's.

Finally, it shows how much the threshold depends on each collection of dated texts: it is chosen on the others, by
linkage alone, and measured on the one left out.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import random
import shutil
import subprocess
import sys
import tempfile
import tomllib
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parent.parent))  # benchmarks/warehouse.py is not the package

import numpy as np

from flows.dedup.records import NewText
from flows.dedup.stories.assign import article_vectors, compare
from flows.dedup.stories.clustering import MIN_SIMILARITY, THRESHOLD, Node, cluster
from flows.dedup.stories.idf import NO_IDF
from flows.dedup.text.features import features_of
from flows.identifiers import digest
from warehouse import connect

if TYPE_CHECKING:
    from types import ModuleType

    Rows = list[dict[str, Any]]

ROOT = Path(__file__).resolve().parent.parent
SETS = {"events": "events", "sharp": "events", "days": "stories_days", "ecb": "stories", "pairs": "pairs"}
NEWSWEB = "newsweb"
EVENTS = Path(__file__).with_name("newsweb-events.toml")
LEAST_TEXT = 300  # characters of a page: fewer are no article, which an import would reject
THRESHOLDS = [at / 100 for at in range(10, 31)]


def scoring(file: Path) -> ModuleType:
    """The module score_stories."""
    spec = importlib.util.spec_from_file_location("score_stories", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(folder: Path, name: str) -> Rows:
    """The texts of a collection: id, url, title, text, language, date (or None), cluster."""
    if name == NEWSWEB:
        return read_newsweb(folder.parent / "newsweb" / "pages")
    found = [json.loads(line) for line in (folder / f"{SETS[name]}.jsonl").open(encoding="utf-8")]
    if name == "pairs":
        sides = [(pair, side) for pair in found for side in ("first", "second")]
        found = [
            {"id": f"{pair['pair']} {side}", "title": pair[f"{side}_title"], "text": pair[f"{side}_text"]}
            | {"language": pair["language"], "same": pair["same"]}
            for pair, side in sides
        ]
    if name == "sharp":
        found = [row for row in found if row["kind"] == "unspecific"]
    return [row | {"url": url_of(row), "date": row.get("date")} for row in found]


def read_newsweb(folder: Path) -> Rows:
    """The dated pages of newsweb, as their truth has them; `others` are pages whose pairs with a page do not count."""
    known = tomllib.loads(EVENTS.read_text(encoding="utf-8"))
    events = {page: str(number) for number, pages in enumerate(known["events"]) for page in pages}
    index = map(json.loads, (folder / "index.jsonl").open(encoding="utf-8"))
    pages = {row["id"]: row for row in index}
    found = []
    for truth in map(json.loads, (folder / "truth.jsonl").open(encoding="utf-8")):
        key, page = truth["id"], pages[truth["id"]]
        others = {other for pages in known["arguable"] if key in pages for other in pages}
        row = {"id": key, "title": truth.get("title") or page["title"], "text": truth["body"], "others": others}
        row |= {"source": page["url"].split("/")[2], "language": page["language"], "date": page["date"]}
        found.append(row | {"cluster": events.get(key, key)})
    return [
        row | {"url": url_of(row)} for row in found if row["date"] and row["title"] and len(row["text"]) >= LEAST_TEXT
    ]


def url_of(row: dict[str, Any]) -> str:
    """The outlet is the host; identifiers make URLs that no rule of the import takes for something else."""
    return f"https://{_host(row)}.example/article-{digest(str(row['id'])).hex}"


def _host(row: dict[str, Any]) -> str:
    return "".join(letter for letter in (row.get("source") or str(row["id"])).lower() if letter.isalnum()) or "paper"


def imported(rows: Rows, batch: int, background: Path | None) -> dict[str, str]:
    """The story of each text (by its id) after an import in this order; a text that is rejected is alone."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if background:
            shutil.copytree(background, folder / "data")
        files = []
        for begin in range(0, len(rows), batch):
            file = folder / f"part-{begin:05d}.jsonl"
            lines = [
                {key: row[key] for key in ("url", "title", "text")}
                | {"language": row.get("language", "en"), "published_at": row["date"]}
                for row in rows[begin : begin + batch]
            ]
            file.write_text(
                "".join(json.dumps({k: v for k, v in line.items() if v}) + "\n" for line in lines), encoding="utf-8"
            )
            files.append(file)
        load(files, folder / "data")
        with connect(folder / "data") as warehouse:
            stories = dict(
                warehouse.execute(
                    """
                    SELECT url, story_id FROM articles
                    UNION ALL SELECT aliases.url, story_id FROM aliases JOIN articles USING (article_id)
                    """
                ).fetchall()
            )
    return {str(row["id"]): str(stories.get(row["url"], row["id"])) for row in rows}


def load(files: list[Path], data: Path) -> None:
    """Import files into a data directory."""
    command = [sys.executable, "-m", "flows.cli", "import", *map(str, files), "--data", str(data)]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)


def figures(rows: Rows, answer: dict[str, str], score: ModuleType) -> tuple[float, float, float]:
    """Precision, recall and F1."""
    if "others" in rows[0]:
        counted = [
            (one["cluster"] == other["cluster"], answer[one["id"]] == answer[other["id"]])
            for one, other in combinations(rows, 2)
            if one["cluster"] == other["cluster"] or other["id"] not in one["others"]
        ]
        return _rates(
            sum(same and joined for same, joined in counted),
            sum(joined for _, joined in counted),
            sum(same for same, _ in counted),
        )
    if "same" not in rows[0]:
        found: tuple[float, float, float] = score.bcubed({row["id"]: row["cluster"] for row in rows}, answer)
        return found
    same = {str(row["id"]).split()[0]: row["same"] for row in rows}
    joined = {pair: answer[f"{pair} first"] == answer[f"{pair} second"] for pair in same}
    right = sum(joined[pair] and same[pair] for pair in same)
    return _rates(right, sum(joined.values()), sum(same.values()))


def _rates(right: int, joined: int, same: int) -> tuple[float, float, float]:
    precision, recall = right / max(1, joined), right / same
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def mixed_companies(data: Path, stream: Path) -> str:
    """How many reports on one company's results share a story with another company's."""
    with gzip.open(stream, "rt", encoding="utf-8") as lines:
        reports = {row["url"]: row for row in map(json.loads, lines)}
    with connect(data) as warehouse:
        rows = warehouse.execute("SELECT url, story_id, published_at FROM articles ORDER BY published_at").fetchall()
    company = [
        (reports[url]["subject"][0], story, at.date())
        for url, story, at in rows
        if "earn" in reports[url]["topics"] and len(reports[url]["subject"]) == 1
    ]
    of_story: dict[Any, set[str]] = {}
    last: dict[str, tuple[Any, Any]] = {}
    pairs = together = 0
    for name, story, day in company:
        of_story.setdefault(story, set()).add(name)
        if name in last and (day - last[name][1]).days <= 1:
            pairs += 1
            together += last[name][0] == story
        last[name] = (story, day)
    mixed = sum(len(of_story[story]) > 1 for _, story, _ in company)
    return (
        f"{mixed / len(company):.1%} of {len(company)} reports mixed; "
        f"of one company within a day together {together} of {pairs}"
    )


def leave_one_out(sets: dict[str, Rows], score: ModuleType) -> None:
    """Print the threshold that the other collections choose, and the figures of each collection there."""
    found: dict[str, dict[float, float]] = {}
    for name, rows in sets.items():
        texts = [_new_text(row) for row in rows]
        headlines = [(text.title, text.language) for text in texts]
        pairs = compare(article_vectors(texts, NO_IDF), headlines, np.ones(len(texts), np.bool_), MIN_SIMILARITY)
        times = [text.published_at.timestamp() for text in texts if text.published_at]
        nodes = [Node(1, at, at, text.source) for at, text in zip(times, texts, strict=True)]
        found[name] = {}
        for threshold in sorted({*THRESHOLDS, THRESHOLD}):
            clusters = cluster(nodes, pairs, [], threshold)
            answer = {str(rows[at]["id"]): str(number) for number, each in enumerate(clusters) for at in each}
            found[name][threshold] = figures(rows, answer, score)[2]
    for name, own in found.items():
        others = [each for other, each in found.items() if other != name]
        chosen = max(own, key=lambda threshold: mean(each[threshold] for each in others))
        best = max(own, key=lambda threshold: own[threshold])
        print(
            f"{name:7} left out: the others choose {chosen:.2f}, F1 {own[chosen]:.3f}; "
            f"{THRESHOLD} gives {own[THRESHOLD]:.3f}, its own best {best:.2f} {own[best]:.3f}"
        )


def _new_text(row: dict[str, Any]) -> NewText:
    at = datetime.fromisoformat(row["date"]).replace(tzinfo=UTC)
    key = digest(str(row["id"]))
    language = row.get("language") or "en"
    features = features_of(row["title"], row["text"], language)
    return NewText(key, key, _host(row), row["title"], language, at, "second", at, at, True, features)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--sets", nargs="+", default=[*SETS, NEWSWEB], choices=[*SETS, NEWSWEB])
    parser.add_argument("--orders", type=int, default=3)
    parser.add_argument("--batch", type=int, nargs="+", default=[1000, 50, 10], help="articles of a segment")
    parser.add_argument("--background", action="store_true", help="import the wire first")
    args = parser.parse_args()
    folder = args.shared / "eval"
    if not (folder / "stories.jsonl").is_file():
        sys.exit(f"{folder}: no evaluation data found; give its folder with --shared")
    score = scoring(folder / "score_stories.py")
    sets = {name: read(folder, name) for name in args.sets}
    with tempfile.TemporaryDirectory() as name:
        background = None
        if args.background:
            background = Path(name) / "data"
            stream = Path(name) / "wire.jsonl"
            stream.write_bytes(gzip.decompress((folder / "wire.jsonl.gz").read_bytes()))
            load([stream], background)
            print(f"wire    {mixed_companies(background, folder / 'wire.jsonl.gz')}", flush=True)
        for name, rows in sets.items():
            answers = []
            for batch in args.batch:
                here = [
                    imported(random.Random(order).sample(rows, len(rows)), batch, background)
                    for order in range(args.orders)
                ]
                precision, recall, both = (
                    mean(column) for column in zip(*(figures(rows, each, score) for each in here), strict=True)
                )
                print(f"{name:7} segments of {batch:4}: P {precision:.3f} R {recall:.3f} F1 {both:.3f}", flush=True)
                answers += here
            if len(answers) > 1:
                agreement = [score.bcubed(one, other)[2] for one, other in combinations(answers, 2)]
                print(f"{name:7} agreement: mean {mean(agreement):.4f}, least {min(agreement):.4f}", flush=True)
    dated = {name: rows for name, rows in sets.items() if all(row["date"] for row in rows)}
    if len(dated) > 1:
        leave_one_out(dated, score)


if __name__ == "__main__":
    main()
