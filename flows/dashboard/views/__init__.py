"""The views of the dashboard, in the order of its menu."""

from flows.dashboard.views.article import ARTICLE
from flows.dashboard.views.names import NAMES
from flows.dashboard.views.runs import PAGES, RUNS
from flows.dashboard.views.sources import HEADLINES, HEALTH, OVERLAP, SYNDICATION
from flows.dashboard.views.stories import STORIES, STORY
from flows.dashboard.views.words import SEARCH, VOICE

VIEWS = (STORIES, SEARCH, VOICE, OVERLAP, NAMES, SYNDICATION, HEADLINES, HEALTH, PAGES, RUNS, STORY, ARTICLE)

__all__ = ["VIEWS"]
