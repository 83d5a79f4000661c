"""One Kafka node: broker and controller in one."""

import os
import shlex
import socket
import string
import subprocess
from pathlib import Path

from . import wire
from .process import Process, raise_file_limit
from .settings import CACHE, HOST, JAVA, NODES, ROOT, Failure, Settings, make_folder

TEMPLATE = ROOT / "deploy" / "kafka" / "server.properties"
LIBS = CACHE / "kafka" / "libs"
EXPORTER = CACHE / "jmx" / "jmx_prometheus_javaagent.jar"
EXPORTER_RULES = ROOT / "deploy" / "jmx" / "kafka.yml"
# G1 takes a fifth more memory (250 MB against 200, idle), and there are only two cores to share.
JVM = "-XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError -Djava.awt.headless=true"
HEAP = "-Xms128m -Xmx1g"
UNKNOWN_OWNER = "another program"


def classpath() -> str:
    return str(LIBS / "*")


class Broker:
    def __init__(self, settings: Settings, node: int) -> None:
        self.settings = settings
        self.node = node
        self.name = f"broker {node}"
        self.folder = settings.folder / f"broker-{node}"
        self.data = self.folder / "data"
        self.properties = self.folder / "server.properties"
        self.process = Process(self.folder, "broker")
        self.port = settings.client_port(node)

    @property
    def ports(self) -> list[int]:
        s, n = self.settings, self.node
        jmx = [s.jmx_port(n)] if s.jmx else []
        return [s.client_port(n), s.controller_port(n), s.broker_port(n), *jmx]

    @property
    def alive(self) -> bool:
        return self.process.state == "up"

    def prepare(self, cluster_id: str) -> None:
        """Writes its properties and, the first time, formats its data folder."""
        make_folder(self.data)
        self.properties.write_text(self._render())
        if (self.data / "meta.properties").exists():
            return
        result = subprocess.run(
            [str(JAVA), "-XX:TieredStopAtLevel=1", "-cp", classpath(), "kafka.tools.StorageTool",
             "format", "--cluster-id", cluster_id, "--config", str(self.properties)],
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
        )
        if result.returncode != 0:
            raise Failure(f"formatting {self.name} failed:\n{result.stdout}{result.stderr}")

    def start(self) -> None:
        raise_file_limit()
        options = [
            *shlex.split(os.environ.get("KAFKA_HEAP_OPTS") or HEAP),
            *shlex.split(os.environ.get("KAFKA_JVM_OPTS") or JVM),
            f"-Dlog4j2.configurationFile={Path(__file__).with_name('log4j2.xml')}",
            f"-Dcaas.log={self.process.log}",
        ]
        if self.settings.jmx:
            address = f"{HOST}:{self.settings.jmx_port(self.node)}"
            options.append(f"-javaagent:{EXPORTER}={address}:{EXPORTER_RULES}")
        self.process.start(
            [str(JAVA), *options, "-cp", classpath(), "kafka.Kafka", str(self.properties)]
        )

    @property
    def data_is_closed(self) -> bool:
        """Kafka writes this file when all its logs are flushed and closed, and deletes it at start."""
        return (self.data / ".kafka_cleanshutdown").exists()

    def ready(self, others: set[int]) -> bool:
        """It answers, and knows the brokers that should be there."""
        return wire.answers(self.port) and others <= wire.known_brokers(self.port)

    def answers(self) -> bool:
        return wire.answers(self.port)

    def _render(self) -> str:
        s, n = self.settings, self.node
        listeners = ",".join(
            f"{name}://{HOST}:{port}"
            for name, port in zip(("CLIENT", "CONTROLLER", "BROKER"), self.ports)
        )
        values = {
            "NODE_ID": n,
            "RACK": f"rack-{n}",
            "CONTROLLER_VOTERS": ",".join(f"{v}@{HOST}:{s.controller_port(v)}" for v in NODES),
            "DATA_DIR": self.data,
            "LISTENERS": listeners,
            "ADVERTISED_LISTENERS": listeners,
            "LISTENER_PROTOCOLS": "CLIENT:PLAINTEXT,BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "NETWORK_THREADS": 2,
            "IO_THREADS": 4,
        }
        return string.Template(TEMPLATE.read_text()).substitute(values)


def port_owner(port: int) -> str | None:
    """Who listens on a port of 127.0.0.1: None when it is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            return None
        except OSError:
            return _listener(port) or UNKNOWN_OWNER


def _listener(port: int) -> str | None:
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for fields in (line.split() for line in lines):
            if fields[3] == "0A" and int(fields[1].rsplit(":", 1)[1], 16) == port:
                inodes.add(f"socket:[{fields[9]}]")
    for pid in (p for p in os.listdir("/proc") if p.isdigit()):
        try:
            for handle in os.scandir(f"/proc/{pid}/fd"):
                if os.readlink(handle.path) in inodes:
                    return f"pid {pid} ({Path(f'/proc/{pid}/comm').read_text().strip()})"
        except OSError:
            continue
    return None
