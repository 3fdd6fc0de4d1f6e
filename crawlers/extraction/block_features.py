"""Describe the blocks of text of a page in numbers, for the model that chooses the article's (`block_model`).

Nothing here depends on the language: the features are the shape of the text, where it stands, what the elements around
it say, and what trafilatura took. Lengths count letters of unsegmented scripts three times, as these say more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from crawlers.extraction.line_rules import ends_sentence
from crawlers.extraction.markup_text import MIN_PROSE
from crawlers.extraction.text import match_key, match_keys
from crawlers.extraction.text_blocks import TAG_BITS
from crawlers.unsegmented import UNSEGMENTED

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from numpy.typing import NDArray

    from crawlers.extraction.text_blocks import Container, TextBlock

    Floats = NDArray[np.float32]

_TAGS = {
    "p": 1, "li": 2, "h1": 3, "h2": 4, "h3": 5, "h4": 6, "h5": 6, "h6": 6, "td": 7, "th": 7, "tr": 8, "div": 9,
    "blockquote": 10, "section": 11, "article": 11, "figcaption": 12, "dd": 13, "dt": 13, "pre": 14,
}  # fmt: skip
_FAR = 99.0
_MAX_KEY_LENGTH = 300
"""Characters from which a block is no title, name or description."""
_MIN_TITLE = 15
_MIN_NAME = 5
_MAX_BYLINE = 120
_DESCRIPTION_START = 60
"""Characters that a block has in common with a description that begins with it."""
_LEVELS = 4
_UPPER, _DIGIT, _COMMA, _STOP, _SPACE, _WORD, _UNSEGMENTED, _MARK = (1 << bit for bit in range(8))
_FIRST_OTHER = 0x10000
"""Characters from here on, outside of the basic plane, count as letters."""


@dataclass(frozen=True, slots=True)
class PageContext:
    """What is known of a page besides its blocks. Keys are match keys."""

    body: frozenset[str] = frozenset()
    """The lines of the text that trafilatura finds."""
    title_keys: frozenset[str] = frozenset()
    description_keys: frozenset[str] = frozenset()
    name_keys: frozenset[str] = frozenset()
    """Names of the authors, the site and the section."""


@cache
def _character_classes() -> NDArray[np.uint8]:
    """The classes of each character of the basic plane, as bits."""
    classes = np.zeros(_FIRST_OTHER + 1, np.uint8)
    unsegmented = re.compile(f"[{UNSEGMENTED}]")
    for code in range(_FIRST_OTHER):
        character = chr(code)
        found = _WORD if character.isalnum() else 0
        if found:
            found |= _UPPER if character.isupper() else 0
            found |= _DIGIT if character.isdigit() else 0
            found |= _UNSEGMENTED if code > 0xDFF and unsegmented.match(character) else 0
        elif character.isspace():
            found = _SPACE
        elif character in ",،、，;；":
            found = _COMMA
        elif character in ".!?。！？।؟…":
            found = _STOP
        elif character in "@©|#/":
            found = _MARK
        classes[code] = found
    classes[_FIRST_OTHER] = _WORD
    return classes


def _groups(keys: Sequence[Hashable]) -> tuple[NDArray[np.intp], int]:
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], np.intp), len(numbers)


def _shifted(values: Floats, by: int) -> Floats:
    """The values of the blocks that stand so many before (or, if negative, after) each; 0 where there is none."""
    moved = np.zeros_like(values)
    if abs(by) < len(values):
        if by > 0:
            moved[by:] = values[:-by]
        else:
            moved[:by] = values[-by:]
    return moved


def _distances(marked: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """For each block, how many blocks before and after it the next marked one stands, itself included."""
    positions = np.arange(len(marked))
    before = np.maximum.accumulate(np.where(marked, positions, -len(marked) - _FAR))
    after = np.minimum.accumulate(np.where(marked, positions, 2 * len(marked) + _FAR)[::-1])[::-1]
    return (
        np.minimum(positions - before, _FAR).astype(np.float32),
        np.minimum(after - positions, _FAR).astype(np.float32),
    )


def block_features(blocks: Sequence[TextBlock], context: PageContext) -> dict[str, Floats]:
    """The features of the blocks of a page by name, each with one number per block, in a fixed order."""
    n = len(blocks)
    texts = [block.text for block in blocks]
    holders = [block.container for block in blocks]
    columns: dict[str, Floats] = {}

    def add(name: str, values: object) -> None:
        array = np.asarray(values, np.float32)
        columns[name] = array if array.ndim else np.full(n, array)

    lengths = np.array([len(text) for text in texts], np.float32)
    starts = np.concatenate([[0], np.cumsum(lengths + 1)[:-1]]).astype(np.intp)
    codes = np.frombuffer((" ".join(texts) + " ").encode("utf-32-le", "surrogatepass"), np.uint32)
    classes = _character_classes()[np.minimum(codes, _FIRST_OTHER)]

    def count(mask: NDArray[np.bool_]) -> Floats:
        return np.add.reduceat(mask.astype(np.float32), starts)

    is_word = (classes & _WORD) > 0
    ends_word = is_word & ~np.concatenate([is_word[1:], [False]])
    stops = ((classes & _STOP) > 0) & np.concatenate([(classes[1:] & _SPACE) > 0, [False]])
    unsegmented = count((classes & _UNSEGMENTED) > 0)
    size = lengths + 2 * unsegmented
    words = count(ends_word) + unsegmented / 2
    at_least_one = np.maximum(lengths, 1)
    linked = np.minimum(np.array([block.linked for block in blocks], np.float32) / at_least_one, 1)
    ends = np.array([ends_sentence(text) for text in texts], np.float32)
    tags = np.array([_TAGS.get(holder.tag, 0) for holder in holders], np.float32)
    in_body = np.array([text in context.body for text in texts], np.float32)
    is_long = ((size >= MIN_PROSE) & (ends > 0) & (linked < 0.5)).astype(np.float32)
    prose = is_long * size
    total, total_prose = size.sum(), max(float(prose.sum()), 1.0)
    headings = (tags >= _TAGS["h1"]) & (tags <= _TAGS["h6"])

    add("length", np.log1p(size))
    add("words", np.minimum(words, 200))
    add("linked", linked)
    add("links", np.minimum([block.links for block in blocks], 10))
    add("emphasised", np.minimum(np.array([block.emphasised for block in blocks], np.float32) / at_least_one, 1))
    add("after break", [block.after_break for block in blocks])
    add("ends sentence", ends)
    add("ends with colon", [text[-1] in ":：" for text in texts])
    add("commas", count((classes & _COMMA) > 0) / np.maximum(words, 1))
    add("sentences", np.minimum(count(stops), 20))
    add("digits", count((classes & _DIGIT) > 0) / at_least_one)
    add("capitals", count((classes & _UPPER) > 0) / at_least_one)
    add("marks", np.minimum(count((classes & _MARK) > 0), 5))
    add("starts lower", [text[0].islower() for text in texts])
    add("tag", tags)
    add("in item", [h.tag == "li" or (h.parent is not None and h.parent.tag == "li") for h in holders])
    add("depth", [holder.depth for holder in holders])
    siblings = np.array([holder.parent.children if holder.parent else 1 for holder in holders], np.float32)
    position = np.array([holder.position for holder in holders], np.float32)
    add("sibling", np.minimum(position, 50))
    add("sibling share", position / np.maximum(siblings, 1))
    add("siblings", np.minimum(siblings, 60))
    _add_repetitions(texts, add)
    _add_known_texts(texts, context, add)
    _add_tags(holders, columns)
    _add_positions(size, prose, in_body > 0, is_long > 0, headings, add)
    h1 = np.flatnonzero(tags == _TAGS["h1"])
    add("after h1", np.clip(np.arange(n) - (h1[0] if len(h1) else -1), -50, 200))
    add("h1s", len(h1))
    add("body share", (in_body * size).sum() / total)
    add("prose in body", (in_body * prose).sum() / total_prose)
    add("page blocks", np.log1p(n))
    add("page prose", np.log1p(total_prose))
    add("page body", np.log1p((in_body * size).sum()))
    sums = {"prose": prose, "linked": linked * size, "body": in_body * size}
    levels: list[Container] = holders
    for level in range(1, _LEVELS + 1):
        levels = [container.parent or container for container in levels]
        group = np.array([container.number for container in levels], np.intp)
        groups = int(group.max()) + 1
        _add_group(f"container {level}", group, groups, size, sums, total_prose, add)
        longs = np.bincount(group, is_long, groups)
        add(f"container {level} paragraphs", np.minimum(longs, 50)[group])
    parents = [holder.parent.signature if holder.parent else "" for holder in holders]
    for name, keys in (
        ("alike", [holder.signature for holder in holders]),
        ("alike in alike", [(h.signature, parent) for h, parent in zip(holders, parents, strict=True)]),
    ):
        group, groups = _groups(keys)
        _add_group(name, group, groups, size, sums, total_prose, add)
        first, last = np.full(groups, n), np.zeros(groups, int)
        np.minimum.at(first, group, np.arange(n))
        np.maximum.at(last, group, np.arange(n))
        add(f"{name} span", ((last - first) / n)[group])
    for name, values in (("length", np.log1p(size)), ("linked", linked)):
        for by in (1, 2, -1, -2):
            add(f"{name} {-by:+d}", _shifted(values, by))
    around = np.stack([size, ends, *sums.values()])
    for width in (3, 8):
        all_around, sentences, *found = _around(around, width)
        of_all = np.maximum(all_around, 1)
        add(f"around {width}", np.log1p(of_all))
        add(f"sentences around {width}", sentences)
        for name, values in zip(sums, found, strict=True):
            add(f"{name} around {width}", values / of_all)
    return columns


def _around(values: Floats, width: int) -> Floats:
    """The sum of each block's value and those of so many blocks on either side; one kind of value per row."""
    kinds, blocks = values.shape
    sums = np.concatenate([np.zeros((kinds, 1)), values.cumsum(axis=1, dtype=np.float64)], axis=1)
    positions = np.arange(blocks)
    found = sums[:, np.minimum(positions + width + 1, blocks)] - sums[:, np.maximum(positions - width, 0)]
    return np.asarray(found, np.float32)


