"""What all flows share: parameters, retries, and skipping a run while another process writes."""

from __future__ import annotations

import inspect
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ParamSpec, TypeVar, get_type_hints

from prefect import Task
from prefect.cache_policies import NO_CACHE
from prefect.runtime import deployment
from prefect.states import Cancelled
from pydantic import Field
from pydantic.fields import FieldInfo

from crawlers.errors import TransientError
from flows.retries import SHORT_RETRIES
from warehouse import WarehouseBusyError, Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from prefect.client.schemas.objects import State, TaskRun

    from warehouse.publish import Published

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

SourcesFile = Annotated[Path, Field(description="Absolute path of sources.toml on the machine that runs the flow.")]
Data = Annotated[Path, Field(description="Absolute path of the data directory on the machine that runs the flow.")]
Wait = Annotated[
    float, Field(ge=0, description="Seconds to wait for another newsloom process that writes to the data directory.")
]


def document_parameters(run: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Copy the descriptions of a flow's parameters to `Args:` in its docstring, where Prefect's form finds them.

    Prefect 3 uses the bounds of a `Field` in an annotation, but not its description.
    """
    fields = {
        name: next((entry for entry in hint.__metadata__ if isinstance(entry, FieldInfo)), None)
        for name, hint in get_type_hints(run, include_extras=True).items()
        if hasattr(hint, "__metadata__")
    }
    lines = [f"    {name}: {field.description}" for name, field in fields.items() if field and field.description]
    run.__doc__ = "\n".join([inspect.getdoc(run) or "", "", "Args:", *lines])
    return run


def is_transient(failed: Task[..., Any], run: TaskRun, state: State[Any]) -> bool:
    """Whether another attempt of a failed task may succeed."""
    try:
        state.result()
    except TransientError:
        return True
    except Exception:  # noqa: BLE001 - all other errors are permanent
        return False
    return False


def is_deployed() -> bool:
    """Whether this is a run of a deployment, so that nobody waits for its result."""
    return deployment.get_id() is not None


def skip_if_busy(run: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """End a deployed run in the state Skipped if another process is writing; the next run follows soon.

    Without a deployment, the flow raises WarehouseBusyError for its caller.
    """

    @wraps(run)
    def flow(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        try:
            return run(*args, **kwargs)
        except WarehouseBusyError as busy:
            if not is_deployed():
                raise
            message = f"another newsloom process is writing: {busy.holder}"
            state: Any = Cancelled(name="Skipped", message=message)  # Prefect makes it the state of the run
            return state  # type: ignore[no-any-return]

    return flow


def retried_task(
    name: str, *, task_run_name: str | None = None, delays: Sequence[float] = SHORT_RETRIES
) -> Callable[[Callable[Parameters, Result]], Task[Parameters, Result]]:
    """Make a function a Prefect task that is retried after transient errors, after these delays in seconds."""

    def decorate(run: Callable[Parameters, Result]) -> Task[Parameters, Result]:
        return Task(
            run,
            name=name,
            task_run_name=task_run_name,
            cache_policy=NO_CACHE,
            retries=len(delays),
            retry_delay_seconds=list(delays),
            retry_condition_fn=is_transient,
        )

    return decorate


@retried_task("publish")
def publish_task(writer: Writer) -> Published:
    """See `warehouse.Writer.publish`."""
    return writer.publish()
