"""Consumer groups: what waits, since when, and why."""
from .layout import board, chosen, graph, row, states, table

RATE = "[$__rate_interval]"
WHERE = 'group=~"$group", entry=~"$entry"'
GROUP = 'group=~"$group"'

# Burrow's rules, as docs/operations.md explains them.
LAG_STATES = {0: ("unknown", "text"), 1: ("ok", "green"), 2: ("falling behind", "yellow"),
              3: ("rewound", "orange"), 4: ("stalled", "red"), 5: ("stopped", "dark-red")}


def share(what: str) -> str:
    return (f"max by (group) (caas_kafka_consumer_in_flight_{what}{{{GROUP}}} "
            f"/ caas_kafka_consumer_limit_{what}{{{GROUP}}})")


def dashboard() -> dict:
    return board(
        "caas-kafka-consumers", "CAAS Kafka / Consumers and lag", "Groups, lag, handlers, commits", [
            row("Lag",
                states("State", [
                    (f"max by (group, entry) (caas_kafka_group_lag_state{{{WHERE}}})", "{{group}} {{entry}}")], LAG_STATES),
                graph("Records that wait", [
                    (f"sum by (group, entry) (max by (group, entry, topic) (caas_kafka_group_lag_records{{{WHERE}}}))", "{{group}} {{entry}}")], "short"),
                graph("Oldest record that waits", [
                    (f"max by (group, entry) (caas_kafka_group_lag_seconds{{{WHERE}}})", "{{group}} {{entry}}")], "s"),
                graph("Deleted by retention before they were handled", [
                    (f"sum by (group, entry) (max by (group, entry, topic) (caas_kafka_group_expired_records{{{WHERE}}}))", "{{group}} {{entry}}")], "short"),
                table("Groups", [
                    ("members", f"max by (group) (caas_kafka_group_members{{{GROUP}}})", "short"),
                    ("records waiting", f"sum by (group) (max by (group, topic) (caas_kafka_group_lag_records{{{GROUP}}}))", "short"),
                    ("oldest", f"max by (group) (caas_kafka_group_lag_seconds{{{GROUP}}})", "s"),
                ], width=16),
                graph("Groups by state", [("max by (state) (caas_kafka_groups)", "{{state}}")], "short", stacked=True)),
            row("Handlers",
                graph("Records", [
                    (f"sum by (group) (rate(caas_kafka_messages_consumed_total{{{WHERE}}}{RATE}))", "{{group}} taken"),
                    (f"sum by (group) (rate(caas_kafka_messages_handled_total{{{WHERE}}}{RATE}))", "{{group}} handled"),
                    (f"sum by (group) (rate(caas_kafka_messages_skipped_total{{{WHERE}}}{RATE}))", "{{group}} skipped")], "cps"),
                graph("Failures", [
                    (f"sum by (group) (rate(caas_kafka_messages_retried_total{{{WHERE}}}{RATE}))", "{{group}} to retry"),
                    (f"sum by (group) (rate(caas_kafka_messages_dead_lettered_total{{{WHERE}}}{RATE}))", "{{group}} to the DLQ"),
                    (f"sum by (group) (rate(caas_kafka_messages_dropped_total{{{WHERE}}}{RATE}))", "{{group}} came too late")], "cps"),
                graph("Time in handlers", [
                    (f"histogram_quantile(0.5, sum by (group, entry, le) (rate(caas_kafka_handler_duration_seconds_bucket{{{WHERE}}}{RATE})))", "{{group}} {{entry}} p50"),
                    (f"histogram_quantile(0.99, sum by (group, entry, le) (rate(caas_kafka_handler_duration_seconds_bucket{{{WHERE}}}{RATE})))", "{{group}} {{entry}} p99")], "s"),
                graph("End to end", [
                    (f"histogram_quantile(0.99, sum by (group, entry, le) (rate(caas_kafka_end_to_end_latency_seconds_bucket{{{WHERE}}}{RATE})))", "{{group}} {{entry}} p99")], "s"),
                graph("In flight, of what is allowed", [
                    (share("records"), "{{group}} records"), (share("bytes"), "{{group}} bytes"),
                    (share("keys"), "{{group}} keys"), (share("handlers"), "{{group}} handlers")],
                    "percentunit", maximum=1, description="1: the intake waits. That is back-pressure, no failure"),
                graph("Handlers that do not come back", [
                    (f"sum by (group) (caas_kafka_consumer_slow_handlers{{{GROUP}}})", "{{group}}"),
                    (f"sum by (group) (caas_kafka_consumer_waiting_records{{{GROUP}}})", "{{group}} waiting for their time")], "short"),
                states("Intake stopped", [
                    (f"max by (group) (caas_kafka_consumer_breaker_open{{{GROUP}}})", "{{group}} breaker"),
                    (f"max by (group) (caas_kafka_consumer_paused{{{GROUP}}})", "{{group}} pause")],
                    {0: ("open", "green"), 1: ("stopped", "red")}, height=6)),
            row("Groups at work",
                graph("Rebalances", [
                    (f"sum by (group) (rate(caas_kafka_consumer_rebalances_total{{{GROUP}}}{RATE}))", "{{group}}")], "cps"),
                graph("Partitions, by process", [
                    (f"sum by (group, instance) (caas_kafka_consumer_partitions{{{GROUP}}})", "{{group}} {{instance}}")], "short"),
                graph("Commits", [
                    (f"sum by (group) (rate(caas_kafka_consumer_commits_total{{{GROUP}}}{RATE}))", "{{group}}"),
                    (f"sum by (group) (rate(caas_kafka_consumer_commit_failures_total{{{GROUP}}}{RATE}))", "{{group}} failed")], "cps"),
                graph("Transactions", [
                    (f"sum by (group, outcome) (rate(caas_kafka_transactions_total{{{GROUP}}}{RATE}))", "{{group}} {{outcome}}"),
                    (f"sum by (group) (rate(caas_kafka_forwarded_records_total{{{GROUP}}}{RATE}))", "{{group}} records")], "cps")),
        ],
        [chosen("group", "Group", "label_values(caas_kafka_group_members, group)"),
         chosen("entry", "Entry of the catalog", "label_values(caas_kafka_group_lag_records, entry)",
                ".*")])  # topics that are not in the catalog have none
