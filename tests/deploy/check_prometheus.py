#!/usr/bin/env python3
"""Alerts and scrape config: promtool is content and silent, each alert has a runbook that exists and a
test in which it fires and clears, and asks only for metrics that there are."""
import yaml

from common import (DEPLOY, PROMTOOL, ROOT, RULES, Problems, alerts, anchors, base_name, known_metrics,
                    labels_of, main, metrics_in, run, unknown_labels)

FOLDER = DEPLOY / "prometheus"
TESTS = sorted((FOLDER / "tests").glob("*.yml"))


def promtool(problems: Problems) -> None:
    for command in (["check", "rules", "--lint=all", "--lint-fatal", *RULES],
                    ["check", "config", "--lint=all", "--lint-fatal", FOLDER / "prometheus.yml"],
                    ["test", "rules", *TESTS]):
        code, said = run(PROMTOOL, *command)
        expected = ("SUCCESS", "Checking", "Unit Testing", "")
        noise = [line for line in said.splitlines() if not line.strip().startswith(expected[:3]) and line.strip()]
        if code != 0 or noise:
            problems.add(f"promtool {' '.join(map(str, command[:2]))}: {said}")


def tested() -> dict[str, set[str]]:
    """Alert → what its tests show of it: fires, clears."""
    shown: dict[str, set[str]] = {}
    for file in TESTS:
        for test in yaml.safe_load(file.read_text())["tests"]:
            for case in test["alert_rule_test"]:
                word = "fires" if case["exp_alerts"] else "clears"
                shown.setdefault(case["alertname"], set()).add(word)
    return shown


def check() -> int:
    problems = Problems()
    promtool(problems)
    tests, known, headings = tested(), known_metrics(), anchors(ROOT / "docs" / "operations.md")
    rules, ours = alerts(), labels_of()
    names = [rule["alert"] for _, rule in rules]
    for name in {n for n in names if names.count(n) > 1}:
        problems.add(f"{name} is there more than once")
    for _, rule in rules:
        name, labels, notes = rule["alert"], rule.get("labels", {}), rule.get("annotations", {})
        if labels.get("severity") not in ("critical", "warning"):
            problems.add(f"{name}: severity is critical or warning")
        if not notes.get("summary"):
            problems.add(f"{name} has no summary")
        if notes.get("runbook_url") != f"docs/operations.md#{name.lower()}":
            problems.add(f"{name}: its runbook is docs/operations.md#{name.lower()}")
        elif name.lower() not in headings:
            problems.add(f"docs/operations.md has no heading {name}")
        for word in {"fires", "clears"} - tests.get(name, set()):
            problems.add(f"{name}: no test in deploy/prometheus/tests shows that it {word}")
        for metric in metrics_in(rule["expr"]):
            if base_name(metric, known) not in known:
                problems.add(f"{name} asks for {metric}, which nobody shows")
        for label in unknown_labels(rule["expr"], ours):
            problems.add(f"{name} asks by {label}, which its metrics do not have")
    return problems.end(f"{len(rules)} alerts are in order")


if __name__ == "__main__":
    main(check)
