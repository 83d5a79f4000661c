"""Random Avro schemas, and what becomes of them over the years: (writer, reader) pairs, of which some
can be resolved and some cannot."""

import copy
import random

from avro_model import NAMED, PRIMITIVES, Field, Type
from avro_values import Values, plain

PROMOTIONS = {"int": ("long", "float", "double"), "long": ("float", "double"),
              "float": ("double",), "string": ("bytes",), "bytes": ("string",)}
LOGICALS = {"int": ("date", "time-millis"), "long": ("timestamp-millis", "time-micros"),
            "string": ("uuid",)}
# One schema has names with a namespace or names without: those without cannot be told from within.
SPACES = (("",), ("x", "x.y"))


class Maker:
    """New types. Those with a name are remembered, and used again."""

    def __init__(self, rng: random.Random):
        self.rng = rng
        self.named: list[Type] = []
        self.count = 0
        self.spaces = rng.choice(SPACES)

    def schema(self) -> Type:
        roll = self.rng.random()
        if roll < 0.8:
            return self.record(0)
        return self.type(0)

    def name(self, letter: str) -> str:
        self.count += 1
        space = self.rng.choice(self.spaces)
        return f"{space}.{letter}{self.count}" if space else f"{letter}{self.count}"

    def type(self, depth: int, union: bool = True) -> Type:
        kinds = ["primitive"] * 6 + ["enum", "fixed", "again"]
        if depth < 3:
            kinds += ["record", "array", "map"]
        if union:
            kinds += ["union"] * 3
        kind = self.rng.choice(kinds)
        if kind == "again" and not self.named:
            kind = "primitive"
        return getattr(self, kind)(depth)

    def primitive(self, depth: int) -> Type:
        type = Type(self.rng.choice(PRIMITIVES))
        if type.kind in LOGICALS and self.rng.random() < 0.2:
            type.logical = {"logicalType": self.rng.choice(LOGICALS[type.kind])}
        return type

    def enum(self, depth: int) -> Type:
        symbols = self.rng.sample("ABCDEF", self.rng.randint(1, 4))
        type = Type("enum", name=self.name("E"), symbols=symbols)
        if self.rng.random() < 0.3:
            type.default = self.rng.choice(symbols)
        self.named.append(type)
        return type

    def fixed(self, depth: int) -> Type:
        self.named.append(Type("fixed", name=self.name("F"), size=self.rng.choice((0, 1, 4, 16))))
        return self.named[-1]

    def again(self, depth: int) -> Type:
        return self.rng.choice([type for type in self.named if not getattr(type, "open", False)]
                               or [self.primitive(depth)])

    def record(self, depth: int) -> Type:
        type = Type("record", name=self.name("R"))
        self.named.append(type)
        type.open = True  # within itself only where it can end
        for place in range(self.rng.randrange(5 if depth else 7)):
            if self.rng.random() < 0.1:
                inner = self.rng.choice((
                    lambda: Type("array", items=type), lambda: Type("map", items=type),
                    lambda: Type("union", branches=[Type("null"), type])))()
            else:
                inner = self.type(depth + 1)
            field = Field(f"f{place}", inner)
            if self.rng.random() < 0.2:
                give_default(field, self.rng)
            type.fields.append(field)
        type.open = False
        return type

    def array(self, depth: int) -> Type:
        return Type("array", items=self.type(depth + 1))

    def map(self, depth: int) -> Type:
        return Type("map", items=self.type(depth + 1))

    def union(self, depth: int) -> Type:
        branches: list[Type] = []
        for _ in range(self.rng.randint(1, 4)):
            add_branch(branches, self.type(depth + 1, union=False))
        return Type("union", branches=branches)


def add_branch(branches: list[Type], branch: Type, place: int | None = None) -> None:
    if branch.kind != "union" and branch.branch_name() not in {b.branch_name() for b in branches}:
        branches.insert(len(branches) if place is None else place, branch)


