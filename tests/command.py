"""The command line in the test's process; a process of its own would spend a second or two on imports, each time.

The crawls that it starts have processes, each forked from one that has its imports.
"""

from __future__ import annotations

import gc
import io
import logging
import os
import signal
import sys
import warnings
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from subprocess import CompletedProcess
from typing import TYPE_CHECKING
from unittest import mock

from flows.cli.main import main
from flows.pipeline import crawl
from flows.service import prefect_settings
from tests.crawlers import forked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flows.data_directory import DataDirectory


def call(
    *arguments: str, folder: Path | None = None, environment: Mapping[str, str] | None = None, stdin: bytes = b""
) -> CompletedProcess[bytes]:
    """Run `newsloom ARGUMENTS` and return what it printed and its exit code; folder and environment default to ours.

    An unexpected error, for which a process would print a traceback, is raised.
    """
    out, err = io.BytesIO(), io.BytesIO()
    with (
        _as_found(),
        redirect_stdout(io.TextIOWrapper(out, "utf-8", write_through=True)) as said,
        redirect_stderr(io.TextIOWrapper(err, "utf-8", write_through=True)) as complained,
    ):
        sys.argv = ["newsloom", *arguments]
        sys.stdin = io.TextIOWrapper(io.BytesIO(stdin), "utf-8")
        if folder is not None:
            os.chdir(folder)
        if environment is not None:
            os.environ.clear()
            os.environ.update(environment)
        try:
            main()
        except SystemExit as ended:
            code = ended.code
        assert isinstance(code, int)
        for stream in (said, complained):
            stream.flush()
            stream.detach()
    return CompletedProcess(["newsloom", *arguments], code, out.getvalue(), err.getvalue())


@contextmanager
def _as_found() -> Iterator[None]:
    """Leave the process as it was: arguments, folder, environment, signal handlers, log levels, warnings."""
    set_up, argv, stdin, folder, environment = (
        prefect_settings.set_up_prefect, sys.argv, sys.stdin, Path.cwd(), dict(os.environ),
    )  # fmt: skip
    heard = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    logger = logging.getLogger("newsloom")
    handlers, level = list(logger.handlers), logger.level
    prefect_settings.set_up_prefect = _set_up_prefect
    try:
        with warnings.catch_warnings(), mock.patch.object(crawl, "subprocess", forked.Subprocess):
            yield
    finally:
        prefect_settings.set_up_prefect = set_up
        sys.argv, sys.stdin = argv, stdin
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        for number, handler in heard.items():
            signal.signal(number, handler)
        logger.handlers[:], logger.level = handlers, level
        gc.unfreeze()


_SET_UP = prefect_settings.set_up_prefect


def _set_up_prefect(directory: DataDirectory) -> None:
    """The same where Prefect has been imported by an earlier call: it reads its settings again."""
    _SET_UP(directory)
    if "prefect" in sys.modules:
        from prefect.context import refresh_global_settings_context
        from prefect.logging.configuration import setup_logging

        refresh_global_settings_context()
        setup_logging()
