"""The functions that touch nothing: tokens, shingles, terms, roots, common fingerprints, clusters."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.dedup.copies.boilerplate import MANY, common_fingerprints
from flows.dedup.copies.containment import comparable_text, overlap
from flows.dedup.copies.originals import Duplicate, Pair, PublicationTime, order, orient, publication_time, resolve
from flows.dedup.day_ranges import MAX_RANGES, day_ranges
from flows.dedup.stories import vectors
from flows.dedup.stories.clustering import DAY, MAX_DAYS, Node, cluster
from flows.dedup.stories.idf import NO_IDF, Idf, complete
from flows.dedup.text.lexicon import Lexicon, lexicon, word_hash
from flows.dedup.text.shingles import MIN_FINGERPRINTS, distinct, fingerprints, shingles, stored
from flows.dedup.text.terms import NAME_WEIGHT, weigh
from flows.dedup.text.tokens import Script
from flows.dedup.text.words import read_words
from tests.flows.dedup.library import NOON, prose

NOTHING = np.empty(0, np.uint64)


@pytest.mark.parametrize(
    ("text", "found", "script"),
    [
        ("Don’t STOP — it's 2026!", ["dont", "stop", "its", "2026"], Script.SPACED),
        ("Straße ﬁnal", ["strasse", "final"], Script.SPACED),
        ("हिन्दी में समाचार", ["हिन्दी", "में", "समाचार"], Script.SPACED),
        ("தமிழ் செய்தி", ["தமிழ்", "செய்தி"], Script.SPACED),
        ("東京で、会議。", ["東", "京", "で", "会", "議"], Script.EAST_ASIAN),
        ("서울 시장", ["서울", "시장"], Script.SPACED),
        ("…", [], Script.SPACED),
    ],
)
def test_words_of_many_scripts(text: str, found: list[str], script: Script) -> None:
    words = read_words(text)
    assert words.script is script
    assert words.hashes.tolist() == [word_hash(word) for word in found]


def test_thai_is_read_by_characters_and_their_marks() -> None:
    words = read_words("ที่ประชุม")
    assert words.script is Script.SOUTH_EAST_ASIAN
    assert words.hashes.tolist() == [word_hash(word) for word in "ที่ประชุม"]


def test_shingles_do_not_depend_on_the_typography() -> None:
    assert np.array_equal(shingles("“It’s a new day,” he said – again."), shingles("it's a NEW day he said again"))


def test_the_index_is_the_same_on_every_machine() -> None:
    """These numbers are on disk: another hash would find none of the old fingerprints."""
    assert [int(value) for value in stored(shingles("one two three four five six"))] == [
        102395107207786,
        12101535517022,
    ]


@given(st.lists(st.integers(0, 20) | st.integers(0, (1 << 64) - 1)))
def test_distinct_hashes_are_ascending_and_each_there_once(values: list[int]) -> None:
    assert distinct(np.array(values, np.uint64)).tolist() == sorted(set(values))


def test_one_shingle_in_sixteen_is_a_fingerprint_but_eight_at_least() -> None:
    many = [len(fingerprints(np.unique(shingles(prose(seed, 1500))))) for seed in range(8)]
    assert 75 < sum(many) / len(many) < 112
    assert len(fingerprints(np.unique(shingles(prose(1, 30))))) == MIN_FINGERPRINTS
    assert len(fingerprints(np.unique(shingles("two words")))) == 1
    assert len(fingerprints(np.unique(shingles("")))) == 0


def test_overlap_counts_from_a_dozen_shingles_and_three_tenths_on() -> None:
    whole = comparable_text(shingles(prose(1)), NOTHING)
    assert overlap(whole, comparable_text(shingles(prose(1)[:60]), NOTHING)) is None  # some seven shingles
    assert overlap(whole, comparable_text(shingles(prose(1)[:400]), NOTHING)) is not None
    mixed = comparable_text(shingles(f"{prose(1)[:220]}\n{prose(2, 300)}"), NOTHING)
    assert overlap(whole, mixed) is None


def test_what_stands_near_common_fingerprints_does_not_count() -> None:
    frame = prose(9, 60)
    one, other = (shingles(f"{frame}\n{prose(seed, 75)}") for seed in (1, 2))
    assert overlap(comparable_text(one, NOTHING), comparable_text(other, NOTHING)) is not None
    common = np.unique(stored(shingles(frame)[20:30]))
    assert overlap(comparable_text(one, common), comparable_text(other, common)) is None
    copy = shingles(f"{frame}\n{prose(1, 75)}\n{prose(5, 15)}")
    assert overlap(comparable_text(one, common), comparable_text(copy, common)) is not None


def test_boilerplate_is_common_and_a_report_in_many_papers_is_not() -> None:
    names = [UUID(int=number) for number in range(20)]
    frame = prose(9, 30)
    framed = {name: np.unique(shingles(f"{frame}\n{prose(name.int, 105)}")) for name in names}
    printed = {name: np.unique(shingles(f"{prose(77)}\n{prose(name.int, 30)}")) for name in names}
    assert common_fingerprints({1: names}, framed) == {1}
    assert common_fingerprints({1: names[: MANY - 1]}, framed) == set()
    assert common_fingerprints({1: names}, printed) == set()


def uuid(number: int) -> UUID:
    return UUID(int=number)


def test_the_order_of_originals() -> None:
    day = datetime(2026, 3, 10, tzinfo=UTC)
    sorted_orders = [
        order(PublicationTime(day - timedelta(hours=1), "minute"), NOON, uuid(9)),
        order(PublicationTime(day + timedelta(hours=5), "second"), NOON, uuid(8)),
        order(PublicationTime(day + timedelta(hours=5), "minute"), NOON, uuid(7)),
        order(PublicationTime(day + timedelta(hours=9), "minute"), NOON, uuid(6)),
        order(PublicationTime(day, "day"), NOON, uuid(5)),
        order(PublicationTime(day, "day"), NOON + timedelta(hours=1), uuid(4)),
        order(PublicationTime(day + timedelta(hours=30), "second"), NOON, uuid(3)),
    ]
    assert sorted(sorted_orders) == sorted_orders


def test_what_was_seen_before_it_was_published_is_dated_by_its_sight() -> None:
    assert publication_time(NOON + timedelta(days=3), "second", NOON) == PublicationTime(NOON, "seen")
    assert publication_time(None, None, NOON) == PublicationTime(NOON, "seen")
    assert publication_time(NOON + timedelta(hours=3), "second", NOON) == PublicationTime(
        NOON + timedelta(hours=3), "second"
    )


ORDERS = {uuid(n): order(PublicationTime(NOON + timedelta(hours=n), "second"), NOON, uuid(n)) for n in range(8)}


def test_a_chain_leads_to_its_root_by_what_has_most_of_the_text() -> None:
    pairs = [
        Pair(uuid(1), uuid(0), 50, 100, 100),  # 1 makes use of 0
        Pair(uuid(2), uuid(1), 97, 100, 100),  # 2 copies 1,
        Pair(uuid(2), uuid(0), 48, 100, 100),  # and so has what 1 took from 0
        Pair(uuid(3), uuid(2), 98, 100, 100),
        Pair(uuid(3), uuid(1), 96, 100, 100),
    ]
    assert resolve(pairs, ORDERS) == {
        uuid(1): Duplicate(uuid(0), "derived", 0.5),
        uuid(2): Duplicate(uuid(0), "copy", 0.97),
        uuid(3): Duplicate(uuid(0), "copy", 0.96),
    }


@given(
    found=st.dictionaries(
        st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda ends: ends[0] < ends[1]), st.integers(12, 100)
    ),
    seed=st.integers(),
)
def test_roots_do_not_depend_on_the_order_or_the_direction_of_pairs(
    found: dict[tuple[int, int], int], seed: int
) -> None:
    pairs = [Pair(uuid(later), uuid(earlier), shared, 100, 120) for (earlier, later), shared in found.items()]
    turned = [Pair(pair.original_id, pair.article_id, pair.shared, 120, 100) for pair in pairs]
    random.Random(seed).shuffle(turned)
    answer = resolve(pairs, ORDERS)
    assert resolve([orient(pair, ORDERS) for pair in turned], ORDERS) == answer
    for article, duplicate in answer.items():
        assert duplicate.root not in answer
        assert ORDERS[duplicate.root] < ORDERS[article]


def terms_of(title: str, text: str, language: str = "en") -> dict[int, float]:
    terms, weights = weigh(title, text, language)
    return dict(zip(terms.tolist(), weights.tolist(), strict=True))


def test_names_and_numbers_weigh_more_and_common_words_nothing() -> None:
    (name,) = terms_of("", "Keral").values()
    (number,) = terms_of("", "the 41").values()
    (word,) = terms_of("", "the trawler").values()
    assert word * NAME_WEIGHT == pytest.approx(number)
    assert word == name  # at the beginning of a text a capital may be that of the sentence
    assert max(terms_of("", "trawlers of Keral").values()) == pytest.approx(NAME_WEIGHT * word)


def test_what_is_written_small_in_the_same_text_is_no_name() -> None:
    said = terms_of("", "so Keral said that a keral and KERAL are one")
    assert max(said.values()) < NAME_WEIGHT * min(said.values())


@pytest.mark.parametrize("left", [0, 1, 5, 9])
def test_a_full_lexicon_is_emptied_without_changing_any_number(left: int) -> None:
    title, text = "Talks in Keral", "So far the talks of Mrs Reyde in KERAL, 41 days long, brought nothing."
    lexicon.clear()
    found = terms_of(title, text), shingles(text).tolist()
    lexicon.clear()
    lexicon.numbers([f"word{number}" for number in range(len(lexicon.hashes) - left)])
    assert (terms_of(title, text), shingles(text).tolist()) == found
    assert len(lexicon) < 100


def test_a_text_of_more_words_than_the_lexicon_holds() -> None:
    words = [f"word{number}" for number in range(Lexicon.MAX_WORDS + 1)]
    lexicon.clear()
    assert shingles(" ".join(words))[-1] == shingles(" ".join(words[-5:]))[0]
    lexicon.clear()


def test_inflected_words_are_one_term_and_languages_are_apart() -> None:
    assert len(terms_of("", "minister ministers ministerial")) == 1
    assert terms_of("", "trawler", "en").keys().isdisjoint(terms_of("", "trawler", "fr").keys())


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("ja", "防潮堤の建設計画を見直す", "政府は防潮堤の計画を発表した"),
        ("zh", "重新评估防波堤建设方案", "新的防波堤方案"),
        ("th", "แผนการก่อสร้างเขื่อนกันคลื่น", "รัฐบาลทบทวนเขื่อนกันคลื่น"),
    ],
)
def test_languages_without_blanks_have_terms_in_common(language: str, one: str, other: str) -> None:
    assert terms_of("", one, language).keys() & terms_of("", other, language).keys()


def node(hours: float = 0.0, until: float | None = None, size: int = 1) -> Node:
    return Node(size, hours * 3600, (hours if until is None else until) * 3600)


def pairs(*found: tuple[int, int, float]) -> vectors.Pairs:
    one, other, products = zip(*found, strict=True) if found else ((), (), ())
    return vectors.Pairs(np.array(one, np.int64), np.array(other, np.int64), np.array(products, np.float64))


def test_the_closest_are_joined_first_and_a_mean_decides() -> None:
    assert cluster([node()] * 3, pairs((0, 1, 0.9), (1, 2, 0.5), (0, 2, 0.1)), []) == [[0, 1], [2]]
    assert cluster([node()] * 3, pairs((0, 1, 0.9), (1, 2, 0.5), (0, 2, 0.3)), []) == [[0, 1, 2]]


def test_a_mean_counts_the_articles_of_a_story_and_not_the_stories() -> None:
    similarity = pairs((0, 1, 0.95), (0, 2, 0.9), (1, 2, 0.1))
    assert cluster([node(), node(size=1), node()], similarity, []) == [[0, 1, 2]]
    assert cluster([node(), node(size=9), node()], similarity, []) == [[0, 1], [2]]


def test_time_parts_what_words_do_not() -> None:
    assert cluster([node(0), node(24)], pairs((0, 1, 0.6)), []) == [[0, 1]]
    assert cluster([node(0), node(24 * 3)], pairs((0, 1, 0.6)), []) == [[0], [1]]
    assert cluster([node(0, 24 * 3), node(24 * 3)], pairs((0, 1, 0.6)), []) == [[0, 1]]


def test_what_lies_between_joins_what_is_too_far_apart_in_time() -> None:
    similarity = pairs((0, 1, 1.0), (1, 2, 1.0), (0, 2, 1.0))
    assert cluster([node(0), node(24 * 2), node(24 * 4)], similarity, []) == [[0, 1, 2]]


def test_no_story_lasts_for_ever() -> None:
    long = node(0, MAX_DAYS * DAY / 3600)
    assert cluster([long, node(MAX_DAYS * 24 + 1)], pairs((0, 1, 1.0)), []) == [[0], [1]]


def test_what_repeats_belongs_together_and_has_no_say() -> None:
    nodes = [node(), node(size=0), node()]
    assert cluster(nodes, pairs((0, 2, 0.5)), [(0, 1)]) == [[0, 1, 2]]
    assert cluster([node(), node(24 * 20)], pairs(), [(0, 1)]) == [[0, 1]]
    assert cluster([], pairs(), []) == []


@given(st.integers(0, 2**32), st.permutations(range(12)))
def test_clusters_do_not_depend_on_the_order_of_the_nodes(seed: int, order: list[int]) -> None:
    rng = np.random.default_rng(seed)
    similarity = rng.random((12, 12)) * rng.random((12, 12))
    nodes = [node(hours, size=size) for hours, size in zip(rng.random(12) * 90, rng.integers(1, 4, 12), strict=True)]
    every = [(one, other, similarity[one, other]) for one in range(12) for other in range(one + 1, 12)]
    place = {number: at for at, number in enumerate(order)}
    turned = [(*sorted((place[one], place[other])), value) for one, other, value in every]
    found = cluster([nodes[number] for number in order], pairs(*turned), [])
    assert {frozenset(order[at] for at in each) for each in found} == set(
        map(frozenset, cluster(nodes, pairs(*every), []))
    )


def some_vectors(rows: int) -> tuple[np.ndarray, vectors.Vectors]:
    rng = np.random.default_rng(3)
    dense = rng.random((rows, 50)).astype(np.float32) * (rng.random((rows, 50)) < 0.3)
    places = np.nonzero(dense)
    return dense, vectors.heaviest(places[0].astype(np.int64), places[1].astype(np.uint32), dense[places])


@pytest.mark.parametrize("room", [vectors.AT_ONCE, 40])
def test_products_are_those_of_the_whole_vectors(room: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "AT_ONCE", room)
    dense, sparse = some_vectors(30)
    found = vectors.products(sparse, 0.01)
    products = dict(zip(zip(found.one.tolist(), found.other.tolist(), strict=True), found.products, strict=True))
    assert len(products) == len(found.one)
    for one in range(30):
        for other in range(30):
            expected = float(dense[one] @ dense[other]) if one < other else 0.0
            assert products.get((one, other), 0.0) == pytest.approx(expected, abs=0.011)


def test_the_heaviest_terms_are_kept_and_among_equals_the_lower() -> None:
    many = vectors.TERMS + 10
    weights = np.ones(many, np.float32)
    weights[-1] = 2
    found = vectors.heaviest(np.zeros(many, np.int64), np.arange(many, dtype=np.uint32), weights)
    assert found.terms.tolist() == [many - 1, *range(vectors.TERMS - 1)]


def test_the_middle_of_a_group_is_the_mean_of_its_vectors_and_likeness_is_measured_to_it() -> None:
    dense, sparse = some_vectors(5)
    group, sizes = np.array([1, 0, 1, -1, 1]), np.array([1, 1, 3, 1, 0])
    centroids = vectors.means(sparse, group, sizes)
    expected = (dense[0] + 3 * dense[2]) / 4
    here = centroids.rows == 1
    assert dict(zip(centroids.terms[here].tolist(), centroids.weights[here].tolist(), strict=True)) == pytest.approx(
        {term: value for term, value in enumerate(expected.tolist()) if value}
    )
    similarity = vectors.similarities(sparse, group, centroids)
    assert similarity.tolist() == pytest.approx(
        [dense[0] @ expected, dense[1] @ dense[1], dense[2] @ expected, 0.0, dense[4] @ expected], abs=1e-5
    )


def test_a_term_that_many_articles_have_tells_less() -> None:
    known = Idf(np.array([5, 9], np.uint32), np.array([0.5, 0.01], np.float32))
    common, rare, unknown = known.weights(np.array([5, 9, 7], np.uint32))
    assert 0 < common < 0.4 < rare < 0.85 < unknown == 1
    assert NO_IDF.weights(np.array([1], np.uint32)).tolist() == [1.0]


def test_a_language_of_which_nothing_is_known_is_learned_from_a_thousand_articles() -> None:
    articles = [np.array(sorted({1, 2 + number % 2, 100 + number}), np.uint32) for number in range(60)]
    young = complete(NO_IDF, set(), {"xx": articles})
    assert young.terms.tolist() == [1, 2, 3]
    assert young.shares.tolist() == pytest.approx([1.0, 0.5, 0.5])
    assert complete(NO_IDF, {"xx"}, {"xx": articles}) is NO_IDF
    assert complete(NO_IDF, set(), {"xx": articles[:10]}) is NO_IDF


def test_days_are_read_in_a_few_stretches() -> None:
    day = NOON.date()
    days = [day + timedelta(days=number) for number in (0, 2, 30, 31)]
    assert day_ranges(days, 5) == [(days[0], days[1]), (days[2], days[3])]
    assert len(day_ranges([day + timedelta(days=40 * number) for number in range(200)], 5)) == MAX_RANGES
