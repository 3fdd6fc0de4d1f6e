-- What tables and columns mean. Applied together with the views, so that a better wording needs no numbered migration;
-- it takes the place of comments in migrations, which cannot be edited once they were applied.

COMMENT ON TABLE schema_migrations IS 'The migrations that were applied to this file.';
COMMENT ON COLUMN schema_migrations.number IS 'Number of the migration; 0 stands for the views, macros and comments.';
COMMENT ON COLUMN schema_migrations.name IS 'Name of its file, without the suffix.';
COMMENT ON COLUMN schema_migrations.checksum IS 'Hash of its text.';
COMMENT ON COLUMN schema_migrations.applied_at IS 'When it was applied, UTC.';

COMMENT ON TABLE runs IS 'One row per run of newsloom that wrote to the warehouse.';
COMMENT ON COLUMN runs.run_id IS 'Identifier of the run; the names of its segments contain it.';
COMMENT ON COLUMN runs.kind IS 'The command: run (a crawl) or import (files).';
COMMENT ON COLUMN runs.started_at IS 'When it started, UTC.';
COMMENT ON COLUMN runs.finished_at IS 'When it ended, UTC; empty while it runs.';
COMMENT ON COLUMN runs.outcome IS 'running, completed, failed, interrupted (by Ctrl-C), or crashed (it ended without recording an outcome, and a later run noticed).';
COMMENT ON COLUMN runs.detail IS 'Why it failed, in words.';
COMMENT ON COLUMN runs.version IS 'Version of newsloom.';

COMMENT ON TABLE segments IS 'The ledger: one row per archive segment that is loaded. A segment is loaded completely and exactly once.';
COMMENT ON COLUMN segments.segment IS 'Name of the segment. Its files are archive/NAME.warc.gz and archive/NAME.jsonl, or it is in one of the packs of its day, archive/packs/yyyymm/yyyymmdd-N.warc.gz and .jsonl.';
COMMENT ON COLUMN segments.run_id IS 'The run that wrote the segment.';
COMMENT ON COLUMN segments.loaded_at IS 'When it was loaded, UTC.';
COMMENT ON COLUMN segments.fetches IS 'Number of entries in its fetch log.';
COMMENT ON COLUMN segments.extractor IS 'Version of the extractor that read its pages.';
COMMENT ON COLUMN segments.removed_at IS 'When it was removed from the archive because of its age or size, UTC; empty while it is there.';
COMMENT ON COLUMN segments.requests_removed_at IS 'When its rows in fetches and rejections were removed because of their age, UTC; empty while they are there.';

COMMENT ON TABLE sources IS 'The sources in sources.toml as of the last run, and former ones that it no longer contains.';
COMMENT ON COLUMN sources.source IS 'Name of the source.';
COMMENT ON COLUMN sources.homepage IS 'URL of its home page.';
COMMENT ON COLUMN sources.feeds IS 'URLs of its feeds, as configured.';
COMMENT ON COLUMN sources.sitemaps IS 'URLs of its sitemaps, as configured.';
COMMENT ON COLUMN sources.sections IS 'URLs of its section pages, as configured.';
COMMENT ON COLUMN sources.language IS 'ISO 639-1 code, as configured.';
COMMENT ON COLUMN sources.recheck_hours IS 'Hours after an article was first seen at which it is fetched again.';
COMMENT ON COLUMN sources.active IS 'Whether sources.toml contained it in the last run.';
COMMENT ON COLUMN sources.first_seen_at IS 'The first run with this source, UTC.';
COMMENT ON COLUMN sources.changed_at IS 'When its entry last changed, UTC.';
COMMENT ON COLUMN sources.poll_minutes IS 'Minimum and maximum number of minutes between two requests for one of its listings.';

