"""What Prefect's form says of the parameters of flows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from prefect.utilities.callables import parameter_schema

from flows.digest import digest_flow
from flows.import_files import import_flow
from flows.maintain import maintain_flow
from flows.reextract import reextract_flow
from flows.run import run_flow

if TYPE_CHECKING:
    from prefect.flows import Flow


@pytest.mark.parametrize(
    "flow", [import_flow, digest_flow, run_flow, maintain_flow, reextract_flow], ids=lambda flow: str(flow.name)
)
def test_every_parameter_says_in_the_form_what_it_means(flow: Flow[..., Any]) -> None:
    properties = parameter_schema(flow).properties
    assert properties.keys() >= {"data"}
    assert {name for name, entry in properties.items() if not entry.get("description")} == set()
