"""Assemble the page from a skeleton, one style, one script, and the data as JSON that is never executed."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from typing import Any

from layertrace.render.page.modules import join
from layertrace.render.wording.glyphs import printable

__all__ = ["document"]

STYLES = (
    "colours.css",
    "page.css",
    "head.css",
    "lanes.css",
    "tree.css",
    "details.css",
    "panels.css",
    "lives.css",
    "phone.css",
    "print.css",
)


def document(title: str, heading: str, content: dict[str, Any]) -> str:
    """Return the page that shows some content below a heading."""
    style, script = _style(), _script()
    return Template(_read("page.html")).substitute(
        title=escape(printable(title)),
        heading=escape(printable(heading)),
        policy=f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'",
        style=style,
        script=script,
        data=_embeddable_json(content),
    )


def _embeddable_json(content: dict[str, Any]) -> str:
    """Return JSON that contains neither `</script>` nor `<!--`, whatever its texts contain."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # Lone surrogates, which UTF-8 cannot encode, are escaped as in JSON.
    return text.replace("<", "\\u003c").encode("utf-8", "backslashreplace").decode()


def _hash(source: str) -> str:
    digest = hashlib.sha256(source.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


@cache
def _style() -> str:
    return "\n".join(map(_read, STYLES))


@cache
def _script() -> str:
    return join("main.js", _read)


def _read(name: str) -> str:
    folder = {".js": "scripts", ".css": "styles"}.get(name[name.rindex(".") :], ".")
    return files(__package__).joinpath(folder).joinpath(name).read_text(encoding="utf-8")
