"""No input makes a parser raise anything that it does not document, or takes it long or much memory.

`make fuzz` tries for longer. tests/fuzzing/found keeps each input that once did, by parser.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzzing.changes import inputs
from tests.fuzzing.parsers import PARSERS
from tests.fuzzing.run import read_within_limits
from tests.fuzzing.seeds import SEEDS
from tests.rounds import ROUNDS

FOUND = sorted(Path(__file__).with_name("found").glob("*/*"))
EXAMPLES = {"query": 5, "page": 15}
"""A query takes tens of milliseconds, and a page too."""


@pytest.mark.parametrize("name", PARSERS)
def test_a_changed_input_gets_an_answer(name: str) -> None:
    @settings(
        max_examples=EXAMPLES.get(name, 25) * ROUNDS,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(inputs(name) | st.binary(max_size=60))
    def check(body: bytes) -> None:
        read_within_limits(name, body)

    check()


@pytest.mark.parametrize("name", PARSERS)
def test_inputs_that_are_as_they_should_be_are_no_errors(name: str) -> None:
    parser, _ = PARSERS[name]
    assert SEEDS[name][0]
    for body in SEEDS[name][0]:
        if not body.startswith((b"deflate\n", b"br, ")):  # these two are broken
            parser(body)


@pytest.mark.parametrize("file", FOUND, ids=lambda file: f"{file.parent.name}-{file.name[:8]}")
def test_an_input_that_once_failed_gets_an_answer(file: Path) -> None:
    read_within_limits(file.parent.name, file.read_bytes())
