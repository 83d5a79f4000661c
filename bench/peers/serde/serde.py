"""Confluent's Python client in script/bench serde: its serializers, with the registry's ids cached.

  serde.py --registry URL --values FILE --format avro|json-schema|protobuf --calls N
           --schemas FOLDER [--descriptors FILE]

Prints one line of JSON, as bench_serde does.
"""

import argparse
import datetime
import json
import time
from pathlib import Path

from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.serialization import MessageField, SerializationContext


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--registry")
    parser.add_argument("--values", type=Path)
    parser.add_argument("--format")
    parser.add_argument("--calls", type=int)
    parser.add_argument("--schemas", type=Path)
    parser.add_argument("--descriptors", type=Path, help="of message.proto, by protoc")
    return parser.parse_args()


def avro(options, client):
    from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer

    schema = (options.schemas / "message.avsc").read_text()
    return AvroSerializer(client, schema), AvroDeserializer(client), dict


def json_schema(options, client):
    from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer

    schema = (options.schemas / "message.json").read_text()

    def value(message):
        at = datetime.datetime.fromtimestamp(message["sentAt"] / 1000, datetime.timezone.utc)
        return message | {"sentAt": at.isoformat(timespec="milliseconds").replace("+00:00", "Z")}

    return (JSONSerializer(schema, client),
            JSONDeserializer(schema, schema_registry_client=client), value)


def protobuf(options, client):
    from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer, ProtobufSerializer
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, timestamp_pb2

    files = descriptor_pb2.FileDescriptorSet.FromString(options.descriptors.read_bytes())
    pool = descriptor_pool.Default()
    for file in files.file:
        pool.Add(file)
    kind = message_factory.GetMessageClass(pool.FindMessageTypeByName("caas.events.Message"))

    def value(message):
        made = kind(message_id=message["messageId"], conversation_id=message["conversationId"],
                    user_id=message["userId"], text=message["text"])
        if "replyTo" in message:
            made.reply_to = message["replyTo"]
        made.sent_at.CopyFrom(timestamp_pb2.Timestamp(seconds=message["sentAt"] // 1000,
                                                      nanos=message["sentAt"] % 1000 * 1_000_000))
        return made

    settings = {"use.deprecated.format": False}
    return (ProtobufSerializer(kind, client, settings),
            ProtobufDeserializer(kind, settings, schema_registry_client=client), value)


def measure(calls, call, values):
    for i in range(calls // 10):
        call(values[i % len(values)])
    cpu, wall = time.process_time(), time.perf_counter()
    for i in range(calls):
        call(values[i % len(values)])
    return ((time.perf_counter() - wall) / calls * 1e9, (time.process_time() - cpu) / calls * 1e6)


def main():
    options = arguments()
    client = SchemaRegistryClient({"url": options.registry})
    made = {"avro": avro, "json-schema": json_schema, "protobuf": protobuf}[options.format]
    serializer, deserializer, value = made(options, client)
    context = SerializationContext(f"bench.serde.python.{options.format}", MessageField.VALUE)
    with options.values.open() as file:
        values = [value(json.loads(line)) for line in file]
    encoded = [serializer(item, context) for item in values]
    for item, data in zip(values, encoded):
        back = deserializer(data, context)
        text = back.text if options.format == "protobuf" else back["text"]
        assert text == (item.text if options.format == "protobuf" else item["text"])
    encode_ns, encode_cpu = measure(options.calls, lambda item: serializer(item, context), values)
    decode_ns, decode_cpu = measure(options.calls, lambda data: deserializer(data, context),
                                    encoded)
    print(json.dumps({"encodeNs": encode_ns, "encodeCpuPerMillion": encode_cpu,
                      "decodeNs": decode_ns, "decodeCpuPerMillion": decode_cpu}))


if __name__ == "__main__":
    main()
