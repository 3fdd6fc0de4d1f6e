"""Parameters that the flows share, with the words that Prefect's form shows for them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

SourcesFile = Annotated[Path, Field(description="Absolute path of sources.toml, on the machine that runs the flow.")]
Data = Annotated[Path, Field(description="Absolute path of the data directory, on the machine that runs the flow.")]
Wait = Annotated[
    float, Field(ge=0, description="Seconds to wait for another newsloom that is writing to the data directory.")
]
