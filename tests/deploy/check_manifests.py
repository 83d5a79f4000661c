#!/usr/bin/env python3
"""What runs elsewhere, against its published form: the compose file, the images, systemd's unit, the
Kubernetes manifests, nginx. And that they fit each other and the local cluster.

  check_manifests.py [BINARY]   with the binary, that the image has the libraries it is linked with
"""
import os
import pathlib
import re
import shutil
import sys
import tempfile

import yaml

from common import DEPLOY, ROOT, TOOLS, Problems, main, run

BIN = TOOLS / "venv" / "bin"
NGINX = ROOT / ".cache" / "nginx" / "usr" / "sbin" / "nginx"
COMPOSE = DEPLOY / "compose.yaml"
DOCKERFILES = [DEPLOY / "Dockerfile", DEPLOY / "kafka" / "Dockerfile"]
UNIT = DEPLOY / "systemd" / "caas-kafka.service"
# The oldest that has all that we use (preStop: sleep), and a new one.
KUBERNETES = ("1.30", "1.34")
# systemd's score from 0 (shut in) to 10; what is left is the network.
EXPOSURE = 2.0

# What the documents promise: container → ports of the host.
PROMISED = {"caas-kafka-1": {"9092"}, "caas-kafka-2": {"9093"}, "caas-kafka-3": {"9094"},
            "caas-schema-registry": {"8081"}, "caas-gateway": {"8080"}, "caas-prometheus": {"9090"},
            "caas-grafana": {"3000"}}
BROKERS = ("kafka-1", "kafka-2", "kafka-3")
# Differ by where a node stands; all else is the same everywhere.
PLACE = {"controller.quorum.voters", "log.dirs", "listeners", "advertised.listeners",
         "listener.security.protocol.map", "num.network.threads", "num.io.threads"}


