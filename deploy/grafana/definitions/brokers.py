"""The brokers as they see themselves (JMX)."""
from .layout import GOOD_IS_ONE, GOOD_IS_ZERO, board, chosen, graph, row, stat, states

RATE = "[$__rate_interval]"
BROKER = 'broker=~"$broker"'
# Kafka's own numbers.
BROKER_STATES = {0: ("not running", "red"), 1: ("starting", "yellow"), 2: ("recovering its logs", "orange"),
                 3: ("running", "green"), 6: ("shutting down", "orange"), 7: ("done", "text")}


def gauge(metric: str) -> str:
    return f"max by (broker) ({metric}{{{BROKER}}})"


def rate(metric: str) -> str:
    return f"sum by (broker) (rate({metric}{{{BROKER}}}{RATE}))"


def p99(part: str, request: str) -> str:
    return f'max(kafka_network_requestmetrics_{part}time_seconds{{{BROKER}, request="{request}", percentile="99"}})'


def dashboard() -> dict:
    each = "broker {{broker}}"
    parts = [("requestqueue", "in its queue"), ("local", "at the leader"), ("remote", "for the followers"),
             ("throttle", "held back by a quota"), ("responsequeue", "in the answers' queue"),
             ("responsesend", "onto the wire")]
    return board(
        "caas-kafka-brokers", "CAAS Kafka / Brokers", "Kafka's own metrics, by JMX", [
            row("State",
                stat("Active controllers", "sum(kafka_controller_kafkacontroller_activecontrollercount)", "short", GOOD_IS_ONE, width=4),
                stat("Fenced brokers", "max(kafka_controller_kafkacontroller_fencedbrokercount)", "short", GOOD_IS_ZERO, width=4),
                stat("Offline partitions", "max(kafka_controller_kafkacontroller_offlinepartitionscount)", "short", GOOD_IS_ZERO, width=4),
                stat("Under min ISR", "sum(kafka_server_replicamanager_underminisrpartitioncount)", "short", GOOD_IS_ZERO, width=4),
                stat("Unclean elections, 1 h", "sum(increase(kafka_controller_controllerstats_uncleanleaderelections_total[1h]))", "short", GOOD_IS_ZERO, width=4),
                stat("Failed data folders", "sum(kafka_log_logmanager_offlinelogdirectorycount)", "short", GOOD_IS_ZERO, width=4),
                states("Brokers", [(gauge("kafka_server_kafkaserver_brokerstate"), each)], BROKER_STATES, height=6),
                graph("Replicas", [(gauge("kafka_server_replicamanager_partitioncount"), each)], "short"),
                graph("Leaders", [(gauge("kafka_server_replicamanager_leadercount"), each)], "short"),
                graph("Partitions in trouble", [
                    (gauge("kafka_server_replicamanager_underreplicatedpartitions"), each + " under-replicated"),
                    (gauge("kafka_server_replicamanager_atminisrpartitioncount"), each + " at min ISR"),
                    (gauge("kafka_server_replicamanager_underminisrpartitioncount"), each + " under min ISR")], "short"),
                graph("In-sync replicas change", [
                    (rate("kafka_server_replicamanager_isrshrinks_total"), each + " shrinks"),
                    (rate("kafka_server_replicamanager_isrexpands_total"), each + " grows")], "cps"),
                graph("Controllers' event queue, p99", [
                    (gauge("kafka_controller_controllereventmanager_eventqueuetime_seconds"), each + " waits"),
                    (gauge("kafka_controller_controllereventmanager_eventqueueprocessingtime_seconds"), each + " works")], "s"),
                graph("Age of the metadata", [(gauge("kafka_server_brokermetadata_lag_seconds"), each)], "s")),
            row("Traffic",
                graph("Bytes in", [(rate("kafka_server_brokertopicmetrics_bytesin_total"), each)], "Bps", stacked=True),
                graph("Bytes out", [(rate("kafka_server_brokertopicmetrics_bytesout_total"), each)], "Bps", stacked=True),
                graph("Records in", [(rate("kafka_server_brokertopicmetrics_messagesin_total"), each)], "cps", stacked=True),
                graph("Replication", [
                    (rate("kafka_server_brokertopicmetrics_replicationbytesin_total"), each + " in"),
                    (rate("kafka_server_brokertopicmetrics_replicationbytesout_total"), each + " out"),
                    (rate("kafka_server_brokertopicmetrics_reassignmentbytesin_total"), each + " moved here")], "Bps"),
                graph("Requests", [
                    (f"sum by (request) (rate(kafka_network_requestmetrics_requests_total{{{BROKER}}}{RATE}))", "{{request}}")], "reqps"),
                graph("Answers with an error", [
                    (f'sum by (request, error) (rate(kafka_network_requestmetrics_errors_total{{{BROKER}, error!="NONE"}}{RATE}))', "{{request}} {{error}}")], "cps"),
                graph("Topics with the most bytes in", [
                    (f"topk(10, sum by (topic) (rate(kafka_server_topic_bytesin_total{{{BROKER}}}{RATE})))", "{{topic}}")], "Bps"),
                graph("Connections", [
                    (f"sum by (broker, listener) (kafka_server_socketserver_connections{{{BROKER}}})", each + " {{listener}}")], "short"),
                graph("Refused or broken", [
                    (rate("kafka_server_brokertopicmetrics_failedproducerequests_total"), each + " produce"),
                    (rate("kafka_server_brokertopicmetrics_failedfetchrequests_total"), each + " fetch"),
                    (rate("kafka_server_brokertopicmetrics_bytesrejected_total"), each + " bytes too large")], "cps")),
            row("Latency",
                graph("Produce, p99 by part", [(p99(part, "Produce"), word) for part, word in parts], "s", stacked=True, width=12,
                      description="The slowest broker for each part, so their sum is an upper bound"),
                graph("Requests, p99", [
                    (f'max by (request) (kafka_network_requestmetrics_totaltime_seconds{{{BROKER}, percentile="99"}})', "{{request}}")], "s", width=12,
                    description="A consumer's Fetch waits for data up to half a second: that is not slow"),
                graph("Idle request threads", [(f"min by (broker) (kafka_server_kafkarequesthandlerpool_brokerrequesthandleravgidle_ratio{{{BROKER}}})", each)], "percentunit", maximum=1),
                graph("Idle network threads", [(f"min by (broker) (kafka_network_socketserver_networkprocessoravgidle_ratio{{{BROKER}}})", each)], "percentunit", maximum=1),
                graph("Waiting requests", [
                    (gauge("kafka_network_requestchannel_requestqueuesize"), each + " queue"),
                    (f'max by (broker, operation) (kafka_server_delayedoperationpurgatory_size{{{BROKER}}})', each + " {{operation}} purgatory")], "short")),
            row("Disk, memory, CPU",
                graph("fsync, p99", [
                    (f'max by (broker) (kafka_log_logflushstats_time_seconds{{{BROKER}, percentile="99"}})', each)], "s"),
                graph("Compaction: the dirtiest log", [(gauge("kafka_log_logcleanermanager_maxdirty_ratio"), each)], "percentunit"),
                graph("Compaction: not cleanable", [
                    (gauge("kafka_log_logcleanermanager_uncleanable_partitions"), each),
                    (gauge("kafka_log_logcleaner_deadthreadcount"), each + " dead threads")], "short"),
                graph("Heap in use", [
                    (f'max by (broker) (jvm_memory_used_bytes{{{BROKER}, area="heap"}})', each),
                    (f'max by (broker) (jvm_memory_max_bytes{{{BROKER}, area="heap"}})', each + " limit")], "bytes"),
                graph("Garbage collection", [
                    (f"sum by (broker) (rate(jvm_gc_collection_seconds_sum{{{BROKER}}}{RATE}))", each)], "percentunit"),
                graph("CPU", [(rate("process_cpu_seconds_total"), each)], "percentunit"),
                graph("Resident memory", [(gauge("process_resident_memory_bytes"), each)], "bytes"),
                graph("Open files", [
                    (f"max by (broker) (process_open_fds{{{BROKER}}} / process_max_fds{{{BROKER}}})", each)], "percentunit"),
                graph("Group coordinator", [
                    (rate("kafka_server_groupcoordinator_offset_commit_total"), each + " commits"),
                    (rate("kafka_server_groupcoordinator_group_completed_rebalance_total"), each + " rebalances"),
                    (rate("kafka_server_groupcoordinator_consumer_group_rebalance_total"), each + " rebalances (KIP-848)")], "cps")),
        ],
        [chosen("broker", "Broker", "label_values(kafka_server_kafkaserver_brokerstate, broker)")])
