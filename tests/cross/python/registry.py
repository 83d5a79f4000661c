"""The real registry, by Confluent's client for Python, and subjects that are this run's alone."""

import os
import time

from confluent_kafka.schema_registry import (
    Schema, SchemaReference, SchemaRegistryClient, topic_subject_name_strategy)
from confluent_kafka.serialization import MessageField, SerializationContext
from peer import Peer

RUN = f"{os.getpid()}-{time.time_ns() % 10**9}"
# Python's default asks the registry for a subject first, in a call that ours does not know.
BY_TOPIC = {"subject.name.strategy": topic_subject_name_strategy}


def client() -> SchemaRegistryClient:
    if "SCHEMA_REGISTRY_URL" not in os.environ:
        raise SystemExit("SCHEMA_REGISTRY_URL is not set: run it through script/test cross")
    return SchemaRegistryClient({"url": os.environ["SCHEMA_REGISTRY_URL"] + "/apis/ccompat/v7",
                                 "timeout": 20})


def topic_of(name: str) -> str:
    return f"cross-{name}-{RUN}"


def context(topic: str) -> SerializationContext:
    return SerializationContext(topic, MessageField.VALUE)


class Registered:
    """A schema under the subject of a topic, registered by each of the peers in turn; they must come
    to the same id."""

    def __init__(self, report, registry: SchemaRegistryClient, peers: list[Peer], name: str,
                 type: str, text: str, references: list[dict] = (), subject: str = ""):
        self.name = name
        self.topic = topic_of(name)
        self.type = type
        self.text = text
        self.subject = subject or f"{self.topic}-value"
        self.schema = Schema(text, type, [SchemaReference(**each) for each in references])
        ids = {"Python": registry.register_schema(self.subject, self.schema)}
        for peer in peers:
            answer = peer.ask("register", subject=self.subject, type=type, schema=text,
                              references=list(references))
            ids[peer.name] = answer.get("id", answer.get("error"))
        report.check(len(set(ids.values())) == 1, "the peers do not agree on the schema's id",
                     schema=text, ids=ids)
        self.id = ids["Python"]

    def frame(self) -> bytes:
        return b"\0" + self.id.to_bytes(4, "big")

    def reference(self, registry: SchemaRegistryClient, name: str) -> dict:
        version = registry.lookup_schema(self.subject, self.schema).version
        return {"name": name, "subject": self.subject, "version": version}
