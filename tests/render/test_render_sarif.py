"""The SARIF log of a check: what the schema of SARIF 2.1.0 and code scanning require."""

import json
import linecache
import re
from dataclasses import replace
from pathlib import Path

import pytest
from checks import ALL, HOSTILE, NOTE, PROGRAM, REPEATED, UNJUDGED, VARIABLE, check_of, crashed
from golden import assert_golden

from layertrace import Timeline
from layertrace.diagnosis import Edit
from layertrace.render.formats.replacements import changed_part, replacements
from layertrace.render.formats.sarif import sarif_log
from layertrace.timeline import Location

HERE = Path(__file__).parent
LEVELS = {"none", "note", "warning", "error"}


@pytest.fixture
def in_file(monkeypatch):
    """Return a function that makes the text of a file known, and returns its first line."""

    def write(text):
        lines = text.splitlines(keepends=True)
        monkeypatch.setitem(linecache.cache, "/home/ada/project/a.py", (len(text), None, lines, "a.py"))
        return Location("/home/ada/project/a.py", 1)

    return write


def run_of(check):
    return json.loads(sarif_log(check))["runs"][0]


def every(data, key):
    """Return what has this key, at any depth."""
    if isinstance(data, dict):
        inner = [each for value in data.values() for each in every(value, key)]
        return [data[key], *inner] if key in data else inner
    return [each for value in data for each in every(value, key)] if isinstance(data, list) else []


def assert_valid(log):
    """Check what the schema requires of the objects that a log of ours has."""
    assert log["version"] == "2.1.0"
    assert set(log) == {"$schema", "version", "runs"}
    for run in log["runs"]:
        rules = run["tool"]["driver"]["rules"]
        assert run["tool"]["driver"]["name"]
        assert run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
        assert len({rule["id"] for rule in rules}) == len(rules)
        assert all(isinstance(each["executionSuccessful"], bool) for each in run["invocations"])
        for result in run["results"]:
            assert result["message"]["text"]
            assert result["level"] in LEVELS
            assert "ruleIndex" not in result or rules[result["ruleIndex"]]["id"] == result["ruleId"]
    for message in [*every(log, "message"), *every(log, "shortDescription"), *every(log, "help")]:
        assert message["text"]
    for region in [*every(log, "region"), *every(log, "deletedRegion")]:
        assert all(type(region[key]) is int and region[key] >= 1 for key in region if key != "snippet")
        assert region["startLine"] <= region.get("endLine", region["startLine"])
    for uri in [*every(log, "uri"), *every(log, "helpUri")]:
        assert re.fullmatch(r"[\w.~:/?#@!$&'()*+,;=%-]+", uri, re.ASCII)
    for artifact in every(log, "artifactLocation"):
        assert ("uriBaseId" in artifact) == (not re.match(r"[a-z]+:|/", artifact["uri"]))
    for changes in every(log, "artifactChanges"):
        assert changes
        assert all(change["replacements"] for change in changes)


def test_a_log_has_the_rules_and_a_result_for_each_finding():
    """With place, layer, evidence, and the fix where it is complete."""
    log = json.loads(sarif_log(check_of(ALL)))
    log["runs"][0]["tool"]["driver"]["version"] = "0"

    assert_golden("format_sarif", json.dumps(log, indent=2))


@pytest.mark.parametrize(
    "check",
    [check_of(ALL), check_of([HOSTILE]), *(check_of([NOTE], timeline) for _, timeline in UNJUDGED.values())],
)
def test_a_log_is_valid(check):
    """Whatever was found, and also if nothing was checked."""
    assert_valid(json.loads(sarif_log(check)))


@pytest.mark.parametrize("case", UNJUDGED)
def test_what_was_not_checked_is_a_result(case):
    """The invocation failed, and there is an error that viewers show."""
    name, timeline = UNJUDGED[case]
    run = run_of(check_of([], timeline))

    assert [invocation["executionSuccessful"] for invocation in run["invocations"]] == [False]
    assert [(result["ruleId"], result["level"]) for result in run["results"]] == [(name, "error")]
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "train.py"


def test_a_clean_check_has_no_result():
    """And the invocation succeeded."""
    run = run_of(check_of([]))

    assert run["results"] == []
    assert run["invocations"] == [{"executionSuccessful": True}]


def test_each_result_is_somewhere():
    """Code scanning refuses a log with a result without a file, so the program stands in for a line."""
    (result,) = run_of(check_of([REPEATED]))["results"]

    assert result["locations"] == [
        {"physicalLocation": {"artifactLocation": {"uri": "train.py", "uriBaseId": "%SRCROOT%"}}}
    ]


def test_a_program_from_standard_input_is_not_a_file():
    """Its results are nowhere."""
    (result,) = run_of(replace(check_of([], crashed()), target="-", folder="/elsewhere"))["results"]
    (nowhere,) = run_of(replace(check_of([REPEATED]), target="-"))["results"]

    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == 31
    assert "locations" not in nowhere


def test_columns_are_those_of_the_expression():
    """Counted from 1, and the end is the column after it."""
    (result,) = run_of(check_of([VARIABLE]))["results"]
    region = result["locations"][0]["physicalLocation"]["region"]
    line = region["snippet"]["text"]

    assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == "tf.Variable(self.k)"


WITHOUT_REPLACEMENT = {
    "a sentence": {"fix": "Pad the last batch.", "edits": ()},
    "an example to complete": {"fix": "return x @ ..."},
    "lines of several places": {"fix": "self.w = 1  # in __init__", "edits": ()},
    "code that goes elsewhere": {"fix_place": "elsewhere"},
    "an unknown line": {"source": ""},
    "another line than that of the file": {"source": "        return x @ w"},
    "an edit of an unknown line": {"edits": (Edit(Location("a.py", 3), "", "pass"),)},
    "no fix at all": {"fix": "", "edits": ()},
}


