"""Grafana's JSON from a few words: rows of panels, placed from left to right.

Sizes are in Grafana's grid: 24 columns; a row of panels is as high as its highest one.
"""

COLUMNS = 24
SCHEMA_VERSION = 41
SOURCE = {"type": "prometheus", "uid": "${source}"}

# A level of a value, from which on it has that colour.
GOOD_IS_ZERO = [(None, "green"), (1, "red")]
WARN_ABOVE_ZERO = [(None, "green"), (1, "orange")]
GOOD_IS_ONE = [(None, "red"), (1, "green"), (2, "red")]
PLAIN = [(None, "text")]


def _thresholds(steps: list) -> dict:
    return {"mode": "absolute", "steps": [{"value": v, "color": c} for v, c in steps]}


def _targets(queries: list, table: bool = False) -> list:
    targets = []
    for number, (expression, legend) in enumerate(queries):
        target = {"refId": chr(ord("A") + number), "datasource": SOURCE, "expr": expression,
                  "legendFormat": legend, "range": not table, "instant": table}
        if table:
            target["format"] = "table"
        targets.append(target)
    return targets


def graph(title: str, queries: list, unit: str, *, stacked: bool = False, width: int = 8,
          height: int = 8, description: str = "", maximum: float | None = None) -> dict:
    """Lines over time. `queries` are pairs of expression and legend."""
    defaults = {
        "unit": unit,
        "min": 0,
        "color": {"mode": "palette-classic"},
        "custom": {
            "drawStyle": "line",
            "lineWidth": 1,
            "fillOpacity": 30 if stacked else 8,
            "showPoints": "never",
            "spanNulls": False,
            "stacking": {"mode": "normal" if stacked else "none", "group": "A"},
        },
    }
    if maximum is not None:
        defaults["max"] = maximum
    return {
        "type": "timeseries", "title": title, "description": description, "size": (width, height),
        "targets": _targets(queries),
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": {
            "legend": {"showLegend": True, "displayMode": "list", "placement": "bottom", "calcs": []},
            "tooltip": {"mode": "multi", "sort": "desc"},
        },
    }


def stat(title: str, expression: str, unit: str = "short", steps: list | None = None, *,
         width: int = 3, height: int = 4, names: dict | None = None, description: str = "",
         empty: str = "none") -> dict:
    """The newest value, large. `names` says a word for a value, `empty` what no value means."""
    defaults = {"unit": unit, "color": {"mode": "thresholds"}, "noValue": empty,
                "thresholds": _thresholds(steps or PLAIN), "mappings": []}
    if names:
        defaults["mappings"] = [{"type": "value", "options": {
            str(value): {"text": text, "index": i} for i, (value, text) in enumerate(names.items())}}]
    return {
        "type": "stat", "title": title, "description": description, "size": (width, height),
        "targets": _targets([(expression, "")]),
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": {
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
            "colorMode": "background" if steps else "none", "graphMode": "none",
            "justifyMode": "auto", "orientation": "auto", "textMode": "auto", "wideLayout": True,
            "showPercentChange": False, "percentChangeColorMode": "standard",
        },
    }


def states(title: str, queries: list, names: dict, *, width: int = 24, height: int = 8,
           description: str = "") -> dict:
    """A band of colour a series. `names`: value → (word, colour)."""
    mappings = [{"type": "value", "options": {
        str(value): {"text": text, "color": colour, "index": i}
        for i, (value, (text, colour)) in enumerate(names.items())}}]
    return {
        "type": "state-timeline", "title": title, "description": description, "size": (width, height),
        "targets": _targets(queries),
        "fieldConfig": {"defaults": {"unit": "none", "color": {"mode": "thresholds"},
                                     "thresholds": _thresholds(PLAIN), "mappings": mappings,
                                     "custom": {"fillOpacity": 80, "lineWidth": 0}},
                        "overrides": []},
        "options": {
            "mergeValues": True, "showValue": "never", "alignValue": "left", "rowHeight": 0.9,
            "legend": {"showLegend": True, "displayMode": "list", "placement": "bottom", "calcs": []},
            "tooltip": {"mode": "single", "sort": "none"},
        },
    }


def table(title: str, columns: list, *, width: int = 12, height: int = 8, description: str = "") -> dict:
    """A line for each set of labels. `columns` are (heading, expression, unit)."""
    overrides, renamed = [], {"Time": True, "__name__": True, "job": True}
    names = {}
    for number, (heading, _, unit) in enumerate(columns):
        field = f"Value #{chr(ord('A') + number)}"
        names[field] = heading
        overrides.append({"matcher": {"id": "byName", "options": heading},
                          "properties": [{"id": "unit", "value": unit}]})
    return {
        "type": "table", "title": title, "description": description, "size": (width, height),
        "targets": _targets([(expression, "") for _, expression, _ in columns], table=True),
        "transformations": [
            {"id": "merge", "options": {}},
            {"id": "organize", "options": {"excludeByName": renamed, "renameByName": names}},
        ],
        "fieldConfig": {"defaults": {"unit": "short", "color": {"mode": "thresholds"},
                                     "thresholds": _thresholds(PLAIN)},
                        "overrides": overrides},
        "options": {"showHeader": True, "cellHeight": "sm", "frameIndex": 0},
    }


def row(title: str, *panels: dict) -> tuple:
    return title, panels


def chosen(name: str, label: str, query: str, everything: str = ".+") -> dict:
    """A list to choose from, all of it at first. `everything` is the pattern of that."""
    return {
        "type": "query", "name": name, "label": label, "datasource": SOURCE,
        "query": {"query": query, "refId": f"variable-{name}"}, "refresh": 2, "sort": 1,
        "multi": True, "includeAll": True, "allValue": everything,
        "current": {"text": ["All"], "value": ["$__all"]},
    }


def board(uid: str, title: str, description: str, rows: list, variables: list | None = None) -> dict:
    panels, y, number = [], 0, 0
    for heading, members in rows:
        number += 1
        panels.append({"id": number, "type": "row", "title": heading, "collapsed": False, "panels": [],
                       "gridPos": {"x": 0, "y": y, "w": COLUMNS, "h": 1}})
        y += 1
        x = highest = 0
        for member in members:
            width, height = member["size"]
            if x + width > COLUMNS:
                x, y, highest = 0, y + highest, 0
            number += 1
            panel = {k: v for k, v in member.items() if k != "size" and v != ""}
            panels.append({"id": number, "datasource": SOURCE,
                           "gridPos": {"x": x, "y": y, "w": width, "h": height}, **panel})
            x, highest = x + width, max(highest, height)
        y += highest
    source = {"type": "datasource", "name": "source", "label": "Prometheus", "query": "prometheus",
              "current": {"text": "Prometheus", "value": "prometheus"}, "refresh": 1}
    links = [{"type": "dashboards", "title": "CAAS Kafka", "tags": ["caas-kafka"], "icon": "external link",
              "asDropdown": True, "includeVars": False, "keepTime": True, "targetBlank": False,
              "tooltip": "The other dashboards"}]
    return {
        "uid": uid, "title": title, "description": description, "tags": ["caas-kafka"],
        "schemaVersion": SCHEMA_VERSION, "editable": False, "graphTooltip": 1, "refresh": "30s",
        "time": {"from": "now-1h", "to": "now"}, "timezone": "browser", "links": links,
        "templating": {"list": [source, *(variables or [])]},
        "panels": panels,
    }
