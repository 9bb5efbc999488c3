-- The way to Redpanda. Fill in with values that are URL-encoded (base64's + / = as well):
--   CA_CERT_BASE64   tls.crt of the secret thin-ledger-default-root-certificate, base64
--   PASSWORD         password of the secret thin-ledger-user-changefeed
-- All brokers are named, so that the loss of a provider does not keep the changefeed out. These are the names
-- inside the Kubernetes cluster; README.md says what a database elsewhere needs.
CREATE EXTERNAL CONNECTION thin_ledger AS
  'kafka://thin-ledger-0.thin-ledger.thin-ledger.svc.cluster.local:9093,thin-ledger-1.thin-ledger.thin-ledger.svc.cluster.local:9093,thin-ledger-2.thin-ledger.thin-ledger.svc.cluster.local:9093,thin-ledger-3.thin-ledger.thin-ledger.svc.cluster.local:9093,thin-ledger-4.thin-ledger.thin-ledger.svc.cluster.local:9093,thin-ledger-5.thin-ledger.thin-ledger.svc.cluster.local:9093?topic_prefix=ledger-&tls_enabled=true&ca_cert=CA_CERT_BASE64&sasl_enabled=true&sasl_mechanism=SCRAM-SHA-512&sasl_user=changefeed&sasl_password=PASSWORD';
GRANT USAGE ON EXTERNAL CONNECTION thin_ledger TO ledger_changefeed;
