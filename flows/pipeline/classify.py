"""What each fetch of a segment is to the warehouse: a new article, a new version, a duplicate, or none of these."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crawlers.archive import Kind
from crawlers.extraction.source_profile import cleaned
from flows.dedup.exact import Classification, Verdict, classify_all
from flows.identifiers import digest
from flows.pipeline.diff import Edit, compare
from flows.pipeline.source_profiles import NO_PROFILES
from warehouse.lookup import articles_by_fetch_key, articles_by_text, current_texts, stored_articles

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from crawlers.archive import Fetch
    from flows.pipeline.article_version import ArticleVersion, ExtractedFetch
    from flows.pipeline.source_profiles import Profiles
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


def classify_fetches(
    writer: Writer, fetches: Sequence[ExtractedFetch], profiles: Profiles = NO_PROFILES
) -> list[ClassifiedFetch]:
    """Compare the fetches of a segment, in their order, with what is stored and with each other.

    `profiles` are those that they were extracted with: what only a profile changes in a stored article is no edit.
    """
    classifications = _classify(writer, fetches)
    rechecked = _rechecked(writer, fetches)
    changed = [one.article_id for one in classifications if one is not None and one.verdict is Verdict.UPDATED]
    stored = current_texts(writer.connection, changed)
    edits = _edits(fetches, classifications, {article: text for article, (_, text) in stored.items()})
    classifications = [
        _without_false_edit(extracted, classification, stored, profiles)
        for extracted, classification in zip(fetches, classifications, strict=True)
    ]
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


def _without_false_edit(
    extracted: ExtractedFetch,
    classification: Classification | None,
    stored: Mapping[UUID, tuple[str, str]],
    profiles: Profiles,
) -> Classification | None:
    """The classification; `reextracted` if the profile of the source makes the new version from the stored one."""
    profile = profiles.get(extracted.fetch.source)
    if profile is None or extracted.version is None or classification is None:
        return classification
    if classification.verdict is not Verdict.UPDATED or classification.article_id not in stored:
        return classification
    title, text = stored[classification.article_id]
    article = extracted.version.article
    if cleaned(profile, title, text.split("\n")) != (article.title, article.text.split("\n")):
        return classification
    return replace(classification, change="reextracted")


def _edits(
    fetches: Sequence[ExtractedFetch],
    classifications: Sequence[Classification | None],
    stored: Mapping[UUID, str],
) -> list[Edit | None]:
    """How much each new version of a stored article, or of one earlier in the segment, changes its text."""
    texts = dict(stored)
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
