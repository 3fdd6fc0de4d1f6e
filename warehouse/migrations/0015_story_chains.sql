-- Which story continues which: the verdict after the trial after the arrest.
CREATE TABLE story_chains (
    story_id UUID NOT NULL,
    previous_id UUID NOT NULL,
    similarity FLOAT NOT NULL,
    method VARCHAR NOT NULL
);
