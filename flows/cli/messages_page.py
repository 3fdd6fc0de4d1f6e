"""Collects every message that a user can see: `python -m flows.cli.messages_page > docs/messages.md`.

They come from the source code: every string literal that reads like words counts, and values that the code inserts
appear as {name}. Help texts are on another page (`commands_page`).
"""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import crawlers
import flows
import warehouse
from flows.cli.commands_page import all_commands
from flows.cli.main import newsloom
from warehouse.checks.doctor import describe_check

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

INTRODUCTION = """\
# Messages

Every error, log line and other text that newsloom shows, in one place, so that you can read them as a whole.
Made by `python -m flows.cli.messages_page > docs/messages.md`. Do not edit this page: a test compares it with the code.

In messages, {name} stands for a value, and [one|other] for a choice. The help texts are in
[commands.md](commands.md), the comments on tables and columns in [schema.md](schema.md).
"""
SECTIONS = {
    "error": "## Errors\n",
    "log": "## Log\n",
    "output": "## Output\n",
    "check": "## Checks of newsloom doctor\n",
    "text": "## Other texts\n\n"
    "Parts of messages, details of rejections and failed requests, allowed values in sources.toml, reports, and names\n"
    "in Prefect's user interface.\n",
}
LONGEST = 800  # characters of a message; longer literals are files, such as the beginning of a new sources.toml
# What these modules write is not a message: pages of the demo's newspapers, generated documentation, SQL.
NOT_MESSAGES = (
    "flows/demo/listings.py",
    "flows/demo/pages.py",
    "flows/demo/web.py",
    "flows/cli/commands_page.py",
    "flows/cli/messages_page.py",
    "warehouse/formats.py",
    "warehouse/schema_page.py",
)
# Literals in these calls are patterns, queries, options of commands, formats, or names of threads.
NOT_MESSAGE_CALLS = frozenset(
    {"argument", "compile", "execute", "Formatter", "fullmatch", "match", "option", "search", "sql", "sub", "Thread"}
)
ERROR_CALLS = ("Error", "Exception", "BadParameter", "Problem", "_mistake")
LOG_CALLS = frozenset({"debug", "info", "warning", "error", "exception", "critical"})
OUTPUT_CALLS = frozenset({"confirm", "echo", "print"})
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_WORD = re.compile(r"(?<![\w-])[^\W\d_]{2,}(?![\w(=])")
_CODE = re.compile(
    r"</|//\*|^\.?//|\[\w+, \w+\]$|<[a-z!][^>]*[=>]|HTTP/1|WARC/1"
    r"|\b(SELECT|FROM|UPDATE|DELETE|INSERT|CREATE|ATTACH|PRAGMA|COPY|WHERE|FORMAT|FILTER) "
    r"|\b(CAST|list_contains)\(|\bDATE '|^\(?\w+ (=|IN) [({]|default-src |attachment; "
    r"|\b(strftime|REPLACE|PARTITION_BY|TIMESTAMPTZ)\b|:=|^[\w, ]+_\w+, \w+$|charset=|msgtype="
    r"|^newsloom [a-z]+$|^(\w\w )+\w\w$|^from .* import |^python -m "
)


@dataclass(frozen=True, slots=True)
class Message:
    """A text in the code, with the path of its module and its kind, a key of SECTIONS."""

    module: str
    kind: str
    text: str


def messages_page() -> str:
    """The text of docs/messages.md."""
    parts = [INTRODUCTION]
    helps = (context.get_help() for context in all_commands(newsloom, "newsloom"))
    in_help = " ".join(" ".join(helps).split())
    messages = [message for message in all_messages() if message.text not in in_help]
    for kind, heading in SECTIONS.items():
        parts.append(heading)
        chosen = [message for message in messages if message.kind == kind]
        for module, found in groupby(chosen, key=lambda message: message.module):
            texts = dict.fromkeys(message.text for message in found)
            parts.append(f"### {module}\n\n" + "".join(f"- {_as_markdown(text)}\n" for text in texts))
    return "\n".join(parts)


