"""Where the dashboard is: on this machine only."""

from __future__ import annotations

HOST = "127.0.0.1"
PORT = 4300
"""The first port that is tried; Prefect's server uses those from 4200 on."""


def dashboard_url(port: int) -> str:
    """The URL of its first page."""
    return f"http://{HOST}:{port}/"
