-- The database of deadletter: tracked email and what became of it.
--
-- Table `email` is yours to write with plain SQL from any program; everything that makes it fast (the table `tally`,
-- the indexes, the columns domain and code_key) keeps itself right. All times are UTC seconds since 1970. Text that is
-- not known is NULL. All statements may be run again on a database that has them: what is there stays.
--
--   INSERT INTO email (recipient, time, outcome, enhanced_code, basic_code, response)
--   VALUES ('bob@example.com', unixepoch(), 'failed', '5.1.1', 550, '550 5.1.1 <bob@example.com>: user unknown');

PRAGMA application_id = 1684829298; -- "dltr"
PRAGMA user_version = 1;

-- One row a tracked email: one message to one recipient.
CREATE TABLE IF NOT EXISTS email (
	id INTEGER PRIMARY KEY,
	time INTEGER NOT NULL,                   -- when its outcome became known
	outcome TEXT NOT NULL,
	recipient TEXT NOT NULL COLLATE NOCASE,
	enhanced_code TEXT,                      -- RFC 3463: 5.1.1; NULL: none
	basic_code INTEGER,                      -- RFC 5321: 550; NULL: none
	response TEXT,                           -- what the remote server answered, as received
	stage TEXT,                              -- where in the SMTP dialogue it answered
	remote_mta TEXT,                         -- which server answered
	sender TEXT,
	title TEXT,                              -- the email's own Subject header
	message_id TEXT,                         -- without < >
	queue_id TEXT,
	queued_at INTEGER,                       -- when we took it
	attempts INTEGER NOT NULL DEFAULT 0,     -- how often delivery was tried
	caused_by INTEGER,                       -- of a dropped email: the id of the failure that caused it
	source_key INTEGER,                      -- names the message at its source, so that a second import finds it
	source_file TEXT,
	source_line INTEGER,
	-- The recipient's domain, behind the last @, in small letters. (Several @ are rare, and the general way is slow.)
	domain TEXT AS (lower(CASE
		WHEN recipient GLOB '*@*@*'
			THEN substr(recipient, length(rtrim(recipient, replace(recipient, '@', ''))) + 1)
		WHEN instr(recipient, '@') THEN substr(recipient, instr(recipient, '@') + 1)
		ELSE '' END)) VIRTUAL,
	-- Both codes as one number that sorts as codes do (5.1.2 before 5.1.10, none last): 5.1.10 with 550 is
	-- 5 001 010 550, without a basic code 5 001 010 000; 550 alone is 9 000 000 550, no code at all 9 000 000 000.
	-- (Of single digits, 5.1.1 is 5 001 001 once zeros stand for its dots.)
	code_key INTEGER AS (ifnull(basic_code, 0) + CASE
		WHEN enhanced_code IS NULL THEN 9000000000
		WHEN length(enhanced_code) = 5 THEN replace(enhanced_code, '.', '00') * 1000
		ELSE substr(enhanced_code, 1, 1) * 1000000000 + CAST(substr(enhanced_code, 3) AS INTEGER) * 1000000
			+ CAST(substr(enhanced_code, 3 + instr(substr(enhanced_code, 3), '.')) AS INTEGER) * 1000
		END) STORED,
	CONSTRAINT "id is above 0"
		CHECK (id > 0),
	CONSTRAINT "time is a whole number of UTC seconds since 1970"
		CHECK (typeof(time) = 'integer' AND time BETWEEN 0 AND 253402300799),
	CONSTRAINT "outcome is queued, deferred, delivered, opened, failed or dropped"
		CHECK (outcome = 'delivered' OR outcome = 'failed' OR outcome = 'dropped' OR outcome = 'deferred' OR
		outcome = 'opened' OR outcome = 'queued'), -- IN would build a table of its own for every row
	CONSTRAINT "recipient is text"
		CHECK (typeof(recipient) = 'text'),
	CONSTRAINT "recipient is 1000 bytes at most"
		CHECK (length(CAST(recipient AS BLOB)) <= 1000),
	CONSTRAINT "enhanced_code looks like 5.1.1 (RFC 3463) or is NULL"
		CHECK (enhanced_code GLOB '[245].[0-9]*.[0-9]*' AND enhanced_code NOT GLOB '*[^0-9.]*' AND
		enhanced_code NOT GLOB '*.*.*.*' AND enhanced_code NOT GLOB '*.0[0-9]*' AND
		enhanced_code NOT GLOB '*[0-9][0-9][0-9][0-9]*'),
	CONSTRAINT "basic_code is a number from 200 to 999 (RFC 5321) or NULL"
		CHECK (basic_code IS NULL OR typeof(basic_code) = 'integer' AND basic_code BETWEEN 200 AND 999),
	CONSTRAINT "stage is connect, greeting, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, end of data or NULL"
		CHECK (stage IS NULL OR stage = 'RCPT' OR stage = 'end of data' OR stage = 'connect' OR stage = 'MAIL' OR
		stage = 'DATA' OR stage = 'greeting' OR stage = 'EHLO' OR stage = 'STARTTLS' OR stage = 'AUTH'),
	CONSTRAINT "queued_at is a whole number of UTC seconds since 1970 or NULL"
		CHECK (queued_at IS NULL OR typeof(queued_at) = 'integer' AND queued_at BETWEEN 0 AND 253402300799),
	CONSTRAINT "attempts is a number, 0 or more"
		CHECK (typeof(attempts) = 'integer' AND attempts BETWEEN 0 AND 1000000000)
);