COMMENT ON TABLE feeds IS 'Polling state: one row per known feed, sitemap, section page or home page.';
COMMENT ON COLUMN feeds.url IS 'URL of the listing.';
COMMENT ON COLUMN feeds.source IS 'The source it belongs to.';
COMMENT ON COLUMN feeds.kind IS 'homepage, feed, sitemap or section.';
COMMENT ON COLUMN feeds.etag IS 'ETag of the last full response, sent back as If-None-Match.';
COMMENT ON COLUMN feeds.last_modified IS 'Last-Modified of the last full response, sent back as If-Modified-Since.';
COMMENT ON COLUMN feeds.last_asked_at IS 'Last request, UTC; empty where another listing contained it and it has not been requested yet.';
COMMENT ON COLUMN feeds.last_changed_at IS 'Last full response (not 304), UTC.';
COMMENT ON COLUMN feeds.last_status IS 'HTTP status of the last response.';
COMMENT ON COLUMN feeds.last_outcome IS 'listed, unchanged, failed, skipped, or waiting (not requested yet).';
COMMENT ON COLUMN feeds.last_reason IS 'Why it failed or was skipped.';
COMMENT ON COLUMN feeds.last_detail IS 'The reason in words, or what is wrong with a listing that could still be read.';
COMMENT ON COLUMN feeds.failures IS 'Number of consecutive failures; 0 after a response that could be read.';
COMMENT ON COLUMN feeds.failing_since IS 'The first of these failures, UTC; empty if there is none.';
COMMENT ON COLUMN feeds.last_new_at IS 'When it last contained a URL that was not known before (initially: when it was first read), UTC.';
COMMENT ON COLUMN feeds.poll_minutes IS 'Minutes from the last request to due_at: a tenth of the time since last_new_at, within the bounds of sources.poll_minutes; after failures 0, 15, 30, 60, … minutes, up to the upper bound.';
COMMENT ON COLUMN feeds.due_at IS 'It is not requested before this time, UTC; empty: it is due now.';
COMMENT ON COLUMN feeds.listed_modified_at IS 'When it last changed according to the sitemap index that lists it, UTC; it is requested again only if this is later than last_asked_at.';
COMMENT ON COLUMN feeds.stored_url IS 'URL of its latest response in the archive, after redirects.';
COMMENT ON COLUMN feeds.stored_at IS 'When that response was fetched, UTC.';
COMMENT ON COLUMN feeds.stored_digest IS 'Payload digest of that response, as in the WARC record; identical payloads are neither stored nor read again.';

COMMENT ON TABLE fetches IS 'Every request and its outcome. For pages: loaded + updated + unchanged + duplicate + rejected + failed + skipped = all.';
COMMENT ON COLUMN fetches.segment IS 'Archive segment whose fetch log has the request.';
COMMENT ON COLUMN fetches.run_id IS 'The run that made the request.';
COMMENT ON COLUMN fetches.source IS 'The source it was made for.';
COMMENT ON COLUMN fetches.kind IS 'homepage, feed, sitemap, section, page, or record (an imported article).';
COMMENT ON COLUMN fetches.url IS 'The requested URL.';
COMMENT ON COLUMN fetches.final_url IS 'The URL after redirects, if there were any.';
COMMENT ON COLUMN fetches.status IS 'HTTP status of the response.';
COMMENT ON COLUMN fetches.outcome IS 'Pages and records: loaded (a new article), updated (a new version), unchanged, duplicate, rejected, failed, skipped. Listings: listed, unchanged, failed, skipped.';
COMMENT ON COLUMN fetches.reason IS 'Why it is a duplicate, was rejected, failed or was skipped: a word from a fixed list.';
COMMENT ON COLUMN fetches.detail IS 'The reason in words.';
COMMENT ON COLUMN fetches.article_id IS 'The article that the page is, changes or repeats.';
COMMENT ON COLUMN fetches.bytes IS 'Size of the body in bytes, after decompression.';
COMMENT ON COLUMN fetches.ms IS 'Milliseconds from the request to the end of the response.';
COMMENT ON COLUMN fetches.fetched_at IS 'When the response arrived or the request failed, UTC.';
COMMENT ON COLUMN fetches.warc_offset IS 'Byte offset of the response in the segment; empty where nothing was stored.';

