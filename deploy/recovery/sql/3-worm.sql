-- A second feed of the same tables into a bucket that locks what is written once: the auditor's copy. It does not pass
-- through Redpanda, so it also holds what a lost cluster held. The bucket is in an account of its own, with Object
-- Lock (S3) or a locked immutability policy (Azure) whose period is the law's; nobody of the ledger may change that.
--
-- As an administrator. Without a label for each feed the alert ChangefeedNotRunning would take this one for the ledger's.
SET CLUSTER SETTING server.child_metrics.enabled = true;
-- BUCKET is its name; the database's nodes have the right to write there, and none to delete.
CREATE EXTERNAL CONNECTION thin_ledger_worm AS 's3://BUCKET/ledger?AUTH=implicit&partition_format=hourly';
GRANT USAGE ON EXTERNAL CONNECTION thin_ledger_worm TO ledger_changefeed;

-- As ledger_changefeed. Files are written once, under names of their own, and never again. resolved is how often one is
-- closed, and how much the copy lacks if the database itself is lost.
CREATE CHANGEFEED FOR TABLE ledger.public.accounts, ledger.public.transfers, ledger.public.entries
INTO 'external://thin_ledger_worm'
WITH
  format = json,
  envelope = wrapped,
  updated,
  mvcc_timestamp,
  diff,
  key_in_value,
  resolved = '1m',
  min_checkpoint_frequency = '1m',
  initial_scan = 'yes',
  on_error = pause,
  gc_protect_expires_after = '72h',
  schema_change_policy = backfill,
  metrics_label = thin_ledger_worm;
