"""Avro values through the registry: ours, Confluent's Python serializers (fastavro) and Confluent's
Node.js ones (avsc) write equal bytes, schema ids included, and read each other's to equal values.
Avro's encoding is canonical but for the blocks of arrays and maps, which are read in any cut.
"""

import json
from pathlib import Path

import avro_model
from avro_native import native
from avro_values import Binary, Reading, Values, json_text, plain, same
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from peer import CROSS, ROOT, Peer, node, ours
from registry import BY_TOPIC, Registered, client, context
from report import Report

VALUES = 1000
SCHEMAS = [*sorted((CROSS / "schemas" / "avro").glob("*.avsc")),
           *sorted((ROOT / "schemas").glob("*.avsc"))]
REFERRING = CROSS / "schemas" / "avro-referring"


def exchanged(type, value):
    """As tests/cross/node/peer.js has it."""
    match type.kind:
        case "long":
            return str(value)
        case "float" | "double":
            value = plain(type, value)
            return "-0" if value == 0 and str(value) == "-0.0" else value
        case "bytes" | "fixed":
            return value.decode("latin-1")
        case "array":
            return [exchanged(type.items, item) for item in value]
        case "map":
            return {key: exchanged(type.items, item) for key, item in value.items()}
        case "record":
            return {field.name: exchanged(field.type, value[field.name]) for field in type.fields}
        case "union":
            branch = type.branches[value.index]
            inner = exchanged(branch, value.value)
            return inner if branch.kind == "null" else {branch.branch_name(): inner}
    return value


def as_exchanged(type, value):
    """JavaScript writes 1.0 as 1: what is to be a float becomes one again."""
    match type.kind:
        case "float" | "double":
            return float(value) if isinstance(value, int) else value
        case "array":
            return [as_exchanged(type.items, item) for item in value]
        case "map":
            return {key: as_exchanged(type.items, item) for key, item in value.items()}
        case "record":
            return {field.name: as_exchanged(field.type, value[field.name])
                    for field in type.fields}
        case "union" if value is not None:
            [(name, inner)] = value.items()
            branch = next(branch for branch in type.branches if branch.branch_name() == name)
            return {name: as_exchanged(branch, inner)}
    return value


def is_null(type, value) -> bool:
    return value is None or (type.kind == "union" and value.value is None)


def reordered(value) -> bool:
    """JavaScript puts the keys of an object that are numbers first."""
    if isinstance(value, dict):
        return any(key.isdigit() for key in value) or any(map(reordered, value.values()))
    if isinstance(value, tuple):
        return reordered(value.value)
    return isinstance(value, list) and any(map(reordered, value))