COMMENT ON TABLE rejections IS 'Pages and records that are not articles, with the reason.';
COMMENT ON COLUMN rejections.url IS 'The requested URL; for a record without one, its file and line.';
COMMENT ON COLUMN rejections.source IS 'The source it came from.';
COMMENT ON COLUMN rejections.reason IS 'A word from a fixed list: not_article, paywall, consent_wall, error_page, bot_challenge, empty, too_short, too_large, not_html, needs_script, timeout, extractor_error, bad_record.';
COMMENT ON COLUMN rejections.detail IS 'The reason in words, with the evidence.';
COMMENT ON COLUMN rejections.rejected_at IS 'When the page was fetched, UTC.';
COMMENT ON COLUMN rejections.run_id IS 'The run that fetched it.';
COMMENT ON COLUMN rejections.segment IS 'Archive segment with the page.';
COMMENT ON COLUMN rejections.warc_offset IS 'Byte offset of the response in the segment.';
COMMENT ON COLUMN rejections.extractor IS 'Version of the extractor that rejected it.';

COMMENT ON TABLE article_versions IS 'Append-only: one row for the first version of an article, and one for each change of its title or text.';
COMMENT ON COLUMN article_versions.version_id IS 'Hash of article, time and content.';
COMMENT ON COLUMN article_versions.article_id IS 'The article.';
COMMENT ON COLUMN article_versions.seen_at IS 'When this version was first fetched, UTC.';
COMMENT ON COLUMN article_versions.change IS 'What differs from the previous version: first (there is none), title, text, both; or reextracted, where the page is the same and a newer extractor reads it differently.';
COMMENT ON COLUMN article_versions.title IS 'Headline.';
COMMENT ON COLUMN article_versions.authors IS 'Names of the authors, in order.';
COMMENT ON COLUMN article_versions.published_at IS 'When it was published according to the publisher, UTC.';
COMMENT ON COLUMN article_versions.published_precision IS 'Precision of published_at: second, minute or day (midnight UTC then stands for the whole day).';
COMMENT ON COLUMN article_versions.published_utc_offset IS 'Minutes by which the page''s clock is ahead of UTC. Where a page shows another day than that of its time in UTC and no offset, the smallest number of hours that leads to that day. Empty where published_at has no time.';
COMMENT ON COLUMN article_versions.modified_at IS 'When it was last modified according to the publisher, UTC.';
COMMENT ON COLUMN article_versions.language IS 'ISO 639-1 code.';
COMMENT ON COLUMN article_versions.section IS 'The publisher''s section.';
COMMENT ON COLUMN article_versions.tags IS 'The publisher''s keywords.';
COMMENT ON COLUMN article_versions.image_url IS 'URL of the lead image.';
COMMENT ON COLUMN article_versions.description IS 'The publisher''s summary.';
COMMENT ON COLUMN article_versions.is_free IS 'Whether it is free to read according to the publisher; empty where the publisher does not say.';
COMMENT ON COLUMN article_versions.text IS 'Text of the article; paragraphs are separated by one newline.';
COMMENT ON COLUMN article_versions.word_count IS 'Number of words in the text: runs of letters, digits and marks; in scripts without spaces between words (Chinese, Japanese, Thai, …) each character of the script.';
COMMENT ON COLUMN article_versions.text_hash IS 'Hash of the normalised text (NFKC, case folded, words only): equal texts have equal hashes.';
COMMENT ON COLUMN article_versions.extractor IS 'Version of the extractor.';
COMMENT ON COLUMN article_versions.segment IS 'Archive segment with the page.';
COMMENT ON COLUMN article_versions.warc_offset IS 'Byte offset of the response in the segment.';
COMMENT ON COLUMN article_versions.provenance IS 'Where each field came from, as a JSON object of field and origin: json-ld, meta, og:title, h1, title (the element), time, byline, link (rel=canonical), address (the URL), listing (the feed or sitemap that contained it), declared, text (guessed from the text or markup), record (imported).';
COMMENT ON COLUMN article_versions.words_added IS 'Number of words in the text that the previous version did not have; empty for a first version.';
COMMENT ON COLUMN article_versions.words_removed IS 'Number of words of the previous version that the text no longer has; empty for a first version.';
COMMENT ON COLUMN article_versions.diff IS 'Changes of the text, one per line: [-removed-] {+added+} with a few words of context; empty where the text is the same.';
COMMENT ON COLUMN article_versions.doc IS 'Number of the version in this file, in the order of loading; used by the search index and the views. A rebuild renumbers versions.';

