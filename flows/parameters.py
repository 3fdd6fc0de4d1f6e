"""Parameters that the flows share, with the words that Prefect's form shows for them."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ParamSpec, TypeVar, get_type_hints

from pydantic import Field
from pydantic.fields import FieldInfo

if TYPE_CHECKING:
    from collections.abc import Callable

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

SourcesFile = Annotated[Path, Field(description="Absolute path of sources.toml, on the machine that runs the flow.")]
Data = Annotated[Path, Field(description="Absolute path of the data directory, on the machine that runs the flow.")]
Wait = Annotated[
    float, Field(ge=0, description="Seconds to wait for another newsloom that is writing to the data directory.")
]


def documented(run: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Put what the parameters of a flow mean where Prefect's form takes it from: under `Args:` in its docstring.

    Of a `Field` in an annotation Prefect 3 takes the bounds, and not the description.
    """
    fields = {
        name: next((entry for entry in hint.__metadata__ if isinstance(entry, FieldInfo)), None)
        for name, hint in get_type_hints(run, include_extras=True).items()
        if hasattr(hint, "__metadata__")
    }
    lines = [f"    {name}: {field.description}" for name, field in fields.items() if field and field.description]
    run.__doc__ = "\n".join([inspect.getdoc(run) or "", "", "Args:", *lines])
    return run
