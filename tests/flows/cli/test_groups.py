"""Mistyped commands and empty queries."""

from __future__ import annotations

import pytest

from tests.command import call


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("impot", "x"), "Did you mean 'import'?"),
        (("crawl",), "Did you mean 'run'?"),
        (("version",), "Did you mean '--version'?"),
        (("sources", "lst"), "Did you mean 'list'?"),
        (("sources", "crawl"), "Commands: "),
        (("xyzzy",), "Commands: init, up, "),
        (("sql", " "), "The query is empty."),
        (("search", ""), "The query is empty."),
        (("extract", "ftp://paper.example/a"), "found the scheme ftp"),
        (("extract", "https://"), "found 'https://'; expected a URL with http:// or https:// and a host\n"),
    ],
)
def test_a_mistake_on_the_command_line_is_answered_with_what_is_possible(arguments: tuple[str, ...], hint: str) -> None:
    answer = call(*arguments)
    assert answer.returncode == 2
    assert hint in answer.stderr.decode()
