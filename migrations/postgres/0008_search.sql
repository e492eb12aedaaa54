-- Search by words. SQL cannot fold text, so the program fills what is added here: for a new user with
-- the user, for those of before when it starts.

-- The words of the name and the e-mail address, in byte order, each between two spaces.
ALTER TABLE users ADD COLUMN words TEXT COLLATE "C" NOT NULL DEFAULT '';
-- 1: the words are not those of the present name, address and status.
ALTER TABLE users ADD COLUMN words_stale BIGINT NOT NULL DEFAULT 1 CHECK (words_stale IN (0, 1));

CREATE INDEX users_stale ON users (id) WHERE words_stale = 1;

-- A row for each word of each user. Not a foreign key: that would need an index on users, as large as
-- the table. The column of the users says which rows are theirs.
CREATE TABLE user_words (
    part    BIGINT NOT NULL, -- 0: not removed, 1: suspended (which are also in 0), 2: removed
    word    TEXT COLLATE "C" NOT NULL,
    user_id UUID   NOT NULL,
    PRIMARY KEY (part, word, user_id)
);

-- A program of an earlier version, running beside this one, does not know of the words.
CREATE FUNCTION users_words_are_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.words_stale := 1;
    RETURN NEW;
END
$$;

CREATE TRIGGER users_words_stale BEFORE UPDATE OF name, email, status ON users
FOR EACH ROW EXECUTE FUNCTION users_words_are_stale();

-- Those who fill the words take turns.
INSERT INTO turns (name) VALUES ('search');
