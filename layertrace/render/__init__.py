"""From a timeline to something to look at: a tree, a table, plain text, a notebook page."""

from layertrace.render.echo import echo_line, event_line
from layertrace.render.failure import print_failure
from layertrace.render.findings import findings
from layertrace.render.functions import function_table
from layertrace.render.notebook import notebook
from layertrace.render.plain import print_timeline, text
from layertrace.render.table import table
from layertrace.render.tree import tree

__all__ = [
    "echo_line",
    "event_line",
    "findings",
    "function_table",
    "notebook",
    "print_failure",
    "print_timeline",
    "table",
    "text",
    "tree",
]
