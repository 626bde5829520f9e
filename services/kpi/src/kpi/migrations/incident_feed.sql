-- What the incident feed says, as far as KPI figures are compared with it: one row per incident. `items` are its seized
-- items as [{"kind", "unit", "quantity"}]; the schema is the reader's search path.

CREATE TABLE incident (
    id           uuid    PRIMARY KEY,
    version      integer NOT NULL,
    jurisdiction text    NOT NULL,
    first_day    date    NOT NULL,
    last_day     date    NOT NULL,
    duplicate    boolean NOT NULL,
    retracted    boolean NOT NULL,
    setting      text,
    items        jsonb   NOT NULL
);
CREATE INDEX incident_with_items ON incident (jurisdiction, first_day) WHERE items <> '[]';
