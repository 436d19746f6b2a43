"""Choose an output format by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from layertrace.render.formats.checked import Checked
from layertrace.render.formats.github import github_commands
from layertrace.render.formats.json_document import json_document
from layertrace.render.formats.junit import junit_xml
from layertrace.render.formats.sarif import sarif_log

__all__ = ["FORMATS"]

FORMATS: Mapping[str, Callable[[Checked], str]] = {
    "json": json_document,
    "github": github_commands,
    "sarif": sarif_log,
    "junit": junit_xml,
}
"""Each format, and the function that writes it."""
