"""Pictures for the documentation, of a new run of the demo: `python -m tests.flows.dashboard.pictures docs/images`.

One PNG for each view of the dashboard, and run.svg, the terminal. With a width and a scheme (`360 dark`), other
pictures to look at.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from flows.dashboard.views import VIEWS
from tests.flows.dashboard.browser import Browser
from tests.flows.dashboard.conftest import served
from warehouse import connect

ADDRESSES = {
    "stories": "/stories?day=2026-02-12",  # the day of the ferry
    "search": "/search?q=ferry+OR+harbour+OR+puerto",
    "voice": "/voice?term=ferry&term=council+OR+Rat+OR+ayuntamiento",
    "overlap": "/overlap?source=harbour-courier&other=kestrel-valley-post",
    "names": "/names?name=Joan+Maddock",
    "syndication": "/syndication",
    "headlines": "/headlines",
    "health": "/health",
    "pages": "/pages",
    "runs": "/runs",
}
WIDTH = 1160
HEIGHT = 590
HEIGHTS = {"search": 700, "voice": 860, "names": 720, "pages": 700}  # of pages whose plot is further down
COLUMNS = 74
# What rich makes of a terminal, without its link to a font on another server.
SVG = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg"><style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, monospace; font-size: {char_height}px;
line-height: {line_height}px; font-variant-east-asian: full-width; }}
{styles}</style><defs><clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}"
height="{terminal_height}"/></clipPath>{lines}</defs>{chrome}<g transform="translate({terminal_x}, {terminal_y})"
clip-path="url(#{unique_id}-clip-terminal)">{backgrounds}<g class="{unique_id}-matrix">{matrix}</g></g></svg>
"""


def addresses(data: Path) -> dict[str, str]:
    """Where each view is seen best, by its name."""
    with connect(data) as connection:
        story = connection.execute("SELECT story_id FROM stories ORDER BY sources DESC, title LIMIT 1").fetchone()
        article = connection.execute("SELECT article_id FROM articles ORDER BY versions DESC, url LIMIT 1").fetchone()
    assert story
    assert article
    found = ADDRESSES | {"story": f"/story/{story[0]}", "article": f"/article/{article[0]}"}
    assert found.keys() == {view.name for view in VIEWS}
    return found


def picture_of_terminal(text: str) -> str:
    """An SVG of coloured output, with the command that made it."""
    with Path(os.devnull).open("w") as nowhere:
        console = Console(file=nowhere, record=True, width=COLUMNS + 1)
        console.print(Text("$ newsloom demo"), Text.from_ansi(text), sep="\n")
    svg = console.export_svg(title="newsloom", theme=MONOKAI, code_format=SVG, unique_id="newsloom")
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


def main(folder: Path, width: int, scheme: str) -> None:
    """Run the demo, and write run.svg and NAME.png for each view."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        data = Path(scratch, "newsloom-demo")
        done = subprocess.run(
            [sys.executable, "-m", "flows.cli", "demo"], cwd=scratch, check=True, capture_output=True, text=True,
            env=os.environ | {"FORCE_COLOR": "1", "COLUMNS": str(COLUMNS)},
        )  # fmt: skip
        (folder / "run.svg").write_text(picture_of_terminal(done.stdout.partition("\nQueries")[0]), encoding="utf-8")
        with served(data) as dashboard:
            browser = Browser(Path(scratch, "profile"))
            browser.scheme(scheme)
            for name, address in addresses(data).items():
                browser.size(width, HEIGHTS.get(name, HEIGHT))
                browser.open(dashboard.url.rstrip("/") + address)
                browser.screenshot(folder / f"{name}.png")
            browser.close()


if __name__ == "__main__":
    _, folder, *look = sys.argv
    width, scheme = look or (WIDTH, "light")
    main(Path(folder), int(width), scheme)
