"""The process of Prefect's server: `python -m flows.service.server PORT PARENT`."""

from __future__ import annotations

import sys

from flows.service.parent import end_with_parent

# Seconds. The runs that end with the same parent still have to report their state to the server.
OUTLIVES_PARENT = 15.0


def main() -> None:
    """Serve until the process gets a signal."""
    port, parent = sys.argv[1:]
    end_with_parent(int(parent), after=OUTLIVES_PARENT)
    # Prefect's own command line takes care of settings, migrations and services.
    sys.argv = ["prefect", "server", "start", "--host", "127.0.0.1", "--port", port, "--log-level", "WARNING"]
    from prefect.cli import app

    app()


if __name__ == "__main__":
    main()
