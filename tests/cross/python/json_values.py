"""Random JSON values that a JSON schema describes, and some that it does not."""

import random

from avro_values import TEXTS

LETTERS = "abcxyzäö漢🙂 -_\"\\/"
WHOLE = [0, 1, -1, 2, 3, 6, 10, 50, 51, 127, 128, -128, -129, 2**31, 2**53 - 1, -(2**53) + 1]
REAL = [0.0, 0.5, 1.0, 1.5, -2.0, 0.1, 1e-7, 1e21, 1 / 3, 999.999, 1.7976931348623157e308, 5e-324]
NAMES = ["x-a", "x-", "fooCount", "Count", "id", "other", "x-Count", "averyverylongname"]


class JsonValues:
    def __init__(self, rng: random.Random, root: dict, named: dict[str, dict]):
        self.rng = rng
        self.root = root
        self.named = named  # what is referred to, by its name

    def some(self):
        """Mostly right: one in three is changed at one place, and may be right all the same."""
        value = self.of(self.root)
        return value if self.rng.random() < 0.67 else self.changed(value)

    def anything(self, depth: int = 0):
        match self.rng.randrange(9 if depth < 3 else 6):
            case 0:
                return None
            case 1:
                return self.rng.random() < 0.5
            case 2:
                return self.rng.choice(WHOLE)
            case 3:
                return self.rng.choice(REAL)
            case 4 | 5:
                return self.text(0, 12)
            case 6:
                return [self.anything(depth + 1) for _ in range(self.rng.randrange(4))]
        return {self.rng.choice(NAMES + TEXTS): self.anything(depth + 1)
                for _ in range(self.rng.randrange(4))}

    def text(self, least: int, most: int) -> str:
        if self.rng.random() < 0.2:
            text = self.rng.choice(TEXTS)
            if least <= len(text) <= most:
                return text
        return "".join(self.rng.choices(LETTERS, k=self.rng.randint(least, min(most, least + 12))))

    def of(self, schema: dict, depth: int = 0):
        if "$ref" in schema:
            place = schema["$ref"]
            target = self.named.get(place) or self.root["definitions"][place.rpartition("/")[2]]
            return self.of(target, depth)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self.rng.choice(schema["enum"])
        for word in ("anyOf", "oneOf"):
            if word in schema:
                return self.of(self.rng.choice(schema[word]), depth)
        if "allOf" in schema:
            return self.of(self.rng.choice(schema["allOf"]), depth)
        kind = schema.get("type")
        if isinstance(kind, list):
            kind = self.rng.choice(kind)
        if kind is None:
            return self.anything(depth)
        return getattr(self, "_" + kind)(schema, depth)

    def _null(self, schema, depth):
        return None

    def _boolean(self, schema, depth):
        return self.rng.random() < 0.5

    def _integer(self, schema, depth):
        low, high = schema.get("minimum", -(2**53) + 1), schema.get("maximum", 2**53 - 1)
        value = self.rng.choice([*(n for n in WHOLE if low <= n <= high), self.rng.randint(low, high)])
        step = schema.get("multipleOf", 1)
        value -= value % step
        if value < low:  # beyond what a double holds, that of JavaScript's writers
            value += step
        # A float without a fraction is an integer too (draft 6 and later).
        return float(value) if self.rng.random() < 0.1 else value

    def _number(self, schema, depth):
        if "multipleOf" in schema:
            return self.rng.randint(-100, 100) * schema["multipleOf"]
        if self.rng.random() < 0.3:
            return self._integer({}, depth)
        return self.rng.choice([*REAL, self.rng.uniform(-1000, 1000),
                                self.rng.uniform(-1, 1) * 10.0 ** self.rng.randint(-30, 30)])

    def _string(self, schema, depth):
        if "pattern" in schema:
            return f"{self.rng.choice('abc')}-{self.rng.randrange(10_000)}"
        return self.text(schema.get("minLength", 0), schema.get("maxLength", 30))

    def _array(self, schema, depth):
        items = schema.get("items", {})
        if isinstance(items, list):
            out = [self.of(each, depth + 1) for each in items]
            more = schema.get("additionalItems", {})
            if more is not False and depth < 4:
                out += [self.of(more, depth + 1) for _ in range(self.rng.randrange(3))]
            return out
        least = schema.get("minItems", 0)
        most = least if depth > 4 else min(schema.get("maxItems", 4), least + 3)
        out = [self.of(items, depth + 1) for _ in range(self.rng.randint(least, most))]
        if "contains" in schema:
            out.insert(0, self.of(schema["contains"], depth + 1))
        return out

    def _object(self, schema, depth):
        required = schema.get("required", [])
        out = {}
        for name, each in schema.get("properties", {}).items():
            if name in required or (depth < 5 and self.rng.random() < 0.6):
                out[name] = self.of(each, depth + 1)
        if "patternProperties" in schema:
            for _ in range(self.rng.randrange(4)):
                out[self.rng.choice(NAMES)] = self.rng.choice(("text", 7, True))
        return out

    def changed(self, value):
        """One place of it, another one."""
        if isinstance(value, list) and value and self.rng.random() < 0.7:
            place = self.rng.randrange(len(value))
            return [*value[:place], self.changed(value[place]), *value[place + 1:]]
        if isinstance(value, dict) and value and self.rng.random() < 0.8:
            name = self.rng.choice(list(value))
            match self.rng.randrange(4):
                case 0:
                    return {key: item for key, item in value.items() if key != name}
                case 1:
                    return {**value, self.rng.choice(NAMES): self.anything(2)}
            return {**value, name: self.changed(value[name])}
        if isinstance(value, str) and self.rng.random() < 0.5:
            return self.rng.choice((value + "x" * 101, value[:1], value.upper(), value * 2))
        if isinstance(value, (int, float)) and not isinstance(value, bool) and self.rng.random() < 0.5:
            return self.rng.choice((value + 1, -value, value + 0.5, 10**6, str(value)))
        return self.anything(1)
