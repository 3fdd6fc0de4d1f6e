"""Extracted pages as Arrow files, in which the workers of a cluster leave them for the loader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np
import pyarrow as pa

from crawlers.extraction import Article, Rejection, RejectionReason
from flows.dedup.exact import PageIdentity
from flows.dedup.text.features import Features
from flows.dedup.text.terms import Terms
from flows.pipeline.article_version import ArticleVersion, ExtractedFetch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from crawlers.archive import Fetch

_TIME = pa.timestamp("us", "UTC")
_TEXTS = pa.list_(pa.string())
_HASHES = pa.list_(pa.uint64())
_ARTICLE = pa.struct(
    {
        "url": pa.string(),
        "title": pa.string(),
        "authors": _TEXTS,
        "published_at": _TIME,
        "modified_at": _TIME,
        "published_precision": pa.string(),
        "language": pa.string(),
        "section": pa.string(),
        "tags": _TEXTS,
        "image_url": pa.string(),
        "description": pa.string(),
        "text": pa.large_string(),
        "is_free": pa.bool_(),
        "published_utc_offset": pa.int32(),
        "provenance": pa.list_(_TEXTS),
    }
)
_VERSION = pa.struct(
    {
        "article": _ARTICLE,
        "article_key": pa.uint64(),
        "article_id": pa.binary(16),
        "title_hash": pa.binary(16),
        "body_hash": pa.binary(16),
        "text_hash": pa.binary(16),
        "plain": pa.bool_(),
        "word_count": pa.int64(),
        "shingles": _HASHES,
        "fingerprints": _HASHES,
        "term_hashes": pa.list_(pa.uint32()),
        "term_weights": pa.list_(pa.float32()),
        "term_rarity": pa.list_(pa.float32()),
        "term_names": pa.list_(pa.bool_()),
    }
)
SCHEMA = pa.schema(
    {
        "url_key": pa.uint64(),
        "final_key": pa.uint64(),
        "fetch_key": pa.uint64(),
        "reason": pa.string(),
        "detail": pa.string(),
        "version": _VERSION,
    }
)
"""One row per page, in the order of the pages: `reason` and `detail` of a rejection, or the `version` of an article."""


def write_extracted(path: Path, pages: Sequence[ExtractedFetch]) -> None:
    """Write extracted pages, with `version` and the rest of SCHEMA; the file appears complete or not at all."""
    unfinished = path.with_name(path.name + ".new")
    with pa.OSFile(str(unfinished), "wb") as file, pa.ipc.new_file(file, SCHEMA, options=_options()) as writer:
        writer.write_table(pa.Table.from_pylist([_row(page) for page in pages], SCHEMA))
    unfinished.replace(path)


def read_extracted(path: Path, fetches: Sequence[Fetch]) -> list[ExtractedFetch]:
    """Read the extracted pages of these fetches. Raises ValueError if the file has another number of pages."""
    with pa.OSFile(str(path), "rb") as file:
        rows = pa.ipc.open_file(file).read_all().to_pylist()
    return [_page(fetch, row) for fetch, row in zip(fetches, rows, strict=True)]


def _options() -> pa.ipc.IpcWriteOptions:
    return pa.ipc.IpcWriteOptions(compression="zstd")


def _row(page: ExtractedFetch) -> dict[str, Any]:
    row: dict[str, Any] = {"url_key": page.url_key, "final_key": page.final_key}
    found = page.found
    if isinstance(found, Rejection):
        return row | {"reason": found.reason.value, "detail": found.detail}
    if found is None:
        return row
    article, identity, features = found.article, found.identity, found.features
    return row | {
        "fetch_key": identity.fetch_key,
        "version": {
            "article": {name: getattr(article, name) for name in _ARTICLE.names},
            "article_key": found.article_key,
            **{name: getattr(identity, name).bytes for name in _IDS},
            "plain": identity.plain,
            "word_count": found.word_count,
            "shingles": features.shingles,
            "fingerprints": features.fingerprints,
            **{f"term_{name}": getattr(features.terms, name) for name in _TERMS},
        },
    }


_IDS = ("article_id", "title_hash", "body_hash", "text_hash")
_TERMS = {"hashes": np.uint32, "weights": np.float32, "rarity": np.float32, "names": np.bool_}


def _page(fetch: Fetch, row: dict[str, Any]) -> ExtractedFetch:
    return ExtractedFetch(fetch, row["url_key"], row["final_key"], _found(fetch, row))


def _found(fetch: Fetch, row: dict[str, Any]) -> ArticleVersion | Rejection | None:
    if row["reason"] is not None:
        return Rejection(RejectionReason(row["reason"]), row["detail"])
    version = row["version"]
    if version is None:
        return None
    stated = version["article"]
    for name in ("authors", "tags"):
        stated[name] = tuple(stated[name])
    stated["provenance"] = tuple((field, origin) for field, origin in stated["provenance"])
    ids = {name: UUID(bytes=version[name]) for name in _IDS}
    return ArticleVersion(
        article=Article(**stated),
        article_key=version["article_key"],
        identity=PageIdentity(fetch_key=row["fetch_key"], fetched_at=fetch.fetched_at, plain=version["plain"], **ids),
        word_count=version["word_count"],
        features=Features(
            shingles=np.array(version["shingles"], np.uint64),
            fingerprints=np.array(version["fingerprints"], np.uint64),
            terms=Terms(**{name: np.array(version[f"term_{name}"], kind) for name, kind in _TERMS.items()}),
        ),
    )
