"""Who makes the load, who suffers from it. A tenant is the last part of its topics' names."""
from .layout import board, chosen, graph, row, stat, table

RATE = "[$__rate_interval]"
CHOSEN = 'tenant=~"$tenant", tenant!=""'


def by_tenant(metric: str) -> str:
    """A broker's figure per topic, summed by tenant: the brokers do not know what a tenant is."""
    return (f'sum by (tenant) (label_replace(rate({metric}{{topic!~"(platform|internal)[.].*|__.*"}}{RATE}), '
            f'"tenant", "$1", "topic", ".*[.](.+)"))')


def dashboard() -> dict:
    return board(
        "caas-kafka-tenants", "CAAS Kafka / Tenants", "Load, latency and lag by tenant", [
            row("All tenants",
                stat("Tenants", "max(caas_kafka_tenants)", width=4),
                stat("Incomplete", "max(caas_kafka_tenants_incomplete)", width=4,
                     steps=[(None, "green"), (1, "orange")]),
                table("Most records stored", [
                    ("records", "topk(20, sum by (tenant) (max by (tenant, topic) (caas_kafka_topic_records{tenant!=\"\"})))", "short"),
                ], width=8),
                table("Most behind", [
                    ("oldest record", "topk(20, max by (tenant, group) (caas_kafka_group_lag_seconds{tenant!=\"\"}))", "s"),
                ], width=8),
                graph("Bytes in, the ten loudest", [
                    (f"topk(10, {by_tenant('kafka_server_topic_bytesin_total')})", "{{tenant}}")], "Bps", stacked=True),
                graph("Bytes out, the ten loudest", [
                    (f"topk(10, {by_tenant('kafka_server_topic_bytesout_total')})", "{{tenant}}")], "Bps", stacked=True),
                graph("Records in, the ten loudest", [
                    (f"topk(10, {by_tenant('kafka_server_topic_messagesin_total')})", "{{tenant}}")], "cps", stacked=True)),
            row("The chosen ones",
                graph("Published through us", [
                    (f"sum by (entry, tenant) (rate(caas_kafka_messages_delivered_total{{{CHOSEN}}}{RATE}))", "{{tenant}} {{entry}}")], "cps"),
                graph("Not delivered", [
                    (f"sum by (tenant, reason) (rate(caas_kafka_messages_failed_total{{{CHOSEN}}}{RATE}))", "{{tenant}}, {{reason}}")], "cps"),
                graph("Handled", [
                    (f"sum by (tenant, group) (rate(caas_kafka_messages_handled_total{{{CHOSEN}}}{RATE}))", "{{tenant}}, {{group}}")], "cps"),
                graph("Failed in handlers", [
                    (f"sum by (tenant, group) (rate(caas_kafka_messages_retried_total{{{CHOSEN}}}{RATE}))", "{{tenant}}, {{group}}: to retry"),
                    (f"sum by (tenant, group) (rate(caas_kafka_messages_dead_lettered_total{{{CHOSEN}}}{RATE}))", "{{tenant}}, {{group}}: to the DLQ")], "cps"),
                graph("Lag", [
                    (f"max by (tenant, group, entry) (caas_kafka_group_lag_records{{{CHOSEN}}})", "{{tenant}} {{entry}}, {{group}}")], "short"),
                graph("Oldest record that waits", [
                    (f"max by (tenant, group, entry) (caas_kafka_group_lag_seconds{{{CHOSEN}}})", "{{tenant}} {{entry}}, {{group}}")], "s"),
                table("Their topics", [
                    ("partitions", f"max by (tenant, topic) (caas_kafka_topic_partitions{{{CHOSEN}}})", "short"),
                    ("records", f"max by (tenant, topic) (caas_kafka_topic_records{{{CHOSEN}}})", "short"),
                    ("under-replicated", f"max by (tenant, topic) (caas_kafka_topic_under_replicated_partitions{{{CHOSEN}}})", "short"),
                    ("offline", f"max by (tenant, topic) (caas_kafka_topic_offline_partitions{{{CHOSEN}}})", "short"),
                    ("drift", f"max by (tenant, topic) (caas_kafka_topic_drift{{{CHOSEN}}})", "short"),
                ], width=24, height=10)),
        ],
        [chosen("tenant", "Tenant", 'label_values(caas_kafka_topic_partitions{tenant!=""}, tenant)')])