COMMENT ON TABLE article_state IS 'The part of an article that changes, one narrow row each. Query `articles`, which joins it with the current text.';
COMMENT ON COLUMN article_state.article_id IS 'Hash of the canonical URL.';
COMMENT ON COLUMN article_state.url IS 'Canonical URL.';
COMMENT ON COLUMN article_state.source IS 'The source in which it was first seen.';
COMMENT ON COLUMN article_state.version_id IS 'The current version.';
COMMENT ON COLUMN article_state.versions IS 'Number of versions.';
COMMENT ON COLUMN article_state.first_seen_at IS 'When it was first fetched, UTC.';
COMMENT ON COLUMN article_state.last_seen_at IS 'When it was last fetched, UTC.';
COMMENT ON COLUMN article_state.title_hash IS 'Hash of the current headline, unchanged.';
COMMENT ON COLUMN article_state.body_hash IS 'Hash of the current text, unchanged.';
COMMENT ON COLUMN article_state.fetch_url IS 'URL to request when it is fetched again.';
COMMENT ON COLUMN article_state.fetch_key IS '64-bit hash of the normalised fetch_url without its scheme; empty for an imported text.';
COMMENT ON COLUMN article_state.etag IS 'ETag of the last full response.';
COMMENT ON COLUMN article_state.last_modified IS 'Last-Modified of the last full response.';
COMMENT ON COLUMN article_state.stored_url IS 'URL of its latest response in the archive, after redirects.';
COMMENT ON COLUMN article_state.stored_at IS 'When that response was fetched, UTC.';
COMMENT ON COLUMN article_state.stored_digest IS 'Payload digest of that response, as in the WARC record.';
COMMENT ON COLUMN article_state.doc IS 'Number of the current version in `article_versions`.';
COMMENT ON COLUMN article_state.duplicate_of IS 'The article at the root of the chain of copies; empty for an original.';
COMMENT ON COLUMN article_state.duplicate_kind IS 'copy or derived, compared with the earlier article that shares most of its text.';
COMMENT ON COLUMN article_state.similarity IS 'Containment in that article, 0 to 1.';
COMMENT ON COLUMN article_state.story_id IS 'The story that the article belongs to.';

COMMENT ON TABLE aliases IS 'Further URLs of articles.';
COMMENT ON COLUMN aliases.url IS 'The further URL.';
COMMENT ON COLUMN aliases.article_id IS 'The article it leads to.';
COMMENT ON COLUMN aliases.source IS 'The source in which the URL was seen.';
COMMENT ON COLUMN aliases.kind IS 'same_address (the page names the article''s canonical URL, or redirects to it) or same_text.';
COMMENT ON COLUMN aliases.title IS 'The headline at this URL.';
COMMENT ON COLUMN aliases.seen_at IS 'When it was fetched, UTC.';
COMMENT ON COLUMN aliases.segment IS 'Archive segment with the page.';
COMMENT ON COLUMN aliases.published_at IS 'When it was published there according to the publisher, UTC.';
COMMENT ON COLUMN aliases.published_precision IS 'Precision of published_at: second, minute or day.';

COMMENT ON TABLE stories IS 'Events: groups of one or more articles about the same event, in one language.';
COMMENT ON COLUMN stories.story_id IS 'The story: a hash of its first article. Where two stories are merged, the larger one keeps its identifier; where one is split, the larger part does. An identifier that is not in this table was merged into another story.';
COMMENT ON COLUMN stories.title IS 'Headline of its most typical article.';
COMMENT ON COLUMN stories.first_at IS 'When its first article was published, or first seen where that is unknown, UTC.';
COMMENT ON COLUMN stories.last_at IS 'When its latest article was published, or first seen where that is unknown, UTC.';
COMMENT ON COLUMN stories.articles IS 'Number of articles, copies included.';
COMMENT ON COLUMN stories.sources IS 'Number of sources, including those with an unchanged copy.';
COMMENT ON COLUMN stories.method IS 'Version of the method that found it.';
COMMENT ON COLUMN stories.language IS 'ISO 639-1 code.';
COMMENT ON COLUMN stories.reports IS 'Number of articles that are not copies.';
COMMENT ON COLUMN stories.outlets IS 'The sources that have it.';
COMMENT ON COLUMN stories.article_id IS 'The article whose headline is the title.';
COMMENT ON COLUMN stories.similarity IS 'Similarity of that article to the centroid of the story, 0 to 1.';
COMMENT ON COLUMN stories.closed_at IS 'When it was closed because it had no new articles for days, UTC; empty while it is open.';
COMMENT ON TABLE story_chains IS 'Stories of several articles that continue an earlier one, such as the trial after the arrest; refreshed nightly.';
COMMENT ON COLUMN story_chains.story_id IS 'The later story.';
COMMENT ON COLUMN story_chains.previous_id IS 'The story that it continues: the most similar one that ended within the 90 days before.';
COMMENT ON COLUMN story_chains.similarity IS 'Cosine of the strong terms of both, 0 to 1.';
COMMENT ON COLUMN story_chains.method IS 'Version of the method that found it.';
COMMENT ON COLUMN stories.likeness IS 'Former name of similarity; removed in the next release.';

