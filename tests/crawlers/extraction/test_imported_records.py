"""Imported records: JSON objects and plain texts."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.extraction import Article, Rejection, RejectionReason, extract_record

GOOD: dict[str, object] = {
    "url": "HTTPS://Paper.example:443/news/a-story?utm_source=feed#top",
    "title": " The  title ",
    "text": "First paragraph of the story.\r\n\r\n  Second paragraph.\n\n\n- a dash as printed",
}
JSON = "application/json"


def imported(record: object, **changes: object) -> Article | Rejection:
    if isinstance(record, dict):
        record = {**record, **changes}
    return extract_record(json.dumps(record).encode(), JSON, "https://ignored.example/")


def test_a_record_with_all_keys_is_an_article() -> None:
    found = imported(
        GOOD,
        published_at="2026-03-01T08:30:00+01:00",
        authors=["By Ada Park and Bo Lind"],
        language="en-GB",
        source="The Paper",
        more={"of": "no matter"},
    )
    assert found == Article(
        url="https://paper.example/news/a-story",
        title="The title",
        authors=("Ada Park", "Bo Lind"),
        published_at=datetime(2026, 3, 1, 7, 30, tzinfo=UTC),
        modified_at=None,
        published_precision="minute",
        published_utc_offset=60,
        language="en",
        section=None,
        tags=(),
        image_url=None,
        description=None,
        text="First paragraph of the story.\nSecond paragraph.\n- a dash as printed",
        is_free=None,
        provenance=(
            ("url", "record"),
            ("title", "record"),
            ("authors", "record"),
            ("published_at", "record"),
            ("language", "record"),
        ),
    )


def test_optional_keys_may_be_left_out_or_null_and_the_language_is_detected() -> None:
    text = "Der Stadtrat hat am Abend beschlossen, die alte Brücke über den Fluss zu erhalten und nicht abzureißen."
    found = imported(GOOD, text=text, published_at=None, authors=None, language=None, source=None)
    assert isinstance(found, Article)
    assert (found.published_at, found.published_precision, found.authors, found.language) == (None, None, (), "de")


def test_one_author_may_be_a_string() -> None:
    found = imported(GOOD, authors="Ada Park; Bo Lind")
    assert isinstance(found, Article)
    assert found.authors == ("Ada Park", "Bo Lind")


@pytest.mark.parametrize(
    "written", ["2026-03-02T08:30:00+01:00", "20260302T083000+0100", "2026-W10-1T07:30Z", "2026-03-02 07:30:00.5Z"]
)
def test_any_spelling_of_iso_8601_is_read(written: str) -> None:
    found = imported(GOOD, published_at=written)
    assert isinstance(found, Article)
    assert (found.published_at, found.published_precision) == (datetime(2026, 3, 2, 7, 30, tzinfo=UTC), "minute")


@pytest.mark.parametrize("written", [1772436600, 1772436600000, "Mon, 02 Mar 2026 08:30:00 +0100"])
def test_dates_as_other_programs_write_them_are_read(written: object) -> None:
    found = imported(GOOD, published_at=written)
    assert isinstance(found, Article)
    assert (found.published_at, found.published_precision) == (datetime(2026, 3, 2, 7, 30, tzinfo=UTC), "minute")


def test_a_day_stays_a_day() -> None:
    found = imported(GOOD, published_at="2026-03-01")
    assert isinstance(found, Article)
    assert (found.published_at, found.published_precision) == (datetime(2026, 3, 1, tzinfo=UTC), "day")


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", "invalid JSON: Expecting value at character 1"),
        (b'{"url": "https://a.example/", ', "invalid JSON: "),
        (b'{"title": "\xe4"}', "not UTF-8 at byte 11"),
        (b"[" * 100_000, "nested too deeply"),
        (b'["a", "list"]', 'a list (["a", "list"]); a JSON object is expected'),
        (b'"text"', 'a string ("text")'),
        (b"null", "null (null)"),
        (b"3", "a number (3)"),
    ],
)
def test_a_line_that_is_not_an_object_is_rejected(body: bytes, detail: str) -> None:
    found = extract_record(body, "application/json; charset=utf-8", "x")
    assert isinstance(found, Rejection)
    assert found.reason is RejectionReason.BAD_RECORD
    assert detail in found.detail


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"title": None}, "title missing; required: url, title, text; found: url, title, text"),
        ({"url": None, "text": None}, "url, text missing; required: url, title, text"),
        ({"text": 5}, "text is a number (5); a string is expected"),
        ({"title": ["a"]}, 'title is a list (["a"]); a string is expected'),
        ({"text": " \n "}, 'text is empty (" \\n "); a string with at least one word is expected'),
        ({"title": "..."}, 'title is empty ("...")'),
        ({"url": "file:///etc/hosts"}, 'url "file:///etc/hosts" is invalid: '),
        ({"url": "paper.example/story"}, 'url "paper.example/story" is invalid: '),
        ({"url": "https://"}, "an http(s) URL is expected"),
        (
            {"published_at": "yesterday"},
            'published_at is "yesterday"; ISO 8601 is expected, such as 2026-03-01T08:30:00+01:00',
        ),
        ({"published_at": "2026-02-30"}, 'published_at is "2026-02-30"'),
        ({"published_at": "01/03/2026"}, 'published_at is "01/03/2026"'),
        (
            {"published_at": "0001-01-01"},
            'published_at is "0001-01-01"; a year from 1901 to 2099 is expected, but not 1970-01-01',
        ),
        (
            {"published_at": "1970-01-01T00:00:00Z"},
            "but not 1970-01-01 (zero in Unix time), or null if it is not known",
        ),
        ({"published_at": "1500-03-01T08:30:00Z"}, "a year from 1901 to 2099 is expected"),
        ({"published_at": "9999-12-31T23:00:00-05:00"}, "a year from 1901 to 2099 is expected"),
        ({"published_at": ["2026-03-01"]}, 'published_at is ["2026-03-01"]; ISO 8601 is expected'),
        (
            {"authors": {"name": "Ada"}},
            'authors is an object ({"name": "Ada"}); a list of strings or one string is expected',
        ),
        ({"authors": ["Ada", 5]}, 'authors is a list (["Ada", 5])'),
        ({"authors": False}, "authors is true or false (false)"),
        ({"language": "english"}, 'language is "english"; a two-letter ISO 639-1 code is expected, such as en'),
        ({"language": 1}, "language is a number (1)"),
        ({"source": 1}, "source is a number (1); a string is expected"),
    ],
)
def test_the_rejection_of_a_record_names_the_key_the_value_and_what_is_allowed(
    changes: dict[str, object], detail: str
) -> None:
    found = imported(GOOD, **changes)
    assert isinstance(found, Rejection)
    assert found.reason is RejectionReason.BAD_RECORD
    assert detail in found.detail


@pytest.mark.parametrize("key", ["url", "published_at", "language"])
def test_half_a_surrogate_pair_is_quoted_escaped(key: str) -> None:
    found = imported(GOOD, **{key: "http://town.example/\ud83d"})
    assert isinstance(found, Rejection)
    assert r"http://town.example/\ud83d" in found.detail
    found.detail.encode("utf-8")


def test_only_the_start_of_a_long_value_is_quoted() -> None:
    found = imported(GOOD, url="x" * 10_000)
    assert isinstance(found, Rejection)
    assert len(found.detail) < 400


def test_the_first_line_of_a_plain_text_is_its_title() -> None:
    found = extract_record(
        "\n\nDer Titel\n\nErster Absatz.\nZweiter.\n".encode("utf-16"), "text/plain", "https://a.example/t?utm_medium=x"
    )
    assert isinstance(found, Article)
    assert (found.url, found.title, found.text) == ("https://a.example/t", "Der Titel", "Erster Absatz.\nZweiter.")


def test_a_plain_text_in_another_charset_is_decoded_as_declared() -> None:
    found = extract_record("Größe\nÜber Größe.".encode("cp1252"), "text/plain; charset=iso-8859-1", "urn:texts:1")
    assert isinstance(found, Article)
    assert (found.url, found.title, found.text) == ("urn:texts:1", "Größe", "Über Größe.")


@pytest.mark.parametrize(
    ("body", "detail"), [(b"", "nothing"), (b" \n\n", "nothing"), (b"Only a title\n", 'one line ("Only a title")')]
)
def test_a_plain_text_without_a_text_is_a_bad_record(body: bytes, detail: str) -> None:
    found = extract_record(body, "text/plain", "https://a.example/t")
    assert isinstance(found, Rejection)
    assert found.reason is RejectionReason.BAD_RECORD
    assert found.detail.startswith(detail)


def test_a_plain_text_needs_a_url() -> None:
    found = extract_record(b"Title\nText", "text/plain", " ")
    assert found == Rejection(RejectionReason.BAD_RECORD, "no URL; every article needs one")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(
    st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("url", "title", "text", "published_at", "authors", "language", "source"), VALUES)
    )
)
def test_any_json_is_an_article_or_a_bad_record(changes: dict[str, object]) -> None:
    found = imported(GOOD, **changes)
    if isinstance(found, Article):
        assert found.text.encode()
        assert found.title.encode()
    else:
        assert found.reason is RejectionReason.BAD_RECORD, found.detail


BODY = "The council met on Monday and spoke of the harbour for two hours. " * 4
ADVERT = "- Advertisement -"


@pytest.mark.parametrize(("content_type", "kept"), [("; clean=1", False), ("", True)])
def test_a_record_is_cleaned_if_its_content_type_requests_it(content_type: str, kept: bool) -> None:
    record = {"url": "https://paper.example/a", "title": "A title", "text": f"{BODY}\n{ADVERT}\n{BODY}"}
    found = extract_record(json.dumps(record).encode(), f"application/json{content_type}", "https://paper.example/a")
    assert isinstance(found, Article)
    assert (ADVERT in found.text) is kept
    plain = f"A title\n\n{BODY}\n{ADVERT}\n{BODY}\n".encode()
    found = extract_record(plain, f"text/plain; charset=utf-8{content_type}", "file:///a.txt")
    assert isinstance(found, Article)
    assert found.title == "A title"
    assert (ADVERT in found.text) is kept


def test_every_field_of_an_exported_article_is_read() -> None:
    found = imported(
        GOOD,
        published_at="2026-03-01T08:30:00+00:00",
        published_precision="day",
        modified_at="2026-03-02T00:00:05+00:00",
        section=" World ",
        tags=["ports", "ports", " ferries "],
        image_url="/quay.jpg",
        description="A line\nof text.",
        is_free=False,
    )
    assert isinstance(found, Article)
    assert (found.published_at, found.published_precision) == (datetime(2026, 3, 1, 8, 30, tzinfo=UTC), "day")
    assert found.modified_at == datetime(2026, 3, 2, 0, 0, 5, tzinfo=UTC)
    assert (found.section, found.tags, found.description) == ("World", ("ports", "ferries"), "A line of text.")
    assert (found.image_url, found.is_free) == ("https://paper.example/quay.jpg", False)
    assert {"section", "tags", "image_url", "description", "is_free", "modified_at"} <= dict(found.provenance).keys()


def test_a_change_before_the_publication_is_left_out() -> None:
    found = imported(GOOD, published_at="2026-03-02T08:30:00Z", modified_at="2026-03-01T08:30:00Z")
    assert isinstance(found, Article)
    assert found.modified_at is None


@pytest.mark.parametrize(
    ("key", "value", "detail"),
    [
        ("section", 5, "section is a number (5); a string is expected"),
        ("tags", {"a": 1}, 'tags is an object ({"a": 1}); a list of strings or one string is expected'),
        ("is_free", "yes", 'is_free is a string ("yes"); true or false is expected'),
        ("published_precision", "hour", 'published_precision is "hour"; second, minute or day is expected'),
        ("modified_at", "0001-01-01T00:00:00+05:00", "a year from 1901 to 2099 is expected"),
    ],
)
def test_a_field_of_the_wrong_type_is_named(key: str, value: object, detail: str) -> None:
    found = imported(GOOD | {"published_at": "2026-03-01T08:30:00Z"}, **{key: value})
    assert isinstance(found, Rejection)
    assert detail in found.detail


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("cp1252", "Le marché rouvre\nLe marché couvert a rouvert après trois années de travaux, très attendus."),
        ("cp1252", "Brücke gesperrt\nDer Stadtrat hat beschlossen, die Brücke für längere Zeit zu schließen."),
        ("cp1251", "Мост закрыли на ремонт\nГородской совет решил закрыть старый мост на всю зиму, сообщил мэр."),
        (
            "iso8859_2",
            "Most zamknięty\nRada zdecydowała, że stary most zostanie zamknięty na całą zimę.",
        ),
        ("utf-16", "The quay is closed\nIt stays closed for the winter – the council says so."),
        ("shift_jis", "橋が閉鎖された\n市議会は火曜日、古い橋を冬の間閉鎖することを決定した。"),
    ],
)
def test_the_charset_of_a_plain_text_is_detected(charset: str, text: str) -> None:
    found = extract_record(text.encode(charset), "text/plain; charset=utf-8", "https://paper.example/a")
    assert isinstance(found, Article)
    assert f"{found.title}\n{found.text}" == text


def test_a_plain_text_in_no_charset_is_refused() -> None:
    found = extract_record(b"A title\n" + bytes(range(128, 256)) * 4, "text/plain; charset=utf-8", "https://a.example/")
    assert isinstance(found, Rejection)
    assert found.detail == "the text is not UTF-8, and its charset could not be detected; convert the file to UTF-8"


def test_a_replacement_character_in_the_file_stays() -> None:
    found = extract_record("A title\nSome \ufffd text".encode(), "text/plain; charset=utf-8", "https://a.example/")
    assert isinstance(found, Article)
    assert found.text == "Some \ufffd text"


@pytest.mark.parametrize(
    ("stated", "offset"),
    [
        ({"published_at": "2026-03-01T23:30:00+01:00"}, 60),
        ({"published_at": "2026-03-01T23:30:00+00:00", "published_utc_offset": -330}, -330),
        ({"published_at": "2026-03-01T23:30:00+00:00", "published_utc_offset": None}, None),
        ({"published_at": "2026-03-01"}, None),
        ({"published_utc_offset": 60}, None),
    ],
)
def test_the_offset_of_the_publication_is_stated_beside_it_or_in_it(
    stated: dict[str, object], offset: int | None
) -> None:
    found = imported(GOOD, **stated)
    assert isinstance(found, Article)
    assert found.published_utc_offset == offset


@pytest.mark.parametrize("value", [True, "+01:00", 841, 1.5])
def test_an_offset_that_is_no_number_of_minutes_is_named(value: object) -> None:
    found = imported(GOOD, published_at="2026-03-01T23:30:00Z", published_utc_offset=value)
    assert isinstance(found, Rejection)
    assert "a whole number of minutes from -840 to 840 is expected" in found.detail
