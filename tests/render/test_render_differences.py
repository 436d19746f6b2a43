"""Differences of two recordings, compared completely with golden files."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import stories
from golden import assert_golden
from hand_made import Story, spec
from msgspec import structs
from rich.console import Console

from layertrace.compare.diff import diff
from layertrace.render.console import written
from layertrace.render.tables.diff import differences
from layertrace.timeline import Cause, Change, FunctionRef, Timeline
from layertrace.timeline.context import RecordingContext


def _steps(*rows: int, calls: int = 1) -> Timeline:
    """Return a timeline of a step traced for some numbers of rows, and of a layer called besides."""
    story = Story()
    dense = story.layer("Dense", "dense")
    step = story.function("step")
    story.add("init", dense, arguments={"units": 4})
    for trace, size in enumerate(rows, start=1):
        now = f"float32[{size}, 3]"
        change = Change(argument="x", what="shape", before=f"float32[{rows[0]}, 3]", now=now, axes=(0,))
        cause = Cause(reason="signature", changes=(change,), compared_with=1) if trace > 1 else None
        story.add("trace", function=step, trace=trace, inputs={"x": spec(now)}, cause=cause)
    for _ in range(calls):
        story.call(dense, "float32[8, 3]", "float32[8, 4]")
    return story.timeline()


def _shown(difference, width=100, encoding="utf-8", **names) -> str:
    return written(differences(difference, **names), width=width, encoding=encoding)


@pytest.mark.parametrize("width", [60, 100])
def test_a_retrace_is_listed_with_its_causes(width):
    """The list names the function, and for each new trace the argument and both shapes."""
    difference = diff(_steps(8), _steps(8, 7, 9, calls=4))

    assert_golden(f"differences_retrace_{width}", _shown(difference, width))


def test_recordings_may_be_called_by_their_files():
    """Recordings are named by their files, as on the command line."""
    difference = diff(_steps(8), _steps(16))

    shown = _shown(difference, before="yesterday.layertrace", now="today.layertrace")
    assert_golden("differences_named", shown)


def test_recordings_without_a_difference_do_the_same():
    """Without differences, it is stated what is not compared, and which versions differ."""
    same = ["b does the same as a", "  ids, times, line numbers and messages of errors are not compared"]
    assert _shown(diff(_steps(8), _steps(8))).splitlines() == same
    one, two = (
        Timeline(_steps(8), surroundings=RecordingContext(versions={"tensorflow": version}))
        for version in ("2.20.0", "2.21.0")
    )
    assert _shown(diff(one, two)).splitlines() == [*same, "  tensorflow 2.20.0 → 2.21.0"]


def test_what_a_recording_does_not_show_is_noted():
    """The notes of both recordings are shown: in a truncated one, layers may be missing."""
    shown = _shown(diff(Timeline(_steps(8), notes=["the recording is truncated at 3.2 s"]), _steps(8)))

    assert shown.splitlines()[-1] == "  note on a: the recording is truncated at 3.2 s"


def test_a_different_order_is_shown():
    """For a different order, the first difference is shown."""
    events = list(_steps(8, calls=0))
    swapped = [structs.replace(events[1], seq=0, start_ns=0), structs.replace(events[0], seq=1, start_ns=1)]

    assert_golden("differences_order", _shown(diff(Timeline(events), Timeline(swapped))))


@pytest.mark.parametrize("width", [80, 120])
def test_what_appeared_and_vanished(width):
    """For two programs with nothing in common, everything is listed."""
    assert_golden(f"differences_of_programs_{width}", _shown(diff(stories.fit(), stories.bug()), width))


def test_layers_that_differ_alike_are_listed_together():
    """A model that is called one more time is a single line, however many layers it has."""
    events = list(stories.large())
    cut = next(event.seq for event in events if event.kind == "call" and event.call_index == 2)

    assert_golden("differences_large", _shown(diff(Timeline(events[:cut]), Timeline(events)), 120))


def test_names_that_want_to_be_more_than_text():
    """Names and values are shown literally."""
    assert_golden("differences_hostile", _shown(diff(stories.hostile(), _steps(8))))


def test_old_encodings_get_signs_they_can_show():
    """If dots cannot be encoded, the rest is unaffected."""
    shown = _shown(diff(stories.fit(), stories.bug()), 80, "ascii")

    assert shown.isascii()
    assert_golden("differences_ascii", shown)


@pytest.mark.parametrize("everything", [False, True])
def test_a_changed_size_is_one_line(everything):
    """What follows from a changed size is part of its line; on demand, every difference is listed."""
    difference = diff(*(_of_units(units) for units in (32, 64)))

    shown = written(differences(difference, everything=everything), width=100)
    assert_golden(f"differences_units{'_all' * everything}", shown)


def _of_units(units: int) -> Timeline:
    """Return a timeline of three blocks, each a Dense of some units and one that restores the width."""
    story = Story()
    net = story.layer("Net", "net")
    with story.span("call", net, inputs=spec("float32[8, 16]")):
        for number in range(3):
            block = story.layer("Block", f"block_{number}", f"net/block_{number}")
            with story.span("call", block, inputs=spec("float32[8, 16]")):
                width = 16
                for name, size in ((f"dense_{2 * number}", units), (f"dense_{2 * number + 1}", 16)):
                    dense = story.layer("Dense", name, f"net/block_{number}/{name}")
                    story.add("init", dense, arguments={"units": size})
                    story.variable(dense, "kernel", f"float32[{width}, {size}]")
                    story.call(dense, f"float32[8, {width}]", f"float32[8, {size}]")
                    width = size
    return story.timeline()


def _fitted(units: int, runs: int, *, dropout: bool) -> Timeline:
    """Return a timeline of a small model that is trained, and perhaps used."""
    story = Story()
    train = FunctionRef(1, "multi_step_on_iterator", role="train", model="model")
    predict = FunctionRef(2, "one_step_on_data_distributed", role="predict", model="model")
    model = story.layer("Sequential", "model")
    names = ["hidden", *["drop"] * dropout, "head"]
    layers = {
        name: story.layer("Dropout" if name == "drop" else "Dense", name, f"model/{name}") for name in names
    }
    width = 16
    story.add("init", layers["hidden"], arguments={"units": units})
    if dropout:
        story.add("init", layers["drop"], arguments={"rate": 0.1})
    story.add("init", layers["head"], arguments={"units": 1})
    story.add("init", model)
    sizes = {"hidden": units, "drop": units, "head": 1}
    with story.span("trace", function=train, trace=1, inputs={"iterator": "<object>"}):
        with story.span("call", model, inputs=spec("float32[8, 16]"), mode="graph"):
            for name in names:
                if name != "drop":
                    story.variable(layers[name], "kernel", f"float32[{width}, {sizes[name]}]")
                    slot = {"role": "optimizer", "holder": "adam", "trainable": False}
                    story.variable(
                        None, f"{name}_kernel_momentum", f"float32[{width}, {sizes[name]}]", **slot
                    )
                story.call(layers[name], f"float32[8, {width}]", f"float32[8, {sizes[name]}]", mode="graph")
                width = sizes[name]
    story.add("run", function=train, times=runs)
    if dropout:
        for trace in (1, 2):
            story.add("trace", function=predict, trace=trace, inputs={"data": spec(f"float32[{trace}, 16]")})
            story.add("run", function=predict)
    return story.timeline()


def test_the_page_of_the_command_line_shows_what_is_printed():
    """One layer, its size and the epochs changed: each is one line, with what follows from it."""
    difference = diff(_fitted(32, 8, dropout=False), _fitted(64, 4, dropout=True))

    shown = _shown(difference, 88, before="yesterday", now="run")
    assert_golden("differences_readme", shown)
    page = Path(__file__).parents[2] / "layertrace" / "cli" / "README.md"
    assert shown in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120])
@pytest.mark.parametrize("everything", [False, True])
def test_every_difference_fits_its_width(width, everything):
    """No line is wider than the terminal, and every difference of two small models fits fifty lines."""
    difference = diff(_fitted(32, 8, dropout=False), _fitted(64, 4, dropout=True))
    lines = written(differences(difference, everything=everything), width=width).splitlines()

    assert max(map(len, lines)) <= width
    assert len(lines) <= (50 if everything else 25)


def test_long_names_break_at_underscores():
    """A name that is wider than the terminal continues after an underscore or a slash."""
    before, after = Story(), Story()
    for story, units in ((before, 4), (after, 6)):
        layer = story.layer("Dense", "functional_block_with_a_long_name_expand_conv")
        story.add("init", layer, arguments={"units": units})

    lines = _shown(diff(before.timeline(), after.timeline()), 30).splitlines()
    assert lines[1:3] == ["  ~ functional_block_with_a_", "    long_name_expand_conv"]


def test_what_appeared_is_green_and_what_vanished_red():
    """Only colours of the terminal's own palette are used."""
    page = io.StringIO()
    console = Console(
        file=page, width=100, force_terminal=True, legacy_windows=False, color_system="standard"
    )
    console.print(differences(diff(stories.tutorial(), _steps(8, 7))))

    assert_golden("differences_colour", page.getvalue())
