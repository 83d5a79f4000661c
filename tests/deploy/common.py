"""What the checks of deploy/ share: where things are, and PromQL."""
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
TOOLS = ROOT / ".cache" / "deploy"
PROMTOOL = ROOT / ".cache" / "prometheus" / "usr" / "bin" / "promtool"
RULES = sorted((DEPLOY / "prometheus" / "rules").glob("*.yml"))

# Where the names of metrics are held against what is really shown.
OUR_METRICS = ROOT / "tests" / "golden" / "metrics.txt"
JMX_METRICS = DEPLOY / "jmx" / "metrics.txt"
# Of Prometheus itself.
BUILT_IN = {"up", "ALERTS"}

KEYWORDS = {"and", "or", "unless", "by", "without", "on", "ignoring", "group_left", "group_right",
            "offset", "bool", "inf", "nan"}


class Problems:
    """Collects what is wrong, so that one run shows all of it."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, text: str) -> None:
        self.found.append(text)

    def end(self, good: str) -> int:
        for text in self.found:
            print(text)
        print(f"{len(self.found)} problems" if self.found else good)
        return 1 if self.found else 0


def run(*command: object, folder: pathlib.Path = ROOT) -> tuple[int, str]:
    done = subprocess.run([str(c) for c in command], cwd=folder, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def alerts() -> list[tuple[pathlib.Path, dict]]:
    found = []
    for file in RULES:
        for group in yaml.safe_load(file.read_text())["groups"]:
            found += [(file, rule) for rule in group["rules"] if "alert" in rule]
    return found


def metrics_in(expression: str) -> set[str]:
    """The names of the metrics in an expression that parses."""
    text = re.sub(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'', '""', expression)
    text = re.sub(r"\{[^}]*\}", "{}", text)
    text = re.sub(r"\[[^\]]*\]", "", text)
    text = re.sub(r"\boffset\s+\w+", "", text)
    text = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", " ", text)
    words = re.finditer(r"(?<![\w.])([A-Za-z_:][\w:]*)\s*(\(?)", text)
    return {m.group(1) for m in words if not m.group(2) and m.group(1).lower() not in KEYWORDS}


def known_metrics() -> set[str]:
    names = set(BUILT_IN)
    for file in (OUR_METRICS, JMX_METRICS):
        for line in file.read_text().splitlines():
            if line and not line.startswith("#"):
                names.add(line.split()[0])
    return names


# What Prometheus adds, what histograms have, and what the brokers' metrics are told by (deploy/jmx).
ADDED_LABELS = {"job", "instance", "le", "quantile", "__name__"}
JMX_LABELS = {"broker", "topic", "request", "error", "percentile", "listener", "operation", "state", "id",
              "pool", "area", "gc", "networkprocessor"}


def labels_of() -> dict[str, set[str]]:
    """Metric → its labels, of ours."""
    lines = (line.split() for line in OUR_METRICS.read_text().splitlines() if line and not line.startswith("#"))
    return {name: set() if labels == "-" else set(labels.split(",")) for name, _, labels in lines}


def unknown_labels(expression: str, ours: dict[str, set[str]]) -> set[str]:
    """Labels that an expression asks or sums by, and that none of its metrics has."""
    allowed = set(ADDED_LABELS)
    for metric in metrics_in(expression):
        metric = base_name(metric, set(ours))
        allowed |= ours.get(metric, set())
        if metric not in ours or metric.startswith("process_"):  # those the brokers have too
            allowed |= JMX_LABELS
        if metric == "ALERTS":
            allowed |= {"alertname", "alertstate"}
    allowed |= set(re.findall(r'label_replace\(.*?, *"(\w+)", *"\$', expression))
    text = re.sub(r'"(?:[^"\\]|\\.)*"', '""', expression)
    used = set(re.findall(r'[{,]\s*(\w+)\s*(?:=~|!~|!=|=)\s*""', text))
    for clause in re.findall(r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)", text):
        used |= {word.strip() for word in clause.split(",")}
    return used - allowed


def base_name(metric: str, known: set[str]) -> str:
    """Of a series of a histogram or summary: the metric's name."""
    for end in ("_bucket", "_sum", "_count"):
        if metric not in known and metric.removesuffix(end) in known:
            return metric.removesuffix(end)
    return metric


def parse_failures(expressions: list[str]) -> list[str]:
    """What promtool says against them: empty when all of them parse."""
    rules = [{"record": f"check:{n}", "expr": e} for n, e in enumerate(expressions)]
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "rules.yml"
        file.write_text(yaml.safe_dump({"groups": [{"name": "check", "rules": rules}]}))
        code, said = run(PROMTOOL, "check", "rules", file)
    if code == 0:
        return []
    return [line.replace(str(file), "") for line in said.splitlines() if "could not parse" in line] or [said]


def slug(heading: str) -> str:
    """The anchor that GitHub makes of a heading."""
    text = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return text.replace(" ", "-")


def anchors(document: pathlib.Path) -> set[str]:
    return {slug(m.group(1)) for m in re.finditer(r"^#{1,6} (.+)$", document.read_text(), re.M)}


def main(check) -> None:
    sys.exit(check())
