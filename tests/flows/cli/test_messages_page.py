"""docs/messages.md has every message that the code has now."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from flows.cli.messages_page import Message, messages_in, messages_page

PAGE = Path(__file__).parents[3] / "docs" / "messages.md"


def test_the_page_is_current() -> None:
    current = PAGE.read_text(encoding="utf-8") == messages_page()
    assert current, "run: python -m flows.cli.messages_page > docs/messages.md"


def found(source: str) -> list[tuple[str, str]]:
    return [(message.kind, message.text) for message in messages_in(dedent(source), "flows/example.py")]


def test_values_and_choices_in_errors_are_shown() -> None:
    source = '''
        """Not a message, but a docstring."""
        raise FlowsError(
            f"{error.path}: has {len(lines):,} lines of {type(error).__name__}"
            + (", at least" if more else "") + f"; at most {MAX['lines']}"
        ) from error
    '''
    text = "{path}: has {lines} lines of {type}[, at least|]; at most {MAX}"
    assert found(source) == [("error", text)]


def test_log_lines_output_and_other_texts_are_distinguished() -> None:
    source = """
        logger.warning("%s ended with a failure", name)
        click.echo(f"{count} articles loaded")
        detail = "a page without words"
    """
    assert found(source) == [
        ("log", "%s ended with a failure"),
        ("output", "{count} articles loaded"),
        ("text", "a page without words"),
    ]


def test_keys_patterns_and_queries_are_not_messages() -> None:
    source = """
        key = "least_free_gb"
        pattern = re.compile("some words in a pattern")
        query = "SELECT title FROM articles"
        joined = f"{one} {other}"
    """
    assert found(source) == []


def test_an_errors_module_has_errors_only() -> None:
    [message] = messages_in('def text(self): return "the disk is full"', "flows/errors.py")
    assert message == Message("flows/errors.py", "error", "the disk is full")
