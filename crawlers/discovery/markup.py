"""Decodes the body of a listing, and turns the XML that real servers send into XML that a parser accepts."""

from __future__ import annotations

import html
import re
from contextlib import suppress
from html.entities import html5
from typing import TYPE_CHECKING

from w3lib.encoding import (
    html_body_declared_encoding,
    http_content_type_encoding,
    read_bom,
    resolve_encoding,
    to_unicode,
)

from crawlers.content_codings import BodyTooLargeError, unpack_gzip
from crawlers.discovery.listing import BadListingError
from crawlers.limits import MAX_TITLE_CHARS

if TYPE_CHECKING:
    from collections.abc import Sequence


_UNRESOLVED = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|$)|<!--.*?(?:-->|$))", re.DOTALL)
_REFERENCE = re.compile(r"&(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|\w{1,32});")
_PREDEFINED = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"}
_PLACEHOLDERS = {ord(character): 0xFDD0 + number for number, character in enumerate("&<>\"'")}
_MARKUP = {stand_in: character for character, stand_in in _PLACEHOLDERS.items()}
_WINDOWS_1252 = {
    code: character for code in range(0x80, 0xA0) if (character := bytes([code]).decode("cp1252", "ignore"))
}
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""Characters that XML forbids, and the noncharacters used as placeholders, which no real text contains."""
_CHARSETS = re.compile(r"utf-8|iso8859|iso2022|cp\d|koi8|mac|gb|big5|euc|shift|hz|johab")
_GZIP = b"\x1f\x8b"
_MOST_GZIP = 2
"""A file that is gzip, from a server that compresses every answer once more."""
_MARKUP_BYTES = re.compile(rb"<!\[CDATA\[|<[^<>]*>|\]\]>|https?://[^\s<]+")
_LANGUAGE = re.compile(rb"""<(?:\w+:)?language>\s*([a-zA-Z]{2})\b|\bxml:lang\s*=\s*["']([a-zA-Z]{2})\b""")
_SAMPLE = 256 << 10
"""Bytes of a listing by which its charset is guessed."""
_BREAK = re.compile(r"<(?:br|/?(?:p|div|li|h[1-6]|td|tr))\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--.*?-->", re.DOTALL)


def decode(body: bytes, http_charset: str | None = None) -> str:
    """Decode a page or feed: by its byte order mark, as UTF-8 if it is valid UTF-8, else as declared.

    Non-ASCII text that is valid UTF-8 is UTF-8, whatever is declared; a few broken characters (a body that is cut off,
    a stray byte) do not change that. Next in order are the charset of the HTTP header, the one declared in the body,
    and the most plausible one. Bytes that cannot be decoded become U+FFFD.
    """
    encoding, mark = read_bom(body)
    if encoding is not None and mark is not None:
        return to_unicode(body[len(mark) :], encoding)
    labels = (http_charset, html_body_declared_encoding(body))
    declared = next((name for label in labels if label and (name := declared_charset(label))), None)
    if body.startswith((b"<\x00", b"\x00<")):
        return to_unicode(body, "utf-16-le" if body[1] == 0 else "utf-16-be")
    if not body.isascii():
        text = body.decode("utf-8", "replace")
        extra_bytes = len(body) - len(text)  # a non-ASCII character takes at least one extra byte in UTF-8
        if text.count("\ufffd") * 10 <= extra_bytes:
            return text
    return to_unicode(body, declared if declared not in (None, "utf-8") else _guessed(body))


def _guessed(body: bytes) -> str:
    """The charset of a text that declares none, or UTF-8, which it is not: by its letters, without its markup."""
    from crawlers.charset_guess import guess_charset

    stated = _LANGUAGE.search(body[:_SAMPLE])
    language = (stated[1] or stated[2]).decode().lower() if stated else ""
    return guess_charset(_MARKUP_BYTES.sub(b" ", body[:_SAMPLE]), language) or "cp1252"


def declared_charset(label: str) -> str | None:
    """Python's name of a declared charset; None for unknown ones and codecs that are not charsets ("hex", "idna").

    None also for UTF-16 and UTF-32: a text in which the declaration is readable uses neither.
    """
    name = resolve_encoding(label.strip("\"' "))
    return name if name and _CHARSETS.match(name) else None


def gunzip(body: bytes, limit: int, expected: str) -> tuple[bytes, str | None]:
    """A listing without gzip, which may be twice around it, and what is wrong with its gzip members.

    Raises BadListingError if it unpacks to over `limit` bytes, or is no gzip in spite of its beginning.
    """
    problem = None
    for _ in range(_MOST_GZIP):
        if not body.startswith(_GZIP):
            break
        try:
            unpacked = unpack_gzip(body, limit)
        except BodyTooLargeError as error:
            raise BadListingError(f"found gzip that unpacks to over {limit} bytes; expected {expected}") from error
        if unpacked.problem and not unpacked.content:
            found = f"found data that begins like gzip but is not ({unpacked.problem})"
            raise BadListingError(f"{found}; expected {expected}")
        body, problem = unpacked.content, problem or unpacked.problem
    return body, problem


