"""A real Prometheus over given targets, with the rules of deploy/ in a hurry."""
import json
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "deploy"))
from common import DEPLOY, ROOT  # noqa: E402

BINARY = ROOT / ".cache" / "prometheus" / "usr" / "bin" / "prometheus"
SCRAPE = "1s"
# What a minute of the rules is here. Ranges hold several scrapes all the same.
MINUTE_SECONDS = 2
LEAST_RANGE_SECONDS = 6


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def hurried(expression: str) -> str:
    """Ranges and offsets in minutes, made short."""
    def shorter(match: re.Match) -> str:
        return f"{match.group(1)}{max(LEAST_RANGE_SECONDS, int(match.group(2)) * MINUTE_SECONDS)}s"
    return re.sub(r"(\[|\boffset )(\d+)m", shorter, expression)


def hurried_rules() -> dict:
    groups = []
    for file in sorted((DEPLOY / "prometheus" / "rules").glob("*.yml")):
        for group in yaml.safe_load(file.read_text())["groups"]:
            for rule in group["rules"]:
                rule["expr"] = hurried(rule["expr"])
                if "for" in rule:
                    rule["for"] = f"{min(3, int(rule['for'].removesuffix('m')) * MINUTE_SECONDS)}s"
            groups.append({**group, "interval": "1s"})
    return {"groups": groups}


class Prometheus:
    def __init__(self, folder: pathlib.Path, targets: dict[str, list]) -> None:
        """`targets`: job → what file_sd reads."""
        self.folder = folder
        self.port = free_port()
        config = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())
        config["global"] = {"scrape_interval": SCRAPE, "scrape_timeout": SCRAPE, "evaluation_interval": "1s"}
        (folder / "targets").mkdir(parents=True)
        (folder / "rules").mkdir()
        for job, entries in targets.items():
            (folder / "targets" / f"{job}.yml").write_text(yaml.safe_dump(entries))
        (folder / "rules" / "all.yml").write_text(yaml.safe_dump(hurried_rules()))
        (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
        self.log = open(folder / "prometheus.log", "w")
        self.process = subprocess.Popen(
            [BINARY, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
             f"--web.listen-address=127.0.0.1:{self.port}"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)

    def ask(self, path: str, **arguments: str) -> dict:
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(arguments)}"
        with urllib.request.urlopen(url, timeout=10) as reply:
            return json.load(reply)["data"]

    def query(self, expression: str) -> list:
        try:
            return self.ask("query", query=expression)["result"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{expression}: {error.read().decode()}") from error

    def ready(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(f"Prometheus ended: {(self.folder / 'prometheus.log').read_text()[-2000:]}")
        try:
            return self.ask("targets") is not None
        except OSError:
            return False

    def targets(self) -> dict[str, list[str]]:
        """job → the health of its targets."""
        found: dict[str, list[str]] = {}
        for target in self.ask("targets")["activeTargets"]:
            found.setdefault(target["labels"]["job"], []).append(target["health"])
        return found

    def firing(self, groups: tuple[str, ...] = ("observed", "observed.retry")) -> dict[str, dict]:
        """Alert → its annotations, of those that fire now. Consumer groups of earlier tests, which left
        records behind, are nobody's here."""
        return {a["labels"]["alertname"]: a["annotations"] for a in self.ask("alerts")["alerts"]
                if a["state"] == "firing" and a["labels"].get("group", groups[0]) in groups}

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()


def until(what: str, seconds: float, condition) -> None:
    """Waits until it is true; fails with `what` and what the condition said last."""
    end, said = time.monotonic() + seconds, None
    while time.monotonic() < end:
        said = condition()
        if said is True:
            return
        time.sleep(0.3)
    raise AssertionError(f"{what}: not within {seconds:.0f} s ({said})")
