"""The server of the dashboard: loopback only, read-only, and nothing that a page shows can run or leave the machine."""

from __future__ import annotations

import re
import threading
from http import HTTPStatus
from importlib.resources import files
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request  # noqa: TC002 - Starlette looks at the annotation
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from flows.dashboard.address import HOST
from flows.dashboard.errors import DashboardError, FilterError, MissingError
from flows.dashboard.filters import Filters, read_filters
from flows.dashboard.published import Published
from flows.dashboard.rendering import STATIC, message_page, page
from flows.dashboard.views import VIEWS

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from pathlib import Path

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from flows.dashboard.published import Facts
    from flows.dashboard.views.view import View

HOSTS = [HOST, "localhost"]  # a request under another name is DNS rebinding
HEADERS = {
    # No inline script or style, and no request to any other server, whatever a page contains.
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
STAMP = "/published"
RELEASE_EVERY_SECONDS = 30.0
TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


class SecurityHeaders:
    """Adds HEADERS to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
                message["headers"] = [*message["headers"], *own]
            await send(message)

        await self.app(scope, receive, send_with_headers)


def make_app(published: Published) -> Starlette:
    """The application for a published file."""

    def stamp(_: Request) -> Response:
        """What changes when a new file is published; pages ask for it now and then."""
        return PlainTextResponse(published.stamp())

    routes = [Route(STAMP, stamp), *(Route(f"/static/{name}", _static(name)) for name in STATIC)]
    for view in VIEWS:
        path = f"/{view.name}" + ("/{item}" if view.of_item else "")
        routes += [Route(f"{path}.csv", _csv(view, published)), Route(path, _page(view, published))]
    routes.append(Route("/", _page(VIEWS[0], published)))

    def missing(_request: Request, _error: Exception) -> Response:
        heading, text = MissingError.heading, "There is no such page. Choose one from the menu."
        return HTMLResponse(message_page(heading, text, None, Filters(), None), HTTPStatus.NOT_FOUND)

    return Starlette(
        routes=routes,
        exception_handlers={HTTPStatus.NOT_FOUND: missing},
        middleware=[Middleware(SecurityHeaders), Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)],
    )


def serve(directory: Path, listening: socket.socket, on_ready: Callable[[], None] | None = None) -> None:
    """Serve the dashboard of a data directory until the process gets a signal; `on_ready` is called when it answers.

    `listening` is a listening socket on a port of the loopback address.
    """
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started and on_ready is not None:
                on_ready()

    published = Published(directory)
    stopped = threading.Event()

    def release_now_and_then() -> None:
        while not stopped.wait(RELEASE_EVERY_SECONDS):
            published.release()

    threading.Thread(target=release_now_and_then, name="release of the published file", daemon=True).start()
    app = make_app(published)
    try:
        Server(uvicorn.Config(app, log_level="warning", server_header=False)).run(sockets=[listening])
    finally:
        stopped.set()


def _page(view: View, published: Published) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        filters, facts = Filters(), None
        try:
            with published.reading() as reader:
                facts = reader.facts
                filters = _filters(request)
                queries = view.queries(filters, facts)
                found = {name: reader.rows(query.sql, query.limit) for name, query in queries.items()}
            context = view.context(filters, facts, found)
            return HTMLResponse(page(view, filters, facts, queries, found, context))
        except DashboardError as error:
            return _message(error, view, filters, facts)

    return answer


def _csv(view: View, published: Published) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        try:
            with published.reading() as reader:
                queries = view.queries(_filters(request), reader.facts)
                part = request.query_params.get("part", next(iter(queries), ""))
                if part not in queries:
                    raise FilterError(f'part: found "{part}"; allowed: {", ".join(queries) or "none without a search"}')
                body = reader.csv(queries[part].sql)
        except DashboardError as error:
            return PlainTextResponse(f"{error}\n", error.status)
        name = re.sub(r"[^a-z0-9-]", "", f"newsloom-{view.name}-{part}")
        disposition = f'attachment; filename="{name}.csv"'
        return Response(body, media_type="text/csv; charset=utf-8", headers={"Content-Disposition": disposition})

    return answer


def _filters(request: Request) -> Filters:
    return read_filters(request.query_params.multi_items(), request.path_params.get("item"))


def _message(error: DashboardError, view: View, filters: Filters, facts: Facts | None) -> Response:
    shown = None if view.of_item else view
    return HTMLResponse(message_page(error.heading, str(error), shown, filters, facts), error.status)


def _static(name: str) -> Callable[[Request], Response]:
    content = (files("flows.dashboard") / "static" / name).read_bytes()
    kind = TYPES[name.rpartition(".")[2]]

    def answer(_: Request) -> Response:
        return Response(content, media_type=kind)

    return answer
