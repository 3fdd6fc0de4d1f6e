"""The text of a page: complete, in order, and without the slower extractors if they are not needed."""

from __future__ import annotations

from importlib.metadata import version

import pytest
from lxml.html import document_fromstring
from trafilatura import core

from crawlers.extraction.body import read_lines, uncleaned_lines
from crawlers.extraction.elements import Elements
from crawlers.extraction.text_blocks import read_blocks
from crawlers.extraction.trafilatura_adapter import LONG_ENOUGH

URL = "https://paper.example/news/a-story"


def paragraph(number: int) -> str:
    return (
        f"Paragraph number {number} tells a part of the story, and it is long enough to be one of its own, as they are."
    )


def lines_of(body: str, language: str = "en", head: str = "") -> list[str]:
    page = f"<html lang='{language}'><head>{head}</head><body>{body}</body></html>"
    return read_lines(Elements(document_fromstring(page)), URL)


def paragraphs(*numbers: int) -> str:
    return "".join(f"<p>{paragraph(number)}</p>" for number in numbers)


def test_a_body_in_several_containers_is_whole() -> None:
    part = "<div class='row'><div class='article-body chunk'>{}</div></div><div class='ad'>Advertisement</div>"
    body = "".join(part.format(paragraphs(*range(start, start + 5))) for start in (0, 5, 10))
    assert lines_of(f"<main>{body}</main>") == [paragraph(number) for number in range(15)]


def test_another_article_on_the_page_is_not_joined() -> None:
    part = "<div class='story'><div class='article-body'>{}</div></div>"
    first = part.format(paragraphs(*range(5)))
    second = part.format("<h1>Another story</h1>" + paragraphs(*range(20, 40)))
    assert lines_of(f"<main>{first}{second}</main>") == [paragraph(number) for number in range(5)]


def test_a_page_in_rows_that_are_alike_is_one_article() -> None:
    row = "<div class='row'>{}</div>"
    header = row.format("<h1>The Paper</h1><a href='/news'>News</a>")
    story = row.format("<h1>A story</h1>" + paragraphs(*range(8)))
    assert [block.text for block in read_blocks(Elements(document_fromstring(header + story)))][-8:] == [
        paragraph(number) for number in range(8)
    ]


def test_a_page_within_a_button_without_an_end_tag_is_read() -> None:
    menu = "<header><button>Menu<div><main>{}</main></header>"
    blocks = read_blocks(Elements(document_fromstring(menu.format(paragraphs(*range(20))))))
    assert [block.text for block in blocks][1:] == [paragraph(number) for number in range(20)]
    assert not read_blocks(Elements(document_fromstring(menu.format("<p>Search</p>"))))


