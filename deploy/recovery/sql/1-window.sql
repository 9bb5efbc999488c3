-- As an administrator. How long the database can still tell what a row was: a changefeed with a cursor goes back that far and
-- no further. The default is 14400, four hours. deploy/recovery/objective computes what each way of recovery needs.
ALTER DATABASE ledger CONFIGURE ZONE USING gc.ttlseconds = 90000;
