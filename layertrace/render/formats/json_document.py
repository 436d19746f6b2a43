"""Write what a check found as one JSON object, with the verdict and a list of findings."""

from __future__ import annotations

import json
from typing import Any

from layertrace.diagnosis import Edit, Evidence, Finding
from layertrace.render.formats.checked import Checked, Problem
from layertrace.render.formats.paths import columns_of, path_of
from layertrace.timeline.event import LayerRef, Location

__all__ = ["json_document"]


def json_document(checked: Checked) -> str:
    """Return the document, whose lines and columns count from 1."""
    verdict, folder = checked.verdict, checked.folder
    data = {
        "target": checked.target,
        "verdict": {
            "sentence": verdict.sentence,
            "checked": verdict.is_checked,
            "complete": verdict.is_complete,
            "problem": None if checked.problem is None else _problem(checked.problem, folder),
        },
        "findings": [_finding(finding, folder) for finding in checked.findings],
        "failed_rules": list(checked.failed_rules),
        "rules": [rule.code for rule in checked.rules],
    }
    return json.dumps(data, indent=2) + "\n"


def _problem(problem: Problem, folder: str) -> dict[str, Any]:
    return {
        "name": problem.name,
        "message": problem.message,
        "detail": problem.detail,
        **_place(problem.location, folder),
    }


def _finding(finding: Finding, folder: str) -> dict[str, Any]:
    place = finding.location
    columns = None if place is None else columns_of(place, finding.source)
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity,
        "message": finding.message,
        "layers": [_layer(layer) for layer in finding.layers],
        **_place(place, folder),
        "column": None if columns is None else columns[0],
        "end_column": None if columns is None else columns[1],
        "function": "" if place is None else place.function,
        "source": finding.source,
        "evidence": [_evidence(evidence, folder) for evidence in finding.evidence],
        "fix": finding.fix,
        "fix_place": finding.fix_place,
        "edits": [_edit(edit, folder) for edit in finding.edits],
        "link": finding.link,
    }


def _layer(layer: LayerRef) -> dict[str, Any]:
    return {"name": layer.name, "path": layer.path, "class": layer.class_name}


def _evidence(evidence: Evidence, folder: str) -> dict[str, Any]:
    return {"text": evidence.text, "events": list(evidence.events), **_place(evidence.location, folder)}


def _edit(edit: Edit, folder: str) -> dict[str, Any]:
    return {**_place(edit.location, folder), "source": edit.source, "code": edit.code}


def _place(location: Location | None, folder: str) -> dict[str, Any]:
    """Return file and line; what is not a file, such as a cell of a notebook, keeps its name."""
    if location is None:
        return {"file": None, "line": None}
    return {"file": path_of(location.file, folder) or location.file, "line": location.line}
