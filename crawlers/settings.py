"""The Scrapy settings of all crawls. What differs between crawls comes with the plan: see `crawlers.spiders.news`."""

from __future__ import annotations

from crawlers import limits
from crawlers.plan.model import DEFAULT_PAGES

BOT_NAME = "newsloom"
SPIDER_MODULES = ["crawlers.spiders"]
NEWSPIDER_MODULE = "crawlers.spiders"

# Be polite: one request at a time per host and a second between two, unless the plan sets another delay for the host.
# See also the throttle below (EXTENSIONS) and robots.txt (DOWNLOADER_MIDDLEWARES).
ROBOTSTXT_OBEY = True
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 1.0
DOWNLOAD_DELAY_JITTER = 0.0  # apply a delay as it was configured or requested, never half of it
# Calendars and other traps: pages of a host beyond this limit wait for a later run (see `crawlers.politeness.hosts`).
PAGES_PER_HOST = DEFAULT_PAGES
COOKIES_ENABLED = False
REFERER_ENABLED = False

# Many hosts, one request each: enough at once that slow hosts do not delay the others.
CONCURRENT_REQUESTS = 64
# In the order of the listings, which have the newest articles first.
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"
SCHEDULER_PRIORITY_QUEUE = "scrapy.pqueues.DownloaderAwarePriorityQueue"
REACTOR_THREADPOOL_MAXSIZE = 20  # name look-ups

# The default of 100 starts a hundred workers for every response, and this spider yields no items.
CONCURRENT_ITEMS = 4

DOWNLOAD_TIMEOUT = 30
# The limit for sitemaps, the largest files; each request for a page sets a lower one.
DOWNLOAD_MAXSIZE = limits.MAX_SITEMAP_BYTES
DOWNLOAD_WARNSIZE = 0
REDIRECT_MAX_TIMES = 5
# Of a refresh in a page, in seconds, exclusive: with more than a second, people read the page before it refreshes.
METAREFRESH_MAXDELAY = 2
RETRY_TIMES = 2
# The spider logs responses of every status.
HTTPERROR_ALLOW_ALL = True

# Scrapy takes any certificate by default, so that anybody between us and a publisher could write the articles.
DOWNLOAD_VERIFY_CERTIFICATES = True

# No request may lead into a private network, whatever its URL looks like or its host resolves to.
TWISTED_DNS_RESOLVER = "crawlers.politeness.resolver.GuardedResolver"
DOWNLOAD_HANDLERS = {
    "http": "crawlers.politeness.guard.GuardedHandler",
    "https": "crawlers.politeness.guard.GuardedHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}

DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.stats.DownloaderStats": None,
    "crawlers.politeness.guard.UrlGuard": 40,  # before robots.txt is requested from a forbidden address
    "crawlers.politeness.hosts.ShardGate": 50,
    "crawlers.politeness.hosts.HostGate": 60,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawlers.politeness.robots.RobotsTxt": 100,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "crawlers.politeness.middlewares.Retry": 550,
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
    "crawlers.politeness.middlewares.MetaRefresh": 580,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "crawlers.politeness.middlewares.Compression": 590,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "crawlers.politeness.middlewares.Redirect": 600,
}
# Scrapy's own are disabled: the spider logs every response, limits the depth by itself, and supports URLs of any length
# that the archive supports (UrlLength would drop longer ones silently).
_UNUSED = "scrapy.spidermiddlewares"
SPIDER_MIDDLEWARES = {
    f"{_UNUSED}.depth.DepthMiddleware": None,
    f"{_UNUSED}.httperror.HttpErrorMiddleware": None,
    f"{_UNUSED}.referer.RefererMiddleware": None,
    f"{_UNUSED}.urllength.UrlLengthMiddleware": None,
}
EXTENSIONS = {
    "crawlers.extensions.throttle.Throttle": 0,
    "crawlers.extensions.crawl_delay.CrawlDelay": 0,
    "crawlers.extensions.parent_watch.ParentWatch": 0,
    "crawlers.extensions.fast_stop.FastStop": 0,
}
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
LOG_LEVEL = "INFO"
LOG_COLOR = False
