"""Show a timeline as a tree, a table, plain text or a web page.

Importing this loads none of them; each is imported when it is needed.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from layertrace.render.chapters.overview import overview
    from layertrace.render.event_lines import echo_line, event_line
    from layertrace.render.exports.formats import export
    from layertrace.render.exports.records import records
    from layertrace.render.exports.spans import spans
    from layertrace.render.failure_report import print_failure
    from layertrace.render.lives.chart import life_chart
    from layertrace.render.notebook_cell import notebook
    from layertrace.render.page import write_page
    from layertrace.render.printing import print_timeline, text
    from layertrace.render.tables.diff import differences
    from layertrace.render.tables.findings import findings
    from layertrace.render.tables.functions import function_table
    from layertrace.render.tables.layers import table
    from layertrace.render.tables.marks import mark_table
    from layertrace.render.tables.variables import variable_table
    from layertrace.render.tables.verdict import verdict
    from layertrace.render.trees.tree import tree

_HOMES = {
    "differences": "layertrace.render.tables.diff",
    "echo_line": "layertrace.render.event_lines",
    "event_line": "layertrace.render.event_lines",
    "export": "layertrace.render.exports.formats",
    "findings": "layertrace.render.tables.findings",
    "function_table": "layertrace.render.tables.functions",
    "life_chart": "layertrace.render.lives.chart",
    "mark_table": "layertrace.render.tables.marks",
    "notebook": "layertrace.render.notebook_cell",
    "overview": "layertrace.render.chapters.overview",
    "print_failure": "layertrace.render.failure_report",
    "print_timeline": "layertrace.render.printing",
    "records": "layertrace.render.exports.records",
    "spans": "layertrace.render.exports.spans",
    "table": "layertrace.render.tables.layers",
    "text": "layertrace.render.printing",
    "tree": "layertrace.render.trees.tree",
    "variable_table": "layertrace.render.tables.variables",
    "verdict": "layertrace.render.tables.verdict",
    "write_page": "layertrace.render.page",
}

__all__ = [
    "differences",
    "echo_line",
    "event_line",
    "export",
    "findings",
    "function_table",
    "life_chart",
    "mark_table",
    "notebook",
    "overview",
    "print_failure",
    "print_timeline",
    "records",
    "spans",
    "table",
    "text",
    "tree",
    "variable_table",
    "verdict",
    "write_page",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(_HOMES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
