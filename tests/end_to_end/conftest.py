"""A real Prefect server for the flows, small news sites for the crawls, the command line in an empty folder."""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
import venv
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import fsspec
import pytest
from filelock import FileLock

from flows.demo.sites import demo_sites
from flows.demo.web import NewsWeb, ServedPage, Site
from tests import servers
from tests.command import call
from tests.conftest import PREFECT_FOLDER
from tests.servers import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PREFECT_DATABASE = "prefect.db"  # as Prefect calls it in its home, and newsloom in a data directory
START_SECONDS = 600  # far more than the ten it takes: the machine may be busy


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture(scope="session")
def prefect_database(pytestconfig: pytest.Config, session_folder: Path) -> Path:
    """A database of Prefect without any runs, of which servers get copies: 12 s of CPU to make, so pytest keeps it."""
    cache = pytestconfig.cache
    folder = (session_folder if cache is None else cache.mkdir("prefect")) / version("prefect")
    folder.mkdir(exist_ok=True)
    file = folder / PREFECT_DATABASE
    with FileLock(folder / "lock"):
        if not (folder / "ready").exists():
            file.unlink(missing_ok=True)
            subprocess.run(
                [sys.executable, "-m", "prefect", "server", "database", "upgrade", "--yes"],
                env=os.environ
                | {
                    "PREFECT_HOME": str(folder),
                    "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{file}",
                },
                check=True,
                capture_output=True,
                timeout=START_SECONDS,
            )
            assert not file.with_name(f"{file.name}-wal").exists(), "one file is the whole database"
            (folder / "ready").touch()
    return file


@pytest.fixture(scope="session")
def prefect_api(session_folder: Path, prefect_database: Path) -> str:
    """The API address of a Prefect server that all workers of this test session share; it ends with the session."""
    home = session_folder / PREFECT_FOLDER
    home.mkdir(exist_ok=True)
    with FileLock(home / "lock"):
        if not (home / "api").exists():
            shutil.copyfile(prefect_database, home / PREFECT_DATABASE)
            (home / "api").write_text(_start_prefect(home))
    return (home / "api").read_text()


# `prefect ARGUMENTS`, which ends with a process: killed workers would leave it behind.
PREFECT = """
import os, signal, sys, threading, time

def end_with(session):
    while True:
        try:
            os.kill(session, 0)
        except ProcessLookupError:
            os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(1)

threading.Thread(target=end_with, args=(int(sys.argv.pop(1)),), daemon=True).start()
from prefect.cli import app
app()
"""


