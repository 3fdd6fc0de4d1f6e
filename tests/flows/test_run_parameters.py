"""Parameters of the flow run that contradict each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from flows.errors import FlowsError
from flows.run import run_flow

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("parameters", "problem"),
    [
        ({"shard_deployment": "crawl-shard/crawl-shard"}, "shard_deployment: needs `shards` to be 2 or more; found 1"),
        (
            {"shard_deployment": "crawl-shard/crawl-shard", "shards": 1, "shard_store": "s3://bucket/news"},
            "shard_deployment: needs `shards` to be 2 or more; found 1",
        ),
        (
            {"shards": 2, "shard_store": "s3://bucket/news"},
            "shard_store: is for shards on other machines; name their deployment in shard_deployment",
        ),
        ({"shard_deployment": "crawl-shard", "shards": 2}, "crawl-shard: a deployment is named FLOW/DEPLOYMENT"),
    ],
)
def test_parameters_of_shards_that_contradict_each_other_are_refused(
    tmp_path: Path, parameters: dict[str, object], problem: str
) -> None:
    sources = tmp_path / "sources.toml"
    sources.write_text('contact = "a@b.example"\n[[source]]\nname = "a"\nfeeds = ["https://a.example/feed.xml"]\n')
    with pytest.raises(FlowsError) as refused:
        run_flow.fn(sources=sources, data=tmp_path / "data", **parameters)
    assert str(refused.value).startswith(problem)
    assert not (tmp_path / "data").exists()
