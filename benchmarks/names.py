#!/usr/bin/env python3
"""How many of an editor's tags do the names in an article hold? And which countries is it about?

usage: python benchmarks/names.py REPORTS.jsonl.gz

Each report has `title`, `text`, `published_at`, and the tags `places`, `people`, `orgs` (such as "west-germany",
"james-baker", "imf"). The weights in warehouse/names/places.py were chosen on the first, third, … day; "other days" is
the figure to quote. The USA are left out: an American wire tags nearly every report with them.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from typing import TYPE_CHECKING

from babel import Locale

from warehouse.names.extract import names_of
from warehouse.names.gazetteer import folded

if TYPE_CHECKING:
    from warehouse.names.mention import Mention

OTHER_TAGS = {
    "uk": "GB", "usa": "US", "west-germany": "DE", "east-germany": "DE", "ussr": "RU", "hong-kong": "HK", "uae": "AE",
    "ivory-coast": "CI", "burma": "MM", "zaire": "CD", "south-yemen": "YE", "north-yemen": "YE", "yugoslavia": "RS",
    "czechoslovakia": "CZ", "turkey": "TR", "yemen-arab-republic": "YE", "yemen-demo-republic": "YE", "macao": "MO",
    "upper-volta": "BF", "congo": "CG", "kampuchea": "KH",
}  # fmt: skip
COUNTRIES = {
    folded(name).replace(" ", "-"): code for code, name in dict(Locale("en").territories).items() if len(code) == 2
} | OTHER_TAGS


def squeezed(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", folded(name))


def initials(name: str) -> str:
    return "".join(word[0] for word in re.findall(r"[A-Za-z]+", name) if word[0].isupper()).lower()


def holds(tag: str, names: list[Mention]) -> bool:
    """Whether one of the names is the tag: its letters, its initials, or its last word."""
    parts = tag.split("-")
    whole = "".join(parts)
    return any(
        squeezed(one.name) in (whole, parts[0])
        or whole in squeezed(one.name)
        or initials(one.name) in (whole, parts[0])
        or squeezed(one.name.split()[-1]) == parts[-1]
        for one in names
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reports", type=Path)
    with gzip.open(parser.parse_args().reports, "rt", encoding="utf-8") as lines:
        reports = [json.loads(line) for line in lines]
    names_of("", "", "en")  # reads the lists
    start = time.process_time()
    found = [names_of(report["title"], report["text"], "en") for report in reports]
    cost = (time.process_time() - start) / len(reports)
    words = sum(len(report["text"].split()) for report in reports) / len(reports)
    print(f"{cost * 1000:.2f} ms for a report of {words:.0f} words; {sum(map(len, found)) / len(reports):.1f} names")
    days = sorted({report["published_at"][:10] for report in reports})
    for what, chosen in (("days that the weights were chosen on", days[0::2]), ("other days", days[1::2])):
        right = wrong = missing = unnamed = 0
        tags: dict[str, list[bool]] = {"people": [], "orgs": []}
        for report, names in zip(reports, found, strict=True):
            if report["published_at"][:10] not in chosen:
                continue
            tagged = {COUNTRIES[place] for place in report["places"] if place in COUNTRIES} - {"US"}
            about = {one.country for one in names if one.about} - {"US"}
            right, wrong, missing = (
                right + len(tagged & about),
                wrong + len(about - tagged),
                missing + len(tagged - about),
            )
            unnamed += len(tagged - {one.country for one in names})
            for kind, hits in tags.items():
                hits.extend(holds(tag, [one for one in names if one.kind != "country"]) for tag in report[kind])
        shares = ", ".join(f"{kind} {sum(hits) / len(hits):.3f} of {len(hits)}" for kind, hits in tags.items())
        print(
            f"{what}: countries F1 {2 * right / (2 * right + wrong + missing):.3f} (precision "
            f"{right / (right + wrong):.3f}, recall {right / (right + missing):.3f}; "
            f"{unnamed / (right + missing):.3f} are not named in the text); {shares}"
        )


if __name__ == "__main__":
    main()