def _start_prefect(home: Path) -> str:
    port = free_port()
    api = f"http://127.0.0.1:{port}/api"
    environment = os.environ | {
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_UI_API_URL": api,
    }
    with (home / "server.log").open("wb") as log:
        # The worker that starts it may end before the others do: it ends with the session, in `pytest_sessionfinish`.
        session = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
        server = subprocess.Popen(
            [
                sys.executable,
                "-c",
                PREFECT,
                str(session),
                "server",
                "start",
                "--host",
                "127.0.0.1",
                "--port",
                str(port),
            ],
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    (home / "pid").write_text(str(server.pid))
    deadline = time.monotonic() + START_SECONDS
    while not answers(f"{api}/health"):
        if server.poll() is not None or time.monotonic() > deadline:
            server.terminate()
            pytest.fail(f"the Prefect server does not start: {(home / 'server.log').read_text()}")
        time.sleep(0.2)
    server.returncode = 0  # it runs until the session ends; without this, Python warns of a process left running
    return api


@dataclass
class Newsloom:
    """The command line in a folder and an environment of its own.

    Commands are called in the test's process, except with `in_processes` and those that start others.
    """

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    in_processes: bool = False
    prefect_database: Path | None = None
    """What the database of a Prefect server that the data directory needs is copied from; None to have it made."""

    @property
    def data(self) -> Path:
        return self.folder / "newsloom-data"

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        if self.prefect_database and arguments[0] == "up" and "PREFECT_API_URL" not in self.environment:
            own = self.data / "private" / PREFECT_DATABASE
            if not own.exists():
                own.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(self.prefect_database, own)
        return subprocess.Popen(
            [sys.executable, "-m", "flows.cli", *arguments],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __call__(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        if self._needs_a_process(arguments[0]):
            process = self.start(*arguments)
            out, err = process.communicate(timeout=480)
            ended = process.returncode
        else:
            done = call(*arguments, folder=self.folder, environment=self.environment)
            out, err, ended = done.stdout.decode(), done.stderr.decode(), done.returncode
        assert ended == code, f"newsloom {' '.join(arguments)} ended with {ended}\n{out}\n{err}"
        return subprocess.CompletedProcess(["newsloom", *arguments], ended, out, err)

    def _needs_a_process(self, command: str) -> bool:
        """Whether it starts the service, or asks its Prefect server."""
        return self.in_processes or command in ("up", "down", "status", "ui")

    def sql(self, query: str) -> list[list[str]]:
        """The rows of a query as the CSV format has them, without the names."""
        return list(csv.reader(io.StringIO(self("sql", query, "--format", "csv").stdout, newline="")))[1:]

    def sources(self, text: str) -> None:
        (self.folder / "sources.toml").write_text(text, encoding="utf-8")


@pytest.fixture
def newsloom(tmp_path: Path) -> Newsloom:
    """The command line in an empty folder."""
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    # Prefect's own server would spend 5 s of CPU on registering blocks, of which newsloom uses none.
    prefect = {"PREFECT_HOME": str(tmp_path / "prefect"), "PREFECT_API_BLOCKS_REGISTER_ON_START": "false"}
    return Newsloom(tmp_path, environment | prefect | {"COLUMNS": "200"})


@pytest.fixture
def prefect_made(newsloom: Newsloom, prefect_database: Path) -> None:
    """Give the data directory's own Prefect server, if a command starts one, a database that was made before."""
    newsloom.prefect_database = prefect_database


@pytest.fixture
def with_prefect(newsloom: Newsloom, prefect_api: str) -> None:
    """Let the session's Prefect server record the runs of the command line, and schedule those of `newsloom up`."""
    newsloom.environment["PREFECT_API_URL"] = prefect_api


@pytest.fixture
def web(newsloom: Newsloom) -> Iterator[NewsWeb]:
    """The demo's newspapers, first edition, as the only web that the command line can reach."""
    with NewsWeb(demo_sites(1)) as served:
        newsloom.environment["http_proxy"] = newsloom.environment["https_proxy"] = served.proxy_url
        yield served


@dataclass(frozen=True)
class Bucket:
    """A bucket of the session's S3 server."""

    name: str

    @property
    def url(self) -> str:
        return f"s3://{self.name}"

    def put(self, name: str, body: bytes) -> str:
        fsspec.filesystem("s3").pipe_file(f"{self.name}/{name}", body)
        return f"{self.url}/{name}"


@pytest.fixture(scope="session")
def s3_environment() -> Iterator[dict[str, str]]:
    """The environment of an S3 server: one for all tests, because fsspec keeps its connections."""
    with servers.s3("unused") as environment:
        yield environment


@pytest.fixture
def bucket(s3_environment: dict[str, str], newsloom: Newsloom, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """An empty bucket, whose credentials this process and the command line find in their environment.

    Commands run in processes: workers inherit the environment in which this process started its first one.
    """
    newsloom.in_processes = True
    for name, value in s3_environment.items():
        monkeypatch.setenv(name, value)
    newsloom.environment.update(s3_environment)
    bucket = Bucket(newsloom.folder.name.replace("_", "-"))
    fsspec.filesystem("s3").mkdir(bucket.name)
    return bucket


def feed(host: str, paths: list[str]) -> ServedPage:
    """An RSS feed of these pages."""
    items = "".join(f"<item><title>On {path}</title><link>http://{host}{path}</link></item>" for path in paths)
    text = f'<?xml version="1.0"?><rss version="2.0"><channel><title>{host}</title>{items}</channel></rss>'
    return ServedPage(text.encode(), "application/rss+xml")


def article(number: int, place: str = "the town", **page: object) -> ServedPage:
    """An article page whose words are its own."""
    sentences = " ".join(
        f"Sentence {n} of report {number} says that item {number * 100 + n} was counted in {place}." for n in range(12)
    )
    title = f"Report number {number} from {place}"
    text = f"""<!doctype html><html lang="en"><head><title>{title}</title></head><body>
    <article><h1>{title}</h1><p>{sentences}</p><p>{sentences.replace("counted", "found")}</p></article></body></html>"""
    return ServedPage(text.encode(), **page)  # type: ignore[arg-type]


def town_site(host: str, articles: int, delay: float = 0.0) -> Site:
    """A site with a feed of so many articles, each answered after `delay` seconds."""
    paths = [f"/news/2026/report-number-{number}-from-the-town.html" for number in range(1, articles + 1)]
    pages = {path: article(number, host, delay=delay) for number, path in enumerate(paths, start=1)}
    return Site(host, {"/feed.xml": feed(host, paths), **sitemaps(host, paths), **pages})


def sitemaps(host: str, paths: list[str]) -> dict[str, ServedPage]:
    """A sitemap index with two sitemaps, each of which names half of the pages."""
    namespace = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    halves = {"/sitemap-1.xml": paths[::2], "/sitemap-2.xml": paths[1::2]}
    index = "".join(f"<sitemap><loc>http://{host}{path}</loc></sitemap>" for path in halves)
    pages = {"/sitemap.xml": f"<sitemapindex {namespace}>{index}</sitemapindex>"}
    for path, half in halves.items():
        pages[path] = f"<urlset {namespace}>{''.join(f'<url><loc>http://{host}{p}</loc></url>' for p in half)}</urlset>"
    return {path: ServedPage(text.encode(), "application/xml", delay=0.05) for path, text in pages.items()}


def town_sources(*hosts: str, segment_pages: int = 500, asks: str = 'feeds = ["http://{host}/feed.xml"]') -> str:
    """A sources.toml for such sites, by their feeds or as `asks` says."""
    head = f"[crawl]\ndelay = 0\nsegment_pages = {segment_pages}\nrecheck_hours = []\n"
    return head + "".join(f'\n[[source]]\nname = "{host}"\n{asks.format(host=host)}\n' for host in hosts)


@dataclass(frozen=True)
class Demo:
    """newsloom as a user installs it, and the data directory that its demo made."""

    environment: Path
    """The virtual environment; it has the packages of this one, without the checkout."""
    data: Path
    output: str
    """What `newsloom demo` printed."""

    def __call__(self, *arguments: str | Path) -> str:
        """What a command prints, run in a folder with nothing of the checkout."""
        outside = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        done = subprocess.run(
            arguments, cwd=self.data.parent, env=outside | {"COLUMNS": "100", "NO_COLOR": "1"},
            capture_output=True, text=True, timeout=480, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{arguments} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout


@pytest.fixture(scope="session")
def demo(session_folder: Path) -> Demo:
    """The wheel of this checkout, built and installed; and `newsloom demo`, run from it once a session."""
    folder = session_folder / "demo"
    environment = folder / "environment"
    demo = Demo(environment, folder / "empty" / "newsloom-demo", "")
    with FileLock(session_folder / "demo.lock"):
        if not (folder / "output").exists():
            build_wheel(folder / "wheel")
            install_wheel(folder / "wheel", environment)
            demo.data.parent.mkdir()
            (folder / "output").write_text(demo(environment / "bin" / "newsloom", "demo"), encoding="utf-8")
    return replace(demo, output=(folder / "output").read_text(encoding="utf-8"))


def build_wheel(folder: Path) -> None:
    """Build the wheel with the build backend of the development packages."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)


def install_wheel(folder: Path, environment: Path) -> None:
    """Make an environment with the wheel of a folder, and with the packages of this environment.

    Those are on its path by a .pth file; Python reads no .pth file of theirs, so the checkout is not on the path.
    """
    venv.create(environment, symlinks=True)
    python = environment / "bin" / "python"
    (wheel,) = folder.glob("*.whl")
    uv = [
        "uv",
        "pip",
        "install",
        "--quiet",
        "--offline",
        "--no-index",
        "--no-deps",
        "--python",
        str(python),
        str(wheel),
    ]
    subprocess.run([sys.executable, "-m", *uv], cwd=folder, check=True, capture_output=True, timeout=120)
    (site_packages,) = environment.glob("lib/python*/site-packages")
    (site_packages / "packages-of-the-tests.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")


@pytest.fixture(scope="session")
def loaded(session_folder: Path) -> Path:
    """Two segments with three articles each, loaded (an import takes up what waits) and published."""
    from tests.end_to_end.segments import crawl, newsloom  # which needs the pages that are made here

    folder = session_folder / "loaded"
    data = folder / "data"
    with FileLock(session_folder / "loaded.lock"):
        if not (folder / "ready").exists():
            crawl(data, range(1, 4), "00000")
            crawl(data, range(4, 7), "00001")
            text = folder / "text.txt"
            text.write_text("A headline of its own\n" + "Some words that make a text of a file, enough of them. " * 8)
            newsloom("import", str(text), data=data)
            (folder / "ready").touch()
    return data


@pytest.fixture
def filled(loaded: Path, data: Path) -> Path:
    """A copy of it for a test of its own."""
    shutil.copytree(loaded, data)
    return data
