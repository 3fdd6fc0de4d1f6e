"""Prints why an article is in its story."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawlers.counts import counted
from flows.dedup.stories.clustering import THRESHOLD

if TYPE_CHECKING:
    from flows.dedup.explain import StoryExplanation
    from warehouse.dedup.explained import StoryArticle

MOST_ARTICLES = 5
MOST_TERMS = 12


def as_text(found: StoryExplanation) -> str:
    """The explanation as lines of text."""
    lines = [_line(found.article), ""]
    if found.article.duplicate_of is not None:
        originals = [_line(other) for other, _ in found.others if other.article_id == found.article.duplicate_of]
        lines.append(
            f"It repeats another article, so it is in the same story, whatever its words{':' if originals else '.'}"
        )
        lines += [*(f"  {original}" for original in originals), ""]
    if not found.others:
        lines.append("It is the only article of its story.")
    else:
        others = counted(len(found.others), "other article")
        closest = f", the {MOST_ARTICLES} closest ones" if len(found.others) > MOST_ARTICLES else ""
        lines.append(f"Its story has {others}{closest} (similarity from 0 to 1):")
        lines += [
            f"  {similarity:.2f}  {_line(other)}{', a copy' if other.duplicate_kind == 'copy' else ''}"
            for other, similarity in found.others[:MOST_ARTICLES]
        ]
    if found.mean is not None:
        words = sum(term.part for term in found.terms)
        lines += [
            f"Mean similarity, without copies: {found.mean:.3f}; groups of articles are joined from {THRESHOLD} on.",
            f"The words alone give {words:.3f}; headlines and the days between raise or lower it. The largest parts:",
        ]
        lines += [f"  {term.part:.3f}  {term.word}" for term in found.terms[:MOST_TERMS]]
    lines.append("")
    if found.runner_up is None:
        lines.append("No other story of these days shares enough words with it.")
    else:
        story, similarity = found.runner_up
        lines.append(
            f"Closest other story: {similarity:.3f}  {story.title} "
            f"({counted(story.articles, 'article')}, {story.first_at:%Y-%m-%d})"
        )
    return "\n".join(lines) + "\n"


def _line(article: StoryArticle) -> str:
    day = f"{article.published_at:%Y-%m-%d}" if article.published_at else "no date"
    return f"{article.title} ({article.source}, {day})  {article.url}"
