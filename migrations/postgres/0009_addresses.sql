-- One canonical form for each e-mail address. SQL can neither fold text nor read IDNA, so the program
-- fills what is added here: for a new user with the user, for those of before when it starts. `email_key`
-- stays for programs of an earlier version, for sorting, and for accounts that share an address.

-- NULL: not filled in yet.
ALTER TABLE users ADD COLUMN email_canonical TEXT COLLATE "C";
-- 1: another account had this address first. Both are signed in to, this one by its `email_key`, until one
-- of them gets another address.
ALTER TABLE users ADD COLUMN email_shared BIGINT NOT NULL DEFAULT 0 CHECK (email_shared IN (0, 1));

CREATE UNIQUE INDEX users_email_canonical_unique ON users (email_canonical) WHERE email_shared = 0;
CREATE INDEX users_email_shared   ON users (email_canonical, id) WHERE email_shared = 1;
CREATE INDEX users_email_unfilled ON users (id) WHERE email_canonical IS NULL;

-- A program of an earlier version, running beside this one, does not know of the form. This one fills it in
-- after the address.
CREATE FUNCTION users_email_has_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.email_canonical := NULL;
    NEW.email_shared := 0;
    RETURN NEW;
END
$$;

CREATE TRIGGER users_email_changed BEFORE UPDATE OF email ON users
FOR EACH ROW WHEN (NEW.email <> OLD.email) EXECUTE FUNCTION users_email_has_changed();

-- Those who fill it in take turns.
INSERT INTO turns (name) VALUES ('addresses');
