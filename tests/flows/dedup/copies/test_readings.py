"""What two texts that overlap have in common, by close reading."""

from __future__ import annotations

import random

import numpy as np
import pytest

from flows.dedup.copies.readings import read_closely, repeats
from flows.dedup.text.shingles import shingles, stored
from tests.flows.dedup.library import prose

NOTHING = np.empty(0, np.uint64)
STATEMENT = prose(1, 75)
TEMPLATE = (
    "{0} said on Monday that it would build a plant in {1} at a cost of {2} million.\nThe plant of {0} is to open in "
    "{3} and to have {4} workers, a spokesman of the company said.\nShares of {0} rose by {5} percent after the news, "
    "while the market as a whole hardly moved.\n{0} sold its business in {6} to {7}, the report of the company says."
)
ONE = TEMPLATE.format("Norbel", "Aldmoor", 40, 2031, 700, 3, "Kressing", "Tavish")
OTHER = TEMPLATE.format("Quillon", "Brackwater", 95, 2029, 310, 8, "Ostrava", "Lumen")


def alike(one: str, other: str, common: str = "") -> bool:
    known = np.unique(stored(shingles(common))) if common else NOTHING
    readings = [read_closely(text, known) for text in (one, other)]
    assert repeats(*readings) == repeats(*reversed(readings))
    return repeats(*readings)


@pytest.mark.parametrize(("mark", "end"), ["“”", "„“", "«»", "「」", '""'])
def test_reports_that_quote_the_same_statement_do_not_repeat_each_other(mark: str, end: str) -> None:
    one = f"{prose(2, 60)}\n{mark}{STATEMENT.replace(chr(10), ' ')}{end}, she said.\n{prose(3, 60)}"
    other = f"{prose(4, 60)}\nIn a statement she said: “{STATEMENT.replace(chr(10), ' ')}”\n{prose(5, 60)}"
    assert not alike(one, other)
    assert alike(one, f"{one}\n{prose(6, 150)}")
    assert alike(one, other.replace(prose(5, 60), prose(3, 60)))


def test_a_text_that_is_hardly_more_than_a_quotation_is_compared_as_a_whole() -> None:
    statement = STATEMENT.replace("\n", " ")
    assert alike(f"She said: “{statement}”", f"Today she said this: “{statement}” {prose(8, 15)}")


def test_a_template_about_another_subject_is_no_repetition() -> None:
    assert not alike(ONE, OTHER)
    assert not alike(f"{ONE}\n{prose(2, 45)}", f"{OTHER}\n{prose(2, 15)}")


def test_an_edited_report_on_the_same_subject_is_one() -> None:
    assert alike(ONE, ONE.replace("40 million", "45 million").replace("Kressing", "Kresing"))
    assert alike(
        ONE, ONE.replace("the report of the company says", "according to its report").replace("700", "about 700")
    )
    assert alike(ONE, ONE.upper())
    rng = random.Random(3)
    lines = prose(20, 300)
    words = [
        rng.choice(["walk", "Paris", "seven", "blue"]) if rng.random() < 0.12 else word for word in lines.split(" ")
    ]
    assert alike(lines, " ".join(words))


def test_the_figures_of_another_week_are_no_repetition() -> None:
    week = (
        "The Bank of Aldmoor said its reserves rose by {} to {} in the week to March {}, against {} a year ago; "
        "deposits were {}."
    )
    assert not alike(week.format(12, 340, 7, 291, 88), week.format(31, 371, 14, 305, 93))


def test_a_frame_does_not_make_up_for_what_differs() -> None:
    frame = prose(30, 90)
    assert not alike(f"{frame}\n{ONE}", f"{frame}\n{OTHER}", common=frame)