COMMENT ON TABLE headline_words IS 'Number of headlines with each word, by day. A word can have several rows for one day: sum them, or use `top_terms`.';
COMMENT ON COLUMN headline_words.day IS 'Day of publication, or of first sight where that is unknown, UTC.';
COMMENT ON COLUMN headline_words.word IS 'A word of at least three letters (two in Chinese, Japanese or Korean), in lower case.';
COMMENT ON COLUMN headline_words.articles IS 'Number of headlines with the word; first versions only.';

COMMENT ON TABLE duplicates IS 'One row per pair of articles whose texts overlap. `articles` says which original an article goes back to.';
COMMENT ON COLUMN duplicates.article_id IS 'The later of the two articles.';
COMMENT ON COLUMN duplicates.original_id IS 'The article that was published earlier: by day, then by time where it is known, then by first sight.';
COMMENT ON COLUMN duplicates.kind IS 'copy (similarity of at least 0.8) or derived (0.25 to 0.8).';
COMMENT ON COLUMN duplicates.similarity IS 'Containment: the share of the shorter text that is also in the other one, 0 to 1, in shingles of five words.';
COMMENT ON COLUMN duplicates.shared IS 'Number of shingles (runs of five words) in both.';
COMMENT ON COLUMN duplicates.size IS 'Number of shingles in the later article; shared / size is the share of it that is not original.';
COMMENT ON COLUMN duplicates.original_size IS 'Number of shingles in the earlier article.';
COMMENT ON COLUMN duplicates.day IS 'Day of the later article, UTC.';
COMMENT ON COLUMN duplicates.original_day IS 'Day of the earlier article, UTC.';
COMMENT ON COLUMN duplicates.method IS 'Version of the method that found the pair.';

COMMENT ON TABLE search_index.terms IS 'All terms of the search index: stems in lower case without accents; in scripts without spaces between words, pairs of characters.';
COMMENT ON COLUMN search_index.terms.term IS 'The term.';
COMMENT ON COLUMN search_index.terms.id IS 'Its number.';

COMMENT ON TABLE search_index.words IS 'Words that differ from their stem. A query looks up its terms here and needs no stemmer.';
COMMENT ON COLUMN search_index.words.word IS 'The word in lower case, without accents.';
COMMENT ON COLUMN search_index.words.term IS 'Its stem in one of the languages in which it occurs.';

COMMENT ON TABLE search_index.parts IS 'The parts of the index, each for a range of versions; small parts are merged as more is loaded.';
COMMENT ON COLUMN search_index.parts.part IS 'Number of the part.';
COMMENT ON COLUMN search_index.parts.first_doc IS 'The first version (article_versions.doc) of the range.';
COMMENT ON COLUMN search_index.parts.docs IS 'Number of versions in the range.';
COMMENT ON COLUMN search_index.parts.words IS 'Number of words in their texts.';

COMMENT ON TABLE search_index.postings IS 'The versions in which each term occurs.';
COMMENT ON COLUMN search_index.postings.part IS 'Number of the part.';
COMMENT ON COLUMN search_index.postings.term IS 'Number of the term.';
COMMENT ON COLUMN search_index.postings.times IS 'How often it occurs there: 1, 2, 3 (three or four times), 5 (five to eight) or 9 (nine or more). A headline counts three times.';
COMMENT ON COLUMN search_index.postings.docs IS 'The versions, counted from first_doc of the part.';

