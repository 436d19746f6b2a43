"""The colours of the picture of a life chart, in light and dark."""

from __future__ import annotations

from typing import Literal

__all__ = ["THEMES", "Theme", "style_sheet"]

Theme = Literal["auto", "light", "dark"]
THEMES: tuple[Theme, ...] = ("auto", "light", "dark")

# Kinds differ in lightness, too, as in the lanes of the page, and each has its letter.
_LIGHT = {
    "page": "#ffffff",
    "band": "#f6f8fa",
    "line": "#d9dee4",
    "thread": "#cfd6de",
    "ink": "#1d232b",
    "quiet": "#5c6672",
    "init": "#1f5fb2",
    "build": "#db941a",
    "call": "#184a2a",
    "traced": "#c44fcc",
    "variable": "#07707c",
    "error": "#c2252f",
    "warning": "#8a5a00",
    "bright": "#ffffff",
    "dark": "#000000",
    "function": "#8f2bab",
    "clean": "#1d7535",
}
_DARK = {
    "page": "#13161b",
    "band": "#1a1e25",
    "line": "#303741",
    "thread": "#3c4652",
    "ink": "#dfe5ec",
    "quiet": "#98a3b0",
    "init": "#6fa3e6",
    "build": "#78500d",
    "call": "#8dd9a8",
    "traced": "#bb3bc4",
    "variable": "#52cbd6",
    "error": "#ff8087",
    "warning": "#e6b450",
    "bright": "#000000",
    "dark": "#ffffff",
    "function": "#e28cf5",
    "clean": "#71cf8b",
}

_RULES = {
    "page": ".p,.s,.x{{fill:{0}}}.c{{stroke:{0}}}",
    "band": ".z{{fill:{0}}}",
    "line": ".v{{stroke:{0}}}",
    "thread": ".h{{stroke:{0}}}",
    "ink": "text{{fill:{0}}}.k{{fill:{0}}}",
    "quiet": ".q{{fill:{0}}}.s{{stroke:{0}}}",
    "init": ".i{{fill:{0}}}",
    "build": ".b{{fill:{0}}}",
    "call": ".e{{fill:{0}}}",
    "traced": ".t{{fill:{0}}}",
    "function": ".g{{fill:{0}}}",
    "variable": ".d{{fill:{0}}}",
    "error": ".error,.xk{{fill:{0}}}.x{{stroke:{0}}}",
    "warning": ".warning{{fill:{0}}}",
    "bright": ".wi,.we{{fill:{0}}}",
    "dark": ".wb{{fill:{0}}}.wt{{fill:#000}}",
    "clean": ".clean{{fill:{0}}}",
}

_FIXED = (
    "text{font:12px ui-monospace,SFMono-Regular,Menlo,'DejaVu Sans Mono',Consolas,monospace;white-space:pre}"
    ".n{font-weight:600}.m{font-size:11px}.w,.k,.xk{font:700 11px ui-monospace,SFMono-Regular,Menlo,"
    "'DejaVu Sans Mono',Consolas,monospace;text-anchor:middle}.r{text-anchor:end;font-size:11px}"
    ".title{font:650 18px system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif}"
    ".u{font:13px system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif}"
    ".o{font-weight:600}.c{paint-order:stroke;stroke-width:4}.s{stroke-width:1.5}.x{stroke-width:2}.h{stroke-width:2;stroke-linecap:round}"
)


def style_sheet(theme: Theme) -> str:
    """Return the style of a picture: of one theme, or of that which the reader's system prefers."""
    if theme != "auto":
        return _FIXED + _rules(_LIGHT if theme == "light" else _DARK)
    return f"{_FIXED}{_rules(_LIGHT)}@media(prefers-color-scheme:dark){{{_rules(_DARK)}}}"


def _rules(colours: dict[str, str]) -> str:
    return "".join(rule.format(colours[name]) for name, rule in _RULES.items())
