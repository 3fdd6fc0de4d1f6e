"""`python -m crawlers PLAN --parent PID`: one crawl, as `newsloom run` starts it.

It does what `scrapy crawl news -a plan=PLAN -s PARENT_PID=PID` does in this project, but in any working directory: the
`scrapy` command would use the scrapy.cfg of the directory that it is called in.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from crawlers.errors import CrawlersError
from crawlers.plan.model import read_plan


def main() -> int:
    """Crawl. Returns 0 if the crawl finished, 1 if it failed, 2 if the plan cannot be read."""
    parser = argparse.ArgumentParser(
        prog="python -m crawlers", description="Execute a crawl plan and write archive segments."
    )
    parser.add_argument("plan", help="folder with the plan")
    parser.add_argument("--parent", type=int, default=0, help="process id of the parent: the crawl ends with it")
    arguments = parser.parse_args()
    try:
        plan = read_plan(Path(arguments.plan))
    except CrawlersError as error:
        print(error, file=sys.stderr)
        return 2
    if not any(source.requests or source.waiting for source in plan.sources):
        return 0  # there is nothing to fetch
    from scrapy.crawler import CrawlerProcess
    from scrapy.settings import Settings

    settings = Settings()
    settings.setmodule("crawlers.settings", priority="project")
    settings.set("PARENT_PID", arguments.parent, priority="cmdline")
    process = CrawlerProcess(settings)
    crawler = process.create_crawler("news")
    process.crawl(crawler, plan=arguments.plan)
    process.start()
    reason = crawler.stats.get_value("finish_reason") if crawler.stats else None
    return 0 if reason == "finished" and not process.bootstrap_failed else 1


if __name__ == "__main__":
    sys.exit(main())
