"""Articles made up in bulk, shaped like real ones: lengths, word frequencies, repetition, sources, edits."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from collections.abc import Iterator

# News articles in English: median about 400 words and a long tail (the LDC's English Gigaword has a mean of 430 to 500
# by newswire); words by Zipf's law with Mandelbrot's correction; about a fifth of the words of an article are repeated
# from earlier in it, more than chance would have it (burstiness).
MEDIAN_WORDS, SIGMA, FEWEST, MOST = 400, 0.6, 40, 4000
VOCABULARY = 400_000
ZIPF_SHIFT, ZIPF_EXPONENT = 2.7, 1.07
REPEATED = 0.2
SOURCES = 200
DAYS = 730
CHUNK = 20_000


@dataclass(frozen=True, slots=True)
class Words:
    """A made-up vocabulary: `plain` by rank, `ending` the same with a full stop, `cumulative` shares by rank."""

    plain: pa.Array
    ending: pa.Array
    cumulative: np.ndarray


def make_words(rng: np.random.Generator) -> Words:
    """Words of syllables, the frequent ones short."""
    onsets = np.array(["b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "st", "tr", "pl", "sh"])
    nuclei = np.array(["a", "e", "i", "o", "u", "ea", "ou", "an", "en", "in", "on", "er", "al", "ar"])
    ranks = np.arange(VOCABULARY)
    syllables = np.clip(1 + np.log10(ranks + 1) / 1.7 + rng.normal(0, 0.5, VOCABULARY), 1, 5).astype(int)
    parts = np.full(VOCABULARY, "", dtype=object)
    for number in range(5):
        more = onsets[rng.integers(len(onsets), size=VOCABULARY)].astype(object)
        more += nuclei[rng.integers(len(nuclei), size=VOCABULARY)].astype(object)
        parts = np.where(number < syllables, parts + more, parts)
    plain = pa.array(parts.tolist(), pa.string())
    shares = 1.0 / (ranks + ZIPF_SHIFT) ** ZIPF_EXPONENT
    return Words(plain, pc.binary_join_element_wise(plain, ".", ""), np.cumsum(shares / shares.sum()))


def texts(rng: np.random.Generator, words: Words, lengths: np.ndarray, sentence: int = 18) -> pa.Array:
    """One text for each length in words."""
    total = int(lengths.sum())
    starts = np.concatenate([[0], np.cumsum(lengths)])
    ids = np.searchsorted(words.cumulative, rng.random(total)).astype(np.int64)
    np.minimum(ids, VOCABULARY - 1, out=ids)
    begin = np.repeat(starts[:-1], lengths)
    positions = np.arange(total)
    again = np.flatnonzero(rng.random(total) < REPEATED)
    earlier = begin[again] + (rng.random(len(again)) * (positions[again] - begin[again])).astype(np.int64)
    ids[again] = ids[earlier]
    ends = (positions - begin) % sentence == sentence - 1
    table = pa.concat_arrays([words.plain, words.ending])
    ids[ends] += VOCABULARY
    lists = pa.ListArray.from_arrays(pa.array(starts, pa.int32()), table.take(pa.array(ids)))
    joined = pc.binary_join(lists, " ")
    return pc.replace_substring(joined, pattern=". ", replacement=".\n") if sentence == 18 else joined


def article_chunks(articles: int, seed: int = 1, first: int = 0, days: int = DAYS) -> Iterator[pa.Table]:
    """Tables of up to CHUNK articles: number, source, title, description, text, word_count, day fraction, authors, …"""
    rng = np.random.default_rng(seed)
    words = make_words(np.random.default_rng(7))
    weights = 1 / (np.arange(SOURCES) + 5)
    weights /= weights.sum()
    for start in range(first, first + articles, CHUNK):
        count = min(CHUNK, first + articles - start)
        numbers = np.arange(start, start + count)
        lengths = np.clip(rng.lognormal(np.log(MEDIAN_WORDS), SIGMA, count), FEWEST, MOST).astype(np.int64)
        yield pa.table(
            {
                "number": numbers,
                "source_number": rng.choice(SOURCES, size=count, p=weights),
                "title": texts(rng, words, rng.integers(5, 14, count), sentence=10**6),
                "description": texts(rng, words, rng.integers(10, 35, count), sentence=10**6),
                "text": texts(rng, words, lengths),
                "word_count": lengths,
                "days": np.sort(rng.random(count)) * (days * count / articles) + days * (start - first) / articles,
                "chance": rng.random(count),
                "author": rng.zipf(1.3, count) % 5000,
            }
        )
