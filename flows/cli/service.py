"""`newsloom up`, `status` and `down`: run everything on schedule."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import click

from flows.cli.json_output import json_option, print_json
from flows.cli.options import data_option, sources_option
from flows.data_directory import data_directory

if TYPE_CHECKING:
    from pathlib import Path

    from flows.service.state import ServiceState

DOWN_SECONDS = 120.0
DETACH_SECONDS = 240.0


@click.command("up")
@sources_option
@data_option
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    help="Port of the Prefect server.  [default: the first free port from 4200]",
)
@click.option("--detach", is_flag=True, help="Return when newsloom is up, and leave it running in the background.")
def up(sources: Path, data: Path, port: int | None, detach: bool) -> None:
    """Run all flows on schedule until you stop it with Ctrl-C or `newsloom down`.

    Starts a Prefect server that only this machine can reach, unless PREFECT_API_URL names a server. Then it runs a
    crawl every 15 minutes, maintenance every night and a digest every morning. To change the times, edit [schedule]
    in the sources file. It serves the dashboard as well, as `newsloom dashboard` does.
    """
    from crawlers.sources.contact import require_contact
    from flows.service.supervise import supervise
    from flows.settings import load_all

    configured, _ = load_all(sources)
    require_contact(configured, sources)  # reports mistakes here, not in a log
    directory = data_directory(data)
    directory.require_writable()
    if detach:
        _detached(sources, data, port)
        return

    from flows.service.log import log_to

    with log_to(directory):
        supervise(directory, sources.absolute(), port, _announce)


def _announce(service: ServiceState) -> None:
    how = "Open Prefect's user interface with `newsloom ui`" if service.own_server else "Prefect's user interface"
    click.echo(f"newsloom is up. Dashboard: {service.dashboard}\n{how}: {service.ui}")


def _detached(sources: Path, data: Path, port: int | None) -> None:
    import subprocess
    import sys

    from flows.errors import FlowsError
    from flows.service.state import lock_service, running_service

    directory = data_directory(data)
    lock_service(directory).release()  # reports a service that is up already
    arguments = ["up", "--sources", str(sources.absolute()), "--data", str(directory.root)]
    arguments += [] if port is None else ["--port", str(port)]
    process = subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-m", "flows.cli", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + DETACH_SECONDS
    while time.monotonic() < deadline:
        service = running_service(directory)
        if service is not None and service.pid == process.pid and service.ready:
            _announce(service)
            return
        if process.poll() is not None:
            assert process.stderr is not None
            output = process.stderr.read().strip().removeprefix("newsloom: ").splitlines()
            raise FlowsError(output[-1] if output else f"newsloom did not start; see its log in {directory.service}")
        time.sleep(0.2)
    process.terminate()
    raise FlowsError(f"newsloom did not start within {DETACH_SECONDS:.0f} s; see its log in {directory.service}")


@click.command("ui")
@click.option("--print", "only_print", is_flag=True, help="Print a link that logs you in, and open no browser.")
@data_option
def ui(only_print: bool, data: Path) -> None:
    """Open Prefect's user interface in your browser, and log you in.

    Prefect's server asks for a password, because whoever can use it can run programs as you. `newsloom up` makes one
    for each data directory. Do not pass on the link of --print: it contains the password.
    """
    import json
    import webbrowser
    from urllib.parse import quote

    from flows.errors import FlowsError
    from flows.service.state import running_service, server_password, write_private

    directory = data_directory(data)
    service = running_service(directory)
    if service is None:
        raise FlowsError(f"newsloom is not running for {directory.root}. Start it with `newsloom up`.")
    if not service.own_server:
        link = service.ui  # a server of the user's, with a login of its own or none
    else:
        link = f"{service.ui}/newsloom-login#{quote(server_password(directory), safe='')}"
    if only_print:
        click.echo(link)
        return
    # By way of a file: the command line of the browser is visible to all users of the machine.
    page = directory.service / "login.html"
    write_private(page, f'<!doctype html><meta charset="utf-8"><script>location.replace({json.dumps(link)})</script>\n')
    if webbrowser.open(page.absolute().as_uri()):
        click.echo(f"Opened Prefect's user interface: {service.ui}")
    else:
        raise FlowsError(
            "no browser can be opened here. Print the link with `newsloom ui --print`, and open it on this machine."
        )


@click.command("down")
@data_option
def down(data: Path) -> None:
    """Stop what `newsloom up` started. A running crawl finishes its open requests and saves what it has fetched."""
    from flows.errors import FlowsError
    from flows.service.state import running_service

    directory = data_directory(data)
    service = running_service(directory)
    if service is None:
        click.echo(f"newsloom is not running for {directory.root}")
        return
    os.kill(service.pid, signal.SIGTERM)
    deadline = time.monotonic() + DOWN_SECONDS
    while running_service(directory) is not None:
        if time.monotonic() > deadline:
            raise FlowsError(
                f"process {service.pid} did not stop within {DOWN_SECONDS:.0f} s; see its log in {directory.service}"
            )
        time.sleep(0.2)
    click.echo("newsloom has stopped")


@click.command("status")
@json_option
@data_option
def status(as_json: bool, data: Path) -> None:
    """Show whether newsloom is up, the last runs, the next runs, and the free disk space."""
    from flows.service.status import print_status, read_status

    found = read_status(data_directory(data))
    if as_json:
        service = found.service
        running = service and {
            "ready": service.ready,
            "since": service.since,
            "pid": service.pid,
            "sources": service.sources,
            "dashboard": service.dashboard,
            "ui": service.ui,  # and not its API, whose URL may have a password
            "own_server": service.own_server,
        }
        facts = {
            "data": found.data,
            "service": running,
            "writing": found.writing,
            "free_gb": found.free_gb,
            "next_runs": found.next_runs,
            "failing_sources": found.failing_sources,
        }
        print_json("status", found.runs, facts)
    else:
        print_status(found)
