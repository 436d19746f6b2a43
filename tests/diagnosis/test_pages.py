"""The page of each rule has the same headings, and examples that are Python."""

import ast
import re
import sys

import pytest

from layertrace.diagnosis import all_rules

HEADINGS = ["Why is this bad?", "Example", "Use instead", "Known limits"]
RULES = [rule for rule in all_rules() if rule.code.startswith("LT")]


def section(rule, heading):
    """Return the text below a heading."""
    return rule.page.partition(f"## {heading}\n")[2].partition("\n## ")[0].strip()


@pytest.fixture(params=RULES, ids=lambda rule: rule.code)
def rule(request):
    return request.param


def test_a_page_begins_with_one_sentence(rule):
    """Lists of rules show it as the summary."""
    first, blank, _ = rule.page.split("\n", 2)

    assert rule.summary == first
    assert first.endswith(".")
    assert ". " not in first
    assert blank == ""


def test_a_page_has_the_headings_in_order(rule):
    """Every section has some text."""
    assert re.findall(r"^#+ (.*)$", _without_code(rule.page), flags=re.M) == HEADINGS
    assert all(section(rule, heading) for heading in HEADINGS)


@pytest.mark.parametrize("heading", ["Example", "Use instead"])
def test_an_example_is_python(rule, heading):
    """The section has one block of code, which can be parsed and fits a terminal."""
    blocks = re.findall(r"```python\n(.*?)```", section(rule, heading), flags=re.S)

    assert len(blocks) == 1
    ast.parse(blocks[0])
    assert max(len(line) for line in blocks[0].splitlines()) <= 77, "it wraps in a terminal of 80 columns"


def test_the_module_begins_with_the_code(rule):
    """A reader of the source finds the rule by it."""
    module = sys.modules[rule.check.__module__]

    assert module.__doc__.startswith(rule.code)


def _without_code(page):
    return re.sub(r"```.*?```", "", page, flags=re.S)
