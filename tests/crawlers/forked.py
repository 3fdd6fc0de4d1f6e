"""Crawls in processes of their own, forked from one that has imported Scrapy: each is spared a second of imports.

Run as a script it is that process. It reads a crawl a line from standard input, as JSON, and writes its exit code.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import pkgutil
import subprocess
import sys
import traceback
from functools import cache
from pathlib import Path
from subprocess import CompletedProcess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
PRELOADED = (
    "crawlers.archive", "crawlers.discovery", "crawlers.extensions", "crawlers.plan", "crawlers.politeness",
    "crawlers.spiders", "scrapy.core", "scrapy.core.downloader",
)  # fmt: skip
ALSO_PRELOADED = (
    "scrapy.core.downloader.handlers.http11", "scrapy.crawler", "scrapy.extensions.corestats",
    "scrapy.extensions.logstats", "scrapy.extensions.memusage", "scrapy.extensions.telnet", "scrapy.pqueues",
    "scrapy.squeues", "scrapy.statscollectors", "twisted.internet.asyncioreactor", "twisted.web.client",
)  # fmt: skip


def run(module: str, *arguments: str, environment: Mapping[str, str], folder: Path) -> CompletedProcess[str]:
    """Run the `main` of a module with these arguments; its output is kept in `folder` meanwhile."""
    files = [folder / "stdout.txt", folder / "stderr.txt"]
    said = {"module": module, "arguments": arguments, "environment": dict(environment), "output": [*map(str, files)]}
    server = _server()
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        server.stdin.write(json.dumps(said) + "\n")
        server.stdin.flush()
        code = int(server.stdout.readline())
    except BaseException:  # such as a test's time that is over: nobody waits for this answer
        _stop(server)
        _server.cache_clear()
        raise
    return CompletedProcess([module, *arguments], code, *(file.read_text(encoding="utf-8") for file in files))


@cache
def _server() -> subprocess.Popen[str]:
    server = subprocess.Popen(
        [sys.executable, "-m", __name__], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    atexit.register(_stop, server)
    return server


def _stop(server: subprocess.Popen[str]) -> None:
    server.kill()
    server.communicate()


def _serve() -> None:
    network = importlib.import_module("tests.crawlers.politeness.network")
    assert "twisted" not in sys.modules
    network.install()
    for package in PRELOADED:
        for found in pkgutil.iter_modules(importlib.import_module(package).__path__, f"{package}."):
            importlib.import_module(found.name)
    for name in ALSO_PRELOADED:
        importlib.import_module(name)
    assert "twisted.internet.reactor" not in sys.modules, "each crawl needs its own"
    assert len(os.listdir("/proc/self/task")) == 1, "threads are not forked"  # noqa: PTH208
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _crawl(**json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _crawl(module: str, arguments: list[str], environment: dict[str, str], output: list[str]) -> None:
    code = 1
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for number, file in enumerate(output, start=1):
            os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = [module, *arguments]
        code = importlib.import_module(module).main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve()
