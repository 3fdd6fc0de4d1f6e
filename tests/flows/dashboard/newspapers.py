"""A small warehouse of invented newspapers: a story of three sources, an edit, and texts that mean harm."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.command import call
from warehouse import open_writer

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = "<script>alert('mayor')</script> speaks of <b>roses</b>"
FORMULA = '=HYPERLINK("http://evil.example","roses")'
UNSAFE = "javascript:alert(1)"

FERRY = (
    "The ferry Lady Maud ran aground on the sandbank off Gull Point early on Thursday with 180 passengers on board. "
    "Nobody was hurt, the harbour office said. Two lifeboats took the passengers to the quay at Port Sorrel, where "
    "the town hall handed out tea and blankets. The captain told the harbour office that a buoy had drifted in the "
    "storm of the night before. Divers will look at the hull when the tide is out, and the ferry will be towed off "
    "on Friday. Until then the mail boat carries passengers to the islands twice a day. The company will pay back "
    "all tickets."
)
ROSES = (
    "The mayor of Port Sorrel has opened the rose garden behind the old customs house. It has four hundred kinds of "
    "roses, most of them given by people of the town. A gardener from the islands planted them in two winters. The "
    "garden is open every day until dusk, and the entrance is free. A band played, and the pupils of the harbour "
    "school sang. The council wants to plant a second garden beside the station next year if enough people offer "
    "their help."
)
BRIDGE = (
    "The iron bridge over the Teal will be closed for repairs from Monday. Engineers found rust in eleven of its "
    "ninety girders last autumn. Lorries have to take the road by Marrow Mill, which adds half an hour to the way "
    "to the coast. The county expects the work to take nine weeks and to cost four million crowns. Cyclists and "
    "walkers may use the bridge throughout, on the southern side only. The county engineer said that the bridge "
    "would then last for decades."
)


def article(source: str, path: str, title: str, text: str, at: str, **fields: object) -> dict[str, object]:
    return {
        "url": f"https://{source}.example/{path}", "title": title, "text": text, "published_at": f"2026-03-05T{at}:00Z",
        "language": "en", **fields,
    }  # fmt: skip


FIRST = [
    article("courier", "ferry", "Ferry runs aground off Gull Point", FERRY, "07:10", authors=["Ann Reed"]),
    article("valley", "boat", "Passengers safe after ferry strands", FERRY + " Ten of them are from here.", "09:40"),
    article("north", "maud", "Lady Maud aground with 180 on board", FERRY.partition(" Divers")[0], "11:00"),
    article("courier", "roses", SCRIPT, ROSES, "12:00"),
    article("valley", "bridge", FORMULA, BRIDGE, "13:00"),
]
EDITED = [
    article(
        "courier", "ferry", "All 180 safe after ferry runs aground off Gull Point",
        FERRY.replace("Nobody was hurt", "One sailor was hurt"), "07:10", modified_at="2026-03-05T15:00:00Z",
    )
]  # fmt: skip


def load(folder: Path, data: Path, articles: list[dict[str, object]]) -> None:
    """Import articles and publish."""
    file = folder / f"articles-{len(list(folder.glob('articles-*')))}.jsonl"
    file.write_text("".join(json.dumps(each) + "\n" for each in articles), encoding="utf-8")
    done = call("import", str(file), "--data", str(data))
    assert done.returncode == 0, done.stderr.decode()


def make_warehouse(folder: Path) -> Path:
    """The data directory of the newspapers, published."""
    data = folder / "data"
    load(folder, data, FIRST)
    load(folder, data, EDITED)
    with open_writer(data, "test") as writer:
        with writer.transaction() as connection:
            connection.execute("UPDATE article_state SET url = ? WHERE url LIKE '%/roses'", [UNSAFE])
        writer.checkpoint()
        writer.publish()
    return data
