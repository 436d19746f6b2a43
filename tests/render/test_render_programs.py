"""What programs of real size look like on the first screen.

The programs are in `programs/`, and what was recorded of them in `recordings/`. To record one again, run
`layertrace run --save` in a folder whose path may be public, since recordings keep the paths of files.
"""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from golden import assert_golden
from rich.console import Console

from layertrace import Timeline
from layertrace.diagnosis import diagnose
from layertrace.render import print_timeline, verdict
from layertrace.render.chapters.contents import contents_of
from layertrace.render.tables.counts import count
from layertrace.timeline.chapters import chapters
from layertrace.timeline.functions import with_steps

RECORDINGS = Path(__file__).parent / "recordings"
PROGRAMS = sorted(file.stem for file in RECORDINGS.glob("*.layertrace"))
REASONS = ("without Python",)
MUST_SHOW = {
    "effnet": ["init 274 layers, build 185", "call ×273"],
    "resnet": ["init 178 layers, build 126", "call ×177"],
    "transformer": ["block_0 … block_5 (Block)", "train  trace 1, 2", "run ×21", "109,314 parameters"],
    "gan": ["generator ×4, discriminator ×4"],
    "text": ["model.compile(", "call ×70"],
    "mirrored": ["1 trace ", "64 functions of tf.data"],
    "many": ["×50 y = layers.Dense(16", "call ×606: functional ×3"],
    "mistakes": ["rate had 5 new values", "LT103", "LT105", "LT202"],
    "speech": ["15 traces in ", "28 runs in ", "step  trace 1…15", "13 because dimension 1 of batch changed"],
    "crash": ["KeyError: 'scale'", "init head (Head)"],
}


@pytest.fixture(scope="module", params=PROGRAMS)
def program(request):
    """A program, what was recorded of it, and what is wrong with it."""
    timeline = Timeline.load(RECORDINGS / f"{request.param}.layertrace")
    return request.param, timeline, [f for f in diagnose(timeline) if f.severity != "note"]


def shown(timeline, findings, width, **options):
    """Return what `layertrace.report` prints."""
    page = io.StringIO()
    console = Console(file=page, width=width, color_system=None, force_jupyter=False, legacy_windows=False)
    print_timeline(timeline, console=console, findings=findings, **options)
    return "\n".join(line.rstrip() for line in page.getvalue().rstrip("\n").split("\n"))


def test_three_levels_are_readable(program):
    """`--depth 3` shows more than one screen, but not all 400 layers one by one."""
    _, timeline, findings = program
    lines = shown(timeline, findings, 120, depth=3).count("\n") + 1

    assert lines <= 90


@pytest.mark.parametrize(("width", "most"), [(80, 60), (120, 40)])
def test_a_report_answers_on_one_screen(program, width, most):
    """The report fits, shows a call or the reason for its absence, and ends with the verdict."""
    name, timeline, findings = program
    page = shown(timeline, findings, width)

    assert_golden(f"program_{name}_{width}", page)
    lines = page.split("\n")
    assert len(lines) <= most
    assert max(map(len, lines)) <= width
    assert any("call" in line for line in lines) or any(reason in page for reason in REASONS)
    assert " ".join(lines[-3:]).endswith(verdict(timeline, findings).sentence)


def test_the_first_screen_has_what_the_program_is_about(program):
    """At 120 columns, what happened is there in words."""
    name, timeline, findings = program
    page = shown(timeline, findings, 120)

    assert [words for words in MUST_SHOW[name] if words not in page] == []


def test_the_headline_counts_what_the_rows_count(program):
    """Traces, runs and calls are the sums of the passes of all statements, and of the table of functions."""
    _, timeline, findings = program
    totals, plumbing = count(timeline), frozenset(timeline.plumbing)
    contents = [contents_of(chapter, timeline, plumbing=plumbing) for chapter in chapters(timeline)]
    passes = [way for content in contents for way in content.passes]
    functions = [life for life in with_steps(timeline) if not life.is_plumbing]
    page = " ".join(shown(timeline, findings, 120).split())

    assert sum(way.trace_number for way in passes) == totals.traces
    assert sum(len(life.traces) for life in functions) == totals.traces
    assert sum(way.runs for way in passes) == sum(life.runs for life in functions) == totals.runs
    assert sum(content.calls for content in contents) == sum(totals.all_layers().calls.values())
    assert not totals.traces or f" · {totals.traces} trace" in page
    assert not totals.runs or f" · {totals.runs} run" in page


@pytest.mark.parametrize("name", ["effnet", "resnet", "transformer"])
def test_more_levels_are_still_readable(name):
    """Blocks that are alike are shown once, and plumbing is one line."""
    timeline = Timeline.load(RECORDINGS / f"{name}.layertrace")
    page = io.StringIO()
    print_timeline(timeline, console=Console(file=page, width=120, color_system=None), depth=3)

    assert " alike; " in page.getvalue() or "×6" in page.getvalue()
    assert "_momentum" not in page.getvalue()
