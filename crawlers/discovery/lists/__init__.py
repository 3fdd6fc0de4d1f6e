"""Word lists: one word a line or several, `#` starts a comment that says where they come from."""

from __future__ import annotations

from importlib.resources import files


def read_list(name: str) -> frozenset[str]:
    """The words of the list NAME.txt in this folder."""
    text = files(__name__).joinpath(f"{name}.txt").read_text(encoding="utf-8")
    return frozenset(word for line in text.splitlines() for word in line.partition("#")[0].split())
