"""Show the page of a rule in the colours of everything else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import CodeBlock, Heading, Markdown
from rich.segment import Segment
from rich.syntax import Syntax
from rich.text import Text
from rich.theme import Theme

from layertrace.diagnosis import Rule
from layertrace.render.wording.styles import QUIET, SEVERITIES, TITLE, inked

__all__ = ["RulePage"]

INDENT = 4
THEME = Theme({"markdown.code": "cyan", "markdown.item.bullet": QUIET, "markdown.link": "none"})


class RulePage:
    """The page of a rule, which `rich` can print in any width, encoding and number of colours."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        rule = self._rule
        title = inked(f"{rule.code} {rule.name}", SEVERITIES[rule.severity]).append(
            f"  {rule.severity}", QUIET
        )
        yield title
        with console.use_theme(THEME):
            for line in console.render_lines(_Page(rule.page), options, pad=False):
                yield from _without_trailing_spaces(line)
                yield Segment.line()
        if rule.link:
            yield Text()
            yield inked(rule.link, QUIET)


class _Heading(Heading):
    """A heading at the left margin, in bold."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield inked(self.text.plain, TITLE)


class _Code(CodeBlock):
    """Code that is indented, without a background and without empty lines around it."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        source = str(self.text).rstrip()
        # Of the themes of Pygments in rich, only this one uses dark colours of the terminal's own palette.
        code = Syntax(source, self.lexer_name, theme="ansi_light").highlight(source)
        for line in code.split("\n"):
            line.pad_left(INDENT)
            line.no_wrap, line.overflow = True, "ignore"
            yield line


class _Page(Markdown):
    elements: ClassVar = {**Markdown.elements, "heading_open": _Heading, "fence": _Code, "code_block": _Code}


def _without_trailing_spaces(line: list[Segment]) -> Iterator[Segment]:
    kept = list(line)
    while kept and not kept[-1].text.strip():
        kept.pop()
    if kept:
        yield from kept[:-1]
        last = kept[-1]
        yield Segment(last.text.rstrip(), last.style)
