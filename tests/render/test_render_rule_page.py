"""The page of a rule, as `layertrace explain` prints it."""

from __future__ import annotations

import io
import re
from itertools import pairwise

import pytest
from rich.console import Console

from layertrace.diagnosis import all_rules
from layertrace.render.rule_page import RulePage

RULES = {rule.code: rule for rule in all_rules()}


def _shown(code: str, *, width: int = 80, colour: bool = True) -> str:
    page = io.StringIO()
    color_system = "standard" if colour else None
    console = Console(file=page, width=width, force_terminal=colour, color_system=color_system)
    console.print(RulePage(RULES[code]))
    return page.getvalue()


def test_code_is_indented_and_has_no_box_around_it():
    """Code stands four columns in, directly under its heading, and no line ends in spaces."""
    lines = _shown("LT103", colour=False).splitlines()

    at = lines.index("Use instead")
    assert lines[at - 1 : at + 4] == [
        "",
        "Use instead",
        "",
        "    def __init__(self):",
        "        super().__init__()",
    ]
    assert all(line == line.rstrip() for line in lines)
    assert not any(line == following == "" for line, following in pairwise(lines))


@pytest.mark.parametrize("code", RULES)
def test_only_colours_of_the_terminal_are_used(code):
    """Text has no background, and its colours are the eight that every theme of a terminal defines."""
    codes = {number for style in re.findall(r"\x1b\[([\d;]*)m", _shown(code)) for number in style.split(";")}

    assert codes <= {*"01234", "", *(str(colour) for colour in range(30, 38))}


@pytest.mark.parametrize("code", RULES)
def test_a_page_fits_its_width(code):
    """Prose wraps; lines of code are at most as wide as in the source."""
    assert max(map(len, _shown(code, width=60, colour=False).splitlines())) <= 100
