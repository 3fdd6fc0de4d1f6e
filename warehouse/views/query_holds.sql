-- Three-valued logic on a stack that is a text: 0 false, 1 unknown, 2 true, so that AND is the least and OR the greatest.
CREATE OR REPLACE MACRO query_holds(postfix, leaves) AS list_reduce(
    [''] || postfix,
    lambda stack, step: CASE step
        WHEN '&' THEN left(stack, length(stack) - 2) || least(stack[-2], stack[-1])
        WHEN '|' THEN left(stack, length(stack) - 2) || greatest(stack[-2], stack[-1])
        WHEN '!' THEN left(stack, length(stack) - 1) || translate(stack[-1], '02', '20')
        ELSE stack || leaves[TRY_CAST(step AS INTEGER)]
    END
);
COMMENT ON MACRO query_holds IS 'query_holds(postfix, leaves): whether a query of `parse_query` holds where its leaves do: 0 (no), 1 (unknown) or 2 (yes). `leaves` is a text with one of these digits for each leaf.';
