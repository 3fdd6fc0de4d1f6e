"""Word lists: one or several words per line. `#` starts a comment, which says where the words come from."""

from __future__ import annotations

from importlib.resources import files


def read_list(name: str) -> frozenset[str]:
    """The words in the file NAME.txt in this folder."""
    text = files(__name__).joinpath(f"{name}.txt").read_text(encoding="utf-8")
    return frozenset(word for line in text.splitlines() for word in line.partition("#")[0].split())
