# SPDX-License-Identifier: Apache-2.0
"""The metrics that rules and dashboards may use: what Redpanda 26.2, its operator, node_exporter, its textfile scripts,
CockroachDB and thintune document, and what our own recording rules make."""
import rules

REDPANDA = """
redpanda_kafka_under_replicated_replicas redpanda_cluster_unavailable_partitions
redpanda_cluster_partition_num_with_broken_rack_constraint redpanda_cluster_brokers redpanda_cluster_topics
redpanda_cluster_partitions redpanda_cluster_health_metadata_age_seconds redpanda_cluster_health_nodes_down redpanda_cluster_health_leaderless_partitions
redpanda_cluster_health_under_replicated_partitions redpanda_cluster_health_no_elected_controller
redpanda_kafka_max_offset redpanda_kafka_consumer_group_committed_offset redpanda_kafka_consumer_group_lag_max
redpanda_kafka_consumer_group_lag_sum redpanda_kafka_consumer_group_consumers redpanda_storage_disk_free_bytes
redpanda_storage_disk_total_bytes redpanda_storage_disk_free_space_alert redpanda_io_queue_total_read_ops
redpanda_io_queue_total_write_ops redpanda_rpc_received_bytes redpanda_rpc_sent_bytes redpanda_kafka_request_bytes_total
redpanda_cpu_busy_seconds_total redpanda_kafka_request_latency_seconds redpanda_kafka_handler_latency_seconds
redpanda_rpc_request_latency_seconds redpanda_rpc_request_errors_total redpanda_raft_leadership_changes
redpanda_raft_recovery_partitions_active redpanda_raft_recovery_partitions_to_recover
redpanda_raft_recovery_offsets_pending redpanda_node_status_rpcs_timed_out redpanda_memory_available_memory
redpanda_memory_available_memory_low_water_mark redpanda_application_uptime_seconds_total redpanda_application_build
redpanda_tls_certificate_expires_at_timestamp_seconds redpanda_tls_truststore_expires_at_timestamp_seconds
redpanda_rpc_active_connections redpanda_memory_free_memory redpanda_memory_allocated_memory
redpanda_cluster_features_enterprise_license_expiry_sec
""".split()
OPERATOR = """
controller_runtime_reconcile_total controller_runtime_reconcile_errors_total
operator_controller_reconcile_last_success_timestamp_seconds operator_multicluster_raft_state
operator_stretchcluster_member_reachable operator_stretchcluster_brokers operator_stretchcluster_brokers_ready
operator_stretchcluster_replication_health operator_stretchcluster_spec_drift
""".split()
NODE = """
up node_disk_reads_completed_total node_disk_read_bytes_total node_disk_writes_completed_total
node_disk_written_bytes_total node_disk_io_time_seconds_total node_disk_io_time_weighted_seconds_total
node_disk_read_time_seconds_total node_disk_write_time_seconds_total node_disk_io_now node_disk_flush_requests_total
node_nvme_info node_filesystem_size_bytes node_filesystem_avail_bytes node_network_receive_bytes_total
node_network_transmit_bytes_total node_network_receive_drop_total node_network_transmit_drop_total
node_network_receive_errs_total node_network_transmit_errs_total node_network_speed_bytes node_network_up
node_softnet_dropped_total node_softnet_times_squeezed_total node_textfile_mtime_seconds node_textfile_scrape_error
nvme_percentage_used_ratio nvme_available_spare_ratio nvme_critical_warning nvme_temperature_celsius
""".split()
COCKROACH = """
changefeed_max_behind_nanos changefeed_error_retries changefeed_failures changefeed_commit_latency
jobs_changefeed_protected_age_sec jobs_changefeed_currently_paused changefeed_running changefeed_schema_registry_retry_count
""".split()
THINTUNE = """
thintune_settings thintune_checks thintune_exit_code thintune_last_audit_timestamp_seconds thintune_info
thintune_required_failed
""".split()
# Histograms: the series that carry them.
HISTOGRAMS = {"redpanda_kafka_request_latency_seconds", "redpanda_kafka_handler_latency_seconds",
              "redpanda_rpc_request_latency_seconds"}
OURS = "ALERTS"


def known(top):
    names = set(REDPANDA) | set(OPERATOR) | set(NODE) | set(COCKROACH) | set(THINTUNE) | set(rules.records(top)) | {OURS}
    return names | {h + suffix for h in HISTOGRAMS for suffix in ("_bucket", "_count", "_sum")}


def unknown_in_rules(top):
    names = known(top)
    for group in rules.groups(top):
        for rule in group["rules"]:
            for metric in rules.metrics_of(rule["expr"]) - names:
                yield f"{rule.get('alert') or rule.get('record')}: {metric}"
