-- Which articles tell the same event.
ALTER TABLE article_state ADD COLUMN story_id UUID;
COMMENT ON COLUMN article_state.story_id IS 'The story that the article tells.';

ALTER TABLE stories ADD COLUMN language VARCHAR;
ALTER TABLE stories ADD COLUMN reports INTEGER;
ALTER TABLE stories ADD COLUMN outlets VARCHAR[];
ALTER TABLE stories ADD COLUMN article_id UUID;
ALTER TABLE stories ADD COLUMN likeness FLOAT;
ALTER TABLE stories ADD COLUMN closed_at TIMESTAMPTZ;
COMMENT ON TABLE stories IS 'Events, each told by one article or more, within one language.';
COMMENT ON COLUMN stories.story_id IS 'The story: a hash of the article that it began with. Where two stories turn out to be one, the greater keeps its identifier.';
COMMENT ON COLUMN stories.first_at IS 'When its first article was published, or seen where that is not known, UTC.';
COMMENT ON COLUMN stories.last_at IS 'The same of its latest article, UTC.';
COMMENT ON COLUMN stories.articles IS 'How many articles tell it, copies included.';
COMMENT ON COLUMN stories.sources IS 'How many sources tell it, those with an unchanged text included.';
COMMENT ON COLUMN stories.language IS 'ISO 639-1 code.';
COMMENT ON COLUMN stories.reports IS 'How many of its articles are no copies of another one.';
COMMENT ON COLUMN stories.outlets IS 'The sources that tell it.';
COMMENT ON COLUMN stories.article_id IS 'The article whose headline is its title.';
COMMENT ON COLUMN stories.likeness IS 'How close that article is to the middle of the story, 0 to 1.';
COMMENT ON COLUMN stories.closed_at IS 'Since when it has been quiet for so long that no new article joins it, UTC; empty while it is open.';

CREATE TABLE private.story_terms (
    day       DATE NOT NULL,
    story_id  UUID NOT NULL,
    term      UINTEGER NOT NULL,
    weight    USMALLINT NOT NULL,
    strong    BOOLEAN NOT NULL
);
COMMENT ON TABLE private.story_terms IS 'The middle of each story: the mean of its articles'' terms, the heaviest of them.';
COMMENT ON COLUMN private.story_terms.day IS 'Day of its latest article, UTC.';
COMMENT ON COLUMN private.story_terms.story_id IS 'The story.';
COMMENT ON COLUMN private.story_terms.term IS '32-bit hash of language and term.';
COMMENT ON COLUMN private.story_terms.weight IS 'Its weight, in parts of 4096.';
COMMENT ON COLUMN private.story_terms.strong IS 'Whether it is one of the heaviest of the story: those by which stories are looked for.';

CREATE TABLE private.background (
    language  VARCHAR NOT NULL,
    term      UINTEGER NOT NULL,
    share     FLOAT NOT NULL
);
COMMENT ON TABLE private.background IS 'Terms that many articles of a language have, whatever they are about: counted in a sample with one article a story.';
COMMENT ON COLUMN private.background.language IS 'ISO 639-1 code, or unknown.';
COMMENT ON COLUMN private.background.term IS '32-bit hash of language and term.';
COMMENT ON COLUMN private.background.share IS 'The part of the articles that have it, 0 to 1.';

CREATE TABLE private.upkeep (
    task     VARCHAR NOT NULL,
    done_at  TIMESTAMPTZ NOT NULL,
    held     BIGINT NOT NULL
);
COMMENT ON TABLE private.upkeep IS 'When the lists that duplicates and stories are found by were last made anew.';
COMMENT ON COLUMN private.upkeep.task IS 'common fingerprints or background.';
COMMENT ON COLUMN private.upkeep.done_at IS 'When, UTC.';
COMMENT ON COLUMN private.upkeep.held IS 'How many stories the warehouse held then.';

CREATE TABLE private.restory (
    number      BIGINT NOT NULL,
    article_id  UUID NOT NULL,
    seen_at     TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE private.restory IS 'The articles that `newsloom restory` has yet to place, where it is under way or was interrupted.';
COMMENT ON COLUMN private.restory.number IS 'Their order: that of publication.';
COMMENT ON COLUMN private.restory.article_id IS 'The article.';
COMMENT ON COLUMN private.restory.seen_at IS 'When its current version was fetched, UTC.';
