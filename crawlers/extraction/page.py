"""Decode and parse a page, and read its meta elements. Rejects what is not an HTML page or is too large."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from urllib.parse import urljoin

from lxml.etree import ElementDefaultClassLookup, ErrorTypes, ParserError, tostring
from lxml.html import HtmlComment, HtmlElement, HTMLParser, HtmlProcessingInstruction, document_fromstring
from w3lib.encoding import html_body_declared_encoding, read_bom, to_unicode

from crawlers.charset_guess import guess_charset
from crawlers.discovery.markup import declared_charset
from crawlers.extraction.article import Rejection, RejectionReason
from crawlers.extraction.elements import Elements
from crawlers.extraction.plausible import is_unfilled, is_unfilled_url
from crawlers.limits import MAX_PAGE_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_ELEMENTS = 30_000
"""The largest of 278 captured news pages has 4,098. The extractor's time grows with the square of their number; at this
limit it takes several seconds."""
MAX_ATTRIBUTES = 1_000
"""Attributes of one element; on captured pages there are at most 12. The parser compares each with all before it: a
page of elements at this limit takes five seconds, one element with 100,000 attributes two minutes."""

_MAGIC = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"RIFF": "a WebP image or a sound or video file",
    b"OggS": "a sound or video file",
    b"ID3": "a sound file",
    b"PK\x03\x04": "a ZIP archive or an office document",
    b"\x1f\x8b": "gzip data",
    b"\xd0\xcf\x11\xe0": "an office document",
    b"wOFF": "a font",
    b"wOF2": "a font",
}
_MARKUP = re.compile(
    r"<(?:!doctype|html|head|body|title|meta|div|p|article|section|main|h1|span|table|a)\b", re.IGNORECASE
)
_FIRST_ELEMENT = re.compile(r"<!--.*?-->|<\?[^>]*>|<![^>]*>|<([a-z][\w:.-]*)", re.DOTALL | re.IGNORECASE)
_XML_ROOTS = frozenset({"rss", "feed", "rdf:rdf", "urlset", "sitemapindex", "svg"})
_FORBIDDEN_BYTES = bytes(byte for byte in range(0x20) if byte not in b"\t\n\r")
_CONTROL_BYTES = bytes(byte for byte in range(0x20) if byte not in b"\t\n\f\r\x1b")
_CONTROL_REFERENCES = re.compile(
    rb"&#(?:[xX]0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F]|[dD][89a-fA-F][0-9a-fA-F]{2}|[fF]{3}[eEfF])(?![0-9a-fA-F])"
    rb"|0*(?:[0-8]|1[1245-9]|2[0-9]|3[01]|5529[6-9]|55[3-9][0-9]{2}|56[0-9]{3}|57[0-2][0-9]{2}|573[0-3][0-9]|5734[0-3]"
    rb"|6553[45])(?![0-9]));?"
)
"""References to characters that XML does not allow (control characters, surrogates, U+FFFE and U+FFFF). The parser
accepts them, but trafilatura's tree cannot contain them."""
_READABLE = re.compile(rb"[^ \t\r\n\xef\xbf\xbd]")
_PLACEHOLDER = "\u200b".encode()
"""A zero-width space, which is removed from lines later. Without it, removing a reference could join the text around it
into another reference."""
# Possessive quantifiers, and no failure after the first match: every byte is read only once. As for the parser, a quote
# begins a value only after an equals sign; a stray or unclosed one is an ordinary character. The content of a script is
# not a tag.
_TAG = re.compile(
    rb"""(?:<script\b(?=[^>]{0,200}+>)[^>]*+>(?:[^<]++|<(?!/script))*+|<[a-zA-Z])"""
    rb"""((?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+')?+)*+)"""
)
_VALUE = re.compile(rb"""=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>]++)""")
_SUSPICIOUS_EQUALS = 15_000
_SUSPICIOUS_GAP = 30_000
"""Bytes between two closing brackets. Scripts have longer gaps, in which case the check is made for nothing."""
_MULTIBYTE = re.compile(rb"[\xc2-\xf4][\x80-\xbf]+")
_SNIFFED = 2048
"""Bytes examined to distinguish binary data from text; pictures and archives are recognised by their first few."""
_MIN_UTF16_BYTES = 40
_MAX_DIALOGS = 10
_CHARSET_SAMPLE = 20_000
"""Bytes examined to guess an undeclared charset; the time grows with their number."""
_LANGUAGE = re.compile(rb"""<html\b[^>]{0,300}\blang\s*=\s*["']?([a-zA-Z]{2})\b""", re.IGNORECASE)
_SEVEN_BIT = ("iso2022", "hz")
_BINARY_SHARE = 0.1
"""Share of control bytes from which the start of a page is binary data. Text has none, a damaged page a few."""
_COMMENTS = re.compile(
    r"(?:^|[\s_-])(?:comments?(?!-(?:open|closed))|commentlist|disqus|replies)(?:$|[\s_-])", re.IGNORECASE
)
"""Part of the class or identifier of readers' comments."""
_MAX_DAMAGED_SHARE = 0.02
"""Share of the characters beyond ASCII that may be broken in UTF-8, because pages are cut and assembled from parts. In
a page in another charset nearly all of them are broken."""


