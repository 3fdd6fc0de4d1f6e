"""robots.txt as RFC 9309 has it: what cannot be reached forbids everything for now, what is not there nothing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.misc import build_from_crawler

from crawlers.limits import MAX_PARSED_ROBOTS_BYTES, MAX_ROBOTS_BYTES
from crawlers.politeness.hosts import ACCESS_POLICY, host_of
from crawlers.politeness.ip_ranges import AccessPolicy
from crawlers.politeness.refusals import (
    AskedToWait,
    BadRedirect,
    ForbiddenAddress,
    HostUnresponsive,
    Refused,
    RobotsForbidden,
    RobotsUnreachable,
)

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.robotstxt import RobotParser

# An answer for later, though it is one of 4xx: the host is busy, it has not said that there are no rules.
TOO_MANY_REQUESTS = 429
LATER = "; the host is asked again in a later run"


class RobotsTxt(RobotsTxtMiddleware):
    """Scrapy's middleware with verdicts of its own; asks each host once in a crawl, and for redirect targets too."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        # By scheme and authority: the rules (None: all is allowed), or the refusal of everything.
        self._rules: dict[str, asyncio.Future[RobotParser | Refused | None]] = {}

    async def process_request(self, request: Request, spider: Spider | None = None) -> None:
        """See Scrapy's downloader middlewares; raises Refused."""
        if request.meta.get("dont_obey_robotstxt"):
            return
        rules_for = await self.rules_for(request)
        if isinstance(rules_for, Refused):
            raise rules_for.again()
        if rules_for is not None and not rules_for.allowed(request.url, self._default_useragent):
            raise RobotsForbidden("robots.txt forbids this address")

    async def rules_for(self, request: Request) -> RobotParser | Refused | None:
        """What the robots.txt of a request's host says, asked for where it was not yet."""
        parts = urlsplit(request.url)
        address = f"{parts.scheme}://{parts.netloc}/robots.txt"
        if address not in self._rules:
            self._rules[address] = asyncio.get_running_loop().create_future()
            rules_for: RobotParser | Refused | None = RobotsUnreachable("robots.txt was not read to its end")
            try:
                rules_for = await self._fetch(address, request)
            finally:
                self._rules[address].set_result(rules_for)
        return await self._rules[address]

    async def _fetch(self, address: str, request: Request) -> RobotParser | Refused | None:
        engine = self.crawler.engine
        assert engine is not None, "requests come from a running engine"
        asked = Request(
            address,
            priority=self.DOWNLOAD_PRIORITY,
            meta={
                "dont_obey_robotstxt": True,
                "download_maxsize": MAX_ROBOTS_BYTES,
                ACCESS_POLICY: request.meta.get(ACCESS_POLICY, AccessPolicy()),
            },
            callback=NO_CALLBACK,
        )
        try:
            response = await engine.download_async(asked)
        except BadRedirect:
            return None  # RFC 9309, 2.3.1.2: as if there were none
        except (AskedToWait, HostUnresponsive) as refusal:
            return refusal
        except ForbiddenAddress as refusal:
            if refusal.host == host_of(request):
                return refusal
            return RobotsUnreachable(f"robots.txt leads to a forbidden address: {refusal.detail}{LATER}")
        except Exception as error:  # noqa: BLE001 - whatever it is, the rules are not known
            return RobotsUnreachable(f"robots.txt cannot be reached: {type(error).__name__}: {error}{LATER}")
        return await self._parse(response, request)

    async def _parse(self, response: Response, request: Request) -> RobotParser | Refused | None:
        if response.status >= 500 or response.status == TOO_MANY_REQUESTS:
            return RobotsUnreachable(f"robots.txt answered {response.status}{LATER}", response.status)
        if not 200 <= response.status < 300:
            return None
        parser: RobotParser = build_from_crawler(
            self._parserimpl, self.crawler, response.body[:MAX_PARSED_ROBOTS_BYTES]
        )
        await self.crawler.signals.send_catch_log_async(
            signal=signals.robots_parsed, robotparser=parser, request=request
        )
        return parser
