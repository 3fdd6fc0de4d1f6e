"""The choice of the charset, and pages that are not HTML."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawlers.extraction import Article, Rejection, RejectionReason, extract
from crawlers.extraction.page import Page, decode, read_page
from crawlers.limits import MAX_PAGE_BYTES

PAGES = Path(__file__).parent / "pages"
SENTENCE = "Über den Äckern kreisen – so heißt es – „zwölf Bussarde“."


@pytest.mark.parametrize(
    ("body", "http_charset"),
    [
        (f"<p>{SENTENCE}</p>".encode(), None),
        (f"<p>{SENTENCE}</p>".encode(), "iso-8859-1"),
        (f'<meta charset="windows-1252"><p>{SENTENCE}</p>'.encode(), None),
        (f'<meta charset="utf-8"><p>{SENTENCE}</p>'.encode("cp1252"), "latin-1"),
        (f'<meta charset="windows-1252"><p>{SENTENCE}</p>'.encode("cp1252"), None),
        (f"<p>{SENTENCE}</p>".encode("cp1252"), ' "ISO-8859-1" '),
        (f"<p>{SENTENCE}</p>".encode("utf-8-sig"), "windows-1251"),
        (f"<p>{SENTENCE}</p>".encode("utf-16"), "utf-8"),
        (f"<html><body><div><p>{SENTENCE}</p></div></body></html>".encode("utf-16-le"), "utf-16"),
        (f"<html><body><div><p>{SENTENCE}</p></div></body></html>".encode("utf-16-be"), None),
        (f"<p>{SENTENCE}</p>".encode(), "utf-16"),
        (f"<p>{SENTENCE}</p>".encode(), "hex"),
        (f"<p>{SENTENCE}</p>".encode("cp1252") + b'<meta charset="windows-1252">', "no-such-charset"),
    ],
    ids=[
        "utf-8 undeclared",
        "utf-8 declared latin-1 by the header",
        "utf-8 declared windows-1252 by the page",
        "the header is right and the page wrong",
        "windows-1252 by meta",
        "latin-1 means windows-1252",
        "a byte order mark beats the header",
        "utf-16 with a byte order mark",
        "utf-16 without one",
        "utf-16 big-endian without one",
        "utf-16 declared by a page that is not",
        "a codec that is no charset",
        "an unknown charset in the header",
    ],
)
def test_the_sentence_is_decoded_as_it_was_written(body: bytes, http_charset: str | None) -> None:
    assert SENTENCE in decode(body, http_charset)


def test_utf8_with_a_broken_byte_stays_utf8() -> None:
    body = (SENTENCE * 50).encode() + b"\xe2\x80" + SENTENCE.encode()
    assert decode(body, "iso-8859-1").count(SENTENCE) == 51


def test_japanese_in_seven_bits_is_decoded_as_declared() -> None:
    text = "<p>港町の図書館</p>"
    assert decode(text.encode("iso-2022-jp"), "iso-2022-jp") == text


def test_a_page_in_windows_1251_declared_by_meta_is_decoded() -> None:
    body = (PAGES / "bridge.html").read_text(encoding="utf-8").encode("cp1251")
    article = extract(body, "http://zarechye.example/news/1187-most")
    assert isinstance(article, Article)
    assert article.title == "Мост через Вязку открыли после ремонта"
    assert article.text.startswith("Пешеходный мост через реку Вязку снова открыт")
    assert article.authors == ("Анна Лебедева", "Пётр Громов")


def test_a_utf8_page_declared_latin_1_by_the_server_is_decoded() -> None:
    article = extract((PAGES / "ferry.html").read_bytes(), "https://chronicle.example/x", http_charset="iso-8859-1")
    assert isinstance(article, Article)
    assert "“We have learned to plan" in article.text


@pytest.mark.parametrize(
    ("body", "reason", "detail"),
    [
        (b"", RejectionReason.EMPTY, "0 bytes"),
        (b" \r\n\t ", RejectionReason.EMPTY, "only whitespace"),
        (b"<html>" + b" " * MAX_PAGE_BYTES, RejectionReason.TOO_LARGE, "10,485,766 bytes"),
        (b"%PDF-1.7 ...", RejectionReason.NOT_HTML, "PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", RejectionReason.NOT_HTML, "PNG"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", RejectionReason.NOT_HTML, "JPEG"),
        (b"\0\0\0\x20ftypisom\0\0\x02\0", RejectionReason.NOT_HTML, "video"),
        (bytes(range(256)) * 8, RejectionReason.NOT_HTML, "binary"),
        (b'<?xml version="1.0"?><!-- news --><rss version="2.0"><channel/></rss>', RejectionReason.NOT_HTML, "rss"),
        (b'{"articles": []}', RejectionReason.NOT_HTML, "JSON"),
        (b"User-agent: *\nDisallow: /private/\n", RejectionReason.NOT_HTML, "plain text"),
    ],
)
def test_a_file_that_is_not_a_page_is_rejected_with_its_type(body: bytes, reason: RejectionReason, detail: str) -> None:
    found = read_page(body, "https://a.example/x")
    assert isinstance(found, Rejection)
    assert found.reason is reason
    assert detail in found.detail


def test_an_xhtml_page_with_an_xml_declaration_is_a_page() -> None:
    body = '<?xml version="1.0" encoding="iso-8859-1"?><html><body><p>Grüße</p></body></html>'.encode()
    page = read_page(body, "https://a.example/x")
    assert isinstance(page, Page)
    assert page.tree.text_content() == "Grüße"


def test_a_page_nested_three_hundred_deep_is_read_to_its_end() -> None:
    page = read_page(
        b"<body>" + b"<div>" * 300 + b"<p>deep</p>" + b"</div>" * 300 + b"<p>end</p>", "https://a.example/x"
    )
    assert isinstance(page, Page)
    assert page.tree.text_content() == "deepend"


@pytest.mark.parametrize("reference", ["&#0;", "&#x1F;", "&#xD800;", "&#56320;", "&#xFFFE;", "&#65535", "&#&#1;1;"])
def test_references_to_invalid_characters_are_removed(reference: str) -> None:
    page = read_page(f"<p>be{reference}fore &#8211; &#65; &#xe9;</p>".encode(), "https://a.example/x")
    assert isinstance(page, Page)
    text = page.tree.text_content().replace("\u200b", "")
    assert text.replace("&#1;", "") == "before – A é"


@pytest.mark.parametrize(
    ("language", "charset", "sentence"),
    [
        (
            "de",
            "cp1252",
            "Die Bürger wählten am Sonntag für die Erhaltung der Brücke über den Fluß.",
        ),
        ("cs", "cp1250", "Zastupitelé města včera rozhodli o opravě starého mostu přes řeku, práce začnou v září."),
        (
            "tr",
            "cp1254",
            "Belediye meclisi deniz fenerinin ekim sonuna kadar kapalı kalacağını açıkladı.",
        ),
        ("ru", "cp1251", "Городской совет решил оставить маяк закрытым до конца октября."),
        ("uk", "cp1251", "Міська рада вирішила залишити маяк закритим до кінця жовтня, бо його ремонтують."),
        ("zh", "gbk", "市议会星期二晚上讨论了旧灯塔的未来，并决定修缮。"),
        ("ja", "shift_jis", "市議会は火曜日の夜、古い灯台の将来について話し合った。"),
    ],
)
def test_a_charset_disproved_by_the_bytes_is_guessed(language: str, charset: str, sentence: str) -> None:
    page = f'<html lang="{language}"><meta charset="utf-8"><body>{f"<p>{sentence}</p>" * 3}</body></html>'
    assert decode(page.encode(charset), "utf-8").count(sentence) == 3
