-- Agencies and their API keys. A service's migration executes this file as it stands.

CREATE TABLE agency (
    code          text        PRIMARY KEY,
    name          text        NOT NULL,
    jurisdictions text[]      NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now()
);

-- agency null: a service of our own. jurisdictions null: all that the agency has (without an agency: all).
CREATE TABLE api_key (
    id            text        PRIMARY KEY,
    agency        text        REFERENCES agency,
    secret_hash   bytea       NOT NULL,
    roles         text[]      NOT NULL,
    jurisdictions text[],
    created_at    timestamptz NOT NULL,
    expires_at    timestamptz,
    revoked_at    timestamptz,
    last_seen     timestamptz
);
CREATE INDEX api_key_agency ON api_key (agency);