-- One row a delivery attempt. Optional: an email may have none.
CREATE TABLE IF NOT EXISTS attempt (
	id INTEGER PRIMARY KEY,
	email_id INTEGER NOT NULL REFERENCES email (id),
	time INTEGER NOT NULL,
	outcome TEXT NOT NULL,                   -- delivered, deferred or failed
	enhanced_code TEXT,
	basic_code INTEGER,
	stage TEXT,
	remote_mta TEXT,
	response TEXT,
	CONSTRAINT "time of an attempt is a whole number of UTC seconds since 1970"
		CHECK (typeof(time) = 'integer' AND time BETWEEN 0 AND 253402300799),
	CONSTRAINT "outcome of an attempt is delivered, deferred or failed"
		CHECK (outcome = 'failed' OR outcome = 'deferred' OR outcome = 'delivered')
);
CREATE INDEX IF NOT EXISTS attempt_email ON attempt (email_id, time);

-- Who told of an email that more than one source told of (a log, the bounce mail, a provider's event): one row a source,
-- with what it said. Optional: without any the email's own columns say where it is from.
CREATE TABLE IF NOT EXISTS source (
	id INTEGER PRIMARY KEY,
	email_id INTEGER NOT NULL REFERENCES email (id),
	source_key INTEGER NOT NULL,
	source_file TEXT,
	source_line INTEGER,
	time INTEGER NOT NULL,
	outcome TEXT NOT NULL,
	enhanced_code TEXT,
	basic_code INTEGER,
	stage TEXT,
	remote_mta TEXT,
	response TEXT
);
CREATE INDEX IF NOT EXISTS source_email ON source (email_id, time, source_key);
CREATE INDEX IF NOT EXISTS source_named ON source (source_key, email_id, source_file);

-- Messages that their source gave up ("expired"), for imports that read old logs after new ones.
CREATE TABLE IF NOT EXISTS given_up (
	source_key INTEGER NOT NULL,
	time INTEGER NOT NULL,
	sender TEXT,
	PRIMARY KEY (source_key, time)
) WITHOUT ROWID;

-- ---- what makes ten million rows fast ----

-- All email: lists by time, the history of one address, imports.
CREATE INDEX IF NOT EXISTS email_time ON email (time, id, outcome);
CREATE INDEX IF NOT EXISTS email_recipient ON email (recipient, time DESC, id DESC);
CREATE INDEX IF NOT EXISTS email_source ON email (source_key, recipient) WHERE source_key IS NOT NULL;
CREATE INDEX IF NOT EXISTS email_message_id ON email (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS email_caused_by ON email (caused_by) WHERE caused_by IS NOT NULL;
-- Failures only: few among many, and what everybody looks for. Each holds all that lists, counts and groups need.
CREATE INDEX IF NOT EXISTS failure_time ON email (time, id, code_key, outcome, recipient)
	WHERE outcome IN ('failed', 'dropped');
CREATE INDEX IF NOT EXISTS failure_recipient ON email (recipient, time DESC, id DESC, code_key, outcome)
	WHERE outcome IN ('failed', 'dropped');
CREATE INDEX IF NOT EXISTS failure_code ON email (code_key, time DESC, id DESC, outcome)
	WHERE outcome IN ('failed', 'dropped');
CREATE INDEX IF NOT EXISTS failure_domain ON email (domain, time, id, code_key, outcome)
	WHERE outcome IN ('failed', 'dropped');
CREATE INDEX IF NOT EXISTS failure_mx ON email (remote_mta, time, id, code_key, outcome)
	WHERE outcome IN ('failed', 'dropped');
CREATE INDEX IF NOT EXISTS failure_sender ON email (sender, time, id, code_key, outcome)
	WHERE outcome IN ('failed', 'dropped');
-- All that can be searched, side by side: in the table failures lie scattered among what was delivered.
CREATE INDEX IF NOT EXISTS failure_text ON email
	(time, id, code_key, outcome, recipient, domain, remote_mta, sender, title, response)
	WHERE outcome IN ('failed', 'dropped');

-- How many email a day, outcome and code: kept by the triggers below, never to be written by hand.
CREATE TABLE IF NOT EXISTS tally (
	day INTEGER NOT NULL,                    -- time / 86400
	outcome TEXT NOT NULL,
	code_key INTEGER NOT NULL,
	count INTEGER NOT NULL,
	PRIMARY KEY (day, outcome, code_key)
) WITHOUT ROWID;

-- INSERT OR REPLACE deletes the old row without a word to the triggers for DELETE: it is put on record before.
CREATE TABLE IF NOT EXISTS replaced (
	id INTEGER PRIMARY KEY,
	day INTEGER NOT NULL,
	outcome TEXT NOT NULL,
	code_key INTEGER NOT NULL
);

CREATE TRIGGER IF NOT EXISTS email_before_insert BEFORE INSERT ON email
WHEN NEW.id > 0 -- it is -1 when SQLite chooses one
BEGIN
	DELETE FROM replaced WHERE id = NEW.id;
	INSERT INTO replaced SELECT id, time / 86400, outcome, code_key FROM email WHERE id = NEW.id;
END;

CREATE TRIGGER IF NOT EXISTS email_after_insert AFTER INSERT ON email
BEGIN
	INSERT INTO tally VALUES (NEW.time / 86400, NEW.outcome, NEW.code_key, 1)
		ON CONFLICT DO UPDATE SET count = count + 1;
END;

CREATE TRIGGER IF NOT EXISTS email_after_replace AFTER INSERT ON email
WHEN EXISTS (SELECT 1 FROM replaced WHERE id = NEW.id)
BEGIN
	UPDATE tally SET count = count - 1 WHERE (day, outcome, code_key) =
		(SELECT day, outcome, code_key FROM replaced WHERE id = NEW.id);
	DELETE FROM tally WHERE count = 0 AND (day, outcome, code_key) =
		(SELECT day, outcome, code_key FROM replaced WHERE id = NEW.id);
	DELETE FROM replaced WHERE id = NEW.id;
END;

CREATE TRIGGER IF NOT EXISTS email_after_delete AFTER DELETE ON email
BEGIN
	UPDATE tally SET count = count - 1
		WHERE day = OLD.time / 86400 AND outcome = OLD.outcome AND code_key = OLD.code_key;
	DELETE FROM tally
		WHERE day = OLD.time / 86400 AND outcome = OLD.outcome AND code_key = OLD.code_key AND count = 0;
	DELETE FROM attempt WHERE email_id = OLD.id;
	DELETE FROM source WHERE email_id = OLD.id;
	UPDATE email SET caused_by = NULL WHERE caused_by = OLD.id; -- the next email may get that id
	DELETE FROM replaced WHERE id = OLD.id; -- it may stand there for an INSERT that did not replace it
END;

CREATE TRIGGER IF NOT EXISTS email_after_update AFTER UPDATE OF time, outcome, enhanced_code, basic_code ON email
WHEN OLD.time <> NEW.time OR OLD.outcome <> NEW.outcome OR OLD.code_key <> NEW.code_key
BEGIN
	UPDATE tally SET count = count - 1
		WHERE day = OLD.time / 86400 AND outcome = OLD.outcome AND code_key = OLD.code_key;
	DELETE FROM tally
		WHERE day = OLD.time / 86400 AND outcome = OLD.outcome AND code_key = OLD.code_key AND count = 0;
	INSERT INTO tally VALUES (NEW.time / 86400, NEW.outcome, NEW.code_key, 1)
		ON CONFLICT DO UPDATE SET count = count + 1;
END;

CREATE TRIGGER IF NOT EXISTS email_id_stays BEFORE UPDATE OF id ON email
WHEN OLD.id <> NEW.id
BEGIN
	SELECT RAISE(ABORT, 'the id of an email cannot change: attempts and drops refer to it');
END;