def charset_of(content_type: str | None) -> str | None:
    """The charset parameter of a Content-Type header."""
    return http_content_type_encoding(content_type)


def find_root(text: str, names: Sequence[str]) -> tuple[str, int] | None:
    """The first element outside comments that has one of these local names: its name in lower case and its position.

    Text before the root (blank lines, a stray byte order mark, warnings of a web server, the DTD with its entities) is
    not part of a listing, and a parser that starts at the root never sees a DTD.
    """
    wanted = re.compile(rf"<!--.*?(?:-->|$)|<(?:[\w.-]+:)?({'|'.join(names)})(?=[\s/>])", re.DOTALL | re.IGNORECASE)
    for match in wanted.finditer(text):
        if match[1]:
            return match[1].lower(), match.start()
    return None


def resolve_references(text: str) -> tuple[str, str | None]:
    """The XML text with its references resolved, and a note if XML does not define some of them.

    A reference becomes its character. A character that is markup becomes a placeholder, which `restore_markup` turns
    back: libxml2 drops every `&amp;` after the first error in a document, which would change URLs. HTML entities
    (`&nbsp;`) are resolved too; a bare `&`, as in a URL, and unknown entities stay as text. Characters that XML forbids
    are dropped.
    """
    undefined = 0

    def resolved(match: re.Match[str]) -> str:
        nonlocal undefined
        name = match[1]
        if name.startswith("#"):
            number = int(name[1:]) if name[1:].isdecimal() else int(f"0{name[1:]}", 0)
            character = chr(number) if number < 0x110000 else "\ufffd"
            return _NOT_XML.sub("\ufffd", character).translate(_PLACEHOLDERS)
        undefined += 1
        return html5.get(f"{name};", match[0]).translate(_PLACEHOLDERS)

    if _NOT_XML.search(text):
        text = _NOT_XML.sub("", text)
    pieces = _UNRESOLVED.split(text)
    for number, piece in enumerate(pieces):
        if number % 2 == 0 and "&" in piece:
            # Most references are predefined or a bare `&`: a million of them would cost seconds one by one.
            for reference, character in _PREDEFINED.items():
                piece = piece.replace(reference, character.translate(_PLACEHOLDERS))
            piece = _REFERENCE.sub(resolved, piece)
            undefined += piece.count("&")
            pieces[number] = piece.replace("&", "&".translate(_PLACEHOLDERS))
    text = "".join(pieces)
    note = f"references that XML does not define (undeclared entities, a bare &): {undefined}"
    return text, note if undefined else None


def restore_markup(text: str) -> str:
    """Text from a document that went through `resolve_references`, with the markup characters in place again."""
    return text.translate(_MARKUP)


def repair_encoding(text: str) -> str:
    """Text with two common encoding errors repaired.

    UTF-8 that was read as ISO 8859-1 is decoded again, and C1 control characters become the characters that
    windows-1252 has in their place (quotes, dashes, the euro sign).
    """
    with suppress(UnicodeError):
        text = text.encode("iso-8859-1").decode("utf-8")
    return text.translate(_WINDOWS_1252)


def plain_line(text: str | None, *, is_markup: bool = True) -> str | None:
    """Plain text in one line of at most MAX_TITLE_CHARS characters; None if nothing is left."""
    if text and is_markup:
        text = html.unescape(_TAG.sub("", _BREAK.sub(" ", text)))
    return " ".join((text or "").split())[:MAX_TITLE_CHARS] or None


def describe_body(body: bytes, text: str) -> str:
    """What a body looks like, for the message that something else was expected."""
    start = text[:2000].lstrip("\ufeff \t\r\n")
    if not body.strip():
        return "an empty body"
    if b"\x00" in body[:1000] or body.startswith((b"%PDF", b"\x1f\x8b", b"PK\x03\x04")):
        return f"binary data beginning with {body[:8]!r}"
    if re.match(r"<!doctype\s+html|<html|<head|<body", start, re.IGNORECASE) or re.search(
        r"<html[\s>]", start, re.IGNORECASE
    ):
        title = re.search(r"<title[^>]*>(.*?)</title>", text[:10_000], re.IGNORECASE | re.DOTALL)
        name = plain_line(title[1]) if title else None
        return f"an HTML page titled {name[:80]!r}" if name else "an HTML page"
    root = re.search(r"<([A-Za-z_][\w.:-]*)", start)
    if start.startswith("<") and root:
        return f"XML with the root element <{root[1]}>"
    return f"text beginning with {start[:40]!r}"


def check_size(body: bytes, limit: int, what: str) -> None:
    """Raise BadListingError for a body over `limit` bytes."""
    if len(body) > limit:
        raise BadListingError(f"found {len(body)} bytes; expected {what} of at most {limit}")
