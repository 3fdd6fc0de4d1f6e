"""Layouts of publishing systems that state in other places, or not at all, what others declare."""

from __future__ import annotations

import pytest

from crawlers.extraction import Article, Rejection, RejectionReason, extract

URL = "https://paper.example/2026/harbour-bridge"
TEXT = (
    "The council voted on Tuesday night to build a new bridge across the harbour, after four hours of debate.",
    "Work is to begin in the spring and will take three years, in which two lanes of the quay will be closed to cars.",
    "Shopkeepers fear for their customers, while residents of the north bank, who wait long for the ferry, were glad.",
)
PARAGRAPHS = "".join(f"<p>{paragraph}</p>" for paragraph in TEXT)


def article_of(body: str, head: str = "<title>A bridge for the harbour</title>", language: str = "en") -> Article:
    page = f"<!DOCTYPE html><html lang={language}><head>{head}</head><body>{body}</body></html>"
    result = extract(page.encode(), URL)
    assert isinstance(result, Article), result
    return result


def rejection_of(body: str, title: str, url: str = URL) -> Rejection:
    result = extract(f"<!DOCTYPE html><title>{title}</title><body>{body}</body>".encode(), url)
    assert isinstance(result, Rejection), result
    return result


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Tales: A bridge for the harbour", "<h1><a href='/'>Tales</a></h1><h3>A bridge for the harbour</h3>"),
        ("City of Wells: A bridge for the harbour", "<a href='/'>Home</a><h3>A bridge for the harbour</h3>"),
        ("North News - A bridge for the harbour", "<font size=4><b>A bridge for the harbour</b></font>"),
        ("A bridge for the harbour - North News", "<a href='https://paper.example/'>North News</a>"),
    ],
)  # fmt: skip
def test_the_name_of_the_site_is_no_part_of_the_title(title: str, body: str) -> None:
    found = article_of(body + PARAGRAPHS, f"<title>{title}</title>")
    assert (found.title, found.text) == ("A bridge for the harbour", "\n".join(TEXT))


@pytest.mark.parametrize(
    ("body", "authors"),
    [
        ("<h3>A bridge for the harbour</h3><p>By <a href='/u/1'>Ada Park</a></p>", ("Ada Park",)),
        ("<h1>A bridge for the harbour</h1><p>Ada Park | 2 May 2026</p>", ("Ada Park",)),
        ("<h1>Bridge</h1><div><a href='/szerzo/nagy-peter'>Nagy Péter</a></div>", ("Nagy Péter",)),
        ("<h1>桥</h1><div>2026-05-19 08:31　来源：<a href='/x'>日报</a>　作者：李文博　编辑：王敏</div>", ("李文博",)),
        ("<h1>橋</h1><p><span class=author>［会員限定］</span><span class=writer>記者・田中美咲</span>", ("田中美咲",)),
        ("<h1>پل</h1><dl><dd class=author>نوشته شده توسط <span>مریم صادقی</span></dd></dl>", ("مریم صادقی",)),
        ("<meta name=author content='Super User'><h1>Bridge</h1><p class=author>By Ada Park</p>", ("Ada Park",)),
        ("<meta name=content_author content='Rina Wulandari'><h1>Bridge</h1>", ("Rina Wulandari",)),
        ("<h1>Bridge</h1><p>12 May 2026 | Author: Ada Park | Views: 120</p>", ("Ada Park",)),
    ],
)  # fmt: skip
def test_the_byline_is_read_in_the_layouts_of_many_systems(body: str, authors: tuple[str, ...]) -> None:
    assert article_of(body + PARAGRAPHS).authors == authors


@pytest.mark.parametrize(
    "line", ["Edited by: Ada Park", "Last Modified 2 May 2026", "New York, 2 May 2026", "New York – 2 May 2026"]
)
def test_a_line_with_another_label_is_no_byline(line: str) -> None:
    assert article_of(f"<h1>Bridge</h1><p>{line}</p>{PARAGRAPHS}").authors == ()


