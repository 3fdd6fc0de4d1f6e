"""Edits the text of `sources.toml`: adds sources and the contact, and leaves all other lines as they are."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, cast

import tomlkit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, MutableMapping

_NOT_PLAIN = re.compile(r"[\W_]+")
_BEFORE_HEADER = re.compile(r"^(?=[ \t]*\[)", re.MULTILINE)
_PLACEHOLDER = re.compile(r"^[ \t]*#[ \t]*contact[ \t]*=.*(?:\n|\Z)", re.MULTILINE)
LONG_LINE = 100  # characters; a longer list gets a line for each item


def entry(
    name: str,
    *,
    homepage: str | None = None,
    feeds: Iterable[str] = (),
    sitemaps: Iterable[str] = (),
    sections: Iterable[str] = (),
    language: str | None = None,
) -> str:
    """The text of a [[source]] table, without the keys that are empty."""
    table = tomlkit.table()
    table["name"] = name
    if homepage:
        table["homepage"] = homepage
    for key, urls in (("feeds", list(feeds)), ("sitemaps", list(sitemaps)), ("sections", list(sections))):
        if urls:
            array = tomlkit.array()
            array.extend(urls)
            table[key] = array.multiline(len(f"{key} = {array.as_string()}") > LONG_LINE)
    if language:
        table["language"] = language
    tables = tomlkit.aot()
    tables.append(table)
    return tomlkit.dumps({"source": tables})


def with_entries(text: str, entries: Iterable[str]) -> str:
    """The text of a file with more entries at its end, each after a blank line."""
    added = "".join(f"\n{entry}" for entry in entries)
    return text.rstrip("\r\n") + _like(text, f"\n{added}")


def with_contact(text: str, contact: str) -> str:
    """The text of a file with this contact in its [crawl] table, which is created if it is missing.

    A comment that only shows how to set it (`# contact = …`) is replaced.
    """
    pieces = _tables(text)
    for number, piece in enumerate(pieces):
        document = tomlkit.parse(piece)
        if "crawl" in document:
            pieces[number] = _with_contact(piece, document, contact)
            return "".join(pieces)
    table = tomlkit.dumps({"crawl": {"contact": contact}})
    if tomlkit.parse(pieces[0]):  # keys of the file itself, which a header before them would take into its table
        return pieces[0].rstrip("\r\n") + _like(text, f"\n\n{table}\n") + "".join(pieces[1:])
    return _like(text, f"{table}\n" if text else table) + text


def _with_contact(piece: str, document: tomlkit.TOMLDocument, contact: str) -> str:
    table = cast("MutableMapping[str, object]", document["crawl"])
    has_header = piece.lstrip().startswith("[")
    if "contact" in table or not has_header:
        table["contact"] = contact
        return _like(piece, document.as_string())
    header, line_break, rest = piece.partition("\n")
    line = _like(piece, tomlkit.dumps({"contact": contact}))
    return header + (line_break or "\n") + line + _PLACEHOLDER.sub("", rest)


def _tables(text: str) -> list[str]:
    """The text in pieces: what comes before the first table, then each table with its header.

    tomlkit gets one table at a time, because it moves the [[source]] tables of a file together.
    """
    pieces: list[str] = []
    for part in _BEFORE_HEADER.split(text):
        if pieces and not _is_toml(pieces[-1]):  # the line was not a header, but within a list or a string
            pieces[-1] += part
        else:
            pieces.append(part)
    return pieces


def _is_toml(text: str) -> bool:
    try:
        tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError:
        return False
    return True


def _like(example: str, text: str) -> str:
    """A text with the line breaks of another one, CR LF or LF."""
    return re.sub(r"(?<!\r)\n", "\r\n", text) if "\r\n" in example else text


def free_name(wanted: str, taken: Collection[str]) -> str:
    """A name for a source that is not taken: the wanted one in lower case with hyphens, and a number if necessary."""
    plain = _NOT_PLAIN.sub("-", wanted.casefold()).strip("-") or "source"
    name, number = plain, 2
    while name in taken:
        name, number = f"{plain}-{number}", number + 1
    return name