class Suite:
    def __init__(self, report: Report, mine: Peer, nodes: Peer):
        self.report = report
        self.mine = mine
        self.nodes = nodes
        self.registry = client()

    def register(self, path: Path, references: list[dict] = ()) -> Registered:
        return Registered(self.report, self.registry, [self.mine, self.nodes], path.stem, "AVRO",
                          path.read_text(), references)

    def hold(self, schema: Registered, type: avro_model.Type) -> None:
        self.report.count("schemas")
        rng = self.report.rng("avro", schema.name)
        made = Values(rng)
        values = [made.of(type) for _ in range(self.report.values(VALUES))]
        canonical = Binary()
        written = [schema.frame() + canonical.of(type, value) for value in values]
        if type.kind == "bytes":  # Confluent's clients leave out the length of a schema that is bytes
            written = [schema.frame() + value for value in values]
        self.report.count("values", len(values))
        self.encode(schema, type, values, written)
        self.decode(schema, type, values, written)
        if type.kind != "bytes":
            cut = Binary(rng)
            self.ours_decode(schema, type, values,
                             [schema.frame() + cut.of(type, value) for value in values])

    def encode(self, schema: Registered, type, values: list, written: list[bytes]) -> None:
        texts = [json_text(type, value) for value in values]
        mine = self.mine.begin("encode", id=schema.id, values=texts)
        # Nothing is nothing to Confluent's clients, and never the value null.
        real = [i for i, value in enumerate(values) if not is_null(type, value)]
        theirs = self.nodes.begin("encode", type="AVRO", topic=schema.topic, values=[
            json.dumps(exchanged(type, values[i])) for i in real])
        serializer = AvroSerializer(self.registry, schema.schema, conf=BY_TOPIC)
        at = context(schema.topic)
        python = {i: serializer(native(type, values[i], tagged=True), at) for i in real}
        mine = mine()["results"]
        theirs = dict(zip(real, theirs()["results"]))
        for i, (value, bytes) in enumerate(zip(values, written)):
            parts = {"schema": schema.text, "value": value, "json": texts[i], "expected": bytes}
            self.report.check(mine[i] == bytes.hex(), "ours writes other bytes", ours=mine[i], **parts)
            if i not in theirs:
                continue
            self.report.check(python[i] == bytes, "Python writes other bytes", python=python[i], **parts)
            if theirs[i] != bytes.hex():
                good = (isinstance(theirs[i], str) and reordered(value)
                        and same(Reading(bytes.fromhex(theirs[i][10:])).of(type), value))
                self.report.check(good, "Node writes other bytes", node=theirs[i], **parts)

    def decode(self, schema: Registered, type, values: list, written: list[bytes]) -> None:
        theirs = self.nodes.begin("decode", type="AVRO", topic=schema.topic,
                                  values=[bytes.hex() for bytes in written])
        self.ours_decode(schema, type, values, written)
        deserializer = AvroDeserializer(self.registry, conf=BY_TOPIC)
        at = context(schema.topic)
        for value, bytes, theirs in zip(values, written, theirs()["results"]):
            parts = {"schema": schema.text, "value": value, "bytes": bytes}
            if not is_null(type, value):
                read = as_exchanged(type, json.loads(theirs)) if isinstance(theirs, str) else theirs
                expected = exchanged(type, value)
                self.report.check(same(read, expected), "Node reads another value",
                                  node=theirs, expected=expected, **parts)
            if len(bytes) == len(schema.frame()):
                continue  # Python's takes a value of no bytes, an empty record, for no value at all
            expected = native(type, value)
            python = deserializer(bytes, at)
            self.report.check(same(python, expected), "Python reads another value", python=repr(python),
                              expected=repr(expected), **parts)

    def ours_decode(self, schema: Registered, type, values: list, written: list[bytes]) -> None:
        answer = self.mine.ask("decode", values=[bytes.hex() for bytes in written])
        self.report.check(set(answer["ids"]) == {schema.id}, "ours sees other schema ids",
                          ours=set(answer["ids"]), expected=schema.id)
        for value, bytes, text in zip(values, written, answer["results"]):
            expected = plain(type, value)
            read = json.loads(text) if isinstance(text, str) else text
            self.report.check(same(read, expected), "ours reads another value", schema=schema.text,
                              value=value, bytes=bytes, ours=text, expected=expected)

    def hold_referring(self) -> None:
        """Three schemas, of which each builds on the ones before."""
        named: dict[str, avro_model.Type] = {}
        references: list[dict] = []
        for name in ("address", "customer", "order"):
            schema = self.register(REFERRING / f"{name}.avsc", references)
            type = avro_model.parse(json.loads(schema.text), named)
            self.hold(schema, type)
            references = [*references, schema.reference(self.registry, type.name)]


def main() -> int:
    report = Report("avro")
    with ours() as mine, node() as nodes:
        suite = Suite(report, mine, nodes)
        for path in SCHEMAS:
            schema = suite.register(path)
            suite.hold(schema, avro_model.parse(json.loads(schema.text)))
        suite.hold_referring()
    return report.end()


if __name__ == "__main__":
    raise SystemExit(main())
