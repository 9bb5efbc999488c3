-- As ledger_changefeed. One changefeed for the three tables, so that one resolved timestamp cuts all of
-- them at the same moment.
--   RequiredAcks ALL  a majority of Redpanda's copies has it on disk; the default ONE is the leader alone
--   Flush             bounded well below the topics' max.message.bytes; a byte bound wants a frequency
--   updated, diff     when a row changed, and what it was before
--   resolved          how often the feed says "nothing older will come"; needs a checkpoint as often
--   on_error pause    a broken feed waits for a person and keeps its place; "fail" would lose it
--   gc_protect...     how long a feed that makes no progress keeps old versions alive, before it fails instead
--                     of filling the database
--   metrics_label     the feed's name in the metrics, where server.child_metrics.enabled is on
CREATE CHANGEFEED FOR TABLE ledger.public.accounts, ledger.public.transfers, ledger.public.entries
INTO 'external://thin_ledger'
WITH
  format = json,
  envelope = wrapped,
  updated,
  mvcc_timestamp,
  diff,
  resolved = '10s',
  min_checkpoint_frequency = '10s',
  initial_scan = 'yes',
  on_error = pause,
  gc_protect_expires_after = '72h',
  schema_change_policy = backfill,
  metrics_label = thin_ledger,
  kafka_sink_config = '{"ClientID": "thin-ledger-changefeed", "RequiredAcks": "ALL", "Compression": "ZSTD", "Flush": {"Bytes": 524288, "Messages": 1000, "MaxMessages": 1000, "Frequency": "50ms"}}';
