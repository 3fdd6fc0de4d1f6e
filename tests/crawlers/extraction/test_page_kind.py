"""Long texts that are no articles, and articles with little that says so."""

from __future__ import annotations

import pytest

from crawlers.extraction import Article, Rejection, RejectionReason, extract
from crawlers.extraction.page_kind import read_weights, weigh

PARAGRAPHS = "".join(
    f"<p>The {word} was repaired last spring, after two winters in which the rain had come through the roof of the "
    f"hall, and it has been in use every day since then.</p>"
    for word in ("kettle", "ladder", "bridge", "engine", "window", "cradle", "saddle", "anchor")
)
CARDS = "".join(
    f'<div class="product-card grid__item"><svg></svg><span class="product-card__title">Kettle {n}</span>'
    f'<span class="price">$ {n}0</span><button class="add-to-cart">Add</button></div>'
    for n in range(12)
)
POSTS = "".join(
    f'<div class="post thread-reply" itemscope itemtype="https://schema.org/Comment"><span>user{n}</span>'
    f'<div class="message-body">{PARAGRAPHS}</div><button>Vote</button><button>Reply</button></div>'
    for n in range(4)
)
BOXES = "".join(
    f'<div class="hero-banner cta"><svg></svg><span>Fast</span><button>Book a call</button>{n}</div>' for n in range(12)
)


def read(url: str, body: str, head: str = "") -> Article | Rejection:
    title = "The new kettle"
    page = f"<html><head><title>{title}</title>{head}</head><body><h1>{title}</h1>{body}</body></html>"
    return extract(page.encode(), url)


@pytest.mark.parametrize(
    ("url", "body", "head"),
    [
        (
            "https://kettles.example/products/kettle",
            f'<div class="product">{PARAGRAPHS}</div>{CARDS}',
            '<meta property="og:type" content="product">',
        ),
        ("https://forum.kettles.example/threads/4", POSTS, '<meta property="og:type" content="website">'),
        (
            "https://kettles.example/services/repair",
            f'{BOXES}<div class="pricing">{PARAGRAPHS}</div>{BOXES}',
            '<meta property="og:type" content="website">',
        ),
    ],
)
def test_a_page_with_a_long_text_that_is_no_article_is_rejected_with_the_evidence(
    url: str, body: str, head: str
) -> None:
    found = read(url, body, head)
    assert isinstance(found, Rejection)
    assert found.reason is RejectionReason.NOT_ARTICLE
    assert found.detail.startswith("the page looks like a product, service, forum, list or help page (score ")


@pytest.mark.parametrize(
    "url",
    [
        "https://paper.example/4711",
        "https://paper.example/?id=4711",
        "https://paper.example/news/the-new-kettle",
        "https://paper.example/2025/03/04/",
    ],
)
@pytest.mark.parametrize("length", [1, 8])
def test_a_brief_or_an_article_on_a_bare_page_passes(url: str, length: int) -> None:
    body = "</p>".join(PARAGRAPHS.split("</p>")[:length]) + "</p>"
    assert isinstance(read(url, f"<p>By Ada Park, 4 March 2025</p>{body}"), Article)


@pytest.mark.parametrize("body", [CARDS, BOXES])
def test_an_article_among_promotion_passes(body: str) -> None:
    head = (
        '<meta property="og:type" content="article"><script type="application/ld+json">{"@type": "NewsArticle", '
        '"datePublished": "2025-03-04T08:00:00Z", "author": {"name": "Ada Park"}}</script>'
    )
    url = "https://paper.example/shop/products/the-new-kettle-of-the-town-hall"
    assert isinstance(read(url, f"{body}<article>{PARAGRAPHS}</article>{body}", head), Article)


def test_an_average_page_has_the_base_as_its_score_and_evidence_is_sorted() -> None:
    weights = read_weights()
    average = {name: each["mean"] for name, each in weights["measurements"].items()}
    weighed = weigh(average)
    assert weighed.score == pytest.approx(weights["base"])
    assert weighed.is_article
    assert weighed.against(3) == ""
    worst = max(weights["measurements"], key=lambda name: weights["measurements"][name]["weight"])
    weighed = weigh(average | {worst: average[worst] + 1, "article path": 1.0})
    assert weighed.parts[0][0] == worst
    assert weighed.parts[-1][0] == "article path"


def test_a_post_at_the_url_of_a_front_page_passes_and_a_shop_there_does_not() -> None:
    long = PARAGRAPHS + PARAGRAPHS.replace("last spring", "in the year after that").replace("The", "Another")
    post = f'<p class="byline">By Ada Park</p><time datetime="2025-03-04">4 March</time>{long}'
    head = '<meta property="og:type" content="article">'
    assert isinstance(read("https://ada.example/", f'<div class="entry-content">{post}</div>', head), Article)
    found = read("https://kettles.example/", f"{long}{CARDS}")
    assert isinstance(found, Rejection)
    assert found.detail.startswith("the URL belongs to a front page")
