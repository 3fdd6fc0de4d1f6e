#!/usr/bin/env python3
"""Measures precision, recall and F1 of duplicates for each kind of edit, beside MinHash LSH of datasketch.

usage: python benchmarks/duplicates.py [--shared DIR] [--seed N] [--keep DIR]

Originals are real articles (the bodies of ../shared/newsweb and the texts of ../shared/eval/stories.jsonl) that have
nothing in common by a count that is independent of newsloom: no two share a twentieth of their runs of five words. Each
is edited in every way below, and becomes a template: the same text about somebody else, which is no duplicate. A third
of the texts are put unedited into the boilerplate of invented sites, as confusers, and pairs of them quote the same
statement, which makes them no duplicates either. `newsloom import` imports all of them in random order, originals hours
or days before or after their edits, and the duplicates in the warehouse are compared with the edits.

An edit is found if it leads to the same root as its original: by duplicate_of or, with an unchanged text, as an alias.
A root in another family is a false link.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from peers import ask

sys.path.insert(0, str(Path(__file__).parent.parent))  # benchmarks/warehouse.py is not the package

from warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent
MIN_WORDS = 100
START = datetime(2026, 3, 1, 6, tzinfo=UTC)

SITES = [
    "Sign in to save this story to your reading list. Subscribers of the {0} read without advertising, on any device, "
    "and may share ten articles a month with friends who are no subscribers yet. Your preferences are kept on this "
    "device until you clear them, and you can change what we keep at any time in the settings of your account.",
    "You are reading the free edition of the {0}. Our newsroom is paid by its readers alone. If you value what we do, "
    "please think about becoming a member: it takes a minute, costs less than a coffee a week and keeps our reporting "
    "open to everybody. Members receive the morning letter, the weekend edition and invitations to our debates.",
    "The {0} is not responsible for the content of external sites. Reproduction of the whole or of parts needs the "
    "written permission of the publisher. Letters to the editor should have no more than two hundred words and bear "
    "the full name and place of residence of the writer. Corrections are published on page two of the next edition.",
    "Download the app of the {0} to receive alerts for the towns that you choose. Follow us for pictures and short "
    "films from all over the county. Have you seen something that we should know? Call our desk at any hour of the day "
    "or send your pictures; we will never publish your name without asking you first, and we always call back.",
]
QUOTES = [("“", "”"), ('"', '"'), ("„", "“"), ("« ", " »"), ("»", "«"), ("‘", "’"), ("「", "」")]
NAMES = ["Meadow Herald", "Evening Lantern", "Coastal Gazette", "Plain Dealer of Aldmoor"]
NAME = re.compile(r"\b[A-Z]\w+")
NOT_JOINED = ("the same template with another subject", "quotes the same statement", "confuser", "original")


def sentences(text: str) -> list[str]:
    """The lines of a text, split at full stops."""
    return [part for line in text.split("\n") for part in re.split(r"(?<=[.!?]) +", line) if part.strip()]


def paragraphs(parts: list[str], size: int = 3) -> str:
    """Join sentences into lines of a few."""
    return "\n".join(" ".join(parts[at : at + size]) for at in range(0, len(parts), size))


class Editor:
    """The ways in which newsrooms edit a report; `filler` are sentences that no text in the test has."""

    def __init__(self, rng: random.Random, filler: list[str], words: list[str]) -> None:
        self.rng = rng
        self.filler = filler
        self.names = sorted({name for part in filler for name in NAME.findall(part)})
        self.words = words

    def own_words(self, many: int) -> list[str]:
        """Sentences that no other text has: real ones with their words in another order."""
        return [
            " ".join(self.rng.sample(part.split(), len(part.split()))) for part in self.rng.sample(self.filler, many)
        ]

    def typography(self, text: str) -> str:
        """Other quotes, dashes and spaces; names in capitals."""
        text = text.translate(str.maketrans({"'": "’", '"': "”", "-": "–", " ": self.rng.choice([" ", "\u00a0"])}))
        return re.sub(r"\b(\w+)\b", lambda m: m[0].upper() if self.rng.random() < 0.03 else m[0], text) + "\n***"

    def cut_end(self, text: str) -> str:
        """The first 40 to 80 % of the sentences."""
        parts = sentences(text)
        return paragraphs(parts[: max(3, round(len(parts) * self.rng.uniform(0.4, 0.8)))])

    def cut_begin(self, text: str) -> str:
        """The last 40 to 80 %."""
        parts = sentences(text)
        return paragraphs(parts[-max(3, round(len(parts) * self.rng.uniform(0.4, 0.8))) :])

    def cut_inside(self, text: str) -> str:
        """Every sentence with a chance of 60 %."""
        parts = sentences(text)
        return paragraphs([part for part in parts if self.rng.random() < 0.6] or parts[:5])

    def added(self, text: str) -> str:
        """As much text again of the newsroom itself, before and after."""
        parts = sentences(text)
        many = max(1, round(len(parts) / 2))
        return paragraphs(self.own_words(many) + parts + self.own_words(many))

    def half_and_half(self, text: str) -> str:
        """Half of it, and as much of something else."""
        parts = sentences(text)
        half = parts[: max(3, len(parts) // 2)]
        return paragraphs(half + self.own_words(len(half)))

    def reordered(self, text: str) -> str:
        """Pairs of sentences in another order."""
        parts = sentences(text)
        pairs = [parts[at : at + 2] for at in range(0, len(parts), 2)]
        self.rng.shuffle(pairs)
        return paragraphs([part for pair in pairs for part in pair])

    def _changed(self, text: str, least: float, most: float) -> str:
        rate = self.rng.uniform(least, most)
        return "\n".join(
            " ".join(self.rng.choice(self.words) if self.rng.random() < rate else word for word in line.split())
            for line in text.split("\n")
        )

    def words_few(self, text: str) -> str:
        """3 to 8 % of the words are others."""
        return self._changed(text, 0.03, 0.08)

    def words_many(self, text: str) -> str:
        """8 to 20 %."""
        return self._changed(text, 0.08, 0.20)

    def wrapped(self, text: str) -> str:
        """Between what a site has on every page."""
        site = self.rng.randrange(len(SITES))
        parts = re.split(r"(?<=[.:]) ", SITES[site].format(NAMES[site]))
        return "\n".join([" ".join(parts[:2]), text, " ".join(parts[2:])])

    def new_top(self, text: str) -> str:
        """Another lead of one to three sentences."""
        return paragraphs(self.own_words(self.rng.randint(1, 3)) + sentences(text)[1:])

    def mixed(self, text: str) -> str:
        """Cut, some words changed, in the frame of a site."""
        return self.wrapped(self._changed(self.cut_end(text), 0.02, 0.06))

    def template(self, text: str) -> str:
        """The same words about somebody else: all names and numerals are others, the same one for the same."""
        names = {name for name in NAME.findall(text) if name.lower() not in text}
        others = dict(zip(sorted(names), self.rng.choices(self.names, k=len(names)), strict=True))
        text = NAME.sub(lambda found: others.get(found[0], found[0]), text)
        return re.sub(r"\d+", lambda found: str(self.rng.randrange(1, 10 ** len(found[0]) + 1)), text)

    def statement(self) -> list[str]:
        """Three to eight sentences in a row of somebody who is not in the test otherwise."""
        many = self.rng.randint(3, 8)
        begin = self.rng.randrange(len(self.filler) - many)
        return [re.sub(r"[\"“”„«»]", "", part) for part in self.filler[begin : begin + many]]

    def quoting(self, text: str, statement: list[str]) -> str:
        """A part of the text, up to twice as long as the statement, with the statement as a quotation in it."""
        least = round(sum(len(part.split()) for part in statement) * self.rng.uniform(0.8, 2))
        own: list[str] = []
        for part in sentences(text):
            if sum(len(other.split()) for other in own) < least:
                own.append(part)
        mark, end = self.rng.choice(QUOTES)
        before = self.rng.randint(1, len(own))
        quoted = self.rng.choice(
            [
                [f"{self.rng.choice(self.names)}: {mark}{' '.join(statement)}{end}"],
                [f"{mark}{part}{end}, {self.rng.choice(self.names)}." for part in statement],
            ]
        )
        return "\n".join([paragraphs(own[:before]), *quoted, paragraphs(own[before:])])

    KINDS = (
        "typography", "cut_end", "cut_begin", "cut_inside", "added", "half_and_half", "reordered", "words_few",
        "words_many", "wrapped", "new_top", "mixed",
    )  # fmt: skip


def five_words(text: str) -> set[int]:
    """Runs of five words, computed independently of newsloom: the truth must not depend on what is measured."""
    words = re.findall(r"[^\W_]+", text.lower())
    return {hash(tuple(words[at : at + 5])) for at in range(max(1, len(words) - 4))}


def real_texts(shared: Path) -> list[tuple[str, str]]:
    """(title, text) of real articles of some length, no two of which have much in common."""
    rows = [json.loads(line) for line in (shared / "eval" / "stories.jsonl").open(encoding="utf-8")]
    found = [(row["title"], row["text"]) for row in rows]
    titles = {row["id"]: row for row in map(json.loads, (shared / "newsweb/pages/index.jsonl").open(encoding="utf-8"))}
    pages = [json.loads(line) for line in (shared / "newsweb/pages/truth.jsonl").open(encoding="utf-8")]
    found += [(titles[page["id"]]["title"] or page["body"][:60], page["body"]) for page in pages]
    texts_with: defaultdict[int, list[int]] = defaultdict(list)
    sizes: list[int] = []
    chosen = []
    for title, text in found:
        runs = five_words(text)
        if len(text.split()) < MIN_WORDS or len(runs) < MIN_WORDS - 10:
            continue
        shared_with: defaultdict[int, int] = defaultdict(int)
        for run in runs:
            for other in texts_with[run]:
                shared_with[other] += 1
        if any(many >= 0.05 * min(len(runs), sizes[other]) for other, many in shared_with.items()):
            continue
        for run in runs:
            texts_with[run].append(len(sizes))
        sizes.append(len(runs))
        chosen.append((title, text))
    return chosen


def make(texts: list[tuple[str, str]], rng: random.Random) -> list[dict[str, str]]:
    """Records of JSON lines; only this benchmark uses `family` and `kind`."""
    rng.shuffle(texts)
    third = len(texts) // 3
    filler = [part for _, text in texts[:third] for part in sentences(text) if len(part.split()) > 4]
    words = sorted({word for _, text in texts[:third] for word in text.split() if word.isalpha()})
    editor = Editor(rng, filler, words)
    records = []

    def add(family: int, kind: str, title: str, text: str, hours: float) -> None:
        number = len(records)
        records.append(
            {
                "url": f"https://outlet{rng.randrange(200)}.example/{kind.replace(' ', '-')}/{number}",
                "title": title,
                "text": text,
                "published_at": (START + timedelta(hours=hours)).isoformat(timespec="seconds"),
                "family": str(family),
                "kind": kind,
            }
        )

    for family, (title, text) in enumerate(texts[third : 2 * third]):
        begin = rng.uniform(0, 24 * 20)
        add(family, "original", title, text, begin)
        for kind in Editor.KINDS:
            edit: Callable[[str], str] = getattr(editor, kind)
            add(family, kind, title, edit(text), begin + rng.uniform(0.1, 24 * 6))
        if len(set(NAME.findall(text))) >= 20:  # with fewer names, other ones make no other subject
            template = editor.template(text)
            add(third + family, "the same template with another subject", title, template, begin + rng.uniform(0, 48))
    confusers = texts[2 * third :]
    for number, (title, text) in enumerate(confusers):
        add(2 * third + number, "confuser", title, editor.wrapped(text), rng.uniform(0, 24 * 20))
    for number in range(0, len(confusers) - 1, 2):
        statement, begin = editor.statement(), rng.uniform(0, 24 * 20)
        for family in (number, number + 1):
            title, text = confusers[family]
            quoting = editor.quoting(text, statement)
            # Of one family with the confuser, of which it has a part.
            add(2 * third + family, "quotes the same statement", title, quoting, begin + rng.uniform(0, 48))
    rng.shuffle(records)
    return records


def newsloom(records: list[dict[str, str]], folder: Path) -> dict[str, str | None]:
    """For each URL the root of its duplicates, after an import."""
    file = folder / "articles.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    command = [sys.executable, "-m", "flows.cli", "import", str(file), "--data", str(folder / "data")]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    with connect(folder / "data") as warehouse:
        rows = warehouse.execute(
            """
            SELECT article.url, original.url FROM articles AS article
            LEFT JOIN article_state AS original ON original.article_id = article.duplicate_of
            UNION ALL
            SELECT alias.url, coalesce(original.url, article.url) FROM aliases AS alias
            JOIN articles AS article USING (article_id)
            LEFT JOIN article_state AS original ON original.article_id = article.duplicate_of
            WHERE alias.kind = 'same_text'
            """
        ).fetchall()
    return dict(rows)


def minhash(records: list[dict[str, str]]) -> dict[str, str | None]:
    """The peer: MinHash LSH of datasketch; for each URL that of the earliest similar text."""
    with tempfile.TemporaryDirectory() as temporary:
        file = Path(temporary, "records.jsonl")
        file.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
        answer: dict[str, str | None] = json.loads(ask("minhash", file))
    return answer


def score(records: list[dict[str, str]], found: dict[str, str | None]) -> dict[str, tuple[int, int, int]]:
    """For each kind: right links, all links, expected links."""
    family = {record["url"]: record["family"] for record in records}
    roots = {url: target or url for url, target in found.items()}
    originals = {record["family"]: roots[record["url"]] for record in records if record["kind"] == "original"}
    counts: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for record in records:
        root = roots[record["url"]]
        edited = record["kind"] in Editor.KINDS
        count = counts[record["kind"]]
        count[2] += edited
        if family[root] != record["family"]:
            count[1] += 1
        elif edited and root == originals[record["family"]]:
            count[0] += 1
            count[1] += 1
    return {kind: (right, linked, there) for kind, (right, linked, there) in counts.items()}


def table(counts: dict[str, tuple[int, int, int]]) -> tuple[float, float, float]:
    """Print the figures of each kind; returns those of all."""
    print(f"{'kind':34} {'texts':>6} {'precision':>10} {'recall':>8} {'F1':>8}")
    whole = tuple(map(sum, zip(*counts.values(), strict=True)))
    figures = (0.0, 0.0, 0.0)
    for kind in (*Editor.KINDS, *NOT_JOINED, "all"):
        right, linked, there = whole if kind == "all" else counts.get(kind, (0, 0, 0))
        precision = right / linked if linked else 1.0
        recall = right / there if there else 1.0
        figures = (precision, recall, 2 * precision * recall / (precision + recall) if precision + recall else 0.0)
        if there:
            print(f"{kind:34} {there:6} {figures[0]:10.4f} {figures[1]:8.4f} {figures[2]:8.4f}")
        else:
            print(f"{kind:34} {'':6} {linked - right:10} false links")
    return figures


def main() -> None:
    """Print both tables and the ratio of the F1 scores."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="keep the records and the warehouse in this folder")
    args = parser.parse_args()
    if not (args.shared / "eval" / "stories.jsonl").is_file():
        sys.exit(f"{args.shared}: the evaluation data is not here; give its folder with --shared")
    rng = random.Random(args.seed)
    records = make(real_texts(args.shared), rng)
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        found = newsloom(records, folder)
    print(f"{len(records)} texts of {len({record['family'] for record in records})} families, seed {args.seed}\n")
    print("newsloom: FracMinHash, verified in full")
    ours = table(score(records, found))
    print("\npeer: MinHash LSH of datasketch, 128 permutations, Jaccard of at least 0.7")
    theirs = table(score(records, minhash(records)))
    print(f"\nF1 {ours[2]:.4f} beside {theirs[2]:.4f}: ratio {ours[2] / theirs[2]:.2f}")


if __name__ == "__main__":
    main()
