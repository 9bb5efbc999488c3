-- One statement at a time, never the whole file; JOB_ID is the job_id from the first.
-- Which feeds there are, how far behind, and why one has stopped. high_water_timestamp is the last moment up to
-- which everything has been sent.
SELECT job_id, status, running_status, error,
       now() - (high_water_timestamp::DECIMAL / 1e9)::INT::TIMESTAMPTZ AS behind
FROM [SHOW CHANGEFEED JOBS]
WHERE status NOT IN ('canceled', 'succeeded');

PAUSE JOB JOB_ID WITH REASON = 'planned work on Redpanda';
RESUME JOB JOB_ID;
-- Gives its place up for good. A new feed with cursor = 'high_water_timestamp' goes on from there, as long
-- as the tables' gc.ttlseconds still reaches back that far.
CANCEL JOB JOB_ID;
