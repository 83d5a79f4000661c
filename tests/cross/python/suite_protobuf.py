"""Protobuf through the registry: ours, Confluent's Python serializers and its Node.js ones (protobuf-es)
write equal bytes where Protobuf has an order (all but maps), schema ids and message indexes included, and
read each other's to equal messages; imports as references. Schemas are registered both as their text (by
us) and as a descriptor in base64 (as Confluent's clients do it).
"""

from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer, ProtobufSerializer
from google.protobuf import json_format
from peer import CROSS, Peer, node, ours
from protobuf_values import Compiled, Indexes, Messages
from registry import BY_TOPIC, client, context, topic_of
from report import Report

VALUES = 1000
FOLDER = CROSS / "schemas" / "protobuf"
FILES = sorted(path.name for path in FOLDER.glob("*.proto"))


def has_maps(type, seen: tuple = ()) -> bool:
    if type.full_name in seen:
        return False
    seen = (*seen, type.full_name)
    return any(field.message_type is not None and (field.message_type.GetOptions().map_entry
                                                   or has_maps(field.message_type, seen))
               for field in type.fields)


def canonical(message) -> bytes:
    return message.SerializeToString(deterministic=True)


def indexes_of(indexes: list[int]) -> bytes:
    """Of less than 64 each: one byte for each, zigzag; [0] is a zero byte alone."""
    return b"\0" if indexes == [0] else bytes(2 * n for n in (len(indexes), *indexes))


class Suite:
    def __init__(self, report: Report, mine: Peer, nodes: Peer):
        self.report = report
        self.mine = mine
        self.nodes = nodes
        self.registry = client()

    def hold(self, file: Compiled) -> None:
        self.report.count("schemas")
        topic = topic_of(file.name.removesuffix(".proto"))
        count = self.report.values(VALUES) // len(file.messages) + 1
        for name, indexes in file.messages.items():
            self.report.count("message types")
            self.hold_message(file, topic, name, indexes, count)

    def hold_message(self, file: Compiled, topic: str, name: str, indexes: Indexes,
                     count: int) -> None:
        type = file.of(name)
        made = Messages(self.report.rng("protobuf", name))
        messages = [made.fill(type()) for _ in range(count)]
        self.report.count("values", count)
        ordered = not has_maps(type.DESCRIPTOR)
        part = {"schema": file.text, "message": name}
        index = indexes_of(indexes.java)

        # Registers the file and what it imports, as descriptors in base64.
        serializer = ProtobufSerializer(type, self.registry, BY_TOPIC)
        python = [serializer(message, context(topic)) for message in messages]
        frame = python[0][:5] + indexes_of(indexes.python)
        self.report.check(all(bytes.startswith(frame) for bytes in python),
                          "Python writes another frame", python=python[0], expected=frame, **part)
        theirs = self.node_writes(file, topic, name, messages)
        # It writes the same descriptor with other bytes, and so has another id.
        node_id = bytes.fromhex(theirs[0][:10]) if isinstance(theirs[0], str) else b""
        self.same_bytes("Node", theirs, type, messages, node_id + index, ordered, part)

        self.ours_reads(python, type, messages, part)
        self.ours_reads([bytes.fromhex(each) for each in theirs if isinstance(each, str)], type,
                        messages, part)
        text_frame = b"\0" + self.register_text(file, topic).to_bytes(4, "big")
        self.ours_reads([text_frame + index + bytes[len(frame):] for bytes in python], type, messages,
                        part)
        for id in (frame[:5], text_frame):
            mine = self.ours_writes(int.from_bytes(id[1:], "big"), name, messages)
            self.same_bytes("ours", mine, type, messages, id + index, ordered, part)
            if id != text_frame and all(isinstance(each, str) for each in mine):
                self.they_read(file, topic, name, type, messages, mine, part)

    def they_read(self, file: Compiled, topic: str, name: str, type, messages: list, mine: list[str],
                  part: dict) -> None:
        """What ours wrote by the schema that Confluent's clients registered: they ask for schemas in a
        form (format=serialized) that Apicurio has of no schema that is registered as text."""
        deserializer = ProtobufDeserializer(type, BY_TOPIC, self.registry)
        read = [deserializer(bytes.fromhex(each), context(topic)) for each in mine]
        self.same_messages("Python", read, messages, mine, part)
        answer = self.nodes.ask("decode", type="PROTOBUF", topic=topic, message=name,
                                descriptors=file.descriptors, values=mine)["results"]
        read = [type.FromString(bytes.fromhex(each)) if isinstance(each, str) else each
                for each in answer]
        self.same_messages("Node", read, messages, mine, part)

    def register_text(self, file: Compiled, topic: str) -> int:
        """By us, with its imports first; under subjects of their own."""
        references: dict[str, dict] = {}
        id = -1
        for each in file.files:
            if each.name.startswith("google/"):
                continue
            text = (FOLDER / each.name).read_text()
            subject = f"{topic}-text-{each.name}"
            uses = [references[name] for name in each.dependency if name in references]
            request = {"subject": subject, "type": "PROTOBUF", "schema": text, "references": uses}
            id = self.mine.ask("register", **request)["id"]
            version = self.mine.ask("lookUp", **request)["version"]
            references[each.name] = {"name": each.name, "subject": subject, "version": version}
        return id

    def ours_writes(self, id: int, name: str, messages: list) -> list:
        texts = [json_format.MessageToJson(message, preserving_proto_field_name=True, indent=None)
                 for message in messages]
        return self.mine.ask("encode", id=id, message=name, values=texts)["results"]

    def node_writes(self, file: Compiled, topic: str, name: str, messages: list) -> list:
        return self.nodes.ask("encode", type="PROTOBUF", topic=topic, message=name,
                              descriptors=file.descriptors,
                              values=[canonical(message).hex() for message in messages])["results"]

    def same_bytes(self, who: str, written: list, type, messages: list, frame: bytes, ordered: bool,
                   part: dict) -> None:
        for message, hex in zip(messages, written):
            expected = frame + canonical(message)
            good = hex == expected.hex()
            if not good and not ordered and isinstance(hex, str) and hex.startswith(frame.hex()):
                good = canonical(type.FromString(bytes.fromhex(hex)[len(frame):])) == canonical(message)
            self.report.check(good, f"{who} writes other bytes", value=message, written=hex,
                              expected=expected, **part)

    def ours_reads(self, written: list[bytes], type, messages: list, part: dict) -> None:
        answer = self.mine.ask("decode", values=[bytes.hex() for bytes in written])
        for message, bytes, text, id in zip(messages, written, answer["results"], answer["ids"]):
            try:
                read = json_format.Parse(text, type()) if isinstance(text, str) else text
                good = (canonical(read) == canonical(message)
                        and id == int.from_bytes(bytes[1:5], "big"))
            except (json_format.ParseError, AttributeError) as problem:
                read, good = problem, False
            self.report.check(good, "ours reads another message", value=message, bytes=bytes, json=text,
                              read=read, **part)

    def same_messages(self, who: str, read: list, messages: list, written: list, part: dict) -> None:
        for message, other, bytes in zip(messages, read, written):
            good = not isinstance(other, dict) and canonical(other) == canonical(message)
            self.report.check(good, f"{who} reads another message", value=message, read=other,
                              bytes=bytes, **part)


def main() -> int:
    report = Report("protobuf")
    with ours() as mine, node() as nodes:
        suite = Suite(report, mine, nodes)
        for name in FILES:
            suite.hold(Compiled(FOLDER, name))
    return report.end()


if __name__ == "__main__":
    raise SystemExit(main())
