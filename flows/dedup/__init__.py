"""Finds which pages are one article, which articles repeat others, and which report the same story.

`exact` classifies pages, `run.deduplicate` finds duplicates and stories in the transaction that loads them.
"""

DUPLICATE_METHOD = "fracminhash-3"  # raise it if a change gives other duplicates; `newsloom restory` recomputes them
STORY_METHOD = "term-linkage-10"  # the same for stories
LINK_METHOD = "sentence-encoder-1"  # the same for links between stories of different languages
