"""The process of the dashboard: `python -m flows.service.dashboard DATA SOCKET PARENT`.

SOCKET is the descriptor of a listening socket of the parent, so that the page keeps its URL over restarts.
"""

from __future__ import annotations

import socket
import sys
from pathlib import Path

from flows.service.parent import end_with_parent


def main() -> None:
    """Serve until the process gets a signal."""
    data, descriptor, parent = sys.argv[1:]
    end_with_parent(int(parent))

    from flows.dashboard.server import serve

    serve(Path(data), socket.socket(fileno=int(descriptor)))


if __name__ == "__main__":
    main()
