-- As ledger_changefeed, one statement at a time. Sends again what the recovered topics do not hold. JOB_ID is the job of the
-- lost cluster's feed; CURSOR is what deploy/recovery/cut prints.
--
-- It has to be paused before the new cluster answers under the old one's names. Its own place is later than the end of
-- the recovered topics: its resolved messages would promise that nothing is missing. For the same reason it is never
-- pointed at the new cluster (ALTER CHANGEFEED ... SET sink).
PAUSE JOB JOB_ID WITH REASON = 'the cluster that it fed is lost';

-- With cursor each event has the time of its change, so consumers drop what they have. The other options are those of
-- deploy/cluster/changefeed/3-start.sql.
CREATE CHANGEFEED FOR TABLE ledger.public.accounts, ledger.public.transfers, ledger.public.entries
INTO 'external://thin_ledger'
WITH
  cursor = 'CURSOR',
  format = json,
  envelope = wrapped,
  updated,
  mvcc_timestamp,
  diff,
  resolved = '10s',
  min_checkpoint_frequency = '10s',
  initial_scan = 'no',
  on_error = pause,
  gc_protect_expires_after = '72h',
  schema_change_policy = backfill,
  metrics_label = thin_ledger,
  kafka_sink_config = '{"ClientID": "thin-ledger-changefeed", "RequiredAcks": "ALL", "Compression": "ZSTD", "Flush": {"Bytes": 524288, "Messages": 1000, "MaxMessages": 1000, "Frequency": "50ms"}}';

-- Only when the new feed's first resolved messages have come.
CANCEL JOB JOB_ID;
