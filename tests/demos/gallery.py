"""Write `demos/README.md`: each demo with the question that it answers, what it prints, and what to look for.

python tests/demos/gallery.py           # print the page
python tests/demos/gallery.py --write   # write the page, and draw the pictures that are stale

The words are those of the demos' docstrings. The pictures are drawn from runs of the demos: the text and the
colours that they print in a terminal. Times differ between runs, so a picture is stale only if something else
differs.
"""

from __future__ import annotations

import argparse
import ast
import functools
import re
import sys
from html import escape
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

sys.path[:0] = [str(Path(__file__).parents[1])]

import warm  # noqa: E402  # found by the line above
from rich.color import blend_rgb  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.style import Style  # noqa: E402
from rich.terminal_theme import TerminalTheme  # noqa: E402
from rich.text import Text  # noqa: E402

from layertrace.render.console import recording_console  # noqa: E402
from layertrace.render.exports.pictures import DARK, LIGHT  # noqa: E402

DEMOS = Path(__file__).parents[2] / "demos"
PAGE = DEMOS / "README.md"

CHAPTERS = {
    "The life of layers": ["tutorial", "fit", "fit_and_predict", "many_layers", "tutorial_legacy"],
    "Variables that appear from nowhere": ["gcn_in_cnn_eager", "gcn_in_cnn_traced", "gcn_in_cnn_fixed"],
    "Functions that are traced again": [
        "retrace_shapes",
        "retrace_values",
        "retrace_instances",
        "retrace_models",
        "traced_before",
    ],
    "Tests of your own layers": ["check_layer", "test_my_layer"],
}
"""The demos in the order of the page."""

WIDTH, LINES, FIRST, LAST = 106, 70, 18, 22
"""The columns of a picture, the lines that one may have, and those that are left of an output with more."""

TESTS = "pytest -q --layertrace=all -k built_once_and_called test_my_layer.py"
"""The command whose output stands for the demo that is a file of tests."""

TERMINAL = {"COLUMNS": str(WIDTH), "FORCE_COLOR": "1", "TERM": "xterm-256color", "NO_COLOR": ""}
PYTEST = "--color=yes -p no:cacheprovider"

INTRODUCTION = """# Demos

<!-- Written by `python tests/demos/gallery.py --write`, from the docstrings and the outputs of the demos. -->

Short programs, each with one question. `layertrace demo NAME` runs one, `layertrace demo --list` lists all.
The pictures are what the demos print in a terminal of {width} columns, light or dark as your system prefers.
[`notebook.ipynb`](notebook.ipynb) shows layertrace in a notebook, with the outputs of its cells.
"""

