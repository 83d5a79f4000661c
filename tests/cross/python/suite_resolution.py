"""Avro's schema resolution, ours against Java's Avro and fastavro: random schemas, each with what it
became after some changes, and random values that the one wrote and the other reads.

All three give the same value, or all three refuse. Where Java's and fastavro differ from each other,
DIFFERENCES says what the specification (Avro 1.12) says and whose side we are on; nothing else may
differ. Whether a pair can be resolved whatever the value is held against Java's SchemaCompatibility,
which is what the registry judges changes by. Arrays and maps come in blocks with and without sizes.
"""

import io
import json

import fastavro
import fastavro.read
from avro_model import Type, dump
from avro_values import Binary, Reading, Values, as_float32, same
from evolve import PROMOTIONS, Evolution, Maker
from peer import java, ours
from report import Report

PAIRS = 700
VALUES = 12
STEPS = 4

DIFFERENCES = {
    "names in unions": "Java finds a named type in a union of several by its full name alone; the "
    "specification compares names without their namespaces, as fastavro and we do",
    "names of records": "Java's reader takes a record of another name where its fields fit; the "
    "specification does not, and neither do Java's SchemaCompatibility, fastavro and we",
    "aliases of fields": "Java applies a field's aliases only in records of the same full name",
    "aliases and defaults": "Java renames the writer's fields by the reader's aliases, and then refuses "
    "the writer's own defaults, which have the old names",
    "collections": "Java 1.12.2 takes an array or a map for one that cannot be, where an item needs more "
    "bytes by the reader's schema than by the writer's and little follows it",
    "UTF-8": "Java reads bytes that are no UTF-8 as a string; a string is UTF-8, and fastavro and we "
    "refuse",
    "first branch": "fastavro takes the reader's first branch that a value can be promoted to, Java and "
    "we the very same type first: an int stays an int for ['long', 'int']",
    "fastavro's TypeError": "fastavro fails where a union in the reader has a type by its name that is "
    "defined within a branch before it",
    "not reached": "Java and fastavro find out that items cannot be read when they read one, so an empty "
    "array or map passes; we refuse the pair, as a registry does",
}


class Pair:
    def __init__(self, report: Report, number: int):
        rng = report.rng("pair", number)
        maker = Maker(rng)
        self.writer = maker.schema()
        evolution = Evolution(rng, self.writer, maker)
        self.reader = evolution.run(rng.randint(1, STEPS))
        self.changes = evolution.changes
        self.texts = (dump(self.writer), dump(self.reader))
        self.values = [Values(rng, few=True, logical=False).of(self.writer)
                       for _ in range(VALUES)]
        self.written = [Binary(rng if i % 3 == 0 else None).of(self.writer, value)
                        for i, value in enumerate(self.values)]

    def request(self) -> dict:
        return {"writer": self.texts[0], "reader": self.texts[1],
                "values": [bytes.hex() for bytes in self.written]}


class Answer:
    """Of one peer for one value: the bytes as the reader's schema has them, fastavro's value, or
    why it refused."""

    def __init__(self, value=None, refused: str = ""):
        self.value = value
        self.refused = refused

    def __str__(self) -> str:
        if self.refused:
            return f"refused: {self.refused}"
        return self.value.hex() if isinstance(self.value, bytes) else str(self.value)


def answers(reply: dict, count: int) -> list[Answer]:
    if "results" not in reply:
        return [Answer(refused=reply["error"])] * count
    return [Answer(bytes.fromhex(each)) if isinstance(each, str) else Answer(refused=each["error"])
            for each in reply["results"]]


def fastavro_answers(pair: Pair) -> list[Answer]:
    writer, reader = (fastavro.parse_schema(json.loads(text)) for text in pair.texts)
    out = []
    for written in pair.written:
        try:
            out.append(Answer(fastavro.schemaless_reader(io.BytesIO(written), writer, reader)))
        except Exception as problem:  # whatever it is, it refused
            out.append(Answer(refused=f"{type(problem).__name__}: {problem}"))
    return out


def agrees(type: Type, value, theirs) -> bool:
    """fastavro's Python value is the one that we read. It does not say which branch it took, keeps
    more of a float than there is, and gives defaults as the schema's JSON has them."""
    match type.kind:
        case "union":
            return agrees(type.branches[value.index], value.value, theirs)
        case "float" | "double":
            if isinstance(theirs, bool) or not isinstance(theirs, (int, float)):
                return False
            return same(value, as_float32(float(theirs)) if type.kind == "float" else float(theirs))
        case "bytes" | "fixed" if isinstance(theirs, str):
            return value.decode("latin-1") == theirs
        case "record":
            return isinstance(theirs, dict) and all(
                agrees(field.type, value[field.name], theirs.get(field.name, field.default))
                for field in type.fields)
        case "array":
            return (isinstance(theirs, list) and len(theirs) == len(value)
                    and all(agrees(type.items, *both) for both in zip(value, theirs)))
        case "map":
            return (isinstance(theirs, dict) and list(theirs) == list(value)
                    and all(agrees(type.items, value[key], theirs[key]) for key in value))
    return same(value, theirs)


