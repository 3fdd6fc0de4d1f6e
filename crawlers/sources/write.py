"""Writing entries of sources.toml, as text: what people have written in the file stays as it is."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_NOT_PLAIN = re.compile(r"[\W_]+")
_CRAWL = re.compile(r"^[ \t]*\[[ \t]*crawl[ \t]*\].*\n", re.MULTILINE)
_CONTACT = re.compile(r"^[ \t]*(?:#[ \t]*)?contact[ \t]*=.*(?:\n|\Z)", re.MULTILINE)
LONG_LINE = 100  # characters, beyond which a list has a line an item


def entry(
    name: str,
    *,
    homepage: str | None = None,
    feeds: Iterable[str] = (),
    sitemaps: Iterable[str] = (),
    sections: Iterable[str] = (),
    language: str | None = None,
) -> str:
    """A [[source]] table; what is empty is left out."""
    lines = ["[[source]]", f"name = {_text(name)}"]
    if homepage:
        lines.append(f"homepage = {_text(homepage)}")
    for key, addresses in (("feeds", feeds), ("sitemaps", sitemaps), ("sections", sections)):
        lines += _list(key, list(addresses))
    if language:
        lines.append(f"language = {_text(language)}")
    return "\n".join(lines) + "\n"


def with_contact(text: str, contact: str) -> str:
    """The text of a file with this contact in its [crawl] table, which is made where there is none."""
    line = f"contact = {_text(contact)}\n"
    given = _CONTACT.search(text)
    if given:
        return text[: given.start()] + line + text[given.end() :]
    table = _CRAWL.search(text)
    if table:
        return text[: table.end()] + line + text[table.end() :]
    return f"[crawl]\n{line}\n{text}"


def free_name(wanted: str, taken: Collection[str]) -> str:
    """A name for a source that is not taken: the wanted one in lower case with hyphens, numbered where it must be."""
    plain = _NOT_PLAIN.sub("-", wanted.casefold()).strip("-") or "source"
    name, number = plain, 2
    while name in taken:
        name, number = f"{plain}-{number}", number + 1
    return name


def _list(key: str, addresses: list[str]) -> list[str]:
    if not addresses:
        return []
    line = f"{key} = [{', '.join(map(_text, addresses))}]"
    if len(line) <= LONG_LINE:
        return [line]
    return [f"{key} = [", *(f"    {_text(address)}," for address in addresses), "]"]


def _text(value: str) -> str:
    # TOML's basic strings take JSON's escapes; DEL is the one character that JSON leaves and TOML does not take.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
