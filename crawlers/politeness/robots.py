"""robots.txt: fetches and parses it once per host, and refuses the requests it forbids (RFC 9309).

If robots.txt cannot be fetched (network error, 5xx, 429), everything is forbidden for now; if it does not exist (other
4xx), everything is allowed.
"""

from __future__ import annotations

import asyncio
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.misc import build_from_crawler

from crawlers.limits import MAX_PARSED_ROBOTS_BYTES, MAX_ROBOTS_BYTES
from crawlers.politeness.hosts import ACCESS_POLICY, host_of
from crawlers.politeness.ip_ranges import AccessPolicy
from crawlers.politeness.network_errors import describe_network_error
from crawlers.politeness.refusals import (
    LATER,
    AskedToWait,
    BadRedirect,
    ForbiddenAddress,
    HostUnresponsive,
    Refused,
    RobotsForbidden,
    RobotsUnreachable,
    UntrustedCertificate,
)

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.robotstxt import RobotParser

# Unlike the other 4xx, this status does not say that there are no rules: the host is busy.
TOO_MANY_REQUESTS = 429


class RobotsTxt(RobotsTxtMiddleware):
    """Downloader middleware: Scrapy's, with the rules of RFC 9309. Also checks the targets of redirects."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        # By the URL of the robots.txt: the rules (None: everything is allowed), or why everything is refused.
        self._rules: dict[str, asyncio.Future[RobotParser | Refused | None]] = {}

    async def process_request(self, request: Request, spider: Spider | None = None) -> None:
        """See Scrapy's downloader middlewares; raises Refused."""
        if request.meta.get("dont_obey_robotstxt"):
            return
        rules = await self.rules_for(request)
        if isinstance(rules, Refused):
            raise rules.again()
        if rules is not None and not rules.allowed(request.url, self._default_useragent):
            raise RobotsForbidden("robots.txt forbids this URL")

    async def rules_for(self, request: Request) -> RobotParser | Refused | None:
        """The rules for the host of a request, from its robots.txt; fetches it if that has not happened yet."""
        parts = urlsplit(request.url)
        url = f"{parts.scheme}://{parts.netloc}/robots.txt"
        if url not in self._rules:
            self._rules[url] = asyncio.get_running_loop().create_future()
            rules: RobotParser | Refused | None = RobotsUnreachable(f"fetching robots.txt was interrupted{LATER}")
            try:
                rules = await self._fetch(url, request)
            finally:
                self._rules[url].set_result(rules)
        return await self._rules[url]

    async def _fetch(self, url: str, request: Request) -> RobotParser | Refused | None:
        engine = self.crawler.engine
        assert engine is not None, "requests come from a running engine"
        robots_request = Request(
            url,
            priority=self.DOWNLOAD_PRIORITY,
            meta={
                "dont_obey_robotstxt": True,
                "download_maxsize": MAX_ROBOTS_BYTES,
                ACCESS_POLICY: request.meta.get(ACCESS_POLICY, AccessPolicy()),
            },
            callback=NO_CALLBACK,
        )
        try:
            response = await engine.download_async(robots_request)
        except BadRedirect:
            return None  # RFC 9309, 2.3.1.2: as if it did not exist
        except (AskedToWait, HostUnresponsive, UntrustedCertificate) as refusal:
            return refusal
        except ForbiddenAddress as refusal:
            if refusal.host == host_of(request):
                return refusal
            return RobotsUnreachable(f"robots.txt redirects to a forbidden address: {refusal.detail}{LATER}")
        except Exception as error:  # noqa: BLE001 - whatever the error, the rules are unknown
            return RobotsUnreachable(f"robots.txt cannot be fetched: {describe_network_error(error)}{LATER}")
        return await self._parse(response, request)

    async def _parse(self, response: Response, request: Request) -> RobotParser | Refused | None:
        if response.status >= 500 or response.status == TOO_MANY_REQUESTS:
            return RobotsUnreachable(f"robots.txt answered {response.status}{LATER}", response.status)
        if not 200 <= response.status < 300:
            return None
        body = as_utf_8(response.body[:MAX_PARSED_ROBOTS_BYTES])
        parser: RobotParser = build_from_crawler(self._parserimpl, self.crawler, body)
        await self.crawler.signals.send_catch_log_async(
            signal=signals.robots_parsed, robotparser=parser, request=request
        )
        return parser


def as_utf_8(body: bytes) -> bytes:
    """A robots.txt in UTF-8, the charset of RFC 9309: some editors save UTF-16, which starts with a byte order mark."""
    if not body.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return body
    return body.decode("utf-16", "replace").encode()
