-- Incidents count their numbers in a table of their own; until now that was the call-outs' row of the negative year.

CREATE TABLE incident_numbers (
    year int PRIMARY KEY,
    last_number int NOT NULL
);
INSERT INTO incident_numbers (year, last_number) SELECT -year, last_number FROM call_out_numbers WHERE year < 0;
DELETE FROM call_out_numbers WHERE year < 0;
ALTER TABLE call_out_numbers ADD CHECK (year > 0);