COMMENT ON TABLE private.known_urls IS 'URLs that have had their final response; listings do not cause them to be requested again.';
COMMENT ON COLUMN private.known_urls.url_key IS '64-bit hash of the normalised URL without its scheme.';
COMMENT ON COLUMN private.known_urls.known_at IS 'When the response arrived, UTC.';

COMMENT ON TABLE private.frontier IS 'Article URLs from listings that have no final response yet: to be requested, or to be requested again after a failure.';
COMMENT ON COLUMN private.frontier.url_key IS '64-bit hash of the normalised URL without its scheme.';
COMMENT ON COLUMN private.frontier.url IS 'The URL.';
COMMENT ON COLUMN private.frontier.source IS 'The source whose listing contained it.';
COMMENT ON COLUMN private.frontier.discovered_at IS 'When a listing first contained it, UTC.';
COMMENT ON COLUMN private.frontier.published_hint IS 'Time of publication according to the listing, UTC.';
COMMENT ON COLUMN private.frontier.attempts IS 'Number of failed attempts.';
COMMENT ON COLUMN private.frontier.due_at IS 'It is not requested before this time, UTC.';
COMMENT ON COLUMN private.frontier.last_reason IS 'Why the last attempt failed.';
COMMENT ON COLUMN private.frontier.modified_hint IS 'Time of publication or last change according to the listing or the URL, where published_hint is empty, UTC.';

COMMENT ON TABLE private.fingerprints IS 'One in sixteen shingles of the current text of each article, appended by day: articles that share one are compared.';
COMMENT ON COLUMN private.fingerprints.day IS 'Day of the article, UTC.';
COMMENT ON COLUMN private.fingerprints.hash IS 'The upper 48 bits of the hash of the shingle.';
COMMENT ON COLUMN private.fingerprints.article_id IS 'The article.';

COMMENT ON TABLE private.indexed_articles IS 'One row per article in the index of fingerprints, appended by day.';
COMMENT ON COLUMN private.indexed_articles.day IS 'Day of the article, UTC: of publication or, where that is unknown or implausible, of first sight.';
COMMENT ON COLUMN private.indexed_articles.article_id IS 'The article.';
COMMENT ON COLUMN private.indexed_articles.version_id IS 'The version whose text was compared.';
COMMENT ON COLUMN private.indexed_articles.seen_at IS 'When that version was fetched, UTC.';
COMMENT ON COLUMN private.indexed_articles.first_seen_at IS 'When the article was first fetched, UTC.';
COMMENT ON COLUMN private.indexed_articles.published_at IS 'The earliest time at which it or the same text elsewhere was published, UTC; first_seen_at where none is known.';
COMMENT ON COLUMN private.indexed_articles.published_precision IS 'Precision of published_at: second, minute, day, or seen.';
COMMENT ON COLUMN private.indexed_articles.fingerprints IS 'Number of fingerprints.';

COMMENT ON TABLE private.common_fingerprints IS 'Shingles that many different articles share: boilerplate and set phrases. They do not cause articles to be compared, and do not count when articles are compared.';
COMMENT ON COLUMN private.common_fingerprints.hash IS 'The shingle, as in private.fingerprints, which has a sixteenth of them.';
COMMENT ON COLUMN private.common_fingerprints.found_at IS 'When it was found to be common, UTC.';

COMMENT ON TABLE private.story_terms IS 'The centroid of each story: the heaviest terms of the mean of its articles; for a story of one article, its strong terms only.';
COMMENT ON COLUMN private.story_terms.day IS 'Day of its latest article, UTC.';
COMMENT ON COLUMN private.story_terms.story_id IS 'The story.';
COMMENT ON COLUMN private.story_terms.term IS '32-bit hash of language and term.';
COMMENT ON COLUMN private.story_terms.weight IS 'Its weight, in units of 1/4096.';
COMMENT ON COLUMN private.story_terms.strong IS 'Whether it is one of the heaviest terms, by which candidate stories are found.';

