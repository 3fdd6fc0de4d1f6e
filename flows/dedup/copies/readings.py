"""Reads two texts that overlap closely: do they share more than a quoted statement, and are they on one subject?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from crawlers.unsegmented import has_unsegmented
from flows.dedup.copies.originals import COPY
from flows.dedup.text.hashes import among, distinct
from flows.dedup.text.lexicon import lexicon
from flows.dedup.text.quotes import split_quotes
from flows.dedup.text.shingles import roll, stored
from flows.dedup.text.tokens import Script, mixed_tokens, normalise, spaced_words

if TYPE_CHECKING:
    from flows.dedup.text.hashes import Hashes
    from flows.dedup.text.lexicon import Flags

# The numbers below were chosen on half of 520 real reports, each edited in 24 ways, made a template for other subjects,
# or made to quote what another one quotes, and hold on the other half.
LEAST_OUTSIDE = 0.1  # of the shorter text outside quotations; reports that only quote the same have 0.00 to 0.06
FEW_OUTSIDE = 8  # shingles outside quotations; a text with fewer consists of quotations,
LEAST_OF_QUOTES = 0.5  # and of the whole shorter text so much must be shared
SLOT = 12  # tokens between shared ones that may stand in for others; longer gaps are sentences that were added or cut
# Of the names in the shared part (each weighing the square of how often it occurs, so that a subject weighs more than a
# bystander), so many are not in the other text: a percentile of 99 has 0.17 in edits, a median of 0.5 in templates.
OTHER_NAMES = 0.22
# The same for occurrences of names and numerals: the figures of another week. Where little is shared, less is needed.
OTHER_ITEMS, OTHER_ITEMS_OF_PART, PART = 0.4, 0.25, 0.6
MIN_NAMES, MIN_ITEMS, MIN_ITEMS_OF_PART = 2, 3, 2  # occurrences; fewer are corrections


@dataclass(frozen=True, slots=True)
class Reading:
    """A text by its tokens, in its order: `hashes`, and flags for names and numerals.

    A name begins with a capital, has two letters or more, and the text does not have the word in lower case. `lower`
    are the distinct hashes of tokens in lower case, `words` of all. `shingles` are in the order of the text; shingle n
    begins with token n. The distinct ones without those that are common are `distinctive`, and of these `outside` have
    no token of a quotation.
    """

    hashes: Hashes
    names: Flags
    numerals: Flags
    lower: Hashes
    words: Hashes
    shingles: Hashes
    distinctive: Hashes
    outside: Hashes


def read_closely(text: str, common: Hashes) -> Reading:
    """Read a text; `common` are common shingles as the index stores them, ascending."""
    script, tokens, quoted = _tokens(text)
    lexicon.make_room(len(tokens))
    numbers = lexicon.numbers(tokens)
    hashes, in_lower_case = lexicon.hashes[numbers], lexicon.folded[numbers] == numbers
    names = np.zeros(len(tokens), np.bool_)
    for place in np.flatnonzero(~in_lower_case):
        names[place] = tokens[place][0].isupper()  # ß is no capital, though it is folded
    shingles = roll(hashes, script)
    before = np.concatenate(([0], np.cumsum(quoted)))
    outside = before[len(before) - len(shingles) :] == before[: len(shingles)]
    distinctive = ~among(stored(shingles), common)
    lower = distinct(hashes[in_lower_case])
    return Reading(
        hashes,
        names & ~lexicon.short[numbers] & ~among(hashes, lower),
        lexicon.digits[numbers],
        lower,
        distinct(hashes),
        shingles,
        distinct(shingles[distinctive]),
        distinct(shingles[distinctive & outside]),
    )


def _tokens(text: str) -> tuple[Script, list[str], Flags]:
    """The tokens of a text, and whether each is in a quotation."""
    parts = [(normalise(part), quoted) for part, quoted in split_quotes(text)]
    script = Script.SPACED
    if has_unsegmented(text):
        script = mixed_tokens(normalise(text))[1]
        found = [(mixed_tokens(part)[0], quoted) for part, quoted in parts]
    else:
        found = [(spaced_words(part), quoted) for part, quoted in parts]
    quoted = np.repeat([quoted for _, quoted in found], [len(tokens) for tokens, _ in found])
    return script, [token for tokens, _ in found for token in tokens], quoted


def repeats(one: Reading, other: Reading) -> bool:
    """Whether one of two texts that overlap repeats the other one.

    Two reports that quote the same statement do not, unless they have little else. Nor do two texts of one template
    about different subjects: in the places between shared passages each has names and figures that the other lacks.
    """
    containment = _containment(one.distinctive, other.distinctive)
    if containment < COPY and not _shares_more_than_quotes(one, other):
        return False
    least, many = (OTHER_ITEMS_OF_PART, MIN_ITEMS_OF_PART) if containment < PART else (OTHER_ITEMS, MIN_ITEMS)
    if _absent(one, other).sum() < MIN_NAMES or _absent(other, one).sum() < MIN_NAMES:
        return True  # whatever the two share
    differing = [_differing(one, other), _differing(other, one)]
    names, items = min(found.names for found in differing), min(found.items for found in differing)
    other_names = min(found.other_names for found in differing) >= MIN_NAMES and names >= OTHER_NAMES
    other_items = min(found.other_items for found in differing) >= many and items >= least
    return not (other_names or other_items)


def _absent(text: Reading, other: Reading) -> Flags:
    """Flag the names and numerals of a text that the other one has nowhere."""
    absent: Flags = (text.names | text.numerals) & ~among(text.hashes, other.words)
    return absent


def _shares_more_than_quotes(one: Reading, other: Reading) -> bool:
    if min(len(one.outside), len(other.outside)) < FEW_OUTSIDE:
        return _containment(one.distinctive, other.distinctive) >= LEAST_OF_QUOTES
    return _containment(one.outside, other.outside) >= LEAST_OUTSIDE


def _containment(one: Hashes, other: Hashes) -> float:
    return len(np.intersect1d(one, other, assume_unique=True)) / max(1, min(len(one), len(other)))


@dataclass(frozen=True, slots=True)
class Differing:
    """What a text has where it agrees with another one, and the other lacks.

    `other_names` and `other_items` count occurrences (of names; of names and numerals), `names` and `items` are their
    weighted shares, 0 to 1. A script without capitals has no names, and its numerals alone decide nothing.
    """

    other_names: int
    names: float
    other_items: int
    items: float


def _differing(text: Reading, other: Reading) -> Differing:
    agreeing = _agreeing(among(text.shingles, other.distinctive), len(text.hashes))
    names = text.names & agreeing & ~among(text.hashes, other.lower)
    numerals = text.numerals & agreeing
    found, counts = np.unique(text.hashes[names], return_counts=True)
    missing = ~among(found, other.words)
    weights = counts.astype(np.int64) ** 2
    other_names = int(counts[missing].sum())
    other_items = other_names + int((~among(text.hashes[numerals], other.words)).sum())
    return Differing(
        other_names,
        float(weights[missing].sum() / max(1, weights.sum())),
        other_items if len(found) else 0,
        other_items / max(1, int(names.sum() + numerals.sum())),
    )


def _agreeing(shared: Flags, tokens: int) -> Flags:
    """Flag the tokens in shared shingles, and those in short gaps between them."""
    width = tokens - len(shared) + 1
    places = np.flatnonzero(shared)
    change = np.bincount(places, minlength=tokens + 1) - np.bincount(places + width, minlength=tokens + 1)
    covered = np.flatnonzero(np.cumsum(change[:tokens]))
    flags = np.zeros(tokens, np.bool_)
    flags[covered] = True
    edges = np.concatenate(([-1], covered, [tokens]))
    for place in np.flatnonzero((np.diff(edges) > 1) & (np.diff(edges) <= SLOT + 1)):
        flags[edges[place] + 1 : edges[place + 1]] = True
    return flags
