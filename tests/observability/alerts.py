#!/usr/bin/env python3
"""Alerts and dashboards against a real Prometheus, a real cluster and real faults.

  alerts.py DAEMON APPLICATION   with KAFKA_BROKERS and CAAS_CLUSTER in the environment (script/test)

Prometheus scrapes the daemon, an application with the library in it, and the brokers. While all is well
every expression of every rule and dashboard gives data, or asks for a metric that empty.txt lists. Then
records that can't be handled, a registry that is stopped, a broker that is killed, one that hangs, an
application that dies, a certificate that is about to expire: each alert for it fires, and clears when
it is over. The rules are those of deploy/, with minutes made seconds.
"""
import http.server
import json
import os
import pathlib
import re
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

from prometheus import Prometheus, free_port, hurried, until

from common import JMX_METRICS, PROMTOOL, ROOT, Problems, alerts, metrics_in
from check_grafana import FOLDER as GRAFANA
from check_grafana import expressions

HERE = pathlib.Path(__file__).resolve().parent
CLUSTER = ROOT / "script" / "cluster"
SLOW = float(os.environ.get("CAAS_SLOW", "1"))  # of waits, for a machine that is busy otherwise
READY, FIRES, CLEARS = 90 * SLOW, 60 * SLOW, 90 * SLOW
KILLED, HANGING = "1", "2"


def say(text: str) -> None:
    print(f"{time.monotonic() - BEGAN:6.1f} s  {text}", flush=True)


BEGAN = time.monotonic()


