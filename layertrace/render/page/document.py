"""Put the page together: a skeleton, one style, one script, and the data as JSON that is never run."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from typing import Any

from layertrace.render.wording.glyphs import printable

__all__ = ["document"]

STYLES = ("page.css", "tree.css", "details.css", "panels.css", "phone.css", "print.css")
SCRIPTS = (
    "elements.js",
    "words.js",
    "timeline.js",
    "outline.js",
    "search.js",
    "line.js",
    "tree.js",
    "lanes.js",
    "painting.js",
    "pointing.js",
    "details.js",
    "surroundings.js",
    "head.js",
    "findings.js",
    "tables.js",
    "functions.js",
    "layers.js",
    "variables.js",
    "filters.js",
    "address.js",
    "theme.js",
    "printing.js",
    "main.js",
)
"""In this order; together they are one module, whose names nobody else sees."""


def document(title: str, content: dict[str, Any]) -> str:
    """Return the page that shows a content."""
    style, script = _style(), _script()
    return Template(_read("page.html")).substitute(
        title=escape(printable(title)),
        policy=f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'",
        style=style,
        script=script,
        data=_harmless(content),
    )


def _harmless(content: dict[str, Any]) -> str:
    """Write JSON in which no `</script>` and no `<!--` can stand, whatever its texts say."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # What UTF-8 does not have, such as half of a pair, is spelled as JSON spells it.
    return text.replace("<", "\\u003c").encode("utf-8", "backslashreplace").decode()


def _hash(source: str) -> str:
    digest = hashlib.sha256(source.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


@cache
def _style() -> str:
    return re.sub(r"\s*([{};,]|:(?= ))\s*", r"\1", _packed(STYLES))


@cache
def _script() -> str:
    return _packed(SCRIPTS)


def _packed(names: tuple[str, ...]) -> str:
    """Join files without indentation and comments, which a notebook would keep with every cell."""
    joined = re.sub(r"(?ms)^\s*/\*.*?\*/$", "", "\n".join(map(_read, names)))
    lines = (line.strip() for line in joined.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def _read(name: str) -> str:
    room = {".js": "scripts", ".css": "styles"}.get(name[name.rindex(".") :], ".")
    return files(__package__).joinpath(room).joinpath(name).read_text(encoding="utf-8")
