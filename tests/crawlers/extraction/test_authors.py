"""The choice of the authors, and how names are cleaned."""

from __future__ import annotations

import pytest

from crawlers.extraction.author_names import clean_names
from tests.crawlers.extraction.statements import ld, meta, metadata_of


@pytest.mark.parametrize(
    ("bylines", "names"),
    [
        (["By Ana Gómez and Li Wei (dpa)"], ("Ana Gómez", "Li Wei")),
        (["Von Jana Öztürk, Kai von der Heide"], ("Jana Öztürk", "Kai von der Heide")),
        (["Par Élodie Petit et Luc Roy"], ("Élodie Petit", "Luc Roy")),
        (["Anna Kowalska; Jan Nowak", "anna kowalska"], ("Anna Kowalska", "Jan Nowak")),
        (["Ada Park ada.park@paper.example @adapark"], ("Ada Park",)),
        (["https://social.example/adapark"], ()),
        (["山田太郎、鈴木花子"], ("山田太郎", "鈴木花子")),
        (["신현주 기자", "박준석 기자 외 1명"], ("신현주", "박준석")),
        (["Sandy Byrne"], ("Sandy Byrne",)),
        (["Ada Park,Bo Lind / Eva Moe"], ("Ada Park", "Bo Lind", "Eva Moe")),
        (["Ada Park, Political Correspondent"], ("Ada Park",)),
        (["Von Ada Park, Redakteurin, und Bo Lind in Wien"], ("Ada Park", "Bo Lind")),
        (["Ada Park, Jr., and Bo Lind, MD"], ("Ada Park Jr", "Bo Lind")),
        (["Text: Ada Park, Fotos: Bo Lind"], ("Ada Park",)),
        (["Reporting by Ada Park; Editing by Bo Lind"], ("Ada Park",)),
        (["Fotini Bildt and Wil Reporterson"], ("Fotini Bildt", "Wil Reporterson")),
        (["De notre correspondante Ada Park avec AFP"], ("Ada Park", "AFP")),
        (["【记者 李雷】", "文/韩梅梅"], ("李雷", "韩梅梅")),
        (["بقلم أحمد علي"], ("أحمد علي",)),
        (["מאת יוסי כהן"], ("יוסי כהן",)),
        (["Ada Park, Ph.D., RDN", "Bo Lind, M.D."], ("Ada Park", "Bo Lind")),
        (["Ada Park, Master Horticulturalist & Garden Educator"], ("Ada Park",)),
        (["Ada Park, CEPF®, and Bo Lind, Head Chef"], ("Ada Park", "Bo Lind")),
        (["PMJS, Ada Park"], ("PMJS", "Ada Park")),
        (["page.head.author", "Sign in", "View all posts", "会員登録", "Vera Lind"], ("Vera Lind",)),
        (["12345", "", "  ", "A sentence that is much too long to be the name of anybody at all"], ()),
    ],
)
def test_names_are_split_and_cleaned(bylines: list[str], names: tuple[str, ...]) -> None:
    assert clean_names(bylines) == names


