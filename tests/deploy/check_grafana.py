#!/usr/bin/env python3
"""Dashboards, without a Grafana: they are what the generator makes, fit the types that Grafana
publishes, no two panels overlap, each has a unit, every expression parses and asks for metrics that
there are, every variable is declared."""
import json
import pathlib
import re
import shutil

import jsonschema
import yaml

from common import (DEPLOY, ROOT, TOOLS, Problems, base_name, known_metrics, labels_of, main, metrics_in,
                    parse_failures, run, unknown_labels)

FOLDER = DEPLOY / "grafana"
SCHEMAS = TOOLS / "grafana-schemas"
# Grafana's own variables, and what stands for them here.
MACROS = {"$__rate_interval": "5m", "$__range": "1h", "$__interval": "1m"}
# Of Grafana's list of units (@grafana/data, valueFormats) those that we use.
UNITS = {"short", "none", "s", "bytes", "Bps", "cps", "reqps", "percentunit"}


def schemas() -> dict[str, dict]:
    if not SCHEMAS.exists():
        # Beside it first: a run that was ended half-way must not leave half of them.
        work = TOOLS / "grafana-schemas.new"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        code, said = run("node", ROOT / "tests" / "deploy" / "grafana_schemas.js", work, folder=TOOLS)
        if code != 0:
            raise SystemExit(f"no schema could be made of Grafana's types:\n{said}")
        work.rename(SCHEMAS)
    return {file.stem: json.loads(file.read_text()) for file in SCHEMAS.glob("*.json")}


def fits(thing: object, schema: dict, where: str, problems: Problems) -> None:
    for error in jsonschema.Draft7Validator(schema).iter_errors(thing):
        best = jsonschema.exceptions.best_match([error]) or error
        problems.add(f"{where}: {best.json_path}: {best.message[:200]}")


def layout(board: dict, where: str, problems: Problems) -> None:
    taken: dict[tuple[int, int], str] = {}
    numbers = [panel["id"] for panel in board["panels"]]
    if len(set(numbers)) != len(numbers):
        problems.add(f"{where}: two panels have the same id")
    for panel in board["panels"]:
        place = panel["gridPos"]
        if place["x"] < 0 or place["x"] + place["w"] > 24:
            problems.add(f"{where}: {panel['title']} is wider than the page")
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                other = taken.setdefault((x, y), panel["title"])
                if other != panel["title"]:
                    problems.add(f"{where}: {panel['title']} overlaps {other}")
                    return


def units(panel: dict) -> set[str]:
    config = panel["fieldConfig"]
    found = {config["defaults"].get("unit", "")}
    for override in config["overrides"]:
        found |= {p["value"] for p in override["properties"] if p["id"] == "unit"}
    return found


def plain(expression: str, variables: set[str], where: str, problems: Problems) -> str:
    for macro, value in MACROS.items():
        expression = expression.replace(macro, value)
    for name in re.findall(r"\$\{?(\w+)", re.sub(r'"\$\d"', "", expression)):
        if name not in variables:
            problems.add(f"{where}: the variable ${name} is not declared")
        expression = expression.replace(f"${name}", ".+")
    return expression


def expressions(board: dict, where: str, problems: Problems) -> list[str]:
    """Of the panels, then of the variables, as Prometheus would get them."""
    variables = {v["name"] for v in board["templating"]["list"]}
    found = [plain(t["expr"], variables, f"{where}: {p['title']}", problems)
             for p in board["panels"] for t in p.get("targets", [])]
    for variable in board["templating"]["list"]:
        if variable["type"] == "query":
            found.append(re.fullmatch(r"label_values\((.+), \w+\)", variable["query"]["query"]).group(1))
    return found


def provisioning(problems: Problems) -> None:
    sources = yaml.safe_load((FOLDER / "provisioning/datasources/prometheus.yml").read_text())
    providers = yaml.safe_load((FOLDER / "provisioning/dashboards/caas-kafka.yml").read_text())
    if [s["type"] for s in sources["datasources"]] != ["prometheus"]:
        problems.add("provisioning: one Prometheus is the data source")
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["grafana"]["volumes"]
    path = providers["providers"][0]["options"]["path"]
    if not any(f":{path}:" in volume for volume in compose):
        problems.add(f"compose does not put the dashboards at {path}")


def check() -> int:
    problems = Problems()
    code, said = run(FOLDER / "generate", "--check")
    if code != 0:
        problems.add(said.strip())
    known, ours, types, all_expressions, uids = known_metrics(), labels_of(), schemas(), [], set()
    for file in sorted((FOLDER / "dashboards").glob("*.json")):
        board, where = json.loads(file.read_text()), file.stem
        uids.add(board["uid"])
        fits(board, types["dashboard"], where, problems)
        layout(board, where, problems)
        for panel in (p for p in board["panels"] if p["type"] != "row"):
            name = f"{where}: {panel['title']}"
            fits(panel["options"], types[f"{panel['type']}.options"], name, problems)
            custom = panel["fieldConfig"]["defaults"].get("custom")
            if custom is not None:
                fits(custom, types[f"{panel['type']}.custom"], name, problems)
            if not units(panel) <= UNITS:
                problems.add(f"{name}: its units are {units(panel)}")
        found = expressions(board, where, problems)
        for expression in found:
            for metric in metrics_in(expression):
                if base_name(metric, known) not in known:
                    problems.add(f"{where} asks for {metric}, which nobody shows")
            for label in unknown_labels(expression, ours):
                problems.add(f"{where} asks by {label}, which its metrics do not have: {expression}")
        all_expressions += found
    for failure in parse_failures(all_expressions):
        problems.add(failure)
    provisioning(problems)
    return problems.end(f"{len(uids)} dashboards with {len(all_expressions)} expressions are in order")


if __name__ == "__main__":
    main(check)
