"""Articles that a page contains only as lists of blocks, in the formats of several publishing systems."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from crawlers.extraction import Article, Rejection, RejectionReason, extract

URL = "https://paper.example/news/2025/a-story-of-the-day"
LINES = [
    "The harbour board decided on Monday that the old crane stays where it is, for another ten years at least.",
    "It had been sold for scrap in the spring, and bought back in the summer by those who had sold it.",
    "What it costs",
    "“A harbour without a crane is a beach,” said the harbour master, and nobody at the meeting disagreed.",
    "The paint alone will cost as much as the town spends on its library in a year.",
]
HEADING = LINES[2]


def is_heading(line: str) -> bool:
    return line == HEADING


SYSTEMS: dict[str, list[Any]] = {
    "Arc": [{"_id": "x", "type": "header" if is_heading(line) else "text", "content": line} for line in LINES],
    "Contentful": [
        {
            "nodeType": "heading-2" if is_heading(line) else "paragraph",
            "data": {},
            "content": [{"nodeType": "text", "value": line[:20]}, {"nodeType": "text", "value": line[20:]}],
        }
        for line in LINES
    ],
    "Editor.js": [{"type": "header" if is_heading(line) else "paragraph", "data": {"text": line}} for line in LINES],
    "Gutenberg": [{"blockName": "core/paragraph", "innerHTML": f"<p>{line}</p>"} for line in LINES],
    "Sanity": [
        {"_type": "block", "style": "h2" if is_heading(line) else "normal", "children": [{"text": line}]}
        for line in LINES
    ],
    "plain": list(LINES),
}
MIN_TEASERS = [
    {"title": f"Story {n}", "description": "A story that is told on another page than this one, all of it."}
    for n in range(40)
]


def page(state: Any, before: str = "") -> bytes:
    script = f'<script id="__NEXT_DATA__" type="application/json">{before}{json.dumps(state)}</script>'
    return (
        f'<html><head><title>The crane stays</title></head><body><div id="__next"></div>{script}</body></html>'.encode()
    )


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("before", ["", "window.__STATE__ = "])
def test_a_list_of_blocks_is_the_text(system: str, before: str) -> None:
    state = {
        "props": {"menu": ["News", "Sport"], "teasers": MIN_TEASERS, "article": {"id": 7, "blocks": SYSTEMS[system]}}
    }
    found = extract(page(state, before), URL)
    assert isinstance(found, Article), found
    assert found.text.split("\n") == LINES


def test_teasers_are_not_the_text() -> None:
    found = extract(page({"props": {"teasers": MIN_TEASERS}}), URL)
    assert isinstance(found, Rejection)
    assert found.reason is RejectionReason.NEEDS_SCRIPT


@pytest.mark.parametrize(
    "state",
    ["[" * 100_000, '{"a":' * 100_000, '{"a": [' + '"b.",' * 300_000 + '"b."]}', json.dumps(["<p>a. " * 40_000] * 3)],
)
def test_hostile_script_state_takes_bounded_time(state: str) -> None:
    start = time.process_time()
    extract(b"<html><body><div id=root></div><script>x = {" + state.encode() + b"</script></body></html>", URL)
    extract(b"<html><body><div id=root></div><script>" + state.encode() + b"</script></body></html>", URL)
    assert time.process_time() - start < 10
