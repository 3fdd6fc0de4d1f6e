from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from crawlers.discovery.markup import decode, find_root, plain_line, resolve_references, restore_markup

TEXT = "Grüße aus Łódź – „schön“"


@pytest.mark.parametrize(
    ("body", "http_charset"),
    [
        (TEXT.encode(), None),
        (TEXT.encode(), "iso-8859-1"),
        (b'<?xml version="1.0" encoding="iso-8859-1"?>' + TEXT.encode(), None),
        (b"\xef\xbb\xbf" + TEXT.encode(), "iso-8859-1"),
        (TEXT.encode("utf-16"), None),
        (TEXT.encode("utf-16"), "utf-8"),
        (("<a>" + TEXT).encode("utf-16-le"), None),
        (("<a>" + TEXT).encode("utf-16-be"), None),
        (b"<meta charset=cp1250>" + TEXT.encode("cp1250"), None),
        (b"<meta charset=utf-8>" + TEXT.encode("cp1250"), "cp1250"),
    ],
)
def test_text_is_decoded_with_its_real_encoding(body: bytes, http_charset: str | None) -> None:
    assert decode(body, http_charset).endswith(TEXT)


def test_text_declared_as_utf_8_that_is_not_is_western_european() -> None:
    assert decode('<?xml version="1.0" encoding="utf-8"?>Größe „x“'.encode("cp1252")).endswith("Größe „x“")


@pytest.mark.parametrize("cut", range(1, 5))
def test_a_character_cut_in_half_does_not_change_the_encoding(cut: int) -> None:
    body = ("Grüße " * 30 + "漢字").encode()[:-cut]
    assert decode(body, "iso-8859-1").startswith("Grüße Grüße")


def test_declared_seven_bit_encodings_are_used() -> None:
    assert decode("日本語".encode("iso-2022-jp"), "iso-2022-jp") == "日本語"


@given(st.binary())
def test_every_body_decodes_to_something(body: bytes) -> None:
    assert isinstance(decode(body), str)


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        ("a &amp; b", "a & b"),
        ("a & b", "a & b"),
        ("?a=1&b=2&copy=3", "?a=1&b=2&copy=3"),
        ("caf&eacute;&nbsp;x", "café\u00a0x"),
        ("&bogus; &#228;&#xE4;&#38;&lt;b&gt;&quot;&apos;", "&bogus; ää&<b>\"'"),
        ("<![CDATA[a & b &amp; <c>]]>", "a & b &amp; <c>"),
        ("<!-- & --><b/>x", "x"),
        ("bell\x07 and \ufdd0 &#0;&#x110000;", "bell and  \ufffd\ufffd"),
    ],
)
def test_references_survive_a_parser_that_gave_up_on_them(xml: str, expected: str) -> None:
    # Mismatched tags make libxml2 drop every reference after them.
    resolved, _ = resolve_references(f"<r><x></y><t>{xml}</t></r>")
    tree = etree.fromstring(resolved.encode(), etree.XMLParser(recover=True))
    assert restore_markup(str(tree.xpath("string(//t)"))) == expected


def test_only_references_that_xml_does_not_define_are_counted() -> None:
    _, problem = resolve_references("&amp;&lt;&#65; &nbsp; & &bogus;")
    assert problem == "references that XML does not define (undeclared entities, a bare &): 3"
    assert resolve_references("&amp;&lt;&#65;")[1] is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\n\n<rss a='1'>", ("rss", 2)),
        ("<!-- <rss> --><feed>", ("feed", 14)),
        ("<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY a 'b'>]><rdf:RDF>", ("rdf", 53)),
        ("<html><rssfeed>", None),
        ("<!-- <rss>", None),
    ],
)
def test_the_root_is_found_after_any_text_before_it(text: str, expected: tuple[str, int] | None) -> None:
    assert find_root(text, ("rss", "feed", "rdf")) == expected


def test_a_title_becomes_one_line_of_text() -> None:
    assert plain_line(" <b>Fish</b> &amp;\n chips <!-- x -->") == "Fish & chips"
    assert plain_line("a < b", is_markup=False) == "a < b"
    assert plain_line("<i></i>") is None
    assert plain_line(None) is None
    assert len(plain_line("x" * 5000) or "") == 1000
