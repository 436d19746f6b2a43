"""List the exemptions of rules that no program in `tests/cases` demands.

python tests/diagnosis/undemanded.py FOLDER             # records the programs into FOLDER first
python tests/diagnosis/undemanded.py FOLDER state/ LT5  # only rules whose path or code begins like this

An exemption is a condition, or an operand of one, before a `continue` or a `return`. Each is taken away in
turn, while its rule reads all recordings. An exemption is listed if the findings stay the same without it:
write the program that needs it, or delete it. A guard against None is not an exemption.

The first run records for about ten minutes.
"""

from __future__ import annotations

import ast
import importlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import NamedTuple

sys.path[:0] = [str(Path(__file__).parents[1])]

from cases.cases import programs, run  # noqa: E402  # found by the line above

from layertrace.diagnosis import all_rules, rules  # noqa: E402
from layertrace.diagnosis.context import DiagnosisContext  # noqa: E402
from layertrace.diagnosis.rule import Rule  # noqa: E402
from layertrace.timeline import Timeline  # noqa: E402

RULES = Path(rules.__file__).parent
NEVER = ast.Constant(value=False)


class Exemption(NamedTuple):
    """One condition: the function it is in, the list of the tree that holds it, and its place there."""

    function: str
    holder: list[ast.expr]
    at: int

    @property
    def text(self) -> str:
        return ast.unparse(self.holder[self.at])


def record(folder: Path) -> None:
    """Record the programs that are not in a folder yet."""
    folder.mkdir(parents=True, exist_ok=True)
    kinds = ("clean", "fixed", "broken", "another")
    with tempfile.TemporaryDirectory() as own:
        os.chdir(own)  # some programs save a model
        for path in (path for kind in kinds for path in programs(kind)):
            file = folder / f"{path.parent.name}-{path.stem}.layertrace"
            if not file.exists():
                run(path).timeline.save(file)


def exemptions(tree: ast.Module) -> Iterator[Exemption]:
    """Yield the exemptions in the functions of a module."""
    for function in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
        for node in ast.walk(function):
            if not isinstance(node, ast.If) or not isinstance(node.body[-1], (ast.Continue, ast.Return)):
                continue
            if not isinstance(node.test, ast.BoolOp) or isinstance(node.test.op, ast.And):
                node.test = ast.BoolOp(ast.Or(), [node.test, NEVER])  # so that it is an operand, too
            for at, operand in enumerate(node.test.values):
                if operand is not NEVER and "None" not in ast.unparse(operand):
                    yield Exemption(function.name, node.test.values, at)


def without(exemption: Exemption, tree: ast.Module, path: Path) -> CodeType:
    """Return the code of a function without one of its exemptions."""
    kept = exemption.holder[exemption.at]
    exemption.holder[exemption.at] = NEVER
    module = compile(ast.fix_missing_locations(tree), path, "exec")
    exemption.holder[exemption.at] = kept
    codes = (code for code in module.co_consts if isinstance(code, CodeType))
    return next(code for code in codes if code.co_name == exemption.function)


def function_of(module: ModuleType, name: str) -> FunctionType:
    """Return a function of a module, or that of the rule with this name."""
    found = getattr(module, name)
    return found.check if isinstance(found, Rule) else found


def findings(rule: Rule, contexts: list[DiagnosisContext]) -> Iterator[list[str]]:
    """Yield what a rule finds in each recording; an exception counts as something found."""
    for context in contexts:
        try:
            yield [repr(violation) for violation in rule.check(context)]
        except Exception as error:
            yield [repr(error)]


def undemanded(path: Path, concerned: list[Rule], contexts: list[DiagnosisContext]) -> Iterator[Exemption]:
    """Yield the exemptions in a module without which its rules find the same."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    module = importlib.import_module(module_of(path))
    usual = {rule.code: list(findings(rule, contexts)) for rule in concerned}
    for exemption in exemptions(tree):
        function = function_of(module, exemption.function)
        kept, function.__code__ = function.__code__, without(exemption, tree, path)
        same = all(list(findings(rule, contexts)) == usual[rule.code] for rule in concerned)
        function.__code__ = kept
        if same:
            yield exemption


def module_of(path: Path) -> str:
    """Return the name of the module of rules in a file."""
    return ".".join([rules.__name__, *path.relative_to(RULES).with_suffix("").parts])


def main() -> None:
    """Record what is missing, and print a line for each exemption."""
    folder, wanted = Path(sys.argv[1]).absolute(), tuple(sys.argv[2:])
    record(folder)
    contexts = [DiagnosisContext(Timeline.load(path)) for path in sorted(folder.glob("*.layertrace"))]
    for path in sorted(RULES.rglob("[!_]*.py")) + sorted(RULES.rglob("_shared.py")):
        theme = [rule for rule in all_rules() if rule.check.__module__.startswith(module_of(path.parent))]
        own = [rule for rule in theme if rule.check.__module__ == module_of(path)]
        names = [str(path.relative_to(RULES)), *(rule.code for rule in own)]
        if not wanted or any(name.startswith(wanted) for name in names):
            for exemption in undemanded(path, own or theme, contexts):
                line = exemption.holder[exemption.at].lineno
                print(f"{names[0]}:{line} {exemption.function}: {exemption.text}", flush=True)


if __name__ == "__main__":
    main()
