"""The log of the service: its own messages and the output of its processes, in a file of bounded size."""

from __future__ import annotations

import logging
import sys
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.data_directory import DataDirectory

LOG = "service.log"
MAX_LOG_BYTES = 5_000_000
OLDER_LOGS = 3


@contextmanager
def log_to(directory: DataDirectory) -> Iterator[None]:
    """Write the log of the service to private/service/service.log, and to standard error if that is a terminal."""
    directory.service.mkdir(exist_ok=True)
    logger = logging.getLogger("newsloom.service")
    handlers: list[logging.Handler] = [
        RotatingFileHandler(directory.service / LOG, maxBytes=MAX_LOG_BYTES, backupCount=OLDER_LOGS, encoding="utf-8")
    ]
    if sys.stderr.isatty():
        handlers.append(logging.StreamHandler(sys.stderr))
    for handler in handlers:
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield
    finally:
        for handler in handlers:
            logger.removeHandler(handler)
            handler.close()
