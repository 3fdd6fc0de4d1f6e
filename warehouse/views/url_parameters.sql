-- Which query parameters are no part of a source's URLs, as its pages have shown?
CREATE OR REPLACE VIEW url_parameters AS
SELECT *, pages >= 5 AND counterexamples = 0 AND NOT is_kept AS is_ignored
FROM (
    SELECT
        evidence.source, evidence.host, evidence.parameter,
        least(count(DISTINCT page_key) FILTER (supports), count(DISTINCT text_key) FILTER (supports)) AS pages,
        count(*) FILTER (NOT supports) AS counterexamples,
        coalesce(bool_or(list_contains(sources.keep_parameters, evidence.parameter)), false) AS is_kept,
        max(evidence.seen_at) AS last_seen_at
    FROM parameter_evidence AS evidence
    LEFT JOIN sources ON sources.source = evidence.source
    GROUP BY ALL
);
COMMENT ON VIEW url_parameters IS 'One row per query parameter of the URLs of a source, with what its pages have shown about it: parameters that never changed a page are ignored, so that a URL which differs from a known one only by them is not requested. parameter_evidence has the pages.';
COMMENT ON COLUMN url_parameters.source IS 'Name of the source.';
COMMENT ON COLUMN url_parameters.host IS 'The host whose URLs have the parameter.';
COMMENT ON COLUMN url_parameters.parameter IS 'Name of the parameter.';
COMMENT ON COLUMN url_parameters.pages IS 'Number of different pages, each with a text of its own, that had the same text without the parameter or with another value of it; newsloom stops counting at five.';
COMMENT ON COLUMN url_parameters.counterexamples IS 'Number of pages that had another text, or keep the parameter in their canonical link; newsloom stops counting at one.';
COMMENT ON COLUMN url_parameters.is_kept IS 'Whether keep_parameters of the source in sources.toml names it.';
COMMENT ON COLUMN url_parameters.last_seen_at IS 'When the last of these pages was fetched, UTC.';
COMMENT ON COLUMN url_parameters.is_ignored IS 'Whether it is ignored: five pages, no counterexample, and not kept.';
