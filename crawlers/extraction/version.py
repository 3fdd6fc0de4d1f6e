"""The version of the extractor, which every article version in the warehouse states."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawlers.extraction.source_profile import SourceProfile

BLOCK_MODEL = "blocks-1"
"""The version of the weights of `block_model`, which their file states too."""
EXTRACTOR_VERSION = f"newsloom-11+{BLOCK_MODEL}+trafilatura-{version('trafilatura')}"
"""Stored with every article version. Its first number changes whenever any page would give a different result."""


def extractor_version(source_profile: SourceProfile | None) -> str:
    """The version of the extractor with a profile, which rows state: the same one reads a page the same way."""
    return f"{EXTRACTOR_VERSION}+profile-{source_profile.version}" if source_profile else EXTRACTOR_VERSION
