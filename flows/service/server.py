"""Prefect's server as a child of the service: `python -m flows.service.server PORT PARENT`."""

from __future__ import annotations

import sys

from flows.service.parent import end_with_parent

# The runs that end with the same parent still have to tell the server so.
OUTLIVES_PARENT = 15.0


def main() -> None:
    """Serve until told to stop."""
    port, parent = sys.argv[1:]
    end_with_parent(int(parent), after=OUTLIVES_PARENT)
    # The command of Prefect's own command line: settings, migrations and services are its business.
    sys.argv = ["prefect", "server", "start", "--host", "127.0.0.1", "--port", port, "--log-level", "WARNING"]
    from prefect.cli import app

    app()


if __name__ == "__main__":
    main()