@pytest.mark.parametrize("case", WITHOUT_REPLACEMENT)
def test_a_fix_for_a_human_is_not_applied_by_an_editor(case):
    """A part of a fix would be worse than none."""
    finding = replace(VARIABLE, **WITHOUT_REPLACEMENT[case])

    assert replacements(finding) == ()
    assert "fixes" not in run_of(check_of([finding]))["results"][0]


def applied(source, fix):
    """Return a text with the replacements of a fix, the last first: each counts in the original text."""
    lines = source.splitlines(keepends=True)
    starts = [sum(map(len, lines[:number])) for number in range(len(lines) + 1)]
    found = [
        (
            starts[each["deletedRegion"]["startLine"] - 1] + each["deletedRegion"]["startColumn"] - 1,
            starts[each["deletedRegion"]["endLine"] - 1] + each["deletedRegion"]["endColumn"] - 1,
            each.get("insertedContent", {"text": ""})["text"],
        )
        for change in fix["artifactChanges"]
        for each in change["replacements"]
    ]
    for start, end, text in sorted(found, reverse=True):
        source = source[:start] + text + source[end:]
    return source


def test_replacements_are_the_fix():
    """A line is replaced, and another gets lines before it."""
    (result,) = run_of(check_of([VARIABLE]))["results"]

    assert applied(PROGRAM, result["fixes"][0]).lstrip("\n") == (
        "    def build(self, shape):\n"
        "        self.w = self.add_weight(shape=(4, 4))\n"
        "\n"
        "    def call(self, x):\n"
        "        return x @ self.w\n"
    )


def test_the_first_line_of_several_is_not_replaced(in_file):
    """The others would be left."""
    source = "x = f(\n    1)\n"
    finding = replace(VARIABLE, location=in_file(source), source="x = f(", fix="x = g(1)", edits=())

    assert replacements(finding) == ()
    assert replacements(replace(finding, fix_place="before", fix="y = 1")) != ()


def test_an_edit_takes_the_indentation_of_the_file(in_file):
    """Rules may give the line without it."""
    line = replace(in_file("if x:\n    a()\n"), line=2)
    (change,) = replacements(replace(VARIABLE, fix="", edits=(Edit(line, "a()", "b()\nc()"),)))

    assert (change.start, change.end, change.text) == (4, 5, "b()\n    c")


PARTS = [
    ("y = f(x, k=1)", "y = f(2 * x, k=1)", (6, 6, "2 * ")),
    ("y = f(x, k=1)", "y = f(x, k=10)", (11, 12, "10")),
    ("y = f(x)", "y = f(x, n=1)", (7, 7, ", n=1")),
    ("y = f(x, x)", "y = f(x)", (7, 10, "")),
    ("y = f(x)", "y = f(x)\nz = 1", (8, 8, "\nz = 1")),
    ("y = f(x)", "z = 1\ny = f(x)", (0, 0, "z = 1\n")),
    ("a", "b", (0, 1, "b")),
]


@pytest.mark.parametrize(("line", "text", "part"), PARTS)
def test_only_the_words_that_change_are_replaced(line, text, part):
    """What is before and after them is free for the fix of another finding."""
    start, end, written = changed_part(line, text)

    assert (start, end, written) == part
    assert line[:start] + written + line[end:] == text


def test_two_fixes_of_one_line_compose(in_file):
    """Each replaces its own part, so an editor can apply both."""
    source = 'model.fit(x / 255, y, class_weight={"0": 1})\n'
    line = in_file(source)
    edits = [
        Edit(line, source.strip(), 'model.fit(x, y, class_weight={"0": 1})'),
        Edit(line, source.strip(), "model.fit(x / 255, y, class_weight={0: 1})"),
    ]
    findings = [replace(VARIABLE, fix="", edits=(edit,)) for edit in edits]
    results = run_of(check_of(findings))["results"]
    changes = [change for result in results for change in result["fixes"][0]["artifactChanges"]]

    assert applied(source, {"artifactChanges": changes}) == "model.fit(x, y, class_weight={0: 1})\n"


def test_a_line_can_be_removed_or_preceded(in_file):
    """Its indentation is that of the new lines."""
    source = "if x:\n    a()\n    b()\n"
    line = replace(in_file(source), line=3)
    before = replace(VARIABLE, fix="c()\nd()", fix_place="before", edits=(), location=line, source="    b()")
    removed = replace(VARIABLE, fix="", edits=(Edit(replace(line, line=2), "    a()", ""),))
    fixes = [result["fixes"][0] for result in run_of(check_of([before, removed]))["results"]]

    assert [applied(source, fix) for fix in fixes] == [
        "if x:\n    a()\n    c()\n    d()\n    b()\n",
        "if x:\n    b()\n",
    ]


def test_a_fix_of_a_recorded_program_compiles():
    """The replacements fit the lines of the file that the recording is of."""
    timeline = Timeline.load(HERE / "recordings" / "mistakes.layertrace")
    source = (HERE / "programs" / "mistakes.py").read_text(encoding="utf-8")
    fixes = [
        result["fixes"][0] for result in run_of(check_of(timeline.findings()))["results"] if "fixes" in result
    ]

    assert fixes
    for fix in fixes:
        fixed = applied(source, fix)
        assert fixed != source
        compile(fixed, "mistakes.py", "exec")
