"""Random values of any Avro type, and what they look like to each of the peers.

A value is what Python has for it; a union's is a Branch, so that it is known which one was meant.
"""

import json
import math
import random
import string
import struct
from typing import NamedTuple

from avro_model import Type

INTS = [0, 1, -1, 63, 64, -64, -65, 127, 128, 8191, 8192, 2**31 - 1, -(2**31), 2**30]
LONGS = [*INTS, 2**31, 2**32, 2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63), 2**62, 10**18]
DOUBLES = [0.0, -0.0, 1.0, -1.5, 0.1, 1 / 3, math.pi, 1e300, 5e-324, 2.2250738585072014e-308,
           1.7976931348623157e308, -1.7976931348623157e308, 9007199254740993.0,
           math.inf, -math.inf, math.nan]
TEXTS = ["", "a", "ä", "日本語", "👍🏽", "\0", "\u0001\u001f", "\"\\/", "\ud7ff\ue000\uffff\U0010ffff",
         "e\u0301", "\u2028", "true", "null", "1", "{}"]
SIZES = [0, 1, 63, 64, 127, 128, 8191, 8192, 70_000]
ALPHABET = string.ascii_letters + string.digits + "  ..,-äöüß\n\té€漢字🙂"
DEEPEST = 5  # then what is recursive ends


class Branch(NamedTuple):
    index: int
    value: object


def one_nan(number: float) -> float:
    """There are many, and JSON and JavaScript know but one."""
    return math.nan if math.isnan(number) else number


def as_float32(number: float) -> float:
    try:
        return struct.unpack("<f", struct.pack("<f", number))[0]
    except OverflowError:
        return math.copysign(math.inf, number)


class Values:
    """Makes them. `few` keeps texts and lists short; `logical` says the logical types that peers turn
    into types of their own, which take less than their underlying type."""

    def __init__(self, rng: random.Random, few: bool = False, logical: bool = True):
        self.rng = rng
        self.few = few
        self.logical = logical

    def of(self, type: Type, depth: int = 0):
        if self.logical and type.logical.get("logicalType") in LIMITED:
            limited = LIMITED[type.logical["logicalType"]](self.rng, type)
            if limited is not None:
                return limited
        return getattr(self, "_" + type.kind)(type, depth)

    def _null(self, type, depth):
        return None

    def _boolean(self, type, depth):
        return self.rng.random() < 0.5

    def _int(self, type, depth):
        if self.rng.random() < 0.4:
            return self.rng.choice(INTS)
        return self.rng.randint(-(2**31), 2**31 - 1) >> self.rng.randrange(31)

    def _long(self, type, depth):
        if self.rng.random() < 0.4:
            return self.rng.choice(LONGS)
        return self.rng.randint(-(2**63), 2**63 - 1) >> self.rng.randrange(63)

    def _double(self, type, depth):
        kind = self.rng.random()
        if kind < 0.3:
            return self.rng.choice(DOUBLES)
        if kind < 0.6:
            return one_nan(struct.unpack("<d", self.rng.randbytes(8))[0])
        return self.rng.uniform(-1, 1) * 10.0 ** self.rng.randint(-20, 20)

    def _float(self, type, depth):
        if self.rng.random() < 0.3:
            return one_nan(struct.unpack("<f", self.rng.randbytes(4))[0])
        return as_float32(self._double(type, depth))

    def _size(self) -> int:
        if not self.few and self.rng.random() < 0.01:
            return self.rng.choice(SIZES)
        return self.rng.randrange(12)

    def _string(self, type, depth):
        if self.rng.random() < 0.3:
            return self.rng.choice(TEXTS)
        return "".join(self.rng.choices(ALPHABET, k=self._size()))

    def _bytes(self, type, depth):
        return self.rng.randbytes(self._size())

    def _fixed(self, type, depth):
        return self.rng.randbytes(type.size)

    def _enum(self, type, depth):
        return self.rng.choice(type.symbols)

    def _count(self, depth: int) -> int:
        if depth >= DEEPEST:
            return 0
        if not self.few and depth <= 2 and self.rng.random() < 0.005:
            return self.rng.choice((64, 130))
        return self.rng.randrange(4)

    def _array(self, type, depth):
        return [self.of(type.items, depth + 1) for _ in range(self._count(depth))]

    def _map(self, type, depth):
        return {self._string(type, depth): self.of(type.items, depth + 1)
                for _ in range(self._count(depth))}

    def _record(self, type, depth):
        return {field.name: self.of(field.type, depth + 1) for field in type.fields}

    def _union(self, type, depth):
        places = range(len(type.branches))
        if depth >= DEEPEST:
            shallow = [place for place in places if type.branches[place].kind != "record"]
            places = shallow or places
        index = self.rng.choice(places)
        return Branch(index, self.of(type.branches[index], depth))