def cluster(*words: str) -> None:
    done = subprocess.run([CLUSTER, *words], capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(f"script/cluster {' '.join(words)}: {done.stderr}")


def certificate(folder: pathlib.Path, days: int) -> None:
    """Our own, beside it and renamed: the daemon may look at any moment."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-days", str(days), "-subj", "/CN=localhost", "-keyout", folder / "key.new", "-out", folder / "cert.new"],
        check=True, capture_output=True)
    (folder / "key.new").rename(folder / "key.pem")
    (folder / "cert.new").rename(folder / "cert.pem")


class MetricsFile:
    """Serves a file that an application writes, as long as the application lives."""

    def __init__(self, file: pathlib.Path) -> None:
        self.up = True
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if not outer.up or not file.exists():
                    self.send_error(503)
                    return
                body = file.read_bytes()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class Observed:
    """All that is watched: the daemon and an application, and what is done to them."""

    def __init__(self, folder: pathlib.Path, daemon: str, application: str) -> None:
        self.folder, self.daemon, self.application = folder, daemon, application
        self.tenant = f"observed-{os.getpid()}"
        self.processes: dict[str, subprocess.Popen] = {}
        self.api, self.ops = free_port(), free_port()
        self.file = folder / "application.prom"
        self.served = MetricsFile(self.file)

    def start(self, name: str, *command: str, **environment: str) -> None:
        log = open(self.folder / f"{name}.log", "a")
        self.processes[name] = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=log, stderr=log, text=True,
            env={**os.environ, **environment})

    def start_daemon(self) -> None:
        certificate(self.folder, days=2)
        self.start("daemon", self.daemon, "serve", HTTP_LISTEN=f"127.0.0.1:{self.api}",
                   HTTP_OPS_LISTEN=f"127.0.0.1:{self.ops}", HTTP_TLS_CERT=str(self.folder / "cert.pem"),
                   HTTP_TLS_KEY=str(self.folder / "key.pem"), PROBE_INTERVAL_MS="500",
                   # So that the registry matters, and is looked at.
                   SCHEMA_REGISTRY_AUTO_REGISTER="true", LOG_LEVEL="info")

    def start_application(self) -> None:
        # Killed it is missed sooner.
        self.start("application", self.application, str(self.file), self.tenant,
                   CONSUMER_SESSION_TIMEOUT_MS="6000")
        self.served.up = True

    def tell_application(self, command: str) -> None:
        self.processes["application"].stdin.write(command + "\n")
        self.processes["application"].stdin.flush()

    def kill_application(self) -> None:
        self.processes["application"].kill()
        self.processes["application"].wait()
        self.served.up = False

    def publish(self, count: int) -> None:
        lines = "".join(f'{{"conversationId":"c-{n}","userId":"u","text":"late"}}\n' for n in range(count))
        subprocess.run([self.daemon, "publish", "--tenant", self.tenant, "--type", "message", "--from", "-"],
                       input=lines, text=True, check=True, capture_output=True)

    def call_api(self) -> None:
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        url = f"https://localhost:{self.api}/v1/cluster"
        with urllib.request.urlopen(url, timeout=10, context=trusting) as reply:
            reply.read()

    def targets(self) -> dict[str, list]:
        jmx = [u.removeprefix("http://").removesuffix("/metrics") for u in os.environ["KAFKA_JMX_URLS"].split(",")]
        return {"caas-kafka": [{"targets": [f"127.0.0.1:{self.ops}", self.served.address]}],
                "kafka-jmx": [{"targets": [address], "labels": {"broker": str(n)}}
                              for n, address in enumerate(jmx, 1)]}

    def end(self) -> None:
        for name, process in self.processes.items():
            if process.poll() is None:
                process.stdin.close()
                process.terminate() if name == "daemon" else None
                try:
                    process.wait(40)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        self.served.server.shutdown()


def listed_as_empty() -> set[str]:
    """Metrics, or selectors with their labels, before the two spaces that begin the reason."""
    lines = (HERE / "empty.txt").read_text().splitlines()
    return {line.split("  ")[0] for line in lines if line and not line.startswith("#")}


def asked() -> list[tuple[str, str]]:
    """Where, and what. Of a rule the series that it looks at: the rule itself is empty while all is well."""
    found: list[tuple[str, str]] = []
    for _, rule in alerts():
        metrics = metrics_in(rule["expr"])
        for match in re.finditer(r"(\w+)(\{[^}]*\})?", rule["expr"]):
            if match.group(1) in metrics:
                found.append((rule["alert"], match.group(0)))
    problems = Problems()
    for file in sorted((GRAFANA / "dashboards").glob("*.json")):
        found += [(file.stem, hurried(e)) for e in expressions(json.loads(file.read_text()), file.stem, problems)]
    assert not problems.found, problems.found
    return list(dict.fromkeys(found))


def without_data(watch: Prometheus) -> list[str]:
    """What gives nothing now, and may not."""
    may_be_empty, all_asked = listed_as_empty(), asked()
    failures = [f"{where}: {expression}" for where, expression in all_asked
                if not ({expression} | metrics_in(expression)) & may_be_empty and not watch.query(expression)]
    unknown = {listed for listed in may_be_empty if not any(listed in e for _, e in all_asked)}
    return failures + [f"empty.txt lists {listed}, which nobody asks for" for listed in unknown]


def brokers_show_what_is_listed() -> None:
    shown: set[str] = set()
    for url in os.environ["KAFKA_JMX_URLS"].split(","):
        with urllib.request.urlopen(url, timeout=20) as reply:
            text = reply.read().decode()
        shown |= {re.split(r"[{ ]", line)[0] for line in text.splitlines() if line and not line.startswith("#")}
        judged = subprocess.run([PROMTOOL, "check", "metrics"], input=text, capture_output=True, text=True)
        assert judged.returncode == 0 and not judged.stdout + judged.stderr, judged.stdout + judged.stderr
    listed = {line for line in JMX_METRICS.read_text().splitlines() if line and not line.startswith("#")}
    # Java's names for its memory depend on the collector; Kafka's are ours to list.
    more = {n for n in shown - listed if n.startswith("kafka_")}
    fewer = {n for n in listed - shown if n.startswith("kafka_")} - listed_as_empty()
    assert not more and not fewer, f"deploy/jmx/metrics.txt lacks {sorted(more)}, and nobody shows {sorted(fewer)}"
    say(f"brokers show what deploy/jmx/metrics.txt lists ({len(shown)} metrics)")


def firing(watch: Prometheus, *names: str):
    def look() -> object:
        now = watch.firing()
        return set(names) <= now.keys() or f"firing: {sorted(now)}; missing: {sorted(set(names) - now.keys())}"
    return look


def cleared(watch: Prometheus, *names: str):
    def look() -> object:
        return not set(names) & watch.firing().keys() or f"still firing: {sorted(set(names) & watch.firing().keys())}"
    return look


def everything_shown(watch: Prometheus, observed: Observed) -> None:
    def look() -> object:
        try:
            observed.call_api()
        except OSError as error:
            return f"the API does not answer: {error}"
        # A counter has grown only where it was seen before.
        observed.tell_application("flaky 2 poison 1")
        missing = without_data(watch)
        return not missing or "\n".join(missing)
    until("every expression gives data", READY, look)
    say("every expression gives data, or is listed in empty.txt")


FAULTS = ("CaasKafkaDeadLetters", "CaasKafkaDeadLettersGrow", "CaasKafkaRegistryDown", "CaasKafkaBrokerDown",
          "CaasKafkaJmxDown", "CaasKafkaUnderReplicated", "CaasKafkaUnderMinIsr", "CaasKafkaOfflinePartitions",
          "CaasKafkaControllers", "CaasKafkaProbeLoss", "CaasKafkaServiceDown", "CaasKafkaConsumerStopped")
CERTIFICATES = ("CaasKafkaCertificateExpires", "CaasKafkaCertificateExpiresSoon")


def faults(watch: Prometheus, observed: Observed) -> None:
    until("the certificate's alerts fire", FIRES, firing(watch, *CERTIFICATES))
    certificate(observed.folder, days=365)
    # Those of the few bad records so far, and what an earlier test may have left to catch up.
    until("all is well before anything is done", CLEARS, cleared(watch, *FAULTS))
    observed.tell_application("poison 300")
    cluster("stop", "registry")
    say("300 records that cannot be handled; the registry stopped")
    until("dead letters, no registry", FIRES, firing(
        watch, "CaasKafkaDeadLetters", "CaasKafkaDeadLettersGrow", "CaasKafkaRegistryDown"))
    cluster("kill", KILLED)
    say("a broker killed")
    until("a broker less", FIRES, firing(
        watch, "CaasKafkaBrokerDown", "CaasKafkaJmxDown", "CaasKafkaUnderReplicated", "CaasKafkaUnderMinIsr",
        "CaasKafkaOfflinePartitions"))
    for name, notes in watch.firing().items():
        assert not re.search("<no value>|<error", notes["summary"]), (name, notes)
    say("their alerts fire")
    cluster("pause", HANGING)
    try:
        until("no quorum, lost probes", FIRES, firing(watch, "CaasKafkaControllers", "CaasKafkaProbeLoss"))
    finally:
        cluster("resume", HANGING)
    say("a second broker hung: so did the controllers and the probe")
    cluster("start", KILLED)
    cluster("start", "registry")
    observed.kill_application()
    observed.publish(50)
    until("a dead application", FIRES, firing(watch, "CaasKafkaServiceDown", "CaasKafkaConsumerStopped"))
    say("the application killed: it is missed, and so is its consumer")
    observed.start_application()
    until("all is well again", CLEARS, cleared(watch, *FAULTS, *CERTIFICATES))
    say("all of it has cleared")


def restore() -> None:
    subprocess.run([CLUSTER, "resume", HANGING], capture_output=True)
    for node in (KILLED, "registry"):
        subprocess.run([CLUSTER, "start", node], capture_output=True)


def main() -> int:
    daemon, application = sys.argv[1:3]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        observed, watch = Observed(folder, daemon, application), None
        try:
            observed.start_daemon()
            observed.start_application()
            watch = Prometheus(folder / "prometheus", observed.targets())
            until("Prometheus answers", READY, watch.ready)
            until("all targets are up", READY, lambda: (
                {"caas-kafka": ["up"] * 2, "kafka-jmx": ["up"] * 3} == watch.targets() or str(watch.targets())))
            say("Prometheus scrapes the daemon, an application and three brokers")
            everything_shown(watch, observed)
            brokers_show_what_is_listed()
            faults(watch, observed)
        except (AssertionError, OSError, subprocess.CalledProcessError) as failure:
            print(f"FAILED: {failure}")
            for log in sorted(folder.glob("*.log")):
                print(f"--- {log.name}\n{log.read_text()[-3000:]}")
            return 1
        finally:
            restore()
            observed.end()
            if watch:
                watch.stop()
            subprocess.run([daemon, "tenants", "delete", observed.tenant, "--yes"], capture_output=True)
    say("done")
    return 0


if __name__ == "__main__":
    sys.exit(main())
