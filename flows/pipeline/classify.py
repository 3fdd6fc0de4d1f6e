"""What each fetch of a segment is to the warehouse: a new article, a new version, a duplicate, or none of these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawlers.archive import Kind
from flows.dedup.exact import Classification, Verdict, classify_all
from flows.identifiers import digest
from flows.pipeline.diff import Edit, compare
from warehouse.lookup import articles_by_fetch_key, articles_by_text, current_texts, stored_articles

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from crawlers.archive import Fetch
    from flows.pipeline.article_version import ArticleVersion, ExtractedFetch
    from warehouse import Writer


@dataclass(frozen=True, slots=True)
class ClassifiedFetch:
    """An extracted fetch and what it is to the warehouse.

    `classification` is the verdict on an article version; `version_id` identifies a version that is new, `edit` is how
    much it changes. `rechecked` is the stored article behind a page that has none now: not modified, gone, or no longer
    an article.
    """

    extracted: ExtractedFetch
    classification: Classification | None = None
    version_id: UUID | None = None
    edit: Edit | None = None
    rechecked: UUID | None = None


def classify_fetches(writer: Writer, fetches: Sequence[ExtractedFetch]) -> list[ClassifiedFetch]:
    """Compare the fetches of a segment, in their order, with what is stored and with each other."""
    classifications = _classify(writer, fetches)
    rechecked = _rechecked(writer, fetches)
    edits = _edits(writer, fetches, classifications)
    return [
        ClassifiedFetch(
            extracted,
            classification,
            version_id=_version_id(extracted.version, classification),
            edit=edit,
            rechecked=article,
        )
        for extracted, classification, edit, article in zip(fetches, classifications, edits, rechecked, strict=True)
    ]


def is_page(fetch: Fetch) -> bool:
    """Whether a line is about an article's page (or an imported record) and not about a listing."""
    return fetch.kind in (Kind.PAGE, Kind.RECORD)


def _classify(writer: Writer, fetches: Sequence[ExtractedFetch]) -> list[Classification | None]:
    identities = [extracted.version.identity for extracted in fetches if extracted.version is not None]
    stored = stored_articles(writer.connection, [identity.article_id for identity in identities])
    texts = articles_by_text(writer.connection, [identity.text_hash for identity in identities])
    classifications = iter(classify_all(identities, stored, texts))
    return [None if extracted.version is None else next(classifications) for extracted in fetches]


def _version_id(version: ArticleVersion | None, classification: Classification | None) -> UUID | None:
    if version is None or classification is None or classification.verdict not in (Verdict.LOADED, Verdict.UPDATED):
        return None
    identity = version.identity
    return digest(
        str(classification.article_id),
        identity.fetched_at.isoformat(),
        str(identity.title_hash),
        str(identity.body_hash),
    )


def _edits(
    writer: Writer, fetches: Sequence[ExtractedFetch], classifications: Sequence[Classification | None]
) -> list[Edit | None]:
    """How much each new version of a stored article, or of one earlier in the segment, changes its text."""
    changed = [one.article_id for one in classifications if one is not None and one.verdict is Verdict.UPDATED]
    texts = current_texts(writer.connection, changed)
    edits: list[Edit | None] = []
    for extracted, classification in zip(fetches, classifications, strict=True):
        edit = None
        if extracted.version is not None and classification is not None:
            text = extracted.version.article.text
            if classification.verdict is Verdict.UPDATED:
                edit = compare(texts[classification.article_id], text)
            if classification.verdict in (Verdict.LOADED, Verdict.UPDATED):
                texts[classification.article_id] = text
        edits.append(edit)
    return edits


def _rechecked(writer: Writer, fetches: Sequence[ExtractedFetch]) -> list[UUID | None]:
    """The stored article behind each answer that gave none: not modified, gone, or no longer an article."""
    keys = [
        extracted.url_key if extracted.version is None and is_page(extracted.fetch) else None for extracted in fetches
    ]
    stored = articles_by_fetch_key(writer.connection, [key for key in keys if key is not None])
    return [None if key is None else stored.get(key) for key in keys]
