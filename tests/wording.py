"""Find docstrings, messages and pages that are not plain English.

    python tests/wording.py [PATH ...]      # all of the project, or these files and folders

Docstrings open with the verb for what the code does. Words and phrases that readers stumble over are not
used. `tests/test_wording.py` runs this over the whole project.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PYTHON = ("layertrace", "tests", "demos")
PAGES = ("README.md", "CHANGELOG.md", "layertrace", "tests", "demos", ".github")
_PROGRAMS = re.compile(r"tests/(backends/)?cases/(lt\d+_\w+|clean|field)/")  # programs as people write them
_OWN = {"tests/wording.py", "tests/test_wording.py"}  # they name the words that they look for

OPENINGS = {
    "Tell": "Return whether / Return / Print / Distinguish",
    "Say": "Return / Describe",
    "Know": "Identify",
    "See": "Observe",
    "Put": "Write / Place / Format",
    "Let": "Make / Allow / Pin",
    "Gather": "Collect / Group",
    "Get": "Return",
    "Learn": "Record",
    "Ask": "Return",
    "Hand": "Pass",
    "Look": "Return / Read",
    "Speak": "Write",
}
"""Verbs that do not open a docstring, and what may instead."""

PHRASES = {
    r"tell|tells|telling|told": "report, show, print, log, identify, distinguish",
    r"say|says|saying|said": "report, state, declare",
    r"anew": "again; recreated",
    r"beside": "next to, besides",
    r"nobody|somebody|whoever|whosoever": "name who it is",
    r"otherwise than": "differs from",
    r"(is|are|was|were) no(?! longer\b| more\b| fewer\b| other\b| less\b)": "is not a",
    r"(?-i:is none\b)(?! of)": "is not valid",
    r"of which|of whom": "whose, that",
    r"how-manyeth": "1-based index of",
    r"as far as (it goes|can be seen|can be told)": "state the condition",
    r"as it should be": "valid",
    r"from (then|now|here) on": "after that",
    r"(has|have) to be had": "is needed",
    r"from \d+ on": "N or more",
    r"but for": "except, only",
    r"(is|are) as good as": "has no further effect",
    r"turns? .{0,20}into nothing": "disables",
    r"comes? later": "is deferred",
    r"each (time|like this):": "repeated:",
    r"lies? in whom|who lies": "nesting",
    r"things? more": "more",
    r"at most differ|differ in .{0,40} at most": "equivalent, apart from",
    r"(goes|go) on (without|as)": "continues; your program is unaffected",
    r"the rest goes on|or it goes on": "everything else still works",
    r"(;|,) give (a|an|at|one|the)\b": "must be ..., got ...",
    r"keeps nothing": "must be at least 1, got 0",
    r"that has not begun": "of an unknown event",
    r"where that leads": "rewrite",
    r"the doctor": "the rules, `diagnose`",
    r"in another dress": "another program with this mistake",
    r"all else": "everything else",
    r"whose turn|by rights|in earnest": "rewrite",
    r"was left as it was written|as it was written": "the uncompressed file was kept",
    r"could not be (seen|told)": "is unknown",
    r"meanwhile the": "while",
    r"in the order of the clock": "ordered by time",
    r"is forgotten with": "is lost after",
    r"its own does": "name what does",
    r"hands? (it|them) on|handed on": "pass to",
    r"for want of": "because ... is missing",
    r"is neither .{1,30} nor .{0,20}(such as|codes)": "must be ...",
    r"where to\.": "Output file.",
    r"mended|mend|mending": "fixed, fix",
    r"dear(er)? part": "expensive part",
    r"in which it was wont|wont to": "rewrite",
}
"""Words and phrases that are not used, as patterns, and what to write instead."""

_PHRASES = [(re.compile(rf"(?<![\w-])(?:{p})(?![\w])", re.I), p, instead) for p, instead in PHRASES.items()]
_CODE = re.compile(r"```.*?```|``[^`]*``|`[^`\n]*(?:\n[^`\n]*)?`", re.S)
_CRUMB = re.compile(r'^\s*f?"[^"\\]{0,12}"$')
_PIECE = re.compile(r'^\s*f?"')


class Problem(NamedTuple):
    """One place to rewrite."""

    file: str
    line: int
    text: str
    advice: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text!r}: write {self.advice}"


def problems_in(text: str) -> list[tuple[str, str]]:
    """Return what is found in a text, and what to write instead."""
    plain = _CODE.sub("`code`", text)
    return [(found[0], instead) for pattern, _, instead in _PHRASES if (found := pattern.search(plain))]


def check_docstring(
    text: str, *, is_predicate: bool = False, is_property: bool = False
) -> list[tuple[str, str]]:
    """Return what is wrong with a docstring."""
    found = problems_in(_without_doctests(text))
    first = text.strip().partition(" ")[0].rstrip(".,:")
    if first in OPENINGS:
        found.append((text.strip().partition("\n")[0], OPENINGS[first]))
    opening = ("Return whether", "Whether") if is_property else ("Return whether",)
    if is_predicate and not text.strip().startswith(opening):
        found.append((text.strip().partition("\n")[0], "Return whether ..., since it returns a bool"))
    return found


def _without_doctests(text: str) -> str:
    """Return a text without examples, which are code."""
    return re.sub(r"(?m)^\s*>>> .*(\n(?!\s*$).*)*", "", text)


def check_python(path: Path) -> Iterator[Problem]:
    """Yield the problems in the docstrings and messages of a module."""
    name = path.relative_to(ROOT).as_posix()
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    docstrings = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text is None:
                continue
            literal = node.body[0].value
            docstrings.add(id(literal))
            is_predicate, is_property = _is_predicate(node, name), _is_property(node)
            for found, advice in check_docstring(text, is_predicate=is_predicate, is_property=is_property):
                yield Problem(name, literal.lineno, found, advice)
    joined = (node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr))
    in_strings = {id(part) for node in joined for part in node.values}
    for node in ast.walk(tree):
        if id(node) in docstrings or id(node) in in_strings:
            continue
        text = _text_of(node)
        if text is not None and len(text.split()) > 2:
            for found, advice in problems_in(text):
                yield Problem(name, node.lineno, found, advice)
    lines = source.splitlines()
    for number, (line, following) in enumerate(zip(lines, [*lines[1:], ""], strict=True), start=1):
        if name.startswith("layertrace/") and _CRUMB.match(line) and _PIECE.match(following):
            yield Problem(name, number, line.strip(), "the message in pieces that can be searched for")


def _text_of(node: ast.AST) -> str | None:
    """Return the text of a literal, with `{}` for what an f-string inserts."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


