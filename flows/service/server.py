"""The process of Prefect's server: `python -m flows.service.server SOCKET PARENT`.

SOCKET is the descriptor of a listening socket of the parent, so that nobody takes the port while the server restarts.

Whoever can call Prefect's API can run code as the user who started it. Prefect asks every request for the password
that `newsloom up` sets; here, requests under another host name (DNS rebinding) are refused as well, and `newsloom ui`
gets a page that enters the password into the user interface.
"""

from __future__ import annotations

import socket
import sys

from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request  # noqa: TC002 - Starlette looks at the annotation
from starlette.responses import HTMLResponse
from starlette.routing import Route

from flows.service.parent import end_with_parent

HOSTS = ["127.0.0.1", "localhost"]
LOGIN = "/newsloom-login"
# Seconds. The runs that end with the same parent still have to report their state to the server.
OUTLIVES_PARENT = 15.0
# The password is in the fragment of the URL, which no browser sends. The user interface looks for it in its storage.
LOGIN_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>newsloom</title>
<p>Opening Prefect's user interface…</p>
<script>
const password = decodeURIComponent(location.hash.slice(1));
if (password) localStorage.setItem("prefect-password", btoa(password));
location.replace("/");
</script>
</html>
"""


async def login(_: Request) -> HTMLResponse:
    """A page without any secret."""
    return HTMLResponse(LOGIN_PAGE, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})


def main() -> None:
    """Serve until the process gets a signal."""
    descriptor, parent = sys.argv[1:]
    end_with_parent(int(parent), after=OUTLIVES_PARENT)

    import uvicorn
    from prefect.server.api.server import create_app
    from prefect.settings import get_current_settings

    app = create_app(final=True)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)
    app.router.routes.insert(0, Route(LOGIN, login))
    keep_alive = get_current_settings().server.api.keepalive_timeout
    config = uvicorn.Config(app, timeout_keep_alive=keep_alive, log_level="warning")
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=int(descriptor))])


if __name__ == "__main__":
    main()
