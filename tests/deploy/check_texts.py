#!/usr/bin/env python3
"""docs/troubleshooting.md quotes what is printed: each quoted line is made by a text in the code.

A line of a ```text block, without its `error: ` or `hint: `, with … for what differs, must fit a string
of the C++ or Python code whose {placeholders} stand where the … are.
"""
import ast
import pathlib
import re

from common import ROOT, Problems, main

DOCUMENT = ROOT / "docs" / "troubleshooting.md"
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
# Strings that C++ puts together: nothing but space between them.
JOINED = re.compile(r'(?:"(?:[^"\\\n]|\\.)*"\s*)+')
LEAST = 12  # letters that are fixed: shorter ones would fit anything


def cpp_texts(text: str) -> list[str]:
    texts = []
    for match in JOINED.finditer(text):
        joined = "".join(LITERAL.findall(match.group(0)))
        texts.append(joined.replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\"))
    return texts


def python_texts(text: str) -> list[str]:
    texts = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.JoinedStr):
            texts.append("".join(v.value if isinstance(v, ast.Constant) else "{}" for v in node.values))
    return texts


def pattern(text: str) -> re.Pattern | None:
    """What the text can become. What is added before and behind it is not in it."""
    fixed = [p for p in re.split(r"\{[^{}]*\}", text.strip())]
    if sum(len(p) for p in fixed) < LEAST:
        return None
    return re.compile("(.*: )?" + "(.*)".join(re.escape(p) for p in fixed) + "(.*)", re.S)


def patterns() -> list[re.Pattern]:
    texts: list[str] = []
    for file in sorted((ROOT / "src").rglob("*.cpp")):
        if not file.name.endswith("_test.cpp"):
            texts += cpp_texts(file.read_text())
    for file in sorted((ROOT / "script" / "local_cluster").glob("*.py")):
        texts += python_texts(file.read_text())
    return [p for text in texts for p in map(pattern, text.splitlines()) if p]


def overlap(line: str, patterns_: list[re.Pattern]) -> bool:
    """Of a line with … : the fixed words of the code are in it, and little else is."""
    for candidate in patterns_:
        match = candidate.fullmatch(line)
        if match and sum(len(g) for g in match.groups() if g) <= max(40, len(line) // 2):
            return True
    return False


def quoted() -> list[str]:
    lines = []
    for block in re.findall(r"^```text\n(.*?)^```", DOCUMENT.read_text(), re.S | re.M):
        lines += [re.sub(r"^(error|hint): ", "", line) for line in block.splitlines() if line.strip()]
    return lines


def check() -> int:
    problems, known, lines = Problems(), patterns(), quoted()
    for line in lines:
        if not overlap(line, known):
            problems.add(f"docs/troubleshooting.md quotes what nobody prints: {line}")
    if len(lines) < 30:
        problems.add(f"only {len(lines)} lines are quoted")
    return problems.end(f"{len(lines)} texts are printed as quoted")


if __name__ == "__main__":
    main(check)
