-- The same statements serve SQLite and PostgreSQL. Times are milliseconds since
-- 1970 in UTC, 0 where not known. No column ever holds a secret, nor anything
-- that one could be found from without the key.

-- +goose Up
CREATE TABLE fingerprint_keys (
	id    TEXT PRIMARY KEY,
	since BIGINT NOT NULL
);

-- What a credential is, in doc; the columns beside it are what is asked for.
CREATE TABLE credentials (
	n          BIGINT PRIMARY KEY,
	id         TEXT NOT NULL UNIQUE,
	state      TEXT NOT NULL,
	issuer     TEXT NOT NULL,
	public     TEXT NOT NULL,
	role       TEXT NOT NULL,
	risk       INTEGER NOT NULL,
	first_seen BIGINT NOT NULL,
	last_seen  BIGINT NOT NULL,
	doc        TEXT NOT NULL
);
CREATE INDEX credentials_public ON credentials (public, issuer) WHERE public <> '';
CREATE INDEX credentials_lone ON credentials (issuer) WHERE role = 'id';

-- Every fingerprint of a credential, under every key and of its halves.
CREATE TABLE names (
	name       TEXT PRIMARY KEY,
	credential BIGINT NOT NULL
);
CREATE INDEX names_credential ON names (credential);

CREATE TABLE zones (
	n    BIGINT PRIMARY KEY,
	zone TEXT NOT NULL
);

CREATE TABLE locations (
	credential BIGINT NOT NULL,
	n          BIGINT NOT NULL,
	target     TEXT NOT NULL,
	kind       TEXT NOT NULL,
	path       TEXT NOT NULL,
	commit_id  TEXT NOT NULL,
	nth        INTEGER NOT NULL,
	object     TEXT NOT NULL,
	start_at   BIGINT NOT NULL,
	end_at     BIGINT NOT NULL,
	line       INTEGER NOT NULL,
	col        INTEGER NOT NULL,
	encoding   TEXT NOT NULL,
	role       TEXT NOT NULL,
	key_path   TEXT NOT NULL,
	author     TEXT NOT NULL,
	since      BIGINT NOT NULL,
	removed    TEXT NOT NULL,
	removed_at BIGINT NOT NULL,
	in_head    INTEGER NOT NULL,
	refs       TEXT NOT NULL,
	ref_count  INTEGER NOT NULL,
	zone       BIGINT NOT NULL,
	workload   TEXT NOT NULL,
	slot       BIGINT NOT NULL,
	slot_group BIGINT NOT NULL,
	first_seen BIGINT NOT NULL,
	last_seen  BIGINT NOT NULL,
	gone       BIGINT NOT NULL,
	PRIMARY KEY (credential, n)
);
CREATE INDEX locations_target ON locations (target, last_seen);
CREATE INDEX locations_slot ON locations (slot) WHERE slot <> 0;
CREATE INDEX locations_group ON locations (slot_group) WHERE slot_group <> 0;

CREATE TABLE verdicts (
	credential BIGINT NOT NULL,
	at         BIGINT NOT NULL,
	n          BIGINT NOT NULL,
	doc        TEXT NOT NULL,
	PRIMARY KEY (credential, at, n)
);

CREATE TABLE events (
	credential BIGINT NOT NULL,
	at         BIGINT NOT NULL,
	what       TEXT NOT NULL,
	detail     TEXT NOT NULL,
	PRIMARY KEY (credential, at, what, detail)
);

-- Who was named as the owner of what, by import.
CREATE TABLE owners (
	match      TEXT NOT NULL,
	kind       TEXT NOT NULL,
	owner      TEXT NOT NULL,
	source     TEXT NOT NULL,
	confirmed  BIGINT NOT NULL,
	PRIMARY KEY (match, kind)
);

-- Proofs, each chained to the one before it.
CREATE TABLE evidence (
	n          BIGINT PRIMARY KEY,
	id         TEXT NOT NULL UNIQUE,
	prev       TEXT NOT NULL,
	credential BIGINT NOT NULL,
	at         BIGINT NOT NULL,
	claim      TEXT NOT NULL,
	grade      TEXT NOT NULL,
	doc        TEXT NOT NULL
);
CREATE INDEX evidence_credential ON evidence (credential);

-- What a sweep has read, under which rules.
CREATE TABLE units (
	target   TEXT NOT NULL,
	name     TEXT NOT NULL,
	version  TEXT NOT NULL,
	rules    TEXT NOT NULL,
	finished BIGINT NOT NULL,
	PRIMARY KEY (target, name)
);

-- When an account was last tried, so that none is locked out.
CREATE TABLE attempts (
	account TEXT NOT NULL,
	day     BIGINT NOT NULL,
	at      BIGINT NOT NULL,
	PRIMARY KEY (account, day)
);

-- When an issuer may be asked next, by whichever process.
CREATE TABLE pace (
	issuer  TEXT PRIMARY KEY,
	free_at BIGINT NOT NULL
);

-- +goose Down
DROP TABLE pace;
DROP TABLE attempts;
DROP TABLE units;
DROP TABLE evidence;
DROP TABLE owners;
DROP TABLE events;
DROP TABLE verdicts;
DROP TABLE locations;
DROP TABLE zones;
DROP TABLE names;
DROP TABLE credentials;
DROP TABLE fingerprint_keys;
