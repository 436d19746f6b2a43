"""Write what a check found as workflow commands, which GitHub shows at the lines of a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import Finding
from layertrace.render.formats.checked import Checked, Problem
from layertrace.render.formats.fix_text import message_and_fix
from layertrace.render.formats.paths import columns_of, path_of
from layertrace.render.wording.glyphs import UNICODE
from layertrace.timeline.event import Location

__all__ = ["github_commands"]

COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}
_IN_MESSAGES = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTIES = {**_IN_MESSAGES, ":": "%3A", ",": "%2C"}


def github_commands(checked: Checked) -> str:
    """Return a line for each finding, one for what was not checked, and the verdict as the last line."""
    lines = [_of_finding(finding, checked.folder) for finding in checked.findings]
    if checked.problem is not None:
        lines.insert(0, _of_problem(checked.problem, checked.folder))
    return "\n".join([*lines, f"layertrace: {UNICODE.user(checked.verdict.sentence)}"]) + "\n"


def _of_finding(finding: Finding, folder: str) -> str:
    properties = dict(_place(finding.location, folder, finding.source))
    properties["title"] = f"{finding.code} {finding.name}"
    return _command(COMMANDS[finding.severity], properties, message_and_fix(finding))


def _of_problem(problem: Problem, folder: str) -> str:
    properties = {**dict(_place(problem.location, folder)), "title": f"layertrace: {problem.name}"}
    return _command("error", properties, problem.text)


def _place(location: Location | None, folder: str, source: str = "") -> Iterator[tuple[str, str]]:
    path = None if location is None else path_of(location.file, folder)
    if location is None or path is None:
        return
    yield "file", path
    yield "line", str(location.line)
    columns = columns_of(location, source)
    if columns is not None:
        yield "col", str(columns[0])
        yield "endColumn", str(columns[1])


def _command(name: str, properties: dict[str, str], message: str) -> str:
    """Return a workflow command, with the escapes of @actions/core (`command.ts`)."""
    written = ",".join(f"{key}={_escaped(value, _IN_PROPERTIES)}" for key, value in properties.items())
    return f"::{name} {written}::{_escaped(message, _IN_MESSAGES)}"


def _escaped(text: str, escapes: dict[str, str]) -> str:
    return "".join(escapes.get(sign, sign) for sign in text)
