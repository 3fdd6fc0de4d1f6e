"""Real servers for tests, on loopback: PostgreSQL, and a server that speaks S3."""

from __future__ import annotations

import logging
import os
import pwd
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
START_SECONDS = 60.0
# PostgreSQL does not run as root: there its own user, whom the package made, runs it.
POSTGRES = next((user for user in pwd.getpwall() if user.pw_name == "postgres"), None)
HAS_POSTGRESQL = bool(BINARIES) and (os.geteuid() != 0 or POSTGRES is not None)
USER = "newsloom"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def postgresql() -> Iterator[int]:
    """The port of a new PostgreSQL, in which the user newsloom may do everything."""
    # Not below pytest's own folder, which is closed to other users.
    with tempfile.TemporaryDirectory(prefix="postgresql-") as name:
        folder = Path(name)
        user = POSTGRES.pw_uid if os.geteuid() == 0 and POSTGRES is not None else None
        if user is not None:
            os.chown(folder, user, -1)
        data, port, binaries = folder / "data", free_port(), BINARIES[-1].parent
        made = [str(binaries / "initdb"), "-D", str(data), "-U", USER, "--auth=trust", "--no-sync"]
        subprocess.run(made, check=True, capture_output=True, user=user)
        options = ["-p", str(port), "-h", "127.0.0.1", "-k", str(folder), "-F"]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [str(binaries / "postgres"), "-D", str(data), *options],
                stdout=log,
                stderr=log,
                user=user,
                start_new_session=True,  # Ctrl-C ends those who use it first
            )
        try:
            deadline = time.monotonic() + START_SECONDS
            ask = [str(binaries / "pg_isready"), "-h", "127.0.0.1", "-p", str(port)]
            while subprocess.run(ask, capture_output=True, check=False).returncode:
                assert server.poll() is None, (folder / "log").read_text()
                assert time.monotonic() < deadline, (folder / "log").read_text()
                time.sleep(0.2)
            yield port
        finally:
            server.terminate()
            server.wait(30)


def create_database(port: int, name: str) -> None:
    command = [str(BINARIES[-1].parent / "createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", USER, name]
    subprocess.run(command, check=True, capture_output=True)


@contextmanager
def s3(bucket: str) -> Iterator[dict[str, str]]:
    """A server that speaks S3, with a bucket; gives the environment with which it is reached."""
    from botocore.session import Session
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for each request
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        environment = {
            "AWS_ENDPOINT_URL": f"http://{host}:{port}", "AWS_ACCESS_KEY_ID": "newsloom",
            "AWS_SECRET_ACCESS_KEY": "of-the-test", "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1",
        }  # fmt: skip
        client = Session().create_client(
            "s3",
            "us-east-1",
            endpoint_url=environment["AWS_ENDPOINT_URL"],
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        )
        client.create_bucket(Bucket=bucket)
        yield environment
    finally:
        server.stop()
