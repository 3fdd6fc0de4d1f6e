"""What flows have in common: when to try again, when to give way."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.runtime import deployment
from prefect.states import Cancelled

from warehouse import TransientWarehouseError, WarehouseBusyError, Writer

if TYPE_CHECKING:
    from collections.abc import Callable

    from prefect.client.schemas.objects import State, TaskRun
    from prefect.tasks import Task

    from warehouse.publish import Published

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def is_transient(failed: Task[..., Any], run: TaskRun, state: State[Any]) -> bool:
    """Whether a failed task is worth another try."""
    try:
        state.result()
    except TransientWarehouseError:
        return True
    except Exception:  # noqa: BLE001 - any other error is terminal
        return False
    return False


def is_deployed() -> bool:
    """Whether this runs as a deployment's run, of which nobody waits for the answer."""
    return deployment.get_id() is not None


def gives_way(run: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Let a deployed flow end as cancelled, named Skipped, where another process writes: the next run is not far.

    Called by hand the flow raises WarehouseBusyError, in words for whoever called it.
    """

    @wraps(run)
    def flow(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        try:
            return run(*args, **kwargs)
        except WarehouseBusyError as busy:
            if not is_deployed():
                raise
            message = f"another newsloom process is writing: {busy.holder}"
            state: Any = Cancelled(name="Skipped", message=message)  # Prefect takes it for the state of the run
            return state  # type: ignore[no-any-return]

    return flow


@task(name="publish", cache_policy=NO_CACHE, retries=2, retry_delay_seconds=5, retry_condition_fn=is_transient)
def publish_task(writer: Writer) -> Published:
    """See `warehouse.Writer.publish`."""
    return writer.publish()