COMMENT ON TABLE private.document_frequencies IS 'Terms that many articles of a language contain, whatever their subject: counted in a sample with one article per story.';
COMMENT ON COLUMN private.document_frequencies.language IS 'ISO 639-1 code, or unknown.';
COMMENT ON COLUMN private.document_frequencies.term IS '32-bit hash of language and term.';
COMMENT ON COLUMN private.document_frequencies.share IS 'Share of the articles that contain it, 0 to 1.';

COMMENT ON TABLE private.upkeep IS 'When common fingerprints and document frequencies were last computed.';
COMMENT ON COLUMN private.upkeep.task IS 'common fingerprints, or document frequencies and the version of the story method.';
COMMENT ON COLUMN private.upkeep.done_at IS 'When it was done, UTC.';
COMMENT ON COLUMN private.upkeep.stories IS 'Number of stories in the warehouse at that time.';

COMMENT ON TABLE private.restory IS 'The queue of `newsloom restory`: articles whose duplicates and stories are still to be found.';
COMMENT ON COLUMN private.restory.number IS 'Position in the queue, by time of publication.';
COMMENT ON COLUMN private.restory.article_id IS 'The article.';
COMMENT ON COLUMN private.restory.seen_at IS 'When its current version was fetched, UTC.';

COMMENT ON TABLE private.story_members IS 'One row per article in a story, appended by day; stories close to new articles are clustered again from these rows.';
COMMENT ON COLUMN private.story_members.day IS 'Day of first_at, UTC.';
COMMENT ON COLUMN private.story_members.article_id IS 'The article.';
COMMENT ON COLUMN private.story_members.story_id IS 'Its story, as in article_state.';
COMMENT ON COLUMN private.story_members.first_seen_at IS 'When it was first fetched, UTC, as in article_state.';
COMMENT ON COLUMN private.story_members.first_at IS 'When it was published, or first seen where that is unknown, UTC.';
COMMENT ON COLUMN private.story_members.last_at IS 'The same time, or the end of the day where only the day is known, UTC.';
COMMENT ON COLUMN private.story_members.title IS 'Headline.';
COMMENT ON COLUMN private.story_members.language IS 'ISO 639-1 code.';
COMMENT ON COLUMN private.story_members.outlets IS 'The sources with its unchanged text, its own included.';
COMMENT ON COLUMN private.story_members.terms IS '32-bit hashes of language and term: the heaviest terms of the article, by descending weight.';
COMMENT ON COLUMN private.story_members.weights IS 'Weight of each term, in units of 1/4096; their squares sum to 1.';

COMMENT ON TABLE private.failed_segments IS 'Sealed segments that could not be loaded because of an unexpected error. They stay in the archive, and later runs try again.';
COMMENT ON COLUMN private.failed_segments.segment IS 'The segment.';
COMMENT ON COLUMN private.failed_segments.error IS 'The error of the last attempt: type, message and place in the program.';
COMMENT ON COLUMN private.failed_segments.failed_at IS 'The first attempt, UTC.';
COMMENT ON COLUMN private.failed_segments.tried_at IS 'The last attempt, UTC.';
COMMENT ON COLUMN private.failed_segments.attempts IS 'Number of attempts.';

COMMENT ON TABLE version_names IS 'The names in each version of an article; the view mentions has those of current versions. They are found by capital letters and lists, without a model: expect some errors.';
COMMENT ON COLUMN version_names.doc IS 'The version, article_versions.doc.';
COMMENT ON COLUMN version_names.name IS 'The name, as the article first spells it; a surname or an acronym alone counts for the longer name in the same article. Countries have their English name.';
COMMENT ON COLUMN version_names.kind IS 'person, organisation, place, country, or empty if unknown. A country has a row if the article names it, its people or its cities.';
COMMENT ON COLUMN version_names.country IS 'ISO 3166-1 code of a country or place.';
COMMENT ON COLUMN version_names.times IS 'Number of times in the text; 0 for a country that only the headline names, or that only a currency or the ending of a firm suggests.';
COMMENT ON COLUMN version_names.in_headline IS 'Whether the headline has it, too.';
COMMENT ON COLUMN version_names.about IS 'Whether the article is about this country; false for other kinds.';
COMMENT ON TABLE private.names_progress IS 'How far the names of versions have been read.';
COMMENT ON COLUMN private.names_progress.next_doc IS 'The first version that has not been read.';