@pytest.mark.parametrize("signature", ["Ada Park ada.park@paper.example", "（记者 Ada Park）", "Ada Park"])
def test_a_line_that_signs_the_article_is_no_part_of_its_text(signature: str) -> None:
    head = "<title>Bridge</title><meta name=author content='Ada Park'>"
    assert article_of(f"<h1>Bridge</h1>{PARAGRAPHS}<p>{signature}</p>", head).text == "\n".join(TEXT)


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("ΔΙΑΒΑΣΤΕ ΕΠΙΣΗΣ: Ξεκινούν τα έργα στο λιμάνι", "el"),
        ("AYRICA OKUYUN Liman büyüyor", "tr"),
        ("A LIRE EGALEMENT Le port", "fr"),
        ("LEE TAMBIEN: El puerto", "es"),
        ("Kapcsolódó cikk", "hu"),
        ("আরও পড়ুন: নতুন সেতু", "bn"),
        ("Xem thêm: Cầu mới", "vi"),
        ("بیشتر بخوانید: پل تازه", "fa"),
        ("อ่านเพิ่มเติม: สะพานใหม่", "th"),
        ("Citește și: Un pod nou", "ro"),
    ],
)
def test_a_pointer_to_another_article_is_dropped_in_capitals_and_in_many_languages(line: str, language: str) -> None:
    body = f"<h1>Bridge</h1><p>{TEXT[0]}</p><p>{line}</p><p>{TEXT[1]}</p><p>{TEXT[2]}</p>"
    assert article_of(body, language=language).text == "\n".join(TEXT)


@pytest.mark.parametrize(
    ("body", "tags", "section"),
    [
        ("<a rel=tag href=/tag/ferry>Ferry</a><a rel='category tag' href=/c/local>Local</a>", ("Ferry",), "Local"),
        ("<div class=taxonomy-category><a rel=tag href=/c/1>Local</a></div>", (), "Local"),
        ("<div class='field--name-field-tags'><a href=/t/1>A</a> <a href=/t/2>B</a></div>", ("A", "B"), None),
        ("<div class=storytags><a href=/t/1>Ferry</a></div>", ("Ferry",), None),
        ("<nav class=breadcrumb><a href=/>Home</a> <a href=/local>Local</a> <span>Bridge</span></nav>", (), "Local"),
        ("<ol class=breadcrumbs><li><a href=/>Paper</a><li><a href=/news>News</a></ol>", (), "News"),
        ("<aside class=related><a rel=tag href=/tag/x>Other</a></aside>", (), None),
        ("<div class=tags><a href=/n/1>The ferry company has bought two new ships this year</a></div>", (), None),
    ],
)  # fmt: skip
def test_tags_and_section_are_read_where_the_page_only_shows_them(
    body: str, tags: tuple[str, ...], section: str | None
) -> None:
    found = article_of(f"<h1>Bridge</h1>{PARAGRAPHS}{body}")
    assert (found.tags, found.section) == (tags, section)


def test_the_date_of_a_microformat_is_read() -> None:
    found = article_of(
        f"<h1>Bridge</h1>{PARAGRAPHS}<abbr class=published title='2026-04-14T07:35:00+07:00'>07:35</abbr>"
    )
    assert found.published_at is not None
    assert found.published_at.isoformat() == "2026-04-14T00:35:00+00:00"


CARDS = "".join(
    f"<div class=card><a href=/{n}><h3>Headline number {n} about the council</h3></a><p>What happened in story {n} and "
    f"why residents are unhappy about it.</p></div>"
    for n in range(20)
)


def test_a_list_of_cards_whose_headings_stand_in_links_is_no_article() -> None:
    found = rejection_of(f"<h1>Local news</h1>{CARDS}", "Local news", "https://paper.example/local")
    assert found.reason is RejectionReason.NOT_ARTICLE
    assert "teasers of other pages" in found.detail


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Page not found", f"<h1>Page not found</h1><p>It may have been removed.</p>{CARDS}"),
        ("North News", "<h2>Nie znaleziono strony</h2><p>Wróć na stronę główną.</p>"),
        ("PAGINA NO ENCONTRADA", "<h1>PAGINA NO ENCONTRADA</h1><p>Vuelva a la portada.</p>"),
        ("Rất tiếc, không tìm thấy nội dung", f"<p>{'Bài viết bạn yêu cầu đã bị xóa. ' * 4}</p>"),
        ("Az oldal nem található", f"<p>{'A keresett cikket törölték. ' * 8}</p>"),
    ],
)
def test_an_error_page_is_recognised_beside_teasers_and_in_more_languages(title: str, body: str) -> None:
    assert rejection_of(body, title).reason is RejectionReason.ERROR_PAGE


@pytest.mark.parametrize("path", ["about-us", "en/privacy-policy", "datenschutz", "impressum.html", "pages/contact"])
def test_a_page_about_the_site_is_no_article(path: str) -> None:
    body = f"<h1>About us</h1>{PARAGRAPHS}"
    assert rejection_of(body, "About us", f"https://paper.example/{path}").reason is RejectionReason.NOT_ARTICLE
    assert isinstance(extract(f"<h1>Imprint</h1>{PARAGRAPHS}".encode(), f"{URL}-imprint"), Article)
