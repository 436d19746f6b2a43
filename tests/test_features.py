"""The feature table names tests that exist, and is a table: each row has a cell for each tool."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.reading

TESTS = Path(__file__).parent
PAGE = (TESTS / "features.md").read_text(encoding="utf-8")
HEADINGS = [
    "Hooking",
    "Events",
    "Annotations",
    "Retraces",
    "Rendering",
    "Filtering",
    "Export",
    "Command line",
    "pytest",
    "Overhead",
    "Safety",
    "Persistence",
]
TOOLS = ["layertrace", "TorchLens", "torchinfo", "tensorflow-hooks", "Keras", "flax", "equinox", "viztracer"]
COLUMNS = ["feature", *TOOLS, "test"]
NO = "–"


def cells(line):
    """Return the cells of a row."""
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def tables():
    """Return the head and the rows of the table of each section, by its heading."""
    sections = re.split(r"^## (.+)\n", PAGE, flags=re.MULTILINE)[1:]
    return {
        heading: [cells(line) for line in text.splitlines() if re.match(r"\| ", line)]
        for heading, text in zip(sections[::2], sections[1::2], strict=True)
    }


def rows():
    """Return the rows of the tables of features, without their heads."""
    found = tables()
    return [row for heading in HEADINGS for row in found[heading][1:]]


def exists(name):
    """Return whether a test is a function of its module."""
    file, _, function = name.partition("::")
    path = TESTS / file
    if not path.is_file():
        return False
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_there_are_79_features_in_twelve_tables():
    """The headings have one order, no feature is there twice, and no row is lost."""
    features = [row[0] for row in rows()]

    assert list(tables()) == [*HEADINGS, "What was compared"]
    assert len(features) == len(set(features)) == 79


def test_each_row_has_a_cell_for_each_tool():
    """A cell is a tick, a dash, or one or two words."""
    heads = [tables()[heading][0] for heading in HEADINGS]
    too_long = [row for row in rows() if any(not 1 <= len(cell.split()) <= 2 for cell in row[1:])]

    assert heads == [COLUMNS] * len(HEADINGS)
    assert [row for row in rows() if len(row) != len(COLUMNS)] == []
    assert too_long == []


def test_a_feature_of_layertrace_names_a_test_that_exists():
    """A feature that layertrace does not have names none."""
    has = {row[0]: row[1] != NO for row in rows()}
    tests = {row[0]: row[-1].strip("`") for row in rows() if row[-1] != NO}

    assert [feature for feature in has if has[feature] != (feature in tests)] == []
    assert [test for test in tests.values() if not exists(test)] == []


def test_the_version_of_each_tool_is_named():
    """A cell is about one version, and the next one may differ."""
    compared = tables()["What was compared"][1:]

    assert [row[0] for row in compared] == TOOLS
    assert [row for row in compared if not re.fullmatch(r"[\d.]+|this commit", row[1])] == []
    assert re.search(r"^Versions of \d{4}-\d\d-\d\d", PAGE, flags=re.MULTILINE)