def compose_file(problems: Problems) -> dict:
    code, said = run(BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", COMPOSE)
    if code != 0:
        problems.add(f"compose.yaml is not of compose's form: {said}")
    compose = yaml.safe_load(COMPOSE.read_text())
    services = compose["services"]
    ports = {s["container_name"]: {p.split(":")[1] for p in s.get("ports", [])} for s in services.values()}
    for name, promised in PROMISED.items():
        if ports.get(name) != promised:
            problems.add(f"compose: {name} is published at {ports.get(name)}, and {promised} is promised")
    for name, service in services.items():
        for port in service.get("ports", []):
            if not port.startswith("127.0.0.1:"):
                problems.add(f"compose: {name} is published beyond this machine ({port})")
        for volume in service.get("volumes", []):
            if volume.startswith(".") and not (DEPLOY / volume.split(":")[0]).exists():
                problems.add(f"compose: {name} mounts {volume}, which is not there")
        image = service["image"]
        if "build" in service and not (DEPLOY.parent / service["build"]["dockerfile"]).exists():
            problems.add(f"compose: {name} is built from a file that is not there")
        if "build" not in service and (":" not in image or image.endswith(":latest")):
            problems.add(f"compose: {name} takes whichever {image} is the newest")
        for other in service.get("depends_on", {}):
            if other not in services:
                problems.add(f"compose: {name} waits for {other}, which is not there")
    return services


def properties(text: str) -> dict[str, str]:
    lines = (line.strip() for line in text.splitlines())
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def same_kafka(services: dict, problems: Problems) -> None:
    """The brokers in containers are set up as those of script/cluster."""
    sys.path.insert(0, str(ROOT / "script"))
    from local_cluster.broker import Broker
    from local_cluster.settings import Settings
    settings = Settings()
    for number, name in enumerate(BROKERS, 1):
        code, said = run("env", "-i", f"PATH={os.environ['PATH']}",
                         *(f"{k}={v}" for k, v in services[name]["environment"].items()),
                         DEPLOY / "kafka" / "start", "--print")
        if code != 0:
            problems.add(f"compose: {name}: {said}")
            continue
        here, there = properties(Broker(settings, number)._render()), properties(said)
        for key in sorted((here.keys() | there.keys()) - PLACE):
            if here.get(key) != there.get(key):
                problems.add(f"{name} has {key}={there.get(key)} in compose and {here.get(key)} in script/cluster")
        voter = f"{number}@{name}:29093"
        if voter not in there["controller.quorum.voters"] or f"CLIENT://{name}:29092" not in there["advertised.listeners"]:
            problems.add(f"{name} is not where the others look for it")


def known_settings() -> set[str]:
    text = (ROOT / ".env.example").read_text()
    names = set(re.findall(r"^#? ?([A-Z][A-Z0-9_]+)=", text, re.M))
    return names | set(re.findall(r"\(or ([A-Z0-9_]+_FILE)=", text))


def settings_exist(services: dict, problems: Problems) -> None:
    known = known_settings()
    config = yaml.safe_load((DEPLOY / "kubernetes" / "config.yaml").read_text())["data"]
    deployment = yaml.safe_load((DEPLOY / "kubernetes" / "deployment.yaml").read_text())
    container = deployment["spec"]["template"]["spec"]["containers"][0]
    used = {"compose": services["caas-kafka"]["environment"], "kubernetes/config.yaml": config,
            "kubernetes/deployment.yaml": [e["name"] for e in container["env"]]}
    for where, names in used.items():
        for name in names:
            if name not in known:
                problems.add(f"{where} sets {name}, which caas-kafka does not know")
    mounts = [m["mountPath"] for m in container["volumeMounts"]]
    paths = [v for v in [*config.values(), *(e.get("value", "") for e in container["env"])] if v.startswith("/")]
    for path in paths:
        if str(pathlib.PurePath(path).parent) not in mounts:
            problems.add(f"kubernetes: nothing is mounted at {path}")


def images(problems: Problems, binary: pathlib.Path | None) -> None:
    for file in DOCKERFILES:
        code, said = run(BIN / "hadolint", "--no-color", file)
        if code != 0 or said.strip():
            problems.add(f"hadolint: {said}")
        for source in re.findall(r"^COPY (?!--from)(.+)", file.read_text(), re.M):
            for name in source.split()[:-1]:
                if not (ROOT / name).exists():
                    problems.add(f"{file.relative_to(ROOT)} copies {name}, which is not there")
    if binary is None or not shutil.which("dpkg-query"):
        return
    _, said = run("ldd", binary)
    where = {m.group(1): m.group(2) for m in re.finditer(r"(\S+) => (/\S+)", said)}
    _, said = run("readelf", "-d", binary)
    needed = re.findall(r"NEEDED.*\[(.+)\]", said)
    packages = set()
    for library in needed:
        path = os.path.realpath(where.get(library, f"/lib/{library}"))
        for candidate in (path, path.removeprefix("/usr"), f"/usr{path}"):
            code, said = run("dpkg-query", "-S", candidate)
            if code == 0:
                packages.add(said.split(":")[0])
                break
    # These Debian has always, and those are a sanitizer's.
    packages = {p for p in packages if not re.match(r"libc6|libgcc-s1|libstdc|lib[aut]b?san", p)}
    final = DOCKERFILES[0].read_text().rsplit("FROM ", 1)[1]
    listed = set(re.findall(r"(?:lib|zlib)[\w.+-]+", final.split("recommends", 1)[1].split("&&")[0]))
    if packages != listed:
        problems.add(f"deploy/Dockerfile: the binary needs {sorted(packages - listed)} too, "
                     f"and {sorted(listed - packages)} not")


def unit(problems: Problems) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / UNIT.name
        text = UNIT.read_text().replace("/usr/local/bin/caas-kafka", "/bin/true")
        file.write_text(re.sub(r"^Documentation=.*\n", "", text, flags=re.M))
        code, said = run("systemd-analyze", "verify", file)
        if code != 0 or said.strip():
            problems.add(f"systemd-analyze verify: {said}")
        code, said = run("systemd-analyze", "security", "--offline=true", "--no-pager", file)
        score = re.search(r"Overall exposure level for \S+: ([\d.]+)", said)
        if not score or float(score.group(1)) > EXPOSURE:
            problems.add(f"systemd: exposure is {score.group(1) if score else said}, at most {EXPOSURE} is allowed")


def kubernetes(problems: Problems) -> None:
    folder = DEPLOY / "kubernetes"
    files = [f for f in sorted(folder.glob("*.yaml")) if f.name not in ("kustomization.yaml", "secret.yaml")]
    for version in KUBERNETES:
        code, said = run(BIN / "kubernetes-validate", "--kubernetes-version", version, "--strict", "--quiet", *files)
        if code != 0 or said.strip():
            problems.add(f"Kubernetes {version}: {said}")
    listed = set(yaml.safe_load((folder / "kustomization.yaml").read_text())["resources"])
    there = {f.name.replace(".example", "") for f in files}
    if listed != there:
        problems.add(f"kustomization.yaml lists {sorted(listed)}, and there are {sorted(there)}")


def nginx(problems: Problems) -> None:
    for file in sorted((DEPLOY / "nginx").glob("*.conf")):
        with tempfile.TemporaryDirectory() as folder:
            # The containers' names are known only to each other.
            text = re.sub(r"(apicurio|caas-kafka):8080", "127.0.0.1:1", file.read_text())
            paths = " ".join(f"{p}_temp_path {folder}/{p};" for p in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
            conf = pathlib.Path(folder) / "nginx.conf"
            conf.write_text(f"pid {folder}/pid; events {{}} http {{ access_log off; {paths}\n{text}\n}}")
            code, said = run(NGINX, "-t", "-q", "-e", "stderr", "-c", conf)
            if code != 0 or said.strip():
                problems.add(f"nginx: {file.name}: {said}")


def check() -> int:
    problems = Problems()
    binary = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else None
    services = compose_file(problems)
    same_kafka(services, problems)
    settings_exist(services, problems)
    images(problems, binary)
    unit(problems)
    kubernetes(problems)
    nginx(problems)
    return problems.end("compose, images, unit, manifests and proxies are in order")


if __name__ == "__main__":
    main(check)
