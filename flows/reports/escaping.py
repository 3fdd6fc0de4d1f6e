"""Makes text from pages and files harmless where it is shown: in Markdown, and in a line of a terminal or a mail."""

from __future__ import annotations

# Characters that Markdown, or HTML in it, would interpret are escaped; control characters are removed.
_SPECIAL = {character: f"\\{character}" for character in "\\`*_{}[]()#+-.!|~"}
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}
_CONTROL = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)), "")
_MARKDOWN = str.maketrans({**_CONTROL, **_SPECIAL, **_ENTITIES})
_AUTOLINK = str.maketrans({":": "&#58;", "@": "&#64;"})
_IN_URL = str.maketrans(
    {"(": "%28", ")": "%29", "<": "%3C", ">": "%3E", "\\": "%5C", "|": "%7C", '"': "%22", "`": "%60"}
)


def escape_markdown(text: str) -> str:
    """Escape text for Markdown, so that it is one line without markup or links."""
    return " ".join(text.split()).translate(_MARKDOWN)


def markdown_link(text: str, url: str) -> str:
    """A Markdown link to an http(s) URL; the text alone for any other."""
    shown = escape_markdown(text).translate(_AUTOLINK)
    if not url.lower().startswith(("http://", "https://")):
        return shown
    return f"[{shown}]({''.join(url.split()).translate(_IN_URL)})"


def one_line(text: str) -> str:
    """A text as one line, whose control characters do not command a terminal."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in " ".join(text.split()))
