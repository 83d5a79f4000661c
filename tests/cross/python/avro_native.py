"""Avro values as fastavro takes and gives them: dates for dates, and a branch by its name."""

from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from uuid import UUID

from avro_model import Type

EPOCH = datetime(1970, 1, 1)


def _at(micros: int, zone=None) -> datetime:
    return (EPOCH + timedelta(microseconds=micros)).replace(tzinfo=zone)


def _time(micros: int) -> time:
    return (EPOCH + timedelta(microseconds=micros)).time()


def _decimal(value: bytes, type: Type) -> Decimal:
    number = int.from_bytes(value, "big", signed=True)
    digits = tuple(map(int, str(abs(number))))
    return Decimal((int(number < 0), digits, -type.logical.get("scale", 0)))


LOGICAL = {
    "date": lambda value, type: date(1970, 1, 1) + timedelta(days=value),
    "time-millis": lambda value, type: _time(value * 1000),
    "time-micros": lambda value, type: _time(value),
    "timestamp-millis": lambda value, type: _at(value * 1000, timezone.utc),
    "timestamp-micros": lambda value, type: _at(value, timezone.utc),
    "local-timestamp-millis": lambda value, type: _at(value * 1000),
    "local-timestamp-micros": lambda value, type: _at(value),
    "uuid": lambda value, type: UUID(value) if isinstance(value, str) else UUID(bytes=value),
    "decimal": _decimal,
}


def native(type: Type, value, tagged: bool = False):
    """`tagged`: as it is written, with the branches of unions; else as it is read."""
    logical = LOGICAL.get(type.logical.get("logicalType", ""))
    if logical is not None:
        return logical(value, type)
    match type.kind:
        case "union":
            branch = type.branches[value.index]
            inner = native(branch, value.value, tagged)
            return (branch.branch_name(), inner) if tagged else inner
        case "array":
            return [native(type.items, item, tagged) for item in value]
        case "map":
            return {key: native(type.items, item, tagged) for key, item in value.items()}
        case "record":
            return {field.name: native(field.type, value[field.name], tagged)
                    for field in type.fields}
    return value
