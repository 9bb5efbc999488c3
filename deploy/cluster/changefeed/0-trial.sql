-- For a trial only: the three tables that the other files watch, as small as they can be, and a first posting.
-- A ledger of your own brings its tables; their names stand in 1-prepare.sql, 3-start.sql and deploy/cluster/topics.
CREATE DATABASE IF NOT EXISTS ledger;
CREATE TABLE IF NOT EXISTS ledger.public.accounts (
  id UUID PRIMARY KEY,
  name STRING NOT NULL,
  currency STRING NOT NULL
);
CREATE TABLE IF NOT EXISTS ledger.public.transfers (
  id UUID PRIMARY KEY,
  reference STRING NOT NULL,
  booked TIMESTAMPTZ NOT NULL DEFAULT now()
);
-- The entries of a transfer add up to zero.
CREATE TABLE IF NOT EXISTS ledger.public.entries (
  transfer UUID NOT NULL REFERENCES ledger.public.transfers (id),
  account UUID NOT NULL REFERENCES ledger.public.accounts (id),
  amount DECIMAL NOT NULL,
  PRIMARY KEY (transfer, account)
);

-- A posting. Run again, it writes the same rows once more, and the changefeed sends them once more.
UPSERT INTO ledger.public.accounts (id, name, currency) VALUES
  ('00000000-0000-0000-0000-00000000000a', 'payer', 'EUR'),
  ('00000000-0000-0000-0000-00000000000b', 'payee', 'EUR');
UPSERT INTO ledger.public.transfers (id, reference) VALUES
  ('00000000-0000-0000-0000-000000000001', 'trial');
UPSERT INTO ledger.public.entries (transfer, account, amount) VALUES
  ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-00000000000a', -10.00),
  ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-00000000000b', 10.00);
