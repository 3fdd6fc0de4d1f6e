"""Which key of a record is which field of an article: newsloom's own keys and those of other tools.

The keys of other tools are those that their code writes:

- news-please: `NewsArticle.get_dict` in newsplease/NewsArticle.py. A missing date is the text "None".
- trafilatura: `build_json_output` in trafilatura/xml.py. `xmltocsv` there writes the columns of `TRAFILATURA_COLUMNS`
  without a line of names, and "null" for a missing value.
- Fundus: `Article.to_json` in fundus/scraping/article.py, and `ArticleBody.serialize` in fundus/parser/data.py.
  `Crawler.crawl(save_to_file=…)` writes an object with a list of articles for each publisher. It writes no URLs.
- newspaper4k: `article_json_fields` in newspaper/settings.py. Its `language` is that of the configuration, so the
  page's own (`meta_lang`) is read instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FIELDS = (
    "url",
    "title",
    "text",
    "source",
    "published_at",
    "published_precision",
    "published_utc_offset",
    "modified_at",
    "first_seen_at",
    "authors",
    "language",
    "section",
    "tags",
    "image_url",
    "description",
    "is_free",
)
"""What an imported record may have; `crawlers.extraction.imported_records` documents the values."""
EXPORTED = frozenset({"article_id", "extractor", "provenance"})
"""Columns of an export of the view `articles` that tell that a record is one, and where its fields came from."""
DERIVED = frozenset(
    {
        "published_day",
        "word_count",
        "duplicate_of",
        "duplicate_kind",
        "similarity",
        "story_id",
        "last_seen_at",
        "versions",
        "segment",
        "warc_offset",
    }
)
"""Columns of an export that newsloom computes again, or that describe the warehouse and not the article."""
TRAFILATURA_COLUMNS = (
    "url",
    "id",
    "fingerprint",
    "hostname",
    "title",
    "image",
    "date",
    "text",
    "comments",
    "license",
    "pagetype",
)


@dataclass(frozen=True, slots=True)
class Tool:
    """A program whose exports are recognised by having all keys of one of the `signs`.

    `keys` has for each field the keys that may hold it, the best first; `same` has keys that say the same as others.
    """

    name: str
    signs: tuple[frozenset[str], ...]
    keys: Mapping[str, tuple[str, ...]]
    same: frozenset[str] = frozenset()


NEWSLOOM = Tool("newsloom", (), {field: (field,) for field in FIELDS}, DERIVED | EXPORTED)
TOOLS = (
    Tool(
        "news-please",
        (frozenset({"maintext"}), frozenset({"date_publish"}), frozenset({"date_download"})),
        {
            "url": ("url",),
            "title": ("title",),
            "text": ("maintext", "text"),
            "source": ("source_domain",),
            "published_at": ("date_publish",),
            "modified_at": ("date_modify",),
            "first_seen_at": ("date_download",),
            "authors": ("authors",),
            "language": ("language",),
            "image_url": ("image_url",),
            "description": ("description",),
        },
    ),
    Tool(
        "trafilatura",
        (frozenset({"source-hostname"}), frozenset({"fingerprint", "hostname"})),
        {
            "url": ("url", "source"),
            "title": ("title",),
            "text": ("text",),
            "source": ("hostname",),
            "published_at": ("date",),
            "authors": ("author",),
            "language": ("language",),
            "section": ("categories",),
            "tags": ("tags",),
            "image_url": ("image",),
            "description": ("excerpt",),
        },
    ),
    Tool(
        "Fundus",
        (frozenset({"publishing_date"}), frozenset({"free_access"})),
        {
            "url": ("url",),
            "title": ("title",),
            "text": ("plaintext", "body"),
            "source": ("publisher",),
            "published_at": ("publishing_date",),
            "authors": ("authors",),
            "language": ("lang",),
            "tags": ("topics",),
            "image_url": ("images",),
            "is_free": ("free_access",),
        },
        same=frozenset({"plaintext", "body"}),
    ),
    Tool(
        "newspaper4k",
        (frozenset({"publish_date"}), frozenset({"meta_site_name"})),
        {
            "url": ("url",),
            "title": ("title",),
            "text": ("text",),
            "published_at": ("publish_date",),
            "authors": ("authors",),
            "language": ("meta_lang",),
            "tags": ("tags",),
            "image_url": ("top_image", "meta_img"),
            "description": ("meta_description",),
        },
        same=frozenset({"language", "meta_img", "canonical_link"}),
    ),
)
