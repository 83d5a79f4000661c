"""JSON Schema through the registry: ours (valijson), Confluent's Python serializers (jsonschema) and its
Node.js ones (ajv) take and refuse the same values, and read each other's to equal ones. JSON has no one
spelling, so bytes are not compared but for the frame with the schema's id.
"""

import json
import math

from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.serialization import SerializationError
from json_values import JsonValues
from peer import CROSS, Peer, node, ours
from registry import BY_TOPIC, Registered, client, context
from report import Report

VALUES = 1000
SCHEMAS = sorted((CROSS / "schemas" / "json").glob("*.json"))
REFERRING = CROSS / "schemas" / "json-referring"


def same(left, right) -> bool:
    """Equal as JSON has it: 1 is 1.0, true is not 1, and to JavaScript -0.0 is 0. JavaScript writes
    a double of 1e18 with the fewest digits that are read as it, and without a point."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        exact = isinstance(left, int) and isinstance(right, int)
        return left == right if exact else float(left) == float(right)
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return left == right


def finite(value) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return all(map(finite, parts))


class Suite:
    def __init__(self, report: Report, mine: Peer, nodes: Peer):
        self.report = report
        self.mine = mine
        self.nodes = nodes
        self.registry = client()

    def register(self, path, references: list[dict] = ()) -> Registered:
        return Registered(self.report, self.registry, [self.mine, self.nodes], path.stem, "JSON",
                          path.read_text(), references)

    def hold(self, schema: Registered, named: dict[str, dict]) -> None:
        self.report.count("schemas")
        made = JsonValues(self.report.rng("json", schema.name), json.loads(schema.text), named)
        values = [made.some() for _ in range(self.report.values(VALUES))]
        # Confluent's clients take null for no value at all.
        values = [value for value in values if value is not None and finite(value)]
        self.report.count("values", len(values))
        texts = [json.dumps(value, ensure_ascii=False) for value in values]
        mine = self.mine.begin("encode", id=schema.id, values=texts)
        theirs = self.nodes.begin("encode", type="JSON", topic=schema.topic, values=texts)
        python = self.python(schema, values)
        mine, theirs = mine()["results"], theirs()["results"]
        good = []
        for value, *written in zip(values, mine, theirs, python):
            takes = [isinstance(each, str) for each in written]
            parts = {"schema": schema.text, "value": json.dumps(value)}
            shown = dict(zip(("ours", "node", "python"), written))
            if not self.report.check(len(set(takes)) == 1, "the three do not agree on a value",
                                     **shown, **parts):
                continue
            if not takes[0]:
                self.report.count("  of which all three refuse")
                continue
            good.append(value)
            for name, hex in shown.items():
                frame = hex.startswith(schema.frame().hex())
                self.report.check(frame and same(json.loads(bytes.fromhex(hex[10:])), value),
                                  f"{name} writes another value", bytes=hex, **parts)
        self.read(schema, "ours", good, [m for m in mine if isinstance(m, str)])
        self.read(schema, "node", good, [t for t in theirs if isinstance(t, str)])
        self.read(schema, "python", good, [p for p in python if isinstance(p, str)])
        self.refuse(schema, values, python)

    def python(self, schema: Registered, values: list) -> list:
        serializer = JSONSerializer(schema.schema, self.registry, conf=BY_TOPIC)
        out = []
        for value in values:
            try:
                out.append(serializer(value, context(schema.topic)).hex())
            except SerializationError as problem:
                out.append({"error": str(problem)})
        return out

    def read(self, schema: Registered, writer: str, values: list, written: list[str]) -> None:
        """What one of them wrote, read by the other two (and ours by itself)."""
        if len(values) != len(written):
            return  # already told
        read = {}
        answer = self.mine.ask("decode", values=written)
        read["ours"] = [each if isinstance(each, dict) else json.loads(each)
                        for each in answer["results"]]
        self.report.check(set(answer["ids"]) <= {schema.id}, "ours sees another schema id",
                          expected=schema.id, ours=set(answer["ids"]))
        if writer != "node":
            answer = self.nodes.ask("decode", type="JSON", topic=schema.topic, values=written)
            read["node"] = [each if isinstance(each, dict) else json.loads(each)
                            for each in answer["results"]]
        if writer != "python":
            deserializer = JSONDeserializer(schema.schema, schema_registry_client=self.registry,
                                            conf=BY_TOPIC)
            read["python"] = [deserializer(bytes.fromhex(each), context(schema.topic))
                              for each in written]
        for reader, results in read.items():
            for value, hex, result in zip(values, written, results):
                self.report.check(same(result, value), f"{reader} reads {writer}'s differently",
                                  schema=schema.text, value=json.dumps(value), bytes=hex, read=result)

    def refuse(self, schema: Registered, values: list, python: list) -> None:
        """What was refused is refused by readers too."""
        bad = [schema.frame().hex() + json.dumps(value).encode().hex()
               for value, written in zip(values, python) if isinstance(written, dict)]
        for hex, result in zip(bad, self.mine.ask("decode", values=bad)["results"]):
            self.report.check(isinstance(result, dict), "ours reads what the schema refuses",
                              schema=schema.text, bytes=hex, value=bytes.fromhex(hex[10:]).decode())


def main() -> int:
    report = Report("json")
    with ours() as mine, node() as nodes:
        suite = Suite(report, mine, nodes)
        for path in SCHEMAS:
            suite.hold(suite.register(path), {})
        named: dict[str, dict] = {}
        references: list[dict] = []
        for name in ("country", "address", "customer"):
            path = REFERRING / f"{name}.json"
            # Each of them refers to no more than the ones before.
            used = [each for each in references if f'"{each["name"]}"' in path.read_text()]
            schema = suite.register(path, used)
            suite.hold(schema, named)
            named[path.name] = json.loads(schema.text)
            references = [*references, schema.reference(suite.registry, path.name)]
    return report.end()


if __name__ == "__main__":
    raise SystemExit(main())