def test_a_long_main_result_is_final(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    whole = core.trafilatura_sequence

    def sequence(*arguments: object) -> object:
        asked.append(1)
        return whole(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(core, "trafilatura_sequence", sequence)
    assert len("".join(lines_of(f"<article>{paragraphs(*range(8))}</article>"))) > LONG_ENOUGH
    assert not asked
    lines_of(f"<article>{paragraphs(1)}</article>")
    assert asked


def test_trafilatura_has_the_version_whose_internals_are_called() -> None:
    assert version("trafilatura") == "2.3.1"


def test_the_tree_is_not_changed() -> None:
    page = f"<html><body><nav>Menu</nav><script>1</script><article>{paragraphs(1, 2)}</article></body></html>"
    tree = document_fromstring(page)
    before = [(element.tag, element.text, element.tail) for element in tree.iter()]
    read_lines(Elements(tree), URL)
    assert [(element.tag, element.text, element.tail) for element in tree.iter()] == before


def test_headings_items_quotes_and_rows_are_lines_in_order() -> None:
    body = (
        f"<article>{paragraphs(1)}<h2>A heading</h2><ul><li>First item</li><li>Second <b>item</b></li></ul>"
        f"<blockquote>“A quote – as printed”</blockquote><table><tr><td>Cod</td><td>Twelve</td></tr></table>"
        f"{paragraphs(2)}<p>Line one<br>line two</p>{paragraphs(3, 4, 5, 6)}</article>"
    )
    assert lines_of(body)[:7] == [
        paragraph(1), "A heading", "First item", "Second item", "“A quote – as printed”", "Cod | Twelve", paragraph(2),
    ]  # fmt: skip


def test_a_live_blog_keeps_its_entries() -> None:
    entries = "".join(
        f"<div class='entry'><h3>1{n}:00 News of the hour</h3>{paragraphs(*range(4 * n, 4 * n + 4))}</div>"
        for n in range(8)
    )
    found = lines_of(f"<article>{entries}</article>")
    assert [line for line in found if line.startswith("Paragraph")] == [paragraph(number) for number in range(32)]
    assert found[5] == "11:00 News of the hour"


def test_a_popup_note_is_not_part_of_its_sentence() -> None:
    note = "<span class='tooltip-content'>Ann Example is a sailor. Ann Example sails again.</span>"
    sentence = f"<p>They saw Ann{note} at sea, and waved to her for as long as they could make her out from there.</p>"
    assert any(
        line.startswith("They saw Ann at sea,")
        for line in lines_of(f"<article>{sentence}{paragraphs(1, 2, 3, 4, 5)}</article>")
    )


LEAD = "Am Hafen wird wieder gebaut, und diesmal soll die Mauer länger halten als zwei Winter."


@pytest.mark.parametrize(("language", "kept"), [("de", True), ("fi", True), ("en-GB", False)])
def test_a_lead_above_the_body_opens_the_text_except_in_english(language: str, kept: bool) -> None:
    head = f"<meta name='description' content='{LEAD}'>"
    body = f"<header><h1>Neue Mauer</h1><p class='lead'>{LEAD}</p></header><article>{paragraphs(*range(6))}</article>"
    assert (lines_of(body, language, head)[0] == LEAD) is kept


def test_a_lead_in_the_text_is_not_added_twice() -> None:
    head = f"<meta name='description' content='{LEAD}'>"
    body = f"<article><p>{LEAD}</p>{paragraphs(*range(6))}</article>"
    assert lines_of(body, "de", head).count(LEAD) == 1


@pytest.mark.parametrize("name", ["perex", "article-lead", "ingress", "post__excerpt", "_lead_16k"])
def test_a_text_marked_up_as_the_lead_opens_the_text(name: str) -> None:
    body = f"<h1>Neue Mauer</h1><div class='{name}'><p>{LEAD}</p></div><article>{paragraphs(*range(6))}</article>"
    assert lines_of(body, "de")[0] == LEAD
    assert lines_of(body.replace("<p>", "<p><a href='/x'>", 1), "de")[0] == paragraph(0)
    below = f"<h1>Neue Mauer</h1><article>{paragraphs(*range(6))}</article><div class='{name}'><p>{LEAD}</p></div>"
    assert lines_of(below, "de")[0] == paragraph(0)


def test_an_english_dek_is_removed_from_a_long_text() -> None:
    dek = "<h2 class='sub-headline'>It took the town two winters</h2>"
    assert lines_of(f"<article>{dek}{paragraphs(*range(8))}</article>")[0] == paragraph(0)
    assert uncleaned_lines(Elements(document_fromstring(f"<article>{dek}{paragraphs(*range(8))}</article>")), URL)[
        0
    ].startswith("It took")


def test_linked_headlines_of_other_articles_are_dropped_and_links_within_the_page_are_kept() -> None:
    away = "<p><a href='/news/ferry'>Ferry to winter in the south basin for the first time</a></p>"
    here = "<h3><a href='#e1'>Council meets in the old school once again today</a></h3>"
    found = lines_of(f"<article>{paragraphs(1)}{away}{paragraphs(2)}{here}{paragraphs(3, 4, 5, 6, 7, 8)}</article>")
    assert not any("Ferry" in line for line in found)
    assert "Council meets in the old school once again today" in found


@pytest.mark.parametrize("tag", ['<scr"ipt>', '<p"class=x>', "<strong<svg>", '<br">', '<h2">'])
@pytest.mark.parametrize("block", ["<ul><li>{}</li></ul>", "<blockquote>{}</blockquote>"])
def test_a_malformed_tag_loses_no_text(tag: str, block: str) -> None:
    said = "What the harbour master said of it that morning."
    damaged = f"<article>{paragraphs(*range(8))}{block.format(f'{tag}{said}')}{paragraphs(8, 9)}</article>"
    assert lines_of(damaged) == [*map(paragraph, range(8)), said, paragraph(8), paragraph(9)]


@pytest.mark.parametrize("wrapper", ["social-media-embed", "sdc-article-tweet__content", "js-tweet hidden"])
def test_an_embedded_post_is_part_of_the_text(wrapper: str) -> None:
    post = (
        "<blockquote class='twitter-tweet'><p>The bridge is open again from noon.</p>"
        "— Harbour Office (@harbour) <a href='https://post.example/1'>3 March 2025</a></blockquote>"
    )
    body = (
        f"{paragraphs(0, 1)}<figure class='embed'><div class='{wrapper}'>{post}</div></figure>{paragraphs(2, 3, 4, 5)}"
    )
    assert lines_of(f"<article>{body}</article>")[2:5] == [
        "The bridge is open again from noon.",
        "— Harbour Office (@harbour) 3 March 2025",
        paragraph(2),
    ]


def test_a_div_of_text_alone_between_paragraphs_is_a_line() -> None:
    body = f"{paragraphs(0)}<div class='subhead'>What it costs</div>{paragraphs(1)}<div><a href='/x'>More</a></div>"
    found = lines_of(f"<article>{body}{paragraphs(2, 3, 4, 5)}</article>")
    assert found[:3] == [paragraph(0), "What it costs", paragraph(1)]
    assert "More" not in found


def test_a_body_in_unrecognised_containers_keeps_lists_and_headings() -> None:
    body = (
        f"<div class='x1'><div class='x2'>{paragraphs(0, 1)}<h2>What is planned</h2>"
        f"<ol><li>First thing</li><li>Second thing</li></ol>{paragraphs(*range(2, 8))}</div></div>"
    )
    assert lines_of(body)[2:5] == ["What is planned", "First thing", "Second thing"]
