-- Who is kept out of a dossier, as cases said: he sees no worry that it takes up, nor another about the same door.
CREATE TABLE worry_conflicts (
    dossier_id uuid NOT NULL,
    user_id uuid NOT NULL,
    PRIMARY KEY (user_id, dossier_id)
);