def default_of(type: Type, rng: random.Random):
    """A default in JSON: the value of a union is one of its first branch, floats are numbers."""
    values = Values(rng, few=True)

    def tame(type: Type, depth: int):
        match type.kind:
            case "float" | "double":
                return rng.choice((0, 1.5, -2, 1e10))
            case "union":
                return tame(type.branches[0], depth + 1)
            case "array":
                return [tame(type.items, depth + 1) for _ in range(rng.randrange(2 if depth < 4 else 1))]
            case "map":
                return {f"k{i}": tame(type.items, depth + 1)
                        for i in range(rng.randrange(2 if depth < 4 else 1))}
            case "record":
                return {field.name: tame(field.type, depth + 1) for field in type.fields
                        if not field.has_default or rng.random() < 0.7}
        return plain(type, values.of(type))

    return tame(type, 0)


def is_recursive(type: Type, above: tuple = ()) -> bool:
    """Whether it is within itself, or within what is not complete yet."""
    if any(type is each for each in above) or getattr(type, "open", False):
        return True
    parts = [*type.branches, *(field.type for field in type.fields)]
    parts += [type.items] if type.items is not None else []
    return any(is_recursive(part, (*above, type)) for part in parts)


def give_default(field: Field, rng: random.Random) -> None:
    # Java's parser takes no default of a type that is not complete where it stands.
    if not is_recursive(field.type):
        field.default = default_of(field.type, rng)
        field.has_default = True


