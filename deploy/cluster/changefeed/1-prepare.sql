-- Once for each CockroachDB cluster, as an administrator.
-- Rangefeeds are what a changefeed reads; they cost writes 5 to 10 per cent of latency.
SET CLUSTER SETTING kv.rangefeed.enabled = true;
-- A changefeed may only be made over an external connection, so that no password is in a job's text.
SET CLUSTER SETTING changefeed.permissions.require_external_connection_sink.enabled = true;

-- Without a password: it logs in by client certificate (cockroach cert create-client ledger_changefeed).
CREATE USER IF NOT EXISTS ledger_changefeed;
GRANT CONNECT ON DATABASE ledger TO ledger_changefeed;
GRANT CHANGEFEED ON TABLE ledger.public.accounts TO ledger_changefeed;
GRANT CHANGEFEED ON TABLE ledger.public.transfers TO ledger_changefeed;
GRANT CHANGEFEED ON TABLE ledger.public.entries TO ledger_changefeed;
-- Seeing and steering jobs, for the people on call. Owners steer their own.
CREATE ROLE IF NOT EXISTS ledger_operators;
GRANT SYSTEM VIEWJOB, CONTROLJOB TO ledger_operators;

-- The changefeed need not ask at each event whether a schema has changed, which lowers its delay. A schema change
-- of such a table needs schema_locked = false first, and true again afterwards.
ALTER TABLE ledger.public.accounts SET (schema_locked = true);
ALTER TABLE ledger.public.transfers SET (schema_locked = true);
ALTER TABLE ledger.public.entries SET (schema_locked = true);
