"""docs/schema.md says what is in the warehouse now."""

from __future__ import annotations

import re
from pathlib import Path

from warehouse.schema_page import schema_page

PAGE = Path(__file__).parents[2] / "docs" / "schema.md"


def test_the_page_is_what_would_be_made_now() -> None:
    made = schema_page()
    assert PAGE.read_text(encoding="utf-8") == made, "run: python -m warehouse.schema_page > docs/schema.md"


def test_everything_on_it_has_a_meaning() -> None:
    page = schema_page()
    assert not re.findall(r"^\|[^|]*\|[^|]*\| *\|$", page, re.MULTILINE)
    assert "None" not in page
    assert "private" not in page.replace("`private`", "")
