"""Is all well, and if not, where to look on."""
from .layout import GOOD_IS_ZERO, WARN_ABOVE_ZERO, board, graph, row, stat

RATE = "[$__rate_interval]"


def worst(metric: str) -> str:
    """What several daemons say of one cluster: the worst view."""
    return f"sum(max by (topic) ({metric}))"


def dashboard() -> dict:
    return board(
        "caas-kafka-overview", "CAAS Kafka / Overview",
        "Health, traffic, latency and trouble of the whole platform", [
            row("Now",
                stat("Health", 'max(caas_kafka_health_status{status="unhealthy"}) * 2 or max(caas_kafka_health_status{status="degraded"})',
                     "none", [(None, "green"), (1, "orange"), (2, "red")], empty="unknown",
                     names={0: "healthy", 1: "degraded", 2: "unhealthy"}),
                stat("Alerts", 'count(ALERTS{alertname=~"CaasKafka.*", alertstate="firing"}) or vector(0)',
                     "short", GOOD_IS_ZERO),
                stat("Brokers", "min(caas_kafka_brokers)"),
                stat("Brokers offline", "max(caas_kafka_brokers_offline)", "short", GOOD_IS_ZERO),
                stat("Active controller", "max(caas_kafka_controller_id)", "none", names={-1: "unknown"},
                     empty="unknown"),
                stat("Offline partitions", worst("caas_kafka_topic_offline_partitions"), "short", GOOD_IS_ZERO),
                stat("Under min ISR", worst("caas_kafka_topic_under_min_isr_partitions"), "short", GOOD_IS_ZERO),
                stat("Under-replicated", worst("caas_kafka_topic_under_replicated_partitions"), "short",
                     WARN_ABOVE_ZERO),
                stat("Tenants", "max(caas_kafka_tenants)"),
                stat("Incomplete tenants", "max(caas_kafka_tenants_incomplete)", "short", WARN_ABOVE_ZERO),
                stat("Topics", "sum(max by (category) (caas_kafka_topics))"),
                stat("Partitions", worst("caas_kafka_topic_partitions")),
                stat("Settings that drifted", worst("caas_kafka_topic_drift"), "short", WARN_ABOVE_ZERO),
                stat("Dead letters", "max(caas_kafka_dead_letters)"),
                stat("Registry", "min(caas_kafka_registry_up)", "none", [(None, "red"), (1, "green")],
                     names={0: "down", 1: "up"}, empty="not asked"),
                stat("Daemons", 'sum(up{job="caas-kafka"})')),
            row("Traffic",
                graph("Records published", [
                    (f"sum(rate(caas_kafka_messages_produced_total{RATE}))", "accepted"),
                    (f"sum(rate(caas_kafka_messages_delivered_total{RATE}))", "delivered"),
                    (f"sum(rate(caas_kafka_messages_failed_total{RATE}))", "failed"),
                    (f"sum(rate(caas_kafka_messages_refused_total{RATE}))", "refused"),
                ], "cps"),
                graph("Records consumed", [
                    (f"sum(rate(caas_kafka_messages_consumed_total{RATE}))", "consumed"),
                    (f"sum(rate(caas_kafka_messages_handled_total{RATE}))", "handled"),
                    (f"sum(rate(caas_kafka_messages_retried_total{RATE}))", "to retry"),
                    (f"sum(rate(caas_kafka_messages_dead_lettered_total{RATE}))", "to the DLQ"),
                ], "cps"),
                graph("Bytes through the brokers", [
                    (f"sum(rate(kafka_server_brokertopicmetrics_bytesin_total{RATE}))", "in"),
                    (f"sum(rate(kafka_server_brokertopicmetrics_bytesout_total{RATE}))", "out"),
                    (f"sum(rate(kafka_server_brokertopicmetrics_replicationbytesin_total{RATE}))", "replicated"),
                ], "Bps")),
            row("Latency",
                graph("Delivery", [
                    (f"histogram_quantile(0.5, sum by (le) (rate(caas_kafka_delivery_latency_seconds_bucket{RATE})))", "p50"),
                    (f"histogram_quantile(0.99, sum by (le) (rate(caas_kafka_delivery_latency_seconds_bucket{RATE})))", "p99"),
                ], "s", description="From accepting a record to the acknowledgement of all in-sync replicas"),
                graph("End to end", [
                    (f"histogram_quantile(0.5, sum by (le) (rate(caas_kafka_end_to_end_latency_seconds_bucket{RATE})))", "p50"),
                    (f"histogram_quantile(0.99, sum by (le) (rate(caas_kafka_end_to_end_latency_seconds_bucket{RATE})))", "p99"),
                ], "s", description="From a record's timestamp to its handler's acknowledgement"),
                graph("Probe, by leading broker", [
                    (f"histogram_quantile(0.99, sum by (broker, le) (rate(caas_kafka_probe_round_trip_seconds_bucket{RATE})))", "broker {{broker}} p99"),
                ], "s", description="A small record of ours through each broker, out and back")),
            row("Trouble",
                graph("Oldest record that waits", [
                    ("topk(10, max by (group) (caas_kafka_group_lag_seconds))", "{{group}}")], "s"),
                graph("Into the dead letter queue", [
                    (f"max(rate(caas_kafka_dead_letters_written_total{RATE}))", "records")], "cps"),
                graph("Probes lost", [
                    (f"sum by (broker) (rate(caas_kafka_probe_lost_total{RATE}))", "broker {{broker}}")], "cps"),
                graph("Errors of connections", [
                    (f"sum by (broker, kind) (rate(caas_kafka_connection_errors_total{RATE}))", "broker {{broker}}, {{kind}}")], "cps"),
                graph("Calls to the registry", [
                    (f"sum by (result) (rate(caas_kafka_registry_requests_total{RATE}))", "{{result}}")], "cps"),
                graph("Age of the snapshot", [
                    ("max by (instance, part) (caas_kafka_snapshot_age_seconds)", "{{instance}} {{part}}")], "s")),
            row("The daemons",
                graph("HTTP requests", [
                    (f"sum by (status) (rate(caas_kafka_http_requests_total{RATE}))", "{{status}}")], "reqps"),
                graph("HTTP latency", [
                    (f"histogram_quantile(0.99, sum by (le, route) (rate(caas_kafka_http_request_duration_seconds_bucket{RATE})))", "{{route}} p99")], "s"),
                graph("HTTP connections", [
                    ("sum by (instance) (caas_kafka_http_connections)", "{{instance}}"),
                    (f"sum by (reason) (rate(caas_kafka_http_refused_total{RATE}))", "refused a second: {{reason}}")], "short"),
                graph("CPU", [
                    ('rate(process_cpu_seconds_total{job="caas-kafka"}' + f"{RATE})", "{{instance}}")], "percentunit"),
                graph("Memory", [
                    ('process_resident_memory_bytes{job="caas-kafka"}', "{{instance}}")], "bytes"),
                graph("Producers' queues", [
                    ("sum by (producer) (caas_kafka_producer_in_flight_records) / sum by (producer) (caas_kafka_producer_limit_records)", "{{producer}} records"),
                    ("sum by (producer) (caas_kafka_producer_in_flight_bytes) / sum by (producer) (caas_kafka_producer_limit_bytes)", "{{producer}} bytes"),
                ], "percentunit", maximum=1, description="1 is full: sends wait, and are then refused")),
        ])