def all_messages() -> Iterator[Message]:
    """The messages of all modules, sorted by module."""
    for package in (crawlers, flows, warehouse):
        root = _root(package)
        for file in sorted(root.rglob("*.py")):
            module = file.relative_to(root.parent).as_posix()
            if module not in NOT_MESSAGES:
                yield from messages_in(file.read_text(encoding="utf-8"), module)
    for file in sorted((_root(warehouse) / "checks").glob("*.sql")):
        yield Message("warehouse/checks", "check", describe_check(file.read_text(encoding="utf-8")))


def messages_in(source: str, module: str) -> Iterator[Message]:
    """The messages in the source of one module, in its order."""
    kind = "error" if module.endswith("/errors.py") else "text"
    yield from _visit(ast.parse(source), kind, module)


def _root(package: ModuleType) -> Path:
    assert package.__file__ is not None
    return Path(package.__file__).parent


def _visit(node: ast.AST, kind: str, module: str) -> Iterator[Message]:
    if isinstance(node, ast.Assert) or (isinstance(node, ast.Expr) and _is_text(node.value)):
        return  # a docstring, or a message for developers
    if isinstance(node, ast.Call):
        name = _name(node.func)
        if name == "counted":
            return  # part of a message
        if name in NOT_MESSAGE_CALLS:
            return
        kind = _kind_of(node, name) or kind
    if _is_text(node):
        text = " ".join(_rendered(node).split())
        if _is_message(text):
            yield Message(module, kind, text)
        return
    for child in ast.iter_child_nodes(node):
        yield from _visit(child, kind, module)


def _kind_of(call: ast.Call, name: str) -> str | None:
    if name.endswith(ERROR_CALLS):
        return "error"
    if isinstance(call.func, ast.Attribute):
        if name in LOG_CALLS and "log" in _name(call.func.value):
            return "log"
        if name in OUTPUT_CALLS:
            return "output"
    return None


def _is_message(text: str) -> bool:
    if not 3 < len(text) < LONGEST or " " not in text or _CODE.search(text):
        return False
    bare = _PLACEHOLDER.sub("", text)
    return len(_WORD.findall(bare)) >= (1 if bare != text else 2)


def _is_text(node: ast.AST) -> bool:
    """Whether a node is a string literal, an f-string, or a concatenation with one."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _is_text(node.left) or _is_text(node.right)
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _rendered(node: ast.AST) -> str:
    """A text with {name} in place of each value."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_rendered(part) for part in node.values)
    if isinstance(node, ast.BinOp) and _is_text(node):
        return _rendered(node.left) + _rendered(node.right)
    value = node.value if isinstance(node, ast.FormattedValue) else node
    if isinstance(value, ast.IfExp) and (_is_text(value.body) or _is_text(value.orelse)):
        return f"[{_rendered(value.body)}|{_rendered(value.orelse)}]"
    if isinstance(value, ast.Call) and _name(value.func) == "counted":
        number, noun, *plural = value.args
        return f"{{{_name(number)}}} [{_rendered(noun)}|{_rendered(plural[0]) if plural else f'{_rendered(noun)}s'}]"
    return f"{{{_name(value) or '…'}}}"


def _name(node: ast.AST) -> str:
    """The name that describes an expression best; empty if there is none."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return "type" if node.attr == "__name__" else node.attr
    if isinstance(node, ast.Subscript):
        return _name(node.value)
    if isinstance(node, ast.BoolOp):
        return _name(node.values[0])
    if isinstance(node, ast.BinOp):
        return _name(node.left)
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and not node.args:
            return _name(node.func.value)
        return _name(node.args[0]) if node.args else _name(node.func)
    return ""


def _as_markdown(text: str) -> str:
    return text.replace("<", "&lt;")


if __name__ == "__main__":
    sys.stdout.write(messages_page())