PICTURE = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">
<title>{caption}</title>
<style>
text {{ font: 20px Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre }}
{rules}
@media (prefers-color-scheme: dark) {{
{dark_rules}
}}
</style>
<rect class="window" x="1" y="1" width="{inner_width}" height="{inner_height}" rx="8"/>
{lines}
</svg>
"""

COLUMN, LINE, MARGIN = 12, 24.5, 20
"""The width of a character, the height of a line, and the space around all, in pixels."""

TIME = r"[\d.,]+ ?(?:µs|ms|s|min)\b"
PASSING = re.compile(
    rf"first {TIME}, then {TIME} each|(?: · )?{TIME} outside of events|between statements|{TIME}|⋮ \d+"
)
"""What differs between runs: times, and what is shown only if they are long."""

CUT = re.compile(r"^\d[^│├└]*?… (?!.*[│├└])")
"""A statement that is cut off where the time next to it begins."""


class Demo(NamedTuple):
    """What the docstring of a demo has in its fixed form."""

    name: str
    question: str
    answer: str
    hints: list[str]

    @property
    def path(self) -> Path:
        return DEMOS / f"{self.name}.py"

    @property
    def picture(self) -> Path:
        return DEMOS / "gallery" / f"{self.name}.svg"

    @property
    def command(self) -> str:
        """Return what a reader types to see what the picture shows."""
        return TESTS if self.name.startswith("test_") else f"layertrace demo {self.name}"

    @property
    def promised(self) -> list[str]:
        """Return the texts that the hints point at."""
        return [hint.split("`")[1] for hint in self.hints]


def demo(name: str) -> Demo:
    """Return a demo, whose docstring is `Question? Answer.` and a list `Look for:` of quoted texts."""
    source = (DEMOS / f"{name}.py").read_text(encoding="utf-8")
    first, _, rest = (ast.get_docstring(ast.parse(source)) or "").partition("\n")
    question, mark, answer = first.partition("? ")
    _, heading, listed = rest.partition("Look for:\n")
    hints = [" ".join(hint.split()) for hint in re.split(r"^- ", listed, flags=re.MULTILINE)[1:]]
    if not (mark and heading and hints and all(re.match("`[^`]+`: ", hint) for hint in hints)):
        form = "'Question? Answer.' and 'Look for:' with '- `text`: why'"
        raise ValueError(f"{name}: its docstring is not {form}")
    return Demo(name, question + "?", answer, hints)


def demos() -> list[Demo]:
    """Return the demos in the order of the page."""
    return [demo(name) for names in CHAPTERS.values() for name in names]


@functools.cache
def output(name: str) -> Text:
    """Run a demo in its folder, as in a terminal, and return what it prints."""
    arguments = ["-m", *f"{TESTS} {PYTEST}".split()] if name.startswith("test_") else [f"{name}.py"]
    done = warm.run(*arguments, cwd=DEMOS, env=TERMINAL)
    if done.returncode:
        raise RuntimeError(f"{name} failed:\n{done.stderr}")
    return Text.from_ansi(done.stdout.rstrip())


def bare(text: str) -> str:
    """Return a text without the lines of trees and the width of columns."""
    return " ".join(re.sub("[─│├└]", " ", text).split())


def draw(shown: Demo, printed: Text) -> str:
    """Return an output as a picture, light or dark as the reader's system prefers, that loads nothing.

    The one of `Console.export_svg` has one theme, loads a font, and is twice as large.
    """
    console = recording_console(WIDTH)
    lines = list(printed.wrap(console, WIDTH))
    if len(lines) > LINES:
        first = [number for number, line in enumerate(lines) if bare(steady(line.plain))][FIRST]
        lines[first:-LAST] = [Text(), Text(f"⋮ {len(lines) - first - LAST} more lines", style="dim"), Text()]
    lines[:0] = [Text(f"$ {shown.command}", style="bold"), Text()]
    classes: dict[Style, str] = {}
    drawn = [_line(number, line, console, classes) for number, line in enumerate(lines)]
    width, height = WIDTH * COLUMN + 2 * MARGIN, round(len(lines) * LINE + 2 * MARGIN)
    return PICTURE.format(
        width=width,
        height=height,
        inner_width=width - 2,
        inner_height=height - 2,
        caption=escape(f"What {shown.command} prints"),
        rules=_rules(classes, LIGHT),
        dark_rules=_rules(classes, DARK),
        lines="\n".join(line for line in drawn if line),
    )


def _line(number: int, line: Text, console: Console, classes: dict[Style, str]) -> str:
    """Return a line as an element that has each piece at its column, whatever the font of the reader."""
    pieces, column = [], 0
    for text, style, _ in line.render(console):
        start = len(text) - len(text.lstrip(" "))
        shown = text.strip(" ")
        if shown:
            name = classes.setdefault(style or Style(), f"s{len(classes)}")
            at, length = MARGIN + (column + start) * COLUMN, len(shown) * COLUMN
            pieces.append(f'<tspan class="{name}" x="{at}" textLength="{length}">{escape(shown)}</tspan>')
        column += len(text)
    y = format(MARGIN + number * LINE + 18, "g")
    return f'<text y="{y}">{"".join(pieces)}</text>' if pieces else ""


def _rules(classes: dict[Style, str], theme: TerminalTheme) -> str:
    """Return the colours of a theme as rules of CSS."""
    background = theme.background_color
    edge = blend_rgb(theme.foreground_color, background, 0.8).hex
    rules = [f".window {{ fill: {background.hex}; stroke: {edge} }}"]
    for style, name in classes.items():
        colour = style.color.get_truecolor(theme) if style.color else theme.foreground_color
        if style.dim:
            colour = blend_rgb(colour, background, 0.4)
        weight = "; font-weight: bold" if style.bold else ""
        rules.append(f".{name} {{ fill: {colour.hex}{weight} }}")
    return "\n".join(rules)


def steady(line: str) -> str:
    """Return a line without what differs between runs."""
    return PASSING.sub("", CUT.sub("", line))


def content(picture: str) -> str:
    """Return the texts and colours of a picture, without what differs between runs."""
    lines = [" ".join(element.itertext()) for element in ElementTree.fromstring(picture)]
    return "\n".join(filter(None, (bare(steady(line)) for line in lines)))


def page() -> str:
    """Return the page, written from the docstrings."""
    parts = [INTRODUCTION.format(width=WIDTH)]
    for chapter, names in CHAPTERS.items():
        parts.append(f"## {chapter}\n")
        parts += [_section(demo(name)) for name in names]
    return "\n".join(parts)


def _section(shown: Demo) -> str:
    hints = "\n".join(f"- {hint}" for hint in shown.hints)
    return f"""### {shown.question}

[`{shown.path.name}`]({shown.path.name}): {shown.answer}

![What {shown.command} prints]({shown.picture.relative_to(DEMOS).as_posix()})

Look for:

{hints}
"""


def write() -> None:
    """Write the page, and the pictures whose content is not what is printed today."""
    PAGE.write_text(page(), encoding="utf-8")
    for shown in demos():
        drawn = draw(shown, output(shown.name))
        before = shown.picture.read_text(encoding="utf-8") if shown.picture.exists() else "<svg/>"
        if content(before) != content(drawn):
            shown.picture.parent.mkdir(exist_ok=True)
            shown.picture.write_text(drawn, encoding="utf-8")
            print(f"drew {shown.picture.relative_to(DEMOS)}, {len(drawn.encode()) / 1000:.0f} kB")


def main() -> None:
    """Print the page, or write it with its pictures."""
    verbatim = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=verbatim)
    parser.add_argument("--write", action="store_true", help="write the page and its pictures")
    if parser.parse_args().write:
        write()
    else:
        print(page(), end="")


if __name__ == "__main__":
    main()
