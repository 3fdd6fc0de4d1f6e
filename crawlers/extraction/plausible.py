"""Recognise values that no publisher meant: templates that were not filled in, and identifiers in place of words."""

from __future__ import annotations

import re

_UNFILLED = re.compile(
    r"\{\{[^{}]*\}\}|\{%.*?%\}|\$\{[^{}]*\}|\[\[[^\[\]]*\]\]|<%.*?%>|\[object \w+\]|\A\s*%{1,2}[\w.\- ]+%{1,2}\s*\Z"
    r"|\A\s*\{[\w.]+\}\s*\Z|\A\s*__\w+__\s*\Z",
    re.IGNORECASE,
)
_MAYBE_UNFILLED = re.compile(r"[{\[<%_]")
"""Characters of which `_UNFILLED` needs one."""
_EMPTY = frozenset({"null", "undefined", "none", "nan", "(null)", "(none)", "n/a", "#n/a", "nil", "[]", "{}"})
_ENCODED = re.compile(r"%7B%7B|%24%7B|%5B%5B|%5Bobject", re.IGNORECASE)
_IDENTIFIER = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\d{5,}|(?=[a-z]*\d)[0-9a-f]{12,}|[\w.]+[:=]\d+",
    re.IGNORECASE,
)
_TEMPLATE_TAG = re.compile(
    r"(?:nlp|iab|cms|template|layout|page ?type|content ?type|article ?type|content ?id|article ?id|category|section"
    r"|channel|format|source|type|ad ?unit|tone|wordcount|storytype)(?: \w+){0,2}\s*[:=]\s*\S.*",
    re.IGNORECASE,
)
_GLUED = re.compile(r"[a-z]{25,}")
"""Words of a template written as one; the compounds of German and its neighbours that are as long have a capital."""


def is_unfilled(text: str) -> bool:
    """True for a value that a template, or a script, left without content: `{{author}}`, `%author%`, `null`."""
    words = text.lower().split()
    return (bool(words) and all(word in _EMPTY for word in words)) or (
        _MAYBE_UNFILLED.search(text) is not None and _UNFILLED.search(text) is not None
    )


def is_unfilled_url(url: str) -> bool:
    """True for a URL with a part that a template left without content."""
    path = url.partition("://")[2] or url
    return (
        is_unfilled(url)
        or _ENCODED.search(url) is not None
        or any(part.lower() in _EMPTY for part in re.split(r"[/?=&#]", path))
    )


def is_topic(tag: str) -> bool:
    """False for a keyword that is an identifier, or belongs to the publisher's template."""
    return not (is_unfilled(tag) or _IDENTIFIER.fullmatch(tag) or _TEMPLATE_TAG.fullmatch(tag) or _GLUED.fullmatch(tag))