def _add_group(
    name: str,
    group: NDArray[np.intp],
    groups: int,
    size: Floats,
    sums: dict[str, Floats],
    total_prose: float,
    add: Callable[[str, object], None],
) -> None:
    """What the blocks of each group have in common: a container, or a place in the template."""
    sizes = np.bincount(group, size, groups)
    counts = np.bincount(group, minlength=groups)
    add(f"{name} blocks", np.minimum(counts, _FAR)[group])
    add(f"{name} length", np.log1p(sizes)[group])
    add(f"{name} mean length", np.log1p(sizes / np.maximum(counts, 1))[group])
    for what, values in sums.items():
        found = np.bincount(group, values, groups)
        add(f"{name} {what}", (found / np.maximum(sizes, 1))[group])
        if what == "prose":
            add(f"{name} share of prose", (found / total_prose)[group])


def _add_repetitions(texts: Sequence[str], add: Callable[[str, object], None]) -> None:
    total: dict[str, int] = {}
    nth = []
    for text in texts:
        nth.append(total.get(text, 0))
        total[text] = nth[-1] + 1
    add("repeated", np.minimum([total[text] for text in texts], 9))
    add("repetition", np.minimum(nth, 9))


def _add_known_texts(texts: Sequence[str], context: PageContext, add: Callable[[str, object], None]) -> None:
    """Whether a block is a title, a description or a name, or in the text that trafilatura finds."""
    titles = [title for title in context.title_keys if len(title) > _MIN_TITLE]
    joined_titles = "|".join(titles)
    starts = tuple(description[:_DESCRIPTION_START] for description in context.description_keys)
    keys = match_keys([text if len(text) <= _MAX_KEY_LENGTH else "" for text in texts])
    is_title = [len(key) > _MIN_TITLE and key in joined_titles for key in keys]
    add("is title", _or_holds(is_title, keys, titles))
    add(
        "is description",
        [
            (len(key) > _MIN_TITLE and key.startswith(starts))
            or (len(text) > _MAX_KEY_LENGTH and match_key(text[: 2 * _DESCRIPTION_START]).startswith(starts))
            for text, key in zip(texts, keys, strict=True)
        ]
        if starts
        else False,
    )
    short = [key if len(key) < _MAX_BYLINE else "" for key in keys]
    is_name = [key in context.name_keys for key in short]
    add("is name", _or_holds(is_name, short, [name for name in context.name_keys if len(name) > _MIN_NAME]))
    add("in body", [text in context.body for text in texts])