class _PageElement(HtmlElement):  # type: ignore[misc]
    def text_content(self) -> str:
        """As lxml's, which takes twice the time because it evaluates an XPath expression."""
        return tostring(self, method="text", encoding="unicode", with_tail=False)


_ONE_CLASS = ElementDefaultClassLookup(element=_PageElement, comment=HtmlComment, pi=HtmlProcessingInstruction)
"""By default lxml.html calls a Python function for the class of every element, to support forms."""


@dataclass(frozen=True, slots=True)
class Page:
    """A parsed page. All steps share the tree and must not change it."""

    url: str
    elements: Elements
    base_url: str
    """What relative links are relative to: the page's `base` element or its URL."""
    metas: Mapping[str, tuple[str, ...]]
    """Contents of the `meta` elements by lower-cased `property`, `name`, `itemprop` or `http-equiv`, in page order.
    Values that a template left unfilled, and those of readers' comments, are not among them."""

    @property
    def tree(self) -> HtmlElement:
        """The root of the page's elements."""
        return self.elements.root

    def meta(self, *names: str) -> str | None:
        """The content of the first of these meta elements that the page has."""
        return next((self.metas[name][0] for name in names if name in self.metas), None)


def decode(body: bytes, http_charset: str | None = None) -> str:
    """Decode a page.

    The charset is determined in this order: byte order mark; UTF-16, recognised by its zero bytes; UTF-8 if the bytes
    are valid UTF-8, whatever is declared (text in other charsets is not valid UTF-8 by chance); the charset in the HTTP
    header; the one declared by the page; a guess, also where the bytes disprove a declared UTF-8. Declared names are
    interpreted as browsers do (`latin-1` is windows-1252). Invalid bytes become U+FFFD.
    """
    encoding, mark = read_bom(body)
    if encoding and mark:
        return to_unicode(body[len(mark) :], encoding)
    if utf16 := _utf16_charset(body):
        return to_unicode(body, utf16)
    declared = [
        name
        for label in (http_charset, html_body_declared_encoding(body))
        if label and (name := declared_charset(label))
    ]
    if not any(name.startswith(_SEVEN_BIT) for name in declared) and (text := _utf8(body)) is not None:
        return text
    for name in declared:
        if name != "utf-8":
            try:
                return body.decode(name)
            except UnicodeDecodeError:
                continue
    stated = next((name for name in declared if name != "utf-8"), None)
    return to_unicode(body, stated or _guessed_charset(body))


def _guessed_charset(body: bytes) -> str:
    """The charset of a body that is not UTF-8, by its bytes and, among those of the Latin scripts, by its language."""
    language = _LANGUAGE.search(body[:_SNIFFED])
    return guess_charset(body[:_CHARSET_SAMPLE], language[1].decode().lower() if language else "") or "utf-8"


