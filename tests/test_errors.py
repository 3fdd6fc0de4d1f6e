"""Every exception of every package: it survives pickling, and its base says whether its text is for the user."""

from __future__ import annotations

import importlib
import inspect
import pickle
import pkgutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import crawlers
import flows
import warehouse
from crawlers.content_codings import BodyTooLargeError, BrokenCodingError
from crawlers.discovery.listing import BadListingError
from crawlers.errors import (
    ArchiveError,
    CrawlersError,
    NewsloomError,
    Problem,
    SourcesError,
    StoreError,
    TransientError,
)
from crawlers.extensions.fast_stop import RequestDropped
from crawlers.extraction.record_fields import BadRecordError
from crawlers.importers.contents import UnsupportedFileError
from crawlers.importers.items import BrokenContentError
from crawlers.politeness.refusals import (
    AskedToWait,
    BadRedirect,
    BadStatus,
    ForbiddenAddress,
    HostLimit,
    HostUnresponsive,
    IncompleteBody,
    OtherShard,
    Refused,
    RobotsForbidden,
    RobotsUnreachable,
    TooLarge,
    UntrustedCertificate,
)
from flows.dashboard.errors import (
    DashboardError,
    FilterError,
    MissingError,
    QueryError,
    TooSlowError,
    UnavailableError,
)
from flows.errors import CrawlDiedError, FlowsError
from flows.pipeline.interrupt import OverdueError
from warehouse import DamagedWarehouseError, TransientWarehouseError, WarehouseBusyError, WarehouseError
from warehouse.errors import LakeUnreachableError
from warehouse.search.query import QuerySyntaxError

EXAMPLES: list[NewsloomError] = [
    NewsloomError("a text"),
    TransientError("a text"),
    CrawlersError("a text"),
    SourcesError(
        [Problem(Path("sources.toml"), "source[1].name", "''", "a name", 3), Problem(Path("b"), "", "x", "y")]
    ),
    UnsupportedFileError("a.pdf", "a PDF document"),
    ArchiveError("a text", file=Path("one.warc.gz"), offset=17),
    StoreError("a text"),
    FlowsError("a text"),
    CrawlDiedError("exit code 3", "crawl.log"),
    DashboardError("a text"),
    UnavailableError("a text"),
    QueryError("a text"),
    FilterError("a text"),
    MissingError("a text"),
    TooSlowError(20.0),
    WarehouseError("a text"),
    WarehouseBusyError(Path("data"), "`newsloom run`, process 7"),
    DamagedWarehouseError(Path("warehouse.duckdb"), "Corrupt database file"),
    TransientWarehouseError("a text"),
    LakeUnreachableError("ducklake:sqlite:/catalog.sqlite", "database is locked"),
    QuerySyntaxError("a text"),
]
# Signals that our own code catches: none of them reaches a user as an error.
SIGNALS: list[BaseException] = [
    BadListingError("found nothing"),
    BadRecordError("url missing"),
    RequestDropped(),
    OtherShard(),
    BrokenCodingError("gzip ends early"),
    BodyTooLargeError("larger than 5 bytes"),
    BrokenContentError("invalid JSON in line 1"),
    OverdueError(),
    *(
        kind("a detail", 403, "courier.example")
        for kind in (
            Refused,
            ForbiddenAddress,
            RobotsForbidden,
            RobotsUnreachable,
            UntrustedCertificate,
            BadRedirect,
            BadStatus,
            TooLarge,
            IncompleteBody,
            AskedToWait,
            HostUnresponsive,
            HostLimit,
        )
    ),
]


cli = importlib.import_module("flows.cli.main")  # `flows.cli.main` is the function as well


def name(error: BaseException) -> str:
    return type(error).__name__


@cache
def exceptions() -> frozenset[type[BaseException]]:
    """Every exception class that a module of ours defines."""
    found: set[type[BaseException]] = set()
    for package in (crawlers, flows, warehouse):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                members = vars(importlib.import_module(module.name)).values()
                found.update(one for one in members if inspect.isclass(one) and issubclass(one, BaseException))
    return frozenset(one for one in found if one.__module__.partition(".")[0] in ("crawlers", "flows", "warehouse"))


def without_example(kinds: frozenset[type[BaseException]]) -> set[type[BaseException]]:
    for_users = {one for one in kinds if issubclass(one, NewsloomError)}
    return (for_users - {type(one) for one in EXAMPLES}) | (kinds - for_users - {type(one) for one in SIGNALS})


def test_every_exception_class_has_an_example_here() -> None:
    assert without_example(exceptions()) == set()
    assert {type(one) for one in [*EXAMPLES, *SIGNALS]} <= exceptions()


@pytest.mark.parametrize("base", [FlowsError, RuntimeError])
def test_an_exception_class_without_an_example_is_noticed(
    base: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    new = type("NewError", (base,), {"__module__": "flows.timing"})
    monkeypatch.setattr("flows.timing.NewError", new, raising=False)
    exceptions.cache_clear()
    try:
        assert without_example(exceptions()) == {new}
    finally:
        exceptions.cache_clear()


@pytest.mark.parametrize("error", [*EXAMPLES, *SIGNALS], ids=name)
def test_an_error_survives_pickling_with_its_text_and_fields(error: BaseException) -> None:
    error.add_note("while loading a segment")
    there = pickle.loads(pickle.dumps(error))
    assert type(there) is type(error)
    assert (str(there), there.args) == (str(error), error.args)
    assert vars(there) == vars(error)
    assert vars(there)["__notes__"] == ["while loading a segment"]
    again = pickle.loads(pickle.dumps(there))
    assert (str(again), vars(again)) == (str(error), vars(error))


def test_an_error_survives_the_way_from_another_process() -> None:
    script = (
        "import pickle, sys; from pathlib import Path; from warehouse import WarehouseBusyError;"
        "sys.stdout.buffer.write(pickle.dumps(WarehouseBusyError(Path('data'), 'a process')))"
    )
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout
    error = pickle.loads(printed)
    assert isinstance(error, WarehouseBusyError)
    assert (error.directory, error.holder) == (Path("data"), "a process")
    assert str(error) == str(WarehouseBusyError(Path("data"), "a process"))


def test_transient_errors_are_those_worth_a_retry() -> None:
    assert {name(one) for one in EXAMPLES if isinstance(one, TransientError)} == {
        "TransientError",
        "CrawlDiedError",
        "LakeUnreachableError",
        "StoreError",
        "TransientWarehouseError",
    }


@pytest.mark.parametrize("error", EXAMPLES, ids=name)
def test_the_command_line_shows_the_text_of_an_error_and_no_traceback(
    error: NewsloomError, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(error, monkeypatch) == 2
    assert capsys.readouterr().err == f"newsloom: {error}\n"


@pytest.mark.parametrize("error", [RuntimeError("a bug"), BadListingError("found nothing")], ids=name)
def test_the_command_line_lets_any_other_error_show_as_a_bug(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(type(error)):
        _run(error, monkeypatch)


def _run(error: Exception, monkeypatch: pytest.MonkeyPatch) -> object:
    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr(cli, "newsloom", fail)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return ended.value.code
