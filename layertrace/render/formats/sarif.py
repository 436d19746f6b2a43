"""Write what a check found as a SARIF 2.1.0 log, for code scanning and editors."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import layertrace
from layertrace.diagnosis import Finding, Rule
from layertrace.render.formats.checked import Checked, Problem
from layertrace.render.formats.fix_text import message_and_fix
from layertrace.render.formats.paths import columns_of, path_of, uri_of
from layertrace.render.formats.replacements import Replacement, replacements
from layertrace.render.wording.glyphs import UNICODE
from layertrace.timeline.event import LayerRef, Location

__all__ = ["sarif_log"]

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "%SRCROOT%"
PROBLEMS = {
    "exception": "An exception ended the program, so what follows in it was not checked.",
    "incomplete": "A part of the program was not checked.",
    "not-checked": "Nothing was checked.",
}


def sarif_log(checked: Checked) -> str:
    """Return the log.

    What was not checked makes the invocation a failed one. It is a result, too: viewers show only these.
    """
    problem = checked.problem
    rules = [_rule(rule) for rule in checked.rules]
    results = [_result(finding, checked) for finding in checked.findings]
    invocation: dict[str, Any] = {"executionSuccessful": problem is None}
    if problem is not None:
        rules.append({"id": problem.name, "shortDescription": {"text": PROBLEMS[problem.name]}})
        results.insert(0, _result_of_problem(problem, checked))
        invocation["toolExecutionNotifications"] = [
            {"level": "error", "message": {"text": problem.message}, "descriptor": {"id": problem.name}}
        ]
    driver = {"name": "layertrace", "version": layertrace.__version__, "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [invocation],
        "results": _with_indices(results, rules),
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    described: dict[str, Any] = {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary or rule.name},
        "help": {"text": f"Run: layertrace explain {rule.code}", "markdown": rule.page or rule.name},
        "defaultConfiguration": {"level": rule.severity},
    }
    if rule.link:
        described["helpUri"] = rule.link
    return described


def _with_indices(results: list[dict[str, Any]], rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the results, each with the number of its rule where that is listed."""
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    return [
        {**result, "ruleIndex": index[result["ruleId"]]} if result["ruleId"] in index else result
        for result in results
    ]


def _result(finding: Finding, checked: Checked) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "level": finding.severity,
        "message": {"text": message_and_fix(finding)},
        **_locations(finding.location, checked, finding.source, finding.layers),
    }
    related = [
        {"message": {"text": UNICODE.user(evidence.text)}, **physical}
        for evidence in finding.evidence
        if evidence.location is not None
        and evidence.location != finding.location
        and (physical := _physical(evidence.location, checked.folder))
    ]
    if related:
        result["relatedLocations"] = related
    fix = _fix(finding, checked.folder)
    if fix:
        result["fixes"] = [fix]
    return result


def _result_of_problem(problem: Problem, checked: Checked) -> dict[str, Any]:
    return {
        "ruleId": problem.name,
        "level": "error",
        "message": {"text": problem.text},
        **_locations(problem.location, checked),
    }


def _locations(
    location: Location | None, checked: Checked, source: str = "", layers: Sequence[LayerRef] = ()
) -> dict[str, Any]:
    """Return where a result is. Code scanning refuses a log with a result that is nowhere.

    So the program or recording stands in for a line that is unknown.
    """
    found = _physical(location, checked.folder, source)
    target = None if checked.target == "-" else path_of(checked.target, checked.folder)
    if not found and target is not None:
        found = {"physicalLocation": {"artifactLocation": _artifact(target)}}
    if layers:
        found["logicalLocations"] = [
            {"name": UNICODE.user(layer.name), "fullyQualifiedName": UNICODE.user(layer.path)}
            for layer in layers
        ]
    return {"locations": [found]} if found else {}


def _physical(location: Location | None, folder: str, source: str = "") -> dict[str, Any]:
    path = None if location is None else path_of(location.file, folder)
    if location is None or path is None:
        return {}
    region: dict[str, Any] = {"startLine": location.line}
    columns = columns_of(location, source)
    if columns is not None:
        region["startColumn"], region["endColumn"] = columns
    if source:
        region["snippet"] = {"text": source}
    return {"physicalLocation": {"artifactLocation": _artifact(path), "region": region}}


def _artifact(path: str) -> dict[str, str]:
    uri = uri_of(path)
    return {"uri": uri} if uri.startswith("file:") else {"uri": uri, "uriBaseId": ROOT}


def _fix(finding: Finding, folder: str) -> dict[str, Any] | None:
    """Return a fix with all its replacements, in the order of files; None if a human is needed."""
    by_file: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for replacement in replacements(finding):
        path = path_of(replacement.location.file, folder)
        if path is None:
            return None
        by_file[path].append(_replacement(replacement))
    if not by_file:
        return None
    changes = [
        {"artifactLocation": _artifact(path), "replacements": replaced} for path, replaced in by_file.items()
    ]
    return {"description": {"text": f"Fix {finding.code} {finding.name}"}, "artifactChanges": changes}


def _replacement(replacement: Replacement) -> dict[str, Any]:
    line, end = replacement.location.line, replacement.end
    region = {"startLine": line, "startColumn": replacement.start + 1, "endLine": line}
    if end is None:
        return {"deletedRegion": {**region, "endLine": line + 1, "endColumn": 1}}
    return {
        "deletedRegion": {**region, "endColumn": end + 1},
        "insertedContent": {"text": replacement.text},
    }