def types_in(root: Type) -> list[Type]:
    seen: dict[int, Type] = {}
    todo = [root]
    while todo:
        type = todo.pop()
        if seen.setdefault(id(type), type) is type:
            parts = [*type.branches, *(field.type for field in type.fields), type.items]
            todo += [part for part in parts if part is not None and id(part) not in seen]
    return list(seen.values())


def promotes_first(reader: Type) -> bool:
    """A union has a branch that a later one of it can be promoted to."""
    return any(earlier.kind in PROMOTIONS.get(later.kind, ())
               for union in types_in(reader) if union.kind == "union"
               for place, later in enumerate(union.branches) for earlier in union.branches[:place])


def renames_with_field_aliases(pair: Pair) -> bool:
    known = {type.name for type in types_in(pair.writer)}
    return any(type.kind == "record" and type.name not in known
               and any(field.aliases for field in type.fields) for type in types_in(pair.reader))


def has_empty(value) -> bool:
    if isinstance(value, (list, dict)):
        parts = value.values() if isinstance(value, dict) else value
        return not value or any(map(has_empty, parts))
    return isinstance(value, tuple) and has_empty(value.value)


def why_java_differs(pair: Pair, value, us: Answer, java: Answer) -> str:
    """Which of DIFFERENCES it can be; nothing where it can be none."""
    if us.refused and not java.refused:
        if "UTF-8" in us.refused:
            return "UTF-8"
        if has_empty(value):
            return "not reached"
        return "names of records" if "written as " in us.refused else ""
    if "Collection claims " in java.refused or "Map claims " in java.refused:
        return "collections"
    if "Invalid default for field " in java.refused:
        return "aliases and defaults"
    if ", expecting union[" in java.refused:
        return "names in unions"
    if not java.refused or "missing required field" in java.refused:
        return "aliases of fields" if renames_with_field_aliases(pair) else ""
    return ""


def why_fastavro_differs(pair: Pair, value, us: Answer, fast: Answer) -> str:
    if us.refused:
        return "not reached" if has_empty(value) else ""
    if fast.refused.startswith("TypeError: "):
        return "fastavro's TypeError"
    return "first branch" if promotes_first(pair.reader) else ""


def hold(report: Report, pair: Pair, mine: dict, theirs: dict) -> None:
    schemas = {"writer": pair.texts[0], "reader": pair.texts[1], "changes": pair.changes}
    if "compatible" not in mine or "compatible" not in theirs:
        report.fail("a schema was not taken", ours=mine, java=theirs, **schemas)
        return
    report.count("pairs that can be resolved" if mine["compatible"] else
                 "pairs of which some values cannot be read" if "results" in mine else
                 "pairs that cannot be resolved")
    report.check(mine["compatible"] == theirs["compatible"], "another verdict than Java's",
                 ours=mine["reasons"], java=theirs["reasons"], **schemas)
    count = len(pair.values)
    for value, written, us, java, fast in zip(pair.values, pair.written, answers(mine, count),
                                              answers(theirs, count), fastavro_answers(pair)):
        report.count("values held against Java's Avro and fastavro")
        parts = {**schemas, "value": value, "written": written, "ours": us, "java": java,
                 "fastavro": fast}
        java_with_us = (bool(us.refused) == bool(java.refused)) and us.value == java.value
        fast_with_us = bool(us.refused) == bool(fast.refused) and (
            bool(us.refused) or agrees(pair.reader, Reading(us.value).of(pair.reader), fast.value))
        why_java = "" if java_with_us else why_java_differs(pair, value, us, java)
        why_fast = "" if fast_with_us else why_fastavro_differs(pair, value, us, fast)
        if not java_with_us:
            report.count(f"  where Java's differs: {why_java}")
            # Ours is then what the specification says; fastavro bears witness.
            report.check(why_java in DIFFERENCES and (fast_with_us or why_fast != ""),
                         "Java's Avro reads it differently", **parts)
        if not fast_with_us:
            report.count(f"  where fastavro differs: {why_fast}")
            report.check(why_fast in DIFFERENCES and (java_with_us or why_java != ""),
                         "fastavro reads it differently", **parts)


def main() -> int:
    # Values are compared as they are encoded, and not as dates.
    fastavro.read.LOGICAL_READERS.clear()
    report = Report("resolution")
    with ours() as us, java() as them:
        for number in range(report.values(PAIRS)):
            pair = Pair(report, number)
            hold(report, pair, us.ask("resolve", **pair.request()),
                 them.ask("resolve", **pair.request()))
    return report.end()


if __name__ == "__main__":
    raise SystemExit(main())
