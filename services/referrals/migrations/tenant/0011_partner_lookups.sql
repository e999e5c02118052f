-- Who tried a link of a partner, so that nobody goes on guessing: hashes and moments, of right ones and wrong ones alike.
CREATE TABLE partner_lookups (
    id uuid PRIMARY KEY,
    source text NOT NULL,
    link text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX partner_lookups_by_source ON partner_lookups (source, at);
CREATE INDEX partner_lookups_by_link ON partner_lookups (link, at);
CREATE INDEX partner_lookups_by_moment ON partner_lookups (at);
