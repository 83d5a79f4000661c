#!/usr/bin/env python3
"""One real broker with every kind of listener, for the connections' tests.

    tests/wire/secured_broker.py FOLDER

Writes certificates, users and the broker's data into FOLDER, starts Kafka, prints one line of JSON
(the ports) when it answers, and runs until it is killed; Kafka dies with its process group.
"""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "script"))
from local_cluster import wire  # noqa: E402
from local_cluster.broker import classpath  # noqa: E402
from local_cluster.settings import JAVA  # noqa: E402

LISTENERS = ("plain", "sasl", "tls", "saslssl", "mtls", "controller")
MECHANISMS = "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER"
IDLE_MS = 4_000
REAUTH_MS = 5_000


def free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


def certificate(folder: Path, name: str, extension: str) -> None:
    openssl(folder, "req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr",
            "-subj", f"/CN={name}")
    (folder / f"{name}.ext").write_text(extension)
    openssl(folder, "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
            "-CAcreateserial", "-days", "2", "-out", f"{name}.crt", "-extfile", f"{name}.ext")


def certificates(folder: Path) -> None:
    for ca in ("ca", "stranger"):
        openssl(folder, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{ca}.key", "-out",
                f"{ca}.pem", "-days", "2", "-subj", f"/CN={ca}")
    certificate(folder, "server", "subjectAltName=DNS:localhost\n")  # and not 127.0.0.1
    certificate(folder, "client", "extendedKeyUsage=clientAuth\n")
    (folder / "server.pem").write_text((folder / "server.key").read_text() + (folder / "server.crt").read_text())


def properties(folder: Path, ports: dict[str, int]) -> str:
    protocol = {"plain": "PLAINTEXT", "sasl": "SASL_PLAINTEXT", "tls": "SSL", "saslssl": "SASL_SSL",
                "mtls": "SSL", "controller": "PLAINTEXT"}
    listeners = ",".join(f"{name.upper()}://127.0.0.1:{ports[name]}" for name in LISTENERS)
    # By name, since the certificate is for that.
    advertised = ",".join(f"{name.upper()}://localhost:{ports[name]}" for name in LISTENERS[:-1])
    lines = [
        "process.roles=broker,controller", "node.id=1", f"log.dirs={folder}/data",
        f"controller.quorum.voters=1@127.0.0.1:{ports['controller']}",
        f"listeners={listeners}", f"advertised.listeners={advertised}",
        "listener.security.protocol.map=" + ",".join(f"{n.upper()}:{p}" for n, p in protocol.items()),
        "inter.broker.listener.name=PLAIN", "controller.listener.names=CONTROLLER",
        "offsets.topic.replication.factor=1", "transaction.state.log.replication.factor=1",
        "transaction.state.log.min.isr=1", "min.insync.replicas=1", "auto.create.topics.enable=false",
        f"sasl.enabled.mechanisms={MECHANISMS}", "num.network.threads=1", "num.io.threads=2",
        f"connections.max.idle.ms={IDLE_MS}",
        "ssl.keystore.type=PEM", f"ssl.keystore.location={folder}/server.pem",
        "ssl.truststore.type=PEM", f"ssl.truststore.location={folder}/ca.pem",
        "listener.name.mtls.ssl.client.auth=required",
    ]
    package = "org.apache.kafka.common.security"
    for name in ("sasl", "saslssl"):
        jaas = {
            "plain": f'{package}.plain.PlainLoginModule required user_alice="alice-secret";',
            "scram-sha-256": f"{package}.scram.ScramLoginModule required;",
            "scram-sha-512": f"{package}.scram.ScramLoginModule required;",
            "oauthbearer": f'{package}.oauthbearer.OAuthBearerLoginModule required '
                           'unsecuredLoginStringClaim_sub="broker";',
        }
        lines += [f"listener.name.{name}.{mechanism}.sasl.jaas.config={text}" for mechanism, text in jaas.items()]
        lines += [f"listener.name.{name}.{mechanism}.connections.max.reauth.ms={REAUTH_MS}" for mechanism in jaas]
        lines += [f"listener.name.{name}.oauthbearer.sasl.server.callback.handler.class="
                  f"{package}.oauthbearer.internals.unsecured.OAuthBearerUnsecuredValidatorCallbackHandler"]
    return "\n".join(lines) + "\n"


def main() -> int:
    folder = Path(sys.argv[1]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    certificates(folder)
    ports = dict(zip(LISTENERS, free_ports(len(LISTENERS))))
    config = folder / "server.properties"
    config.write_text(properties(folder, ports))
    java = [str(JAVA), "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx512m", "-cp", classpath(),
            f"-Dlog4j2.configurationFile={ROOT}/script/local_cluster/log4j2.xml", f"-Dcaas.log={folder}/broker.log"]
    users = [word for hash in ("256", "512")
             for word in ("--add-scram", f"SCRAM-SHA-{hash}=[name=alice,password=alice-secret]")]
    formatted = subprocess.run([*java, "kafka.tools.StorageTool", "format", "--cluster-id",
                                "MkU3OEVBNTcwNTJENDM2Qk", "--config", str(config), *users],
                               capture_output=True, text=True)
    if formatted.returncode != 0:
        print(formatted.stdout, formatted.stderr, file=sys.stderr)
        return 1
    with open(folder / "broker.out", "w") as output:
        broker = subprocess.Popen([*java, "kafka.Kafka", str(config)], stdout=output, stderr=subprocess.STDOUT)
    until = time.monotonic() + 240
    while not wire.known_brokers(ports["plain"]):
        if broker.poll() is not None or time.monotonic() > until:
            print("the broker did not come up; its log is in", folder, file=sys.stderr)
            print((folder / "broker.out").read_text()[-3000:], file=sys.stderr)
            broker.kill()
            return 1
        time.sleep(0.2)
    print(json.dumps(ports), flush=True)
    return broker.wait()


if __name__ == "__main__":
    os.environ.setdefault("KAFKA_HEAP_OPTS", "")
    sys.exit(main())
