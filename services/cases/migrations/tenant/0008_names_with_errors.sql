-- Names cut in pieces of three letters, so that one with a typing error is found by an index.

ALTER TABLE persons ADD COLUMN trigrams text[] NOT NULL DEFAULT '{}';
UPDATE persons SET trigrams = ARRAY(
    SELECT DISTINCT substr('  ' || word || '  ', start, 3)
    FROM unnest(string_to_array(folded, ' ')) AS word, generate_series(1, char_length(word) + 2) AS start
    WHERE word <> ''
);
CREATE INDEX persons_trigrams ON persons USING gin (trigrams);
