"""What `newsloom --version` prints: everything that a result or a fault may depend on."""

from __future__ import annotations

import platform
from importlib.metadata import version

PACKAGES = ("scrapy", "trafilatura", "prefect", "duckdb")


def versions() -> str:
    """One line each for newsloom, Python, the operating system, the main packages, and newsloom's own methods.

    The names of the methods are those that rows of the warehouse carry.
    """
    from crawlers.extraction import EXTRACTOR_VERSION
    from flows.dedup import DUPLICATE_METHOD, LINK_METHOD, STORY_METHOD

    lines = [
        ("newsloom", version("newsloom")),
        ("Python", platform.python_version()),
        ("platform", platform.platform(terse=True)),
        *((name, version(name)) for name in PACKAGES),
        ("extractor", EXTRACTOR_VERSION),
        ("duplicates", DUPLICATE_METHOD),
        ("stories", STORY_METHOD),
        ("links", LINK_METHOD),
    ]
    return "\n".join(f"{name} {value}" for name, value in lines)
