#!/usr/bin/env python3
"""Snippets in README and docs are the code of examples/.

A snippet is a ```cpp block under a line `<!-- examples/FILE.cpp:NAME -->`. It must equal what stands
in that file between `// [NAME]` and `// [/NAME]`, without its common indentation.

    check_snippets.py            fails on a difference
    check_snippets.py --write    copies the code into the documents
"""
import pathlib
import re
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"<!-- (examples/[\w.]+):(\w+) -->\n```cpp\n(.*?)```", re.S)
ANY_CPP = re.compile(r"(<!-- [^\n]+ -->\n)?```cpp\n")


def region(file: str, name: str) -> str:
    text = (ROOT / file).read_text()
    found = re.search(rf"^[ ]*// \[{name}\]\n(.*?)^[ ]*// \[/{name}\]$", text, re.S | re.M)
    if not found:
        raise SystemExit(f"{file} has no region [{name}]")
    return textwrap.dedent(found.group(1)).rstrip("\n") + "\n"


def main() -> int:
    write = "--write" in sys.argv[1:]
    documents = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    checked, wrong = 0, []
    for document in documents:
        text = document.read_text()

        def replace(match: re.Match) -> str:
            nonlocal checked
            checked += 1
            code = region(match.group(1), match.group(2))
            if match.group(3) != code:
                wrong.append(f"{document.relative_to(ROOT)}: {match.group(1)}:{match.group(2)}")
            return f"<!-- {match.group(1)}:{match.group(2)} -->\n```cpp\n{code}```"

        replaced = BLOCK.sub(replace, text)
        for bare in ANY_CPP.finditer(text):
            if not bare.group(1):
                line = text[: bare.start()].count("\n") + 1
                wrong.append(f"{document.relative_to(ROOT)}:{line}: a C++ block that no example holds")
        if write and replaced != text:
            document.write_text(replaced)
    if checked == 0:
        wrong.append("no snippet found at all")
    if wrong and not write:
        print("These snippets differ from examples/ (tests/docs/check_snippets.py --write mends them):")
        print("\n".join(wrong))
        return 1
    print(f"{checked} snippets are the code of examples/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
