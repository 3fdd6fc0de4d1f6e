"""Which articles are one, which repeat others, and which tell the same story.

Pure functions over a batch and what the warehouse knows; `step.deduplicate` runs them in the loading transaction.
"""

DUPLICATE_METHOD = "fracminhash-1"  # raise when a change gives other duplicates; `newsloom restory` recomputes
STORY_METHOD = "term-linkage-3"  # the same for stories
