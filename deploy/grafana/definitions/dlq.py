"""What failed, what is being tried again, and what was given up."""
from .layout import WARN_ABOVE_ZERO, board, graph, row, stat, table

RATE = "[$__rate_interval]"
TIERS = 'entry=~"internal[.]retry.*"'


def dashboard() -> dict:
    return board(
        "caas-kafka-dlq", "CAAS Kafka / Retries and dead letters",
        "The way of records that failed: the tiers of internal.retry, then internal.dlq", [
            row("Dead letters",
                stat("Lying there", "max(caas_kafka_dead_letters)", width=4,
                     description="Redriven and discarded ones among them, until retention takes them"),
                stat("In the last hour", "max(increase(caas_kafka_dead_letters_written_total[1h]))", "short",
                     WARN_ABOVE_ZERO, width=4),
                graph("Coming in", [
                    (f"max(rate(caas_kafka_dead_letters_written_total{RATE}))", "all, by whomever")], "cps", width=16),
                graph("Given up, by group", [
                    (f"sum by (group) (rate(caas_kafka_messages_dead_lettered_total{RATE}))", "{{group}}")], "cps", width=12),
                graph("Given up, by entry of the catalog", [
                    (f"sum by (entry) (rate(caas_kafka_messages_dead_lettered_total{RATE}))", "{{entry}}")], "cps", width=12),
                table("In the last hour, by group and tenant", [
                    ("given up", "sum by (group, entry, tenant) (increase(caas_kafka_messages_dead_lettered_total[1h])) > 0", "short"),
                ], width=12),
                table("To retry in the last hour, by group and tenant", [
                    ("to retry", "sum by (group, entry, tenant) (increase(caas_kafka_messages_retried_total[1h])) > 0", "short"),
                ], width=12)),
            row("Retries",
                graph("Sent to retry", [
                    (f"sum by (group) (rate(caas_kafka_messages_retried_total{RATE}))", "{{group}}")], "cps"),
                graph("Waiting, by tier", [
                    (f"sum by (entry) (max by (entry, topic, group) (caas_kafka_group_lag_records{{{TIERS}}}))", "{{entry}}")], "short",
                    description="All groups' retries share the tiers; a record waits there until it is due"),
                graph("Overdue, by tier", [
                    (f"max by (entry, group) (caas_kafka_group_lag_seconds{{{TIERS}}})", "{{entry}} {{group}}")], "s",
                    description="How long the oldest record that is due has waited beyond its time"),
                graph("Records in the tiers", [
                    (f"max by (topic) (caas_kafka_topic_records{{{TIERS}}})", "{{topic}}")], "short",
                    description="With those that were handled and are not yet deleted")),
        ])