class Evolution:
    """Changes a schema in place, one change at a time; says which in `changes`."""

    def __init__(self, rng: random.Random, writer: Type, maker: Maker):
        self.rng = rng
        # What both know is the same object within one schema, never in two.
        self.root, maker = copy.deepcopy((writer, maker))
        self.maker = maker
        maker.rng = rng
        self.changes: list[str] = []

    def run(self, steps: int) -> Type:
        for _ in range(steps):
            change = self.rng.choice(self.CHANGES)
            if change(self):
                self.changes.append(change.__name__)
        self._mend_defaults()
        return self.root

    def slots(self):
        """(type, what puts another one into its place)"""
        found = [(self.root, lambda new: setattr(self, "root", new))]
        seen = set()
        for type in self._types():
            if id(type) in seen:
                continue
            seen.add(id(type))
            if type.items is not None:
                found.append((type.items, lambda new, at=type: setattr(at, "items", new)))
            for field in type.fields:
                found.append((field.type, lambda new, at=field: setattr(at, "type", new)))
            for place, branch in enumerate(type.branches):
                found.append((branch, lambda new, at=type, i=place: self._put_branch(at, i, new)))
        return found

    @staticmethod
    def _put_branch(union: Type, place: int, new: Type) -> None:
        rest = union.branches[:place] + union.branches[place + 1:]
        if new.kind != "union" and new.branch_name() not in {b.branch_name() for b in rest}:
            union.branches[place] = new

    def _types(self):
        seen: dict[int, Type] = {}
        todo = [self.root]
        while todo:
            type = todo.pop()
            if id(type) in seen:
                continue
            seen[id(type)] = type
            todo += [field.type for field in type.fields] + type.branches
            if type.items is not None:
                todo.append(type.items)
        return list(seen.values())

    def _one(self, *kinds: str) -> Type | None:
        fitting = [type for type in self._types() if type.kind in kinds]
        return self.rng.choice(fitting) if fitting else None

    def _mend_defaults(self) -> None:
        """What its type has left behind; a default of another type would be a schema that is wrong."""
        for type in self._types():
            for field in type.fields:
                if field.has_default:
                    field.has_default = False
                    give_default(field, self.rng)

    # ---- the changes

    def promote(self):
        fitting = [slot for slot in self.slots() if slot[0].kind in PROMOTIONS]
        if fitting:
            type, put = self.rng.choice(fitting)
            put(Type(self.rng.choice(PROMOTIONS[type.kind])))
        return fitting

    def replace(self):
        if self.rng.random() < 0.3:
            type, put = self.rng.choice(self.slots())
            put(self.maker.type(2, union=type.kind == "union"))
            return True
        return False

    def wrap_in_union(self):
        fitting = [slot for slot in self.slots() if slot[0].kind not in ("union", "null")]
        if fitting:
            type, put = self.rng.choice(fitting)
            branches = [Type("null"), type]
            self.rng.shuffle(branches)
            if self.rng.random() < 0.3:
                add_branch(branches, self.maker.type(2, union=False), 0)
            put(Type("union", branches=branches))
        return fitting

    def unwrap_union(self):
        fitting = [slot for slot in self.slots() if slot[0].kind == "union"]
        if fitting and self.rng.random() < 0.5:
            type, put = self.rng.choice(fitting)
            put(self.rng.choice(type.branches))
            return True
        return False

    def change_branches(self):
        union = self._one("union")
        if union is not None:
            match self.rng.randrange(3):
                case 0:
                    self.rng.shuffle(union.branches)
                case 1 if len(union.branches) > 1:
                    union.branches.pop(self.rng.randrange(len(union.branches)))
                case _:
                    add_branch(union.branches, self.maker.type(2, union=False),
                               self.rng.randint(0, len(union.branches)))
        return union

    def add_field(self):
        record = self._one("record")
        if record is not None:
            self.maker.count += 1
            field = Field(f"n{self.maker.count}", self.maker.type(2))
            if self.rng.random() < 0.85:
                give_default(field, self.rng)
            record.fields.insert(self.rng.randint(0, len(record.fields)), field)
        return record

    def remove_field(self):
        record = self._one("record")
        if record is not None and record.fields:
            record.fields.pop(self.rng.randrange(len(record.fields)))
            return True
        return False

    def shuffle_fields(self):
        record = self._one("record")
        if record is not None:
            self.rng.shuffle(record.fields)
        return record

    def rename_field(self):
        record = self._one("record")
        if record is None or not record.fields:
            return False
        field = self.rng.choice(record.fields)
        self.maker.count += 1
        if self.rng.random() < 0.85:
            field.aliases = [*field.aliases, field.name]
        field.name = f"m{self.maker.count}"
        return True

    def change_symbols(self):
        enum = self._one("enum")
        if enum is None:
            return False
        match self.rng.randrange(4):
            case 0:
                enum.symbols = [*enum.symbols, f"N{len(enum.symbols)}"]
            case 1 if len(enum.symbols) > 1:
                gone = self.rng.choice(enum.symbols)
                enum.symbols = [symbol for symbol in enum.symbols if symbol != gone]
            case 2:
                enum.symbols = self.rng.sample(enum.symbols, len(enum.symbols))
        enum.default = self.rng.choice([None, *enum.symbols])
        return True

    def rename_type(self):
        named = self._one(*NAMED)
        if named is None:
            return False
        space, _, old = named.name.rpartition(".")
        match self.rng.randrange(5):
            case 0 if space:  # another namespace alone
                named.name = f"z.{old}"
            case 1 | 2:
                named.aliases = [*named.aliases, named.name]
                named.name = self.maker.name("S")
            case 3 if space:
                named.aliases = [*named.aliases, named.name]
                named.name = f"{space}.{old}x"
            case 4 if self.rng.random() < 0.3:
                named.name = self.maker.name("S")
        return True

    def resize(self):
        fixed = self._one("fixed")
        if fixed is not None and self.rng.random() < 0.3:
            fixed.size += 1
            return True
        return False

    def annotate(self):
        type = self._one(*LOGICALS)
        if type is not None:
            type.logical = {} if type.logical else {
                "logicalType": self.rng.choice(LOGICALS[type.kind])}
        return type

    CHANGES = (promote, promote, promote, wrap_in_union, wrap_in_union, change_branches,
               change_branches, add_field, add_field, add_field, remove_field, remove_field,
               shuffle_fields, rename_field, rename_field, change_symbols, change_symbols,
               rename_type, rename_type, replace, unwrap_union, resize, annotate)
