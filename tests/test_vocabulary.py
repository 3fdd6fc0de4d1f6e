"""Code and documentation use the terms of the field: words that were retired do not come back."""

from __future__ import annotations

import io
import re
import tokenize
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
FOLDERS = ("crawlers", "flows", "warehouse", "tests", "benchmarks", "docs", "deploy")
SUFFIXES = frozenset({".py", ".md", ".sql", ".yaml", ".service"})
EXCLUDED = re.compile(
    r"tests/test_vocabulary\.py"
    r"|warehouse/migrations/00(0\d|1[01])_\w+\.sql"  # applied to existing warehouses, so they never change
    r"|warehouse/views/former_names\.sql|tests/warehouse/test_former_schema\.py"  # about former names
    r"|docs/messages\.md"  # made of the code, which is checked
)
# The word, and the term to use instead.
RETIRED = {
    r"tellings?": "story member",
    r"boards?": "candidate set",
    r"wholes": "collapsed story",
    r"middles": "centroid",
    r"likeness(es)?": "similarity",
    r"traits?": "features",
    r"stretch(es)?": "date range, byte range",
    r"held": "stored",
    r"blankless|unspaced": "unsegmented",
    r"books?": "run history, manifest, registry",
    r"agendas?": "crawl budget",
    r"lifelines?": "parent watch",
    r"sieves?|sieved": "feed parser, sanitizer",
    r"judge[sd]?|judging|judge?ments?": "classify",
    r"costs? itself": "isolate_failure",
    r"gives? way": "skip_if_busy",
    r"puts? right": "reconcile",
    r"(is|are|was|were|be) told(?! apart| by| from| to)": "is reported",
}
RETIRED_WORD = re.compile(rf"\b(?:{'|'.join(RETIRED)})\b", re.IGNORECASE)
RETIRED_NAME = re.compile(r"\blooked_at\b|\bLooked\b(?=[][(),:.|])")  # NewText; "looked at" is plain English
# An address is that of a host, a mailbox or a person; a page has a URL. These names are public.
PUBLIC_NAMES = re.compile(
    r"\b(?:allow_private_addresses|forbidden_address|same_address|is_unspaced)\b"
    r"|stories\.likeness|AS likeness|`likeness`"
)
PAGES = r"(?:page|article|feed|sitemap|listing|link)s?"
ADDRESS_OF_A_PAGE = re.compile(
    rf"\b(?:web|{PAGES}|{PAGES}'s?|final|canonical|normali[sz]ed|https?) address"
    rf"|\baddress(?:es)? of (?:(?:an?|the|its|one|every|each) )?{PAGES}",
    re.IGNORECASE,
)
# English in which the word is no term of ours.
HONEST = re.compile(r"\bjudging (?:by|from)\b|\block\b.*\bheld\b|\bheld (?:the lock|to|open|back|up)\b", re.IGNORECASE)


def files() -> list[Path]:
    found = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in SUFFIXES]
    found += [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "Makefile", "pyproject.toml", "prefect.yaml")]
    return sorted(path for path in found if not EXCLUDED.search(path.relative_to(ROOT).as_posix()))


def prose(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a file to check. Strings in tests are left out: they are articles, in which any word may occur."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py" or path.relative_to(ROOT).parts[0] not in ("tests", "benchmarks"):
        yield from enumerate(text.splitlines(), 1)
        return
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        is_docstring = token.type == tokenize.STRING and token.line.lstrip().startswith(('"""', 'r"""'))
        if token.type in (tokenize.NAME, tokenize.COMMENT) or is_docstring:
            yield from enumerate(token.string.splitlines(), token.start[0])


def words(line: str) -> str:
    """A line with its identifiers taken apart: `StoryBook.held_texts` is "Story Book.held texts"."""
    line = HONEST.sub("", PUBLIC_NAMES.sub("", line))
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|_", " ", line)


@pytest.mark.parametrize("folder", [*FOLDERS, "."])
def test_retired_words_do_not_come_back(folder: str) -> None:
    found = []
    for path in files():
        place = path.relative_to(ROOT)
        if (place.parts[0] if len(place.parts) > 1 else ".") != folder:
            continue
        for number, line in prose(path):
            text = words(line)
            match = RETIRED_WORD.search(text) or RETIRED_NAME.search(line) or ADDRESS_OF_A_PAGE.search(text)
            if match:
                found.append(f"{place}:{number}: {match[0]!r} in {line.strip()[:100]}")
    assert found == []


def test_the_check_sees_a_retired_word_in_an_identifier_and_in_prose() -> None:
    for line in ("stories_held = 3", "class TellingBoard:", "# the likeness of two texts", "mistakes are told at once"):
        assert RETIRED_WORD.search(words(line)), line
    assert RETIRED_NAME.search("looked_at: Sequence[Looked]")
    assert ADDRESS_OF_A_PAGE.search(words("the address of a page"))
    for line in (
        "while the lock is held",
        "an IP address",
        "your contact address",
        "a bookkeeping column",
        "household",
    ):
        assert not RETIRED_WORD.search(words(line)), line
        assert not ADDRESS_OF_A_PAGE.search(words(line)), line
