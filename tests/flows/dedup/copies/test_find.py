"""Which candidates overlap, by their texts."""

from __future__ import annotations

import numpy as np

from flows.dedup.copies.chains import dated_pairs
from flows.dedup.copies.find import articles_in, fingerprints_of, group_partners, overlapping_pairs, unsupported
from flows.dedup.copies.originals import Pair
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
    common = np.unique(stored(shingles(FRAME)[20:30]))
    both = overlapping_pairs(PARTNERS, TEXTS, NOTHING)
    copies = overlapping_pairs(PARTNERS, TEXTS, common)
    assert [(pair.article_id, pair.original_id) for pair in both] == [(uuid(1), uuid(2)), (uuid(1), uuid(3))]
    assert copies == [both[1]]
    rows = dated_pairs([Pair(uuid(2), uuid(1), 1, 1, 1), both[1]], ARTICLES)
    assert unsupported(rows, copies) == [rows[0]]


def test_fingerprints_of_several_texts_follow_each_other() -> None:
    one, other = fingerprints_of([TEXTS[uuid(1)]]), fingerprints_of([TEXTS[uuid(2)]])
    assert fingerprints_of([TEXTS[uuid(1)], TEXTS[uuid(2)]]).tolist() == [*one.tolist(), *other.tolist()]
    assert fingerprints_of([]).tolist() == []
