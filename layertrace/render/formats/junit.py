"""Write what a check found as JUnit XML: a test for the verdict, and one for each rule."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Sequence

from layertrace.diagnosis import Finding, serious
from layertrace.render.console import written
from layertrace.render.formats.checked import Checked
from layertrace.render.formats.paths import path_of
from layertrace.render.tables.findings import findings as rendered
from layertrace.render.wording.formatting import counted
from layertrace.render.wording.glyphs import UNICODE
from layertrace.timeline.event import Location

__all__ = ["junit_xml"]

WIDTH = 110


def junit_xml(checked: Checked) -> str:
    """Return the XML.

    A rule is one test, so that its history goes on when a mistake is fixed. It fails for errors and warnings;
    notes are its output. If nothing was checked, the verdict is an error and the rules are skipped.
    """
    suite = ET.Element("testsuite", name=UNICODE.user(checked.target))
    suite.append(_verdict(checked))
    by_code = defaultdict(list)
    for finding in checked.findings:
        by_code[finding.code].append(finding)
    names = {rule.code: rule.name for rule in checked.rules}
    names |= {finding.code: finding.name for finding in checked.findings}
    for code, name in sorted(names.items()):
        suite.append(_rule(checked, code, name, by_code[code]))
    for attribute, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
        suite.set(attribute, str(len(list(suite.iter(tag)))))
    suite.set("skipped", str(len(list(suite.iter("skipped")))))
    whole = ET.Element("testsuites", {**suite.attrib, "name": "layertrace"})
    whole.append(suite)
    ET.indent(whole)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(whole, "unicode") + "\n"


def _verdict(checked: Checked) -> ET.Element:
    problem = checked.problem
    if problem is None:
        case = _case("verdict")
        ET.SubElement(case, "system-out").text = UNICODE.user(checked.verdict.sentence)
        return case
    case = _case("verdict", problem.location, checked.folder)
    error = ET.SubElement(case, "error", type=problem.name, message=problem.message)
    error.text = problem.text
    return case


def _rule(checked: Checked, code: str, name: str, found: Sequence[Finding]) -> ET.Element:
    wrong = serious(found)
    first = wrong[0] if wrong else None
    case = _case(f"{code} {name}", first.location if first else None, checked.folder)
    if first is not None:
        more = f" (and {counted(len(wrong) - 1, 'more finding')})" if len(wrong) > 1 else ""
        message = f"{UNICODE.user(first.message)}{more}"
        ET.SubElement(case, "failure", type=first.severity, message=message).text = _text(wrong)
    elif code in checked.failed_rules:
        ET.SubElement(case, "error", type="not-checked", message=f"the rule {code} failed")
    elif not checked.verdict.is_checked:
        ET.SubElement(case, "skipped", message="nothing was checked")
    elif found:
        ET.SubElement(case, "system-out").text = _text(found)
    return case


def _case(name: str, location: Location | None = None, folder: str = "") -> ET.Element:
    case = ET.Element("testcase", classname="layertrace", name=UNICODE.user(name))
    path = None if location is None else path_of(location.file, folder)
    if location is not None and path is not None:
        case.set("file", UNICODE.user(path))
        case.set("line", str(location.line))
    return case


def _text(found: Sequence[Finding]) -> str:
    """Return findings as a report prints them, with line, evidence and fix."""
    return written(rendered(found), width=WIDTH, encoding="utf-8")