def _or_holds(found: list[bool], keys: Sequence[str], parts: Sequence[str]) -> list[bool]:
    """`found`, with True for each key that holds one of the parts."""
    every = "|".join(keys)
    for part in parts:
        if part in every:
            found = [one or part in key for one, key in zip(found, keys, strict=True)]
    return found


def _add_tags(holders: Sequence[Container], columns: dict[str, Floats]) -> None:
    bits = np.array([holder.tags for holder in holders], np.int64)
    found = ((bits[:, None] >> np.arange(len(TAG_BITS))) & 1).astype(np.float32)
    columns.update((f"within <{tag}>", found[:, number]) for number, tag in enumerate(TAG_BITS))


def _add_positions(
    size: Floats,
    prose: Floats,
    in_body: NDArray[np.bool_],
    is_long: NDArray[np.bool_],
    headings: NDArray[np.bool_],
    add: Callable[[str, object], None],
) -> None:
    n = len(size)
    positions = np.arange(n)
    add("position", positions / n)
    add("text before", (np.cumsum(size) - size) / size.sum())
    add("prose before", (np.cumsum(prose) - prose) / max(float(prose.sum()), 1.0))
    body = np.flatnonzero(in_body)
    first, last = (body[0], body[-1]) if len(body) else (n, n)
    add("after start of body", np.clip(positions - first, -30, 30))
    add("before end of body", np.clip(last - positions, -30, 30))
    for name, marked in (("body", in_body), ("paragraph", is_long), ("heading", headings)):
        before, after = _distances(marked)
        add(f"to {name} before", before)
        if name != "heading":
            add(f"to {name} after", after)
