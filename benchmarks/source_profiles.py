#!/usr/bin/env python3
"""Measure what the profile of a source does to the texts of its pages.

usage: python benchmarks/source_profiles.py [--shared DIR] [--cache FILE] [--folds N] [--fewest N] [--invented]

Each page of a host with several is extracted with a profile learned from the *other* pages of the host, and the text
is scored before and after, as in `benchmarks/extraction_quality.py`, whose FILE and models these are. `--invented`
takes only the invented sites: 20 pages each of three sites with boxes, newsletter lines, standing captions and titles
that no general rule can know, beside subheadings that recur because the text needs them. They make no sense as texts.
`--fewest` is the number of articles that a line must stand in; the default is the extractor's.
"""

from __future__ import annotations

import argparse
import html
import importlib.util
import random
import sys
from collections import defaultdict
from itertools import accumulate
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING

import justext
import peers

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks" / "training")]

from blocks import SHARED, TrainingPage, read_collections, read_samples
from extraction_quality import _WORDS, bag_f1, fold_key, models, runs

from crawlers.extraction import Article, extract, source_profile
from crawlers.extraction.source_profile import furniture, learn, without_affixes
from crawlers.extraction.text import match_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from crawlers.extraction.block_model import BlockModel

PAGES = 20
_SYLLABLES = [a + b for a in ("b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "st", "t", "v") for b in "aeiou"]
# host: language, subheadings, boxes in the text, boxes below it, lines above it, title, heading
SITES = {
    "lamplight.example": (
        "English",
        ("Background", "What happens next", "Weather", "Why it matters", "In numbers"),
        (
            ("Mira Holt reads the tides each Friday: have her Tide Letter before breakfast.",),
            ("A month of the harbour archive, for those who ask nicely at the desk.",),
        ),
        (
            (
                "This piece was set by hand and proofed twice by the night shift at Quay Street.",
                "Our lamps burn on what neighbours give. Three coins keep one lit for a week.",
            ),
        ),
        ("Read slowly: four cups of tea",),
        "{} ~ told at Quay Street",
        "{} ~ told at Quay Street",
    ),
    "morgenbote.example": (
        "German",
        ("Hintergrund", "Wie es weitergeht", "Das sagen die Nachbarn", "Zahlen"),
        (
            (
                "Lesestoff für die Kaffeepause",
                "Der Bote bringt jeden Donnerstag sechs Geschichten aus dem Tal, kostenlos und auf Papier.",
            ),
            ("Sie waren dabei? Die Stube am Brunnen freut sich über Bilder und über Brot.",),
        ),
        (
            (
                "Der Morgenbote gehört seinen 412 Genossinnen und Genossen, und niemandem sonst.",
                "Stube 3, zweite Treppe links, werktags ab sieben",
            ),
        ),
        ("Vorgelesen von unserer Stimme aus dem Keller",),
        "{} aus dem Tal gemeldet",
        "{}",
    ),
    "gaceta-viva.example": (
        "Spanish",
        ("Antecedentes", "Lo que viene", "En la plaza"),
        (
            (
                "La tertulia del domingo",
                "Cada domingo a las nueve conversamos en la azotea; queda sitio para veinte personas.",
                "Apunta tu silla",
            ),
            ("Imagen de nuestro cajón de postales",),
            ("Mapa: el taller de cartografía de la gaceta",),
        ),
        (
            (
                "Si esta crónica te sirvió, cuéntasela a quien riega las macetas de tu portal.",
                "Taller de palabras, patio interior",
            ),
        ),
        (),
        "Gaceta viva cuenta: {}",
        "Gaceta viva cuenta: {}",
    ),
}


class Invented:
    """Sentences from the commonest words of a language and the words of a topic."""

    def __init__(self, seed: str, language: str) -> None:
        self.rng = random.Random(seed)
        self.common = sorted(justext.get_stoplist(language))
        self.rng.shuffle(self.common)
        self.common = self.common[:300]
        self.weights = list(accumulate(1 / (rank + 2.7) for rank in range(len(self.common))))
        self.topics = [["".join(self.rng.choices(_SYLLABLES, k=3)) for _ in range(90)] for _ in range(8)]

    def sentence(self, topic: int) -> str:
        """A sentence of 9 to 22 words."""
        words = [
            self.rng.choices(self.common, cum_weights=self.weights)[0]
            if self.rng.random() < 0.55
            else self.rng.choice(self.topics[topic])
            for _ in range(self.rng.randint(9, 22))
        ]
        return " ".join(words).capitalize() + "."

    def headline(self, topic: int) -> str:
        """Five to nine words of the topic."""
        return " ".join(self.rng.choices(self.topics[topic], k=self.rng.randint(5, 9))).capitalize()


def invented_pages(seed: int = 1) -> Iterator[TrainingPage]:
    """The pages of the invented sites, with their truth."""
    for host, (language, subheadings, within, below, above, title, heading) in SITES.items():
        words = Invented(f"{seed} {host}", language)
        rng = words.rng
        for number in range(PAGES):
            topic = rng.randrange(8)
            headline = words.headline(topic)
            body = [f"<p>{line}</p>" for line in above if rng.random() < 0.8]
            truth: list[str] = []
            paragraphs = rng.randint(5, 14)
            boxes = {rng.randrange(2, paragraphs): rng.choice(within) for _ in range(rng.choice((0, 1, 1, 2)))}
            heads = dict(zip(rng.sample(range(2, paragraphs), 2), rng.sample(subheadings, 2), strict=True))
            for place in range(paragraphs):
                body += [f"<p>{line}</p>" for line in boxes.get(place, ())]
                if place in heads:
                    body.append(f"<h2>{heads[place]}</h2>")
                    truth.append(heads[place])
                truth.append(" ".join(words.sentence(topic) for _ in range(rng.randint(1, 4))))
                body.append(f"<p>{truth[-1]}</p>")
            if rng.random() < 0.9:
                body += [f"<p>{line}</p>" for line in rng.choice(below)]
            stated = html.escape(title.format(headline))
            page = (
                f'<html><head><title>{stated}</title><meta property="og:title" content="{stated}">'
                f'<meta property="article:published_time" content="2026-03-{number + 1:02}T08:00:00+00:00">'
                '<meta property="og:type" content="article"></head><body><nav><a href="/">Home</a></nav><main><article>'
                f"<h1>{html.escape(heading.format(headline))}</h1>{''.join(body)}</article></main></body></html>"
            )
            url = f"https://{host}/2026/03/{headline.lower().replace(' ', '-')}"
            yield TrainingPage(
                f"{host} {number}", "invented", host, url, page.encode(), {"body": "\n".join(truth), "title": headline}
            )


def measure(pages: Sequence[TrainingPage], unseen: Mapping[str, BlockModel]) -> None:
    """Print the scores without and with profiles, by collection."""
    articles: dict[str, list[tuple[TrainingPage, Article]]] = defaultdict(list)
    for page in pages:
        found = extract(page.page, page.url, model=unseen.get(page.id))
        if isinstance(found, Article):
            articles[page.host].append((page, found))
    scores: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    for of_host in articles.values():
        for page, article in of_host:
            others = [(other.title, other.text.split("\n")) for which, other in of_host if which is not page]
            if others:
                scores[page.collection].append(_score(page, article, others))
    names = ("bag", "bag+", "runs", "runs+", "exact", "exact+", "title", "title+", "right", "wrong")
    print(f"{'collection':12}{'pages':>6}" + "".join(f"{name:>9}" for name in names))
    for collection, rows in scores.items():
        columns = list(zip(*rows, strict=True))
        cells = [f"{mean(column):>9.4f}" for column in columns[:-2]] + [
            f"{sum(column):>9.0f}" for column in columns[-2:]
        ]
        print(f"{collection:12}{len(rows):>6}" + "".join(cells))


def _score(page: TrainingPage, article: Article, others: Sequence[tuple[str, Sequence[str]]]) -> tuple[float, ...]:
    """Bag, runs, exact and title, each without and with the profile, and how many lines it dropped rightly, wrongly."""
    profile = learn(others)
    before = article.text.split("\n")
    dropped = furniture(profile, before)
    after = [line for number, line in enumerate(before) if number not in dropped]
    truth = str(page.truth["body"])
    wanted = f" {match_key(' '.join(truth.split()))} "
    wrong = sum(f" {match_key(before[number])} " in wanted for number in dropped)
    found: list[float] = []
    for measured in (bag_f1, _runs_f1, _exact):
        found += [float(measured(truth, "\n".join(lines))) for lines in (before, after)]
    title = fold_key(str(page.truth.get("title") or article.title))
    found += [title == fold_key(article.title), title == fold_key(without_affixes(profile, article.title))]
    return (*found, len(dropped) - wrong, wrong)


def _runs_f1(truth: str, text: str) -> float:
    wanted, found = runs(truth), runs(text)
    return 2 * (wanted & found).total() / ((wanted.total() + found.total()) or 1)


def _exact(truth: str, text: str) -> float:
    return float(_WORDS.findall(truth) == _WORDS.findall(text))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--fewest", type=int)
    parser.add_argument("--invented", action="store_true")
    args = parser.parse_args()
    if args.fewest is not None:
        source_profile.MIN_ARTICLES = args.fewest
    pages: list[TrainingPage] = []
    unseen: dict[str, BlockModel] = {}
    if not args.invented:
        if importlib.util.find_spec("lightgbm") is None:
            sys.path.append(str(peers.training()))
        pages = list(read_collections(args.shared))
        unseen = models(pages, read_samples(pages, args.cache), args.folds, "hosts")
        hosts = [page.host for page in pages]
        pages = [page for page in pages if hosts.count(page.host) > 1]
    measure([*pages, *invented_pages()], unseen)


if __name__ == "__main__":
    main()
