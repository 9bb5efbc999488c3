-- The way to Redpanda. Fill in with values that are URL-encoded (base64's + / = as well):
--   CA_CERT_BASE64   ca.crt of the secret thin-ledger-default-cert, base64
--   PASSWORD         password of the secret thin-ledger-user-changefeed
-- All three providers' brokers are named, so that the loss of one does not keep the changefeed out.
CREATE EXTERNAL CONNECTION thin_ledger AS
  'kafka://kafka-azure.thin-ledger.example:9093,kafka-aws.thin-ledger.example:9093,kafka-onprem.thin-ledger.example:9093?topic_prefix=ledger-&tls_enabled=true&ca_cert=CA_CERT_BASE64&sasl_enabled=true&sasl_mechanism=SCRAM-SHA-512&sasl_user=changefeed&sasl_password=PASSWORD';
GRANT USAGE ON EXTERNAL CONNECTION thin_ledger TO ledger_changefeed;