def _is_predicate(node: ast.AST, name: str) -> bool:
    returns = getattr(node, "returns", None)
    is_bool = isinstance(returns, ast.Name) and returns.id == "bool"
    return is_bool and name.startswith("layertrace/") and not getattr(node, "name", "").startswith("__")


def _is_property(node: ast.AST) -> bool:
    decorators = getattr(node, "decorator_list", [])
    return any("property" in ast.unparse(decorator) for decorator in decorators)


def check_page(path: Path) -> Iterator[Problem]:
    """Yield the problems in a Markdown page."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"```.*?```", lambda block: "\n" * block[0].count("\n"), text, flags=re.S)
    for number, paragraph in _paragraphs(text):
        for found, advice in problems_in(paragraph):
            yield Problem(path.relative_to(ROOT).as_posix(), number, found, advice)


def _paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """Yield each paragraph with the number of its first line."""
    number = 1
    for block in text.split("\n\n"):
        yield number, block
        number += block.count("\n") + 2


def files(paths: list[Path]) -> Iterator[Path]:
    """Yield the modules and pages to check."""
    for path in paths:
        found = [path] if path.is_file() else sorted(path.rglob("*.py")) + sorted(path.rglob("*.md"))
        for file in found:
            name = file.relative_to(ROOT).as_posix()
            if not _PROGRAMS.match(name) and name not in _OWN and "__pycache__" not in name:
                yield file


def problems(paths: list[Path] | None = None) -> list[Problem]:
    """Return the problems of some files and folders, or of the whole project."""
    paths = paths or [ROOT / name for name in dict.fromkeys((*PYTHON, *PAGES)) if (ROOT / name).exists()]
    found: list[Problem] = []
    for file in files(paths):
        found += check_python(file) if file.suffix == ".py" else check_page(file)
    return found


if __name__ == "__main__":
    wrong = problems([Path(argument).resolve() for argument in sys.argv[1:]])
    print("\n".join(map(str, wrong)))
    sys.exit(f"{len(wrong)} to rewrite" if wrong else 0)
