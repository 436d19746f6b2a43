"""Show a timeline as a tree, a table, plain text or a web page."""

from layertrace.render.chapters.overview import overview
from layertrace.render.event_line import echo_line, event_line
from layertrace.render.exports import export, records, spans
from layertrace.render.failure_report import print_failure
from layertrace.render.lives.chart import life_chart
from layertrace.render.notebook import notebook
from layertrace.render.page import write_page
from layertrace.render.printing import print_timeline, text
from layertrace.render.tables.diff import differences
from layertrace.render.tables.findings import findings
from layertrace.render.tables.functions import function_table
from layertrace.render.tables.layers import table
from layertrace.render.tables.variables import variable_table
from layertrace.render.tables.verdict import verdict
from layertrace.render.trees.tree import tree

__all__ = [
    "differences",
    "echo_line",
    "event_line",
    "export",
    "findings",
    "function_table",
    "life_chart",
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
