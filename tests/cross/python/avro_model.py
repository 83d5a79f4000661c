"""Avro schemas as a graph of types: parsed from JSON and written as JSON."""

import json

PRIMITIVES = ("null", "boolean", "int", "long", "float", "double", "bytes", "string")
NAMED = ("record", "enum", "fixed")


class Type:
    """One type. Only what its kind has is set; a record may contain itself."""

    def __init__(self, kind: str, **attributes):
        self.kind = kind
        self.name = ""  # full
        self.aliases: list[str] = []
        self.fields: list[Field] = []
        self.symbols: list[str] = []
        self.default: str | None = None  # of an enum
        self.items: Type | None = None  # of an array or a map
        self.branches: list[Type] = []
        self.size = 0
        self.logical: dict = {}  # logicalType and what goes with it
        self.__dict__.update(attributes)

    def branch_name(self) -> str:
        return self.name or self.kind


class Field:
    def __init__(self, name: str, type: Type, **more):
        self.name = name
        self.type = type
        self.aliases: list[str] = more.get("aliases", [])
        self.has_default = "default" in more
        self.default = more.get("default")


def parse(schema, named: dict[str, Type] | None = None, space: str = "") -> Type:
    """Of a schema that is right: what is wrong ends in a KeyError."""
    named = {} if named is None else named
    if isinstance(schema, list):
        return Type("union", branches=[parse(each, named, space) for each in schema])
    if isinstance(schema, str):
        if schema in PRIMITIVES:
            return Type(schema)
        full = f"{space}.{schema}" if space and "." not in schema else schema
        return named[full] if full in named else named[schema]
    kind = schema["type"]
    if not isinstance(kind, str):
        return parse(kind, named, space)
    if kind in PRIMITIVES:
        return Type(kind, logical=_logical(schema))
    if kind in ("array", "map"):
        items = schema["items" if kind == "array" else "values"]
        return Type(kind, items=parse(items, named, space))
    if kind not in NAMED and kind != "error":
        return parse(kind, named, space)
    return _named(schema, "record" if kind == "error" else kind, named, space)


def _logical(schema: dict) -> dict:
    return {key: schema[key] for key in ("logicalType", "precision", "scale") if key in schema}


def _named(schema: dict, kind: str, named: dict[str, Type], space: str) -> Type:
    full = schema["name"]
    if "." not in full:
        space = schema.get("namespace", space)
        full = f"{space}.{full}" if space else full
    space = full.rpartition(".")[0]
    type = Type(kind, name=full, logical=_logical(schema))
    type.aliases = [f"{space}.{alias}" if space and "." not in alias else alias
                    for alias in schema.get("aliases", [])]
    named[full] = type
    type.symbols = schema.get("symbols", [])
    type.default = schema.get("default") if kind == "enum" else None
    type.size = schema.get("size", 0)
    for each in schema.get("fields", []):
        more = {key: each[key] for key in ("default", "aliases") if key in each}
        type.fields.append(Field(each["name"], parse(each["type"], named, space), **more))
    return type


def dump(type: Type) -> str:
    return json.dumps(_dump(type, set()), ensure_ascii=False)


def _dump(type: Type, defined: set[str]):
    if type.kind == "union":
        return [_dump(branch, defined) for branch in type.branches]
    if type.kind in ("array", "map"):
        return {"type": type.kind,
                "items" if type.kind == "array" else "values": _dump(type.items, defined)}
    if type.kind in PRIMITIVES:
        return {"type": type.kind, **type.logical} if type.logical else type.kind
    if type.name in defined:
        return type.name
    defined.add(type.name)
    out = {"type": type.kind, "name": type.name, **type.logical}
    if type.aliases:
        out["aliases"] = type.aliases
    if type.kind == "enum":
        out["symbols"] = type.symbols
        if type.default is not None:
            out["default"] = type.default
    elif type.kind == "fixed":
        out["size"] = type.size
    else:
        out["fields"] = [_dump_field(field, defined) for field in type.fields]
    return out


def _dump_field(field: Field, defined: set[str]) -> dict:
    out = {"name": field.name, "type": _dump(field.type, defined)}
    if field.aliases:
        out["aliases"] = field.aliases
    if field.has_default:
        out["default"] = field.default
    return out
