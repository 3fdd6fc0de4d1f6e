"""The files of extracted pages have what an article has."""

from __future__ import annotations

from dataclasses import fields

from crawlers.extraction import Article
from flows.pipeline.extracted_files import SCHEMA


def test_an_extracted_file_has_every_field_of_an_article() -> None:
    version = SCHEMA.field("version").type
    assert set(version.field("article").type.names) == {field.name for field in fields(Article)}
