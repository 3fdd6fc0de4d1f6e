"""Extract an `Article` from a stored page or an imported record, or a `Rejection` that gives the reason.

Pure functions: no network, no disk, no clock, and the same page always gives the same result. `extract` (in
`extractor`) takes these steps, each in the module named:

1. `page`: decode the bytes, parse the HTML, list its elements (`elements`), read the meta elements. Rejects what is not
   HTML.
2. `metadata.read_declared`: collect what the page declares about itself, once for all later steps. JSON-LD is read in
   `json_ld`, the titles in `stated_titles`.
3. `body`: find the text. `normalising` brings the markup into the forms that trafilatura knows, which runs in
   `trafilatura_adapter`. `text_blocks` splits the whole page into blocks, `block_features` describes them, and
   `block_model` chooses the article's. `cleaning` drops lines that do not belong to it, and `leads` adds the lead.
   Pages that need scripts: `script_state`, `script_blocks`.
4. `rejections`: decide whether the page is an article, from the measurements in `page_signals` and `page_kind`.
5. `metadata.choose_metadata`: choose each field. The title is chosen in `titles`, the dates in `dates` (those that the
   page only shows in `shown_dates`), the authors in `authors` (from `bylines`), the canonical URL in `urls`, by what
   `plausible` lets pass; section, tags, image and description in `metadata` itself.
6. `source_profile`: drop the lines, and the rests of titles, that stand on many pages of the source, if its profile is
   given.
7. `language`: the declared language, checked against the text.

`extract_record` (`imported_records`) does the same for articles imported without a page; `explain` shows why an
extraction has its result. Phrases in many languages are data, in `rules/*.toml`. `preload` reads all that before
workers are forked. The caller enforces the time limit.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from crawlers.dates import Precision
from crawlers.extraction.article import Article, Rejection, RejectionReason
from crawlers.extraction.version import EXTRACTOR_VERSION, extractor_version

if TYPE_CHECKING:
    from crawlers.extraction.cleaning import clean_text
    from crawlers.extraction.extractor import extract
    from crawlers.extraction.imported_records import extract_record
    from crawlers.extraction.source_profile import SourceProfile

__all__ = [
    "EXTRACTOR_VERSION",
    "Article",
    "Precision",
    "Rejection",
    "RejectionReason",
    "SourceProfile",
    "clean_text",
    "extract",
    "extract_record",
    "extractor_version",
]

_HEAVY = {
    "SourceProfile": "source_profile",
    "clean_text": "cleaning",
    "extract": "extractor",
    "extract_record": "imported_records",
}
"""Names by module that are imported when they are first used: trafilatura and the rules take two thirds of a second,
which processes that only pass articles on need not spend."""


def __getattr__(name: str) -> object:
    if name not in _HEAVY:
        raise AttributeError(name, name=name)
    return getattr(import_module(f"{__name__}.{_HEAVY[name]}"), name)
