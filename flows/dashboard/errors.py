"""Errors of the dashboard, each with the status of the answer that reports it."""

from __future__ import annotations

from http import HTTPStatus

from flows.errors import FlowsError


class DashboardError(FlowsError):
    """An error that a page reports instead of its content."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    heading = "Something went wrong"


class UnavailableError(DashboardError):
    """There is no published file, or it cannot be read; it may come later."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    heading = "No articles to show yet"


class TooSlowError(DashboardError):
    """A query took longer than `seconds` and was stopped."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    heading = "This takes too long"

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"The query took more than {seconds:.0f} s and was stopped. "
            "Choose fewer days, or run its SQL with `newsloom sql`."
        )
        self.seconds = seconds


class QueryError(DashboardError):
    """A query that cannot be answered as it was asked."""

    status = HTTPStatus.BAD_REQUEST
    heading = "This cannot be answered"


class FilterError(DashboardError):
    """A value in a page's query string or path that is not allowed."""

    status = HTTPStatus.BAD_REQUEST
    heading = "This value is not allowed"


class MissingError(DashboardError):
    """There is no such article or story."""

    status = HTTPStatus.NOT_FOUND
    heading = "Not found"
