"""Protobuf files compiled by protoc, and random messages of any of their types."""

import base64
import random
import struct
import tempfile
from pathlib import Path
from typing import NamedTuple

from avro_values import DOUBLES, INTS, LONGS, TEXTS, as_float32, one_nan
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from grpc_tools import protoc

DEEPEST = 4
U32 = [0, 1, 127, 128, 2**31, 2**32 - 1]
U64 = [*U32, 2**53 + 1, 2**63, 2**64 - 1]


class Indexes(NamedTuple):
    """Of a message in its file. Java and JavaScript do not count the entries of maps, Python does."""

    java: list[int]
    python: list[int]


class Compiled:
    """One file with what it imports; `messages` are its own types with their indexes."""

    def __init__(self, folder: Path, name: str):
        self.name = name
        self.text = (folder / name).read_text()
        with tempfile.NamedTemporaryFile() as out:
            words = ["protoc", f"-I{folder}", f"-I{_include()}", "--include_imports",
                     f"--descriptor_set_out={out.name}", name]
            if protoc.main(words) != 0:
                raise SystemExit(f"protoc does not take {folder / name}")
            raw = Path(out.name).read_bytes()
        self.descriptors = base64.b64encode(raw).decode()
        self.files = descriptor_pb2.FileDescriptorSet.FromString(raw).file
        self.pool = descriptor_pool.DescriptorPool()
        for file in self.files:
            self.pool.Add(file)
        self.messages: dict[str, Indexes] = {}
        file = self.pool.FindFileByName(name)
        for index, top in enumerate(file.message_types_by_name.values()):
            self._collect(top, Indexes([index], [index]))

    def _collect(self, type: Descriptor, indexes: "Indexes") -> None:
        self.messages[type.full_name] = indexes
        real = 0
        for place, inner in enumerate(type.nested_types):
            if not inner.GetOptions().map_entry:
                self._collect(inner, Indexes([*indexes.java, real], [*indexes.python, place]))
                real += 1

    def of(self, message: str):
        return message_factory.GetMessageClass(self.pool.FindMessageTypeByName(message))


def _include() -> Path:
    import grpc_tools

    return Path(grpc_tools.__file__).parent / "_proto"


class Messages:
    def __init__(self, rng: random.Random):
        self.rng = rng

    def fill(self, message, depth: int = 0):
        known = getattr(self, "_" + message.DESCRIPTOR.full_name.replace(".", "_"), None)
        if known is not None:
            known(message, depth)
            return message
        for field in message.DESCRIPTOR.fields:
            if field.is_required or self.rng.random() < (0.7 if depth < DEEPEST else 0.2):
                self._set(message, field, depth)
        return message

    def _set(self, message, field: FieldDescriptor, depth: int) -> None:
        if depth >= DEEPEST and field.message_type is not None and not field.is_required:
            return
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            self._map(getattr(message, field.name), field.message_type, depth)
        elif field.is_repeated:
            items = getattr(message, field.name)
            for _ in range(self.rng.randrange(4)):
                if field.message_type is not None:
                    self.fill(items.add(), depth + 1)
                else:
                    items.append(self._scalar(field))
        elif field.message_type is not None:
            inner = getattr(message, field.name)
            inner.SetInParent()
            self.fill(inner, depth + 1)
        else:
            setattr(message, field.name, self._scalar(field))

    def _map(self, entries, type: Descriptor, depth: int) -> None:
        key, value = type.fields_by_name["key"], type.fields_by_name["value"]
        for _ in range(self.rng.randrange(4)):
            if value.message_type is not None:
                self.fill(entries[self._scalar(key)], depth + 1)
            else:
                entries[self._scalar(key)] = self._scalar(value)

    def _scalar(self, field: FieldDescriptor):
        rng = self.rng
        match field.cpp_type:
            case FieldDescriptor.CPPTYPE_INT32:
                return rng.choice((rng.choice(INTS), rng.randint(-(2**31), 2**31 - 1)))
            case FieldDescriptor.CPPTYPE_INT64:
                return rng.choice((rng.choice(LONGS), rng.randint(-(2**63), 2**63 - 1)))
            case FieldDescriptor.CPPTYPE_UINT32:
                return rng.choice((rng.choice(U32), rng.randrange(2**32)))
            case FieldDescriptor.CPPTYPE_UINT64:
                return rng.choice((rng.choice(U64), rng.randrange(2**64)))
            case FieldDescriptor.CPPTYPE_DOUBLE:
                return rng.choice((rng.choice(DOUBLES), one_nan(struct.unpack("<d", rng.randbytes(8))[0])))
            case FieldDescriptor.CPPTYPE_FLOAT:
                return rng.choice((as_float32(rng.choice(DOUBLES)),
                                   one_nan(struct.unpack("<f", rng.randbytes(4))[0])))
            case FieldDescriptor.CPPTYPE_BOOL:
                return rng.random() < 0.5
            case FieldDescriptor.CPPTYPE_ENUM:
                return rng.choice(field.enum_type.values).number
        if field.type == FieldDescriptor.TYPE_BYTES:
            return rng.randbytes(rng.choice((0, 1, 3, 200)))
        return rng.choice((rng.choice(TEXTS), "x" * rng.choice((1, 127, 128, 300))))

    # ---- Google's own types, which have limits

    def _google_protobuf_Timestamp(self, message, depth):
        message.seconds = self.rng.choice((-62135596800, 253402300799, 0,
                                           self.rng.randint(-62135596800, 253402300799)))
        message.nanos = self.rng.choice((0, 1, 999_999_999, 500_000_000, self.rng.randrange(10**9)))

    def _google_protobuf_Duration(self, message, depth):
        message.seconds = self.rng.choice((0, 1, -1, 315576000000, -315576000000,
                                           self.rng.randint(-10**9, 10**9)))
        sign = -1 if message.seconds < 0 else 1
        message.nanos = sign * self.rng.choice((0, 1, 10**6, 999_999_999))
        if abs(message.seconds) == 315576000000:
            message.nanos = 0

    def _google_protobuf_FieldMask(self, message, depth):
        message.paths.extend(self.rng.sample(["a", "foo_bar", "a.b_c", "x.y.z"],
                                             self.rng.randrange(4)))

    def _google_protobuf_Value(self, message, depth):
        match self.rng.randrange(6 if depth < DEEPEST else 4):
            case 0:
                message.null_value = 0
            case 1:
                message.number_value = self.rng.choice(
                    [each for each in DOUBLES if each == each and abs(each) < 1e308])
            case 2:
                message.string_value = self.rng.choice(TEXTS)
            case 3:
                message.bool_value = self.rng.random() < 0.5
            case 4:
                message.struct_value.SetInParent()
                self._google_protobuf_Struct(message.struct_value, depth + 1)
            case 5:
                message.list_value.SetInParent()
                self._google_protobuf_ListValue(message.list_value, depth + 1)

    def _google_protobuf_Struct(self, message, depth):
        for _ in range(self.rng.randrange(4)):
            self._google_protobuf_Value(message.fields[self.rng.choice(TEXTS)], depth + 1)

    def _google_protobuf_ListValue(self, message, depth):
        for _ in range(self.rng.randrange(4)):
            self._google_protobuf_Value(message.values.add(), depth + 1)