@pytest.mark.parametrize(
    ("head", "body", "names"),
    [
        (ld(author=[{"@type": "Person", "name": "Ada Park"}, {"name": "Bo Lind"}]), "", ("Ada Park", "Bo Lind")),
        (ld(author="Ada Park, Bo Lind"), "", ("Ada Park", "Bo Lind")),
        (ld(author={"@type": "Person", "givenName": "Ada", "familyName": "Park"}), "", ("Ada Park",)),
        (ld(author=[{"@type": "Person", "name": "Ada Park"}, "Reuters"]), "", ("Ada Park", "Reuters")),
        (ld(author=[{"@type": "Organization", "name": "dpa"}, {"name": "Ada Park"}]), "", ("dpa", "Ada Park")),
        (ld(author=[{"@type": "Organization", "name": "The Paper"}, {"name": "Ada Park"}]), "", ("Ada Park",)),
        (ld(author="dpa", publisher={"name": "dpa"}) + meta("author", "Ada Park"), "", ("Ada Park",)),
        (ld(author={"@type": "Organization", "name": "The Paper"}) + meta("author", "Ada Park"), "", ("Ada Park",)),
        (meta("og:site_name", "The Paper") + meta("author", "The Paper Online, Ada Park"), "", ("Ada Park",)),
        (ld(author={"@type": "Organization", "name": "dpa"}), "", ("dpa",)),
        (ld(author="Redaktion"), "", ()),
        (meta("article:author", "https://social.example/paper") + meta("author", "Ada Park"), "", ("Ada Park",)),
        ("", '<a rel="author" href="/p">Ada Park</a>', ("Ada Park",)),
        (
            "",
            '<div class="byline">By <a>Ada Park</a> and <a>Bo Lind</a> <span>Monday</span></div>',
            ("Ada Park", "Bo Lind"),
        ),
        ("", '<div class="author-box">Follow Twitter</div><p class="author">Ada Park</p>', ("Ada Park",)),
        ("", f'<p class="author">{"Ada Park has written for this paper since its first day. " * 4}</p>', ()),
        (ld(author="The Paper", publisher={"name": "The Paper"}), '<p class="byline">Ada Park</p>', ("The Paper",)),
        (
            ld(author="Redaktion"),
            "<h1>T</h1><div><p>Von <b>Ada Park</b> und Bo Lind, dpa</p></div>",
            ("Ada Park", "Bo Lind", "dpa"),
        ),
        # Names alone above the text are a byline; below its first paragraph, or with more to them, they are not.
        (
            ld(author="Paper", publisher={"name": "Paper"}),
            "<h1>T</h1><p>Dek</p><p><strong>Ada Park/Bo Lind</strong></p>",
            ("Ada Park", "Bo Lind"),
        ),
        ("", f"<h1>T</h1><p>{'The text goes on. ' * 8}</p><p><strong>Ada Park</strong></p>", ()),
        ("", "<h1>T</h1><p><strong>Ada Park</strong> is back in town.</p>", ()),
        (ld(author="Redaktion"), "<h1>T</h1><p>By the river stands a house.</p>", ()),
        ("", "<p>By Eva Moe</p><h1>T</h1><p>By Ada Park on Monday</p>", ("Ada Park",)),
        (ld(author="Paper", publisher={"name": "Paper"}) + meta("articleauthor", "Reuters"), "", ("Reuters",)),
        # A person who is marked or linked near the headline comes before the house; a list of others' bylines does not.
        (
            ld(author="The Paper", publisher={"name": "The Paper"}),
            '<h1>T</h1><p class="byline">Ada Park</p>',
            ("Ada Park",),
        ),
        (
            ld(author="The Paper", publisher={"name": "The Paper"}),
            f'<h1>T</h1>{"<p>x</p>" * 90}<p class="byline">Ada Park</p>',
            ("The Paper",),
        ),
        ("", '<h1>T</h1><div><a href="/authors/ada-park">Ada Park</a></div>', ("Ada Park",)),
        ("", '<h1>T</h1><a href="/author/ap">Ada Park</a> <a href="/author/bl">Bo Lind</a>', ("Ada Park", "Bo Lind")),
        ("", '<h1>T</h1><a href="/author/desk">The Harbour Team</a>', ("The Harbour Team",)),
        ("", '<h1>T</h1><nav><a href="/authors/ada-park">Ada Park</a></nav>', ()),
        ("", '<h1>T</h1><a href="/authors">All our authors</a> <a href="/author/x">View all posts</a>', ()),
        ("", '<article><h1>T</h1><footer class="author">Ada Park</footer></article>', ("Ada Park",)),
        ("", '<h1>T</h1><footer class="author">Ada Park</footer>', ()),
        ("", '<h1>T</h1><p class="author">Kitty</p>', ("Kitty",)),
        ("", '<h1>T</h1><p class="author-date">Jun 2</p>', ()),
        ("", '<h1>T</h1><p class="author"><b>Ada Park</b><i>Head Gardener</i></p>', ("Ada Park",)),
        ("", '<h1>T</h1><p class="author"><b>Ada Park</b>, <b>Bo Lind</b></p>', ("Ada Park", "Bo Lind")),
        (
            "",
            '<h1>T</h1><p class="author"><b>Ada Park</b> <i>Associated Press</i></p>',
            ("Ada Park", "Associated Press"),
        ),
        (meta("citation_author", "Park, Ada") + meta("citation_author", "Lind, Bo E."), "", ("Ada Park", "Bo E. Lind")),
        (meta("author", "Park, Lind"), "", ("Park", "Lind")),
        # The label and the name in two elements, or a date before them.
        ("", "<h1>T</h1><div><p>Written by</p><p>Ada Park</p></div>", ("Ada Park",)),
        ("", "<h1>T</h1><div><span>By</span> <button>Ada Park</button></div>", ("Ada Park",)),
        ("", "<h1>T</h1><div><span>By</span> <span>Monday morning</span></div>", ()),
        ("", f"<h1>T</h1>{'<p>x</p>' * 90}<div><span>By</span> <span>Ada Park</span></div>", ()),
        ("", "<h1>T</h1><div><time>03/01/2026</time> by Ada Park</div>", ("Ada Park",)),
        ("", "<h1>T</h1><div><i>Photo</i> by Ada Park</div>", ()),
        # A card's labels, as WordPress writes them.
        (meta("twitter:label1", "Written by") + meta("twitter:data1", "Ada Park"), "", ("Ada Park",)),
        (meta("twitter:label2", "Verfasst von") + meta("twitter:data2", "Ada Park"), "", ("Ada Park",)),
        (meta("twitter:label1", "Price of") + meta("twitter:data1", "Ada Park"), "", ()),
        (ld(author=[[[[["too", "deep"]]]], 5, None, {"name": None}]), "", ()),
    ],
)
def test_authors_are_the_persons_named(head: str, body: str, names: tuple[str, ...]) -> None:
    assert metadata_of(head, body).authors == names
