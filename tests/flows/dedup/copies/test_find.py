"""Which candidates overlap, by their texts."""

from __future__ import annotations

import numpy as np

from flows.dedup.copies.chains import dated_pairs
from flows.dedup.copies.find import (
    all_stored,
    articles_in,
    group_partners,
    overlapping_pairs,
    repeating,
    to_read,
    unsupported,
)
from flows.dedup.copies.originals import Pair
from flows.dedup.copies.readings import read_closely
from flows.dedup.text.shingles import shingles, stored
from tests.flows.dedup.copies.test_chains import ARTICLES
from tests.flows.dedup.copies.test_originals import uuid
from tests.flows.dedup.library import prose

NOTHING = np.empty(0, np.uint64)
FRAME = prose(9, 60)
TEXTS = {
    uuid(1): shingles(f"{FRAME}\n{prose(1, 75)}"),
    uuid(2): shingles(f"{FRAME}\n{prose(2, 75)}"),
    uuid(3): shingles(f"{FRAME}\n{prose(1, 75)}\n{prose(3, 15)}"),
}
PARTNERS = group_partners([(uuid(1), uuid(2)), (uuid(1), uuid(3))])


def test_partners_are_grouped_by_their_first_article() -> None:
    assert {uuid(1): [uuid(2), uuid(3)]} == PARTNERS
    assert articles_in(PARTNERS) == set(TEXTS)


def test_pairs_that_share_only_what_is_common_do_not_overlap() -> None:
    common = np.unique(stored(shingles(FRAME)))
    both = overlapping_pairs(PARTNERS, TEXTS, NOTHING)
    copies = overlapping_pairs(PARTNERS, TEXTS, common)
    assert [(pair.article_id, pair.original_id) for pair in both] == [(uuid(1), uuid(2)), (uuid(1), uuid(3))]
    assert copies == [both[1]]
    rows = dated_pairs([Pair(uuid(2), uuid(1), 1, 1, 1), both[1]], ARTICLES)
    assert unsupported(rows, copies) == [rows[0]]


def test_only_articles_that_differ_are_read_closely() -> None:
    whole, part, quoting = prose(1), prose(1, 90), f"{prose(1, 90)}\n{prose(2, 90)}"
    assert to_read([Pair(uuid(1), uuid(2), 50, 50, 100), Pair(uuid(1), uuid(3), 50, 90, 100)]) == {uuid(1), uuid(3)}
    readings = {uuid(n): read_closely(text, NOTHING) for n, text in enumerate([whole, part, quoting])}
    pairs = [Pair(uuid(0), uuid(1), 86, 146, 86), Pair(uuid(0), uuid(2), 86, 146, 176)]
    assert repeating(pairs, readings) == pairs


def test_the_shingles_of_several_texts_are_distinct_and_ascending() -> None:
    found = all_stored(TEXTS.values())
    assert found.tolist() == sorted({int(one) for text in TEXTS.values() for one in stored(text)})
    assert all_stored([]).tolist() == []