def _utf16_charset(body: bytes) -> str | None:
    """The charset of UTF-16 without a byte order mark. Markup is ASCII, so nearly every second byte is zero."""
    start = body[:_SNIFFED]
    for offset, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        if (
            len(start) >= _MIN_UTF16_BYTES
            and start[offset::2].count(0) > 0.6 * len(start) / 2
            and start[1 - offset :: 2].count(0) == 0
        ):
            return name
    return None


def _utf8(body: bytes) -> str | None:
    """The text of a body in UTF-8, possibly damaged; None if it is in another charset."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        sequences = len(_MULTIBYTE.findall(body))
        text = body.decode("utf-8", "replace")
        return text if text.count("\ufffd") <= _MAX_DAMAGED_SHARE * sequences else None


def read_page(body: bytes, url: str, http_charset: str | None = None) -> Page | Rejection:
    """Parse a page, or reject it as `empty`, `too_large` or `not_html`."""
    if len(body) > MAX_PAGE_BYTES:
        return Rejection(RejectionReason.TOO_LARGE, f"{len(body):,} bytes; the limit is {MAX_PAGE_BYTES:,}")
    if not body:
        return Rejection(RejectionReason.EMPTY, "the page is empty (0 bytes)")
    if body.isspace():
        return Rejection(RejectionReason.EMPTY, f"the page contains only whitespace ({len(body)} bytes)")
    if found := _not_text(body):
        return Rejection(RejectionReason.NOT_HTML, found)
    text = decode(body, http_charset)
    encoded = _without_control(text)
    if not _READABLE.search(encoded):
        return Rejection(RejectionReason.EMPTY, "the page has no readable characters")
    if found := _not_markup(text):
        return Rejection(RejectionReason.NOT_HTML, found)
    if (attributes := _most_attributes(encoded)) > MAX_ATTRIBUTES:
        detail = f"an element has {attributes:,} attributes; the limit is {MAX_ATTRIBUTES:,}"
        return Rejection(RejectionReason.TOO_LARGE, detail)
    # Without huge_tree the parser drops everything after 255 levels of nesting, which unclosed tags can reach.
    # The bytes are passed as UTF-8, so that a charset declared in the page cannot mislead the parser.
    parser = HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True, collect_ids=False)
    parser.set_element_class_lookup(_ONE_CLASS)
    try:
        tree = document_fromstring(encoded, parser=parser)
    except ParserError:
        return Rejection(RejectionReason.EMPTY, "the page has no elements")
    # The parser silently drops everything after its limit. A truncated article must not be stored as a whole one.
    if (last := parser.error_log.last_error) is not None and last.type == ErrorTypes.ERR_RESOURCE_LIMIT:
        return Rejection(RejectionReason.EXTRACTOR_ERROR, f"the HTML parser stopped: {last.message}")
    most = 2 * encoded.count(b"<") + 4  # `html`, `head`, `body`, and a `p` for each text are implied
    if most > MAX_ELEMENTS and (count := int(cast("float", tree.xpath("count(//*)")))) > MAX_ELEMENTS:
        return Rejection(RejectionReason.TOO_LARGE, f"{count:,} elements; the limit is {MAX_ELEMENTS:,}")
    _join_roots(tree)
    if b"<template" in encoded or b"<dialog" in encoded:
        _open_shown(tree)
    elements = Elements(tree)
    return Page(url, elements, _base_url(elements, url), _metas(elements))


def _join_roots(tree: HtmlElement) -> None:
    """Move what stands in further roots into the body of the first one, as browsers do.

    Where `html` is closed too early, the parser begins another root with the rest of the page.
    """
    body = tree.find("body")
    if body is not None:
        for root in list(tree.itersiblings("html")):
            for part in root.iterchildren("body"):
                part.tag = "div"
            root.tag = "div"
            body.append(root)


def _open_shown(tree: HtmlElement) -> None:
    """Rename templates and dialogs that browsers show: a declarative shadow root, and an open dialog around an article
    with most of the paragraphs (others ask for consent or subscriptions)."""
    for template in list(tree.iter("template")):
        if template.get("shadowrootmode") in ("open", "closed"):
            template.tag = "div"
    for dialog in list(tree.iter("dialog"))[:_MAX_DIALOGS]:
        if dialog.get("open") is not None and dialog.find(".//article") is not None:
            inside, everywhere = (sum(len(p.text_content()) for p in root.iter("p")) for root in (dialog, tree))
            if 2 * inside > everywhere:
                dialog.tag = "div"


def _most_attributes(page: bytes) -> int:
    """The highest number of attributes of one element; 0 if it cannot be high, as in nearly all pages."""
    if page.count(b"=") < _SUSPICIOUS_EQUALS and not _has_gap(page):
        return 0
    tags = (found[1] for found in _TAG.finditer(page) if found.end(1) - found.start(1) > MAX_ATTRIBUTES)
    return max((len(_VALUE.sub(b" ", tag).replace(b"/", b" ").split()) for tag in tags), default=0)


def _has_gap(page: bytes) -> bool:
    """True if there is a long run of bytes without a closing bracket. Examines only a few of the bytes."""
    start = 0
    while len(page) - start >= _SUSPICIOUS_GAP:
        start = page.rfind(b">", start, start + _SUSPICIOUS_GAP) + 1
        if not start:
            return True
    return False


def _without_control(text: str) -> bytes:
    """A text as UTF-8 without characters that the parser does not accept. Byte tables take a tenth of the time of a
    regular expression."""
    encoded = text.encode("utf-8", "ignore").translate(None, _FORBIDDEN_BYTES)
    encoded = _CONTROL_REFERENCES.sub(_PLACEHOLDER, encoded)
    if "\ufffe" in text or "\uffff" in text:
        encoded = encoded.replace(b"\xef\xbf\xbe", b"").replace(b"\xef\xbf\xbf", b"")
    return encoded


def _not_text(body: bytes) -> str | None:
    start = body[:_SNIFFED]
    for magic, kind in _MAGIC.items():
        if start.startswith(magic):
            return kind
    if start[4:8] == b"ftyp":
        return "an image or video file"
    mark, _ = read_bom(start)
    if mark is not None or _utf16_charset(body) is not None:
        return None
    control = len(start) - len(start.translate(None, _CONTROL_BYTES))
    return "binary data" if control > _BINARY_SHARE * len(start) else None


def _not_markup(text: str) -> str | None:
    first = next((match[1] for match in _FIRST_ELEMENT.finditer(text[:5000]) if match[1]), "")
    if first.lower() in _XML_ROOTS:
        return f"an XML document ({first})"
    if _MARKUP.search(text):
        return None
    if text.lstrip()[:1] in ("{", "["):
        return "JSON or a script"
    return "plain text"


def _base_url(elements: Elements, url: str) -> str:
    stated = next((href for base in elements.named("base") if (href := base.get("href", "").strip())), "")
    try:
        joined = urljoin(url, stated)
    except ValueError:
        return url
    return joined if joined.startswith(("http://", "https://")) and not is_unfilled_url(joined) else url


def is_in_comments(element: HtmlElement) -> bool:
    """True for an element of the readers' comments, by the class or identifier of its containers; one with the headline
    is that of the page."""
    return any(
        _COMMENTS.search(f"{container.get('class', '')} {container.get('id', '')}") and container.find(".//h1") is None
        for container in (element, *element.iterancestors("div", "section", "ol", "ul", "li", "aside", "article"))
    )


def _metas(elements: Elements) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for element in elements.named("meta"):
        content = (element.get("content") or "").strip()
        if not content or (element.get("itemprop") and is_in_comments(element)):
            continue
        unfilled = is_unfilled(content)
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            name = (element.get(attribute) or "").strip().lower()
            # A list of keywords may have one placeholder among them.
            if name and (not unfilled or "keywords" in name):
                found.setdefault(name, []).append(content)
    return {name: tuple(contents) for name, contents in found.items()}