def minimal(number: int) -> bytes:
    """Two's complement, big end first, in as few bytes as hold it."""
    return number.to_bytes(max(1, (number.bit_length() + 8) // 8), "big", signed=True)


def _decimal(rng: random.Random, type: Type):
    most = 10 ** type.logical["precision"] - 1
    number = rng.choice((0, 1, -1, most, -most, rng.randint(-most, most)))
    if type.kind == "fixed":
        return number.to_bytes(type.size, "big", signed=True)
    return minimal(number)


def _uuid(rng: random.Random, type: Type):
    raw = rng.randbytes(16)
    if type.kind == "fixed":
        return raw
    hex = raw.hex()
    return "-".join((hex[:8], hex[8:12], hex[12:16], hex[16:20], hex[20:]))


def _between(first: int, last: int):
    return lambda rng, type: rng.choice((first, last, 0, rng.randint(first, last)))


DAYS = (-719162, 2932896)  # years 1 to 9999: what Python's dates can be
SECONDS = (-62135596800, 253402300799)
LIMITED = {
    "decimal": _decimal,
    "uuid": _uuid,
    "date": _between(*DAYS),
    "time-millis": _between(0, 86_400_000 - 1),
    "time-micros": _between(0, 86_400_000_000 - 1),
    "timestamp-millis": _between(SECONDS[0] * 1000, SECONDS[1] * 1000),
    "timestamp-micros": _between(SECONDS[0] * 10**6, SECONDS[1] * 10**6),
    "local-timestamp-millis": _between(SECONDS[0] * 1000, SECONDS[1] * 1000),
    "local-timestamp-micros": _between(SECONDS[0] * 10**6, SECONDS[1] * 10**6),
}


# ---- what it looks like


class Binary:
    """Avro's binary encoding, straight from the specification. With an rng, arrays and maps are cut
    into blocks, with and without their sizes."""

    def __init__(self, rng: random.Random | None = None):
        self.rng = rng

    def of(self, type: Type, value) -> bytes:
        match type.kind:
            case "null":
                return b""
            case "boolean":
                return b"\1" if value else b"\0"
            case "int" | "long":
                return number(value)
            case "float":
                return struct.pack("<f", value)
            case "double":
                return struct.pack("<d", value)
            case "bytes":
                return number(len(value)) + value
            case "string":
                return self._text(value)
            case "fixed":
                return value
            case "enum":
                return number(type.symbols.index(value))
            case "union":
                return number(value.index) + self.of(type.branches[value.index], value.value)
            case "record":
                return b"".join(self.of(field.type, value[field.name]) for field in type.fields)
            case "array":
                return self._blocks([self.of(type.items, item) for item in value])
        return self._blocks([self._text(key) + self.of(type.items, item)
                             for key, item in value.items()])

    @staticmethod
    def _text(value: str) -> bytes:
        raw = value.encode()
        return number(len(raw)) + raw

    def _blocks(self, items: list[bytes]) -> bytes:
        out = b""
        while items:
            count = len(items) if self.rng is None else self.rng.randint(1, len(items))
            block = b"".join(items[:count])
            if self.rng is not None and self.rng.random() < 0.5:
                out += number(-count) + number(len(block)) + block
            else:
                out += number(count) + block
            items = items[count:]
        return out + b"\0"


def number(value: int) -> bytes:
    rest = (value << 1) ^ (value >> 63)
    out = bytearray()
    while rest > 0x7F:
        out.append(rest & 0x7F | 0x80)
        rest >>= 7
    out.append(rest)
    return bytes(out)


class Reading:
    """The binary encoding back into a value, for bytes that are right."""

    def __init__(self, bytes: bytes):
        self.bytes = bytes
        self.at = 0

    def take(self, size: int) -> bytes:
        self.at += size
        return self.bytes[self.at - size:self.at]

    def number(self) -> int:
        rest = shift = 0
        while True:
            byte = self.bytes[self.at]
            self.at += 1
            rest |= (byte & 0x7F) << shift
            if byte < 0x80:
                return (rest >> 1) ^ -(rest & 1)
            shift += 7

    def of(self, type: Type):
        match type.kind:
            case "null":
                return None
            case "boolean":
                return self.take(1) == b"\1"
            case "int" | "long":
                return self.number()
            case "float":
                return struct.unpack("<f", self.take(4))[0]
            case "double":
                return struct.unpack("<d", self.take(8))[0]
            case "bytes":
                return self.take(self.number())
            case "string":
                return self.take(self.number()).decode()
            case "fixed":
                return self.take(type.size)
            case "enum":
                return type.symbols[self.number()]
            case "union":
                index = self.number()
                return Branch(index, self.of(type.branches[index]))
            case "record":
                return {field.name: self.of(field.type) for field in type.fields}
            case "array":
                return [self.of(type.items) for _ in self._items()]
        return {self.take(self.number()).decode(): self.of(type.items) for _ in self._items()}

    def _items(self):
        while count := self.number():
            if count < 0:
                self.number()
            yield from range(abs(count))


def plain(type: Type, value, tagged: bool = False):
    """As our JSON has it: unions without their branch's name (unless `tagged`), bytes as ISO-8859-1."""
    match type.kind:
        case "union":
            branch = type.branches[value.index]
            inner = plain(branch, value.value, tagged)
            return {branch.branch_name(): inner} if tagged and branch.kind != "null" else inner
        case "bytes" | "fixed":
            return value.decode("latin-1")
        case "float" | "double" if not math.isfinite(value):
            return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
        case "array":
            return [plain(type.items, item, tagged) for item in value]
        case "map":
            return {key: plain(type.items, item, tagged) for key, item in value.items()}
        case "record":
            return {field.name: plain(field.type, value[field.name], tagged)
                    for field in type.fields}
    return value


def json_text(type: Type, value) -> str:
    return json.dumps(plain(type, value, tagged=True), ensure_ascii=False)


def same(left, right) -> bool:
    """Equal, and of the same types; -0.0 is not 0.0, and NaN is NaN."""
    if type(left) is not type(right):
        return False
    if isinstance(left, float):
        return struct.pack("<d", left) == struct.pack("<d", right) or (left != left
                                                                       and right != right)
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, (list, tuple)):
        return len(left) == len(right) and all(map(same, left, right))
    return left == right
