"""From a timeline to something to look at: a tree, a table, plain text, a web page."""

from layertrace.render.differences import differences
from layertrace.render.echo import echo_line, event_line
from layertrace.render.exports import export, records, spans
from layertrace.render.failure import print_failure
from layertrace.render.findings import findings
from layertrace.render.functions import function_table
from layertrace.render.notebook import notebook
from layertrace.render.page_html import write_page
from layertrace.render.plain import print_timeline, text
from layertrace.render.table import table
from layertrace.render.tree import tree
from layertrace.render.variables import variable_table

__all__ = [
    "differences",
    "echo_line",
    "event_line",
    "export",
    "findings",
    "function_table",
    "notebook",
    "print_failure",
    "print_timeline",
    "records",
    "spans",
    "table",
    "text",
    "tree",
    "variable_table",
    "write_page",
]
