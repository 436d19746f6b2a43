"""The overview: a row for each statement of the program, on one screen."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import stories
from hand_made import DIRECTORY, Story, raised, spec
from msgspec import structs

from layertrace.diagnosis import Finding
from layertrace.diagnosis.finding import Evidence
from layertrace.render import overview, text, tree, verdict
from layertrace.render.console import written
from layertrace.render.trees.event_signatures import Signatures
from layertrace.timeline import Cause, Change, Event, Timeline
from layertrace.timeline.context import LayerState, RecordingContext
from layertrace.timeline.event import Location
from layertrace.timeline.statements import Statement


def with_source(story: Story, sources: dict[int, str], *notes: str, **context) -> Timeline:
    """Return a timeline whose program has these lines."""
    file = f"{DIRECTORY}/{story.file}"
    statements = tuple(Statement(file, line, line, source=source) for line, source in sources.items())
    return Timeline(story.events, notes, RecordingContext(statements=statements, **context))


def shown(timeline: Timeline, width: int = 120, **options) -> list[str]:
    return written(overview(timeline, **options), width=width, encoding="utf-8").splitlines()


def training(blocks: int = 20) -> Timeline:
    """A model of many different blocks: created, trained, and used."""
    story = Story()
    layers = [story.layer(f"Block{number}", f"block_{number}") for number in range(blocks)]
    model = story.layer("Net", "net")
    with story.span("init", model, at=5, ms=30):
        for layer in layers:
            story.add("init", layer, at=2)
    io = {"inputs": spec("float32[4, 4]"), "outputs": spec("float32[4, 4]")}
    step = story.function("step")
    for trace in (1, 2):
        cause = Cause(reason="second pass", detail="second pass") if trace == 2 else None
        with story.span("trace", function=step, trace=trace, at=6, ms=700, cause=cause, mode="graph"):
            with story.span("call", model, **io):
                for layer in layers:
                    with story.span("build", layer):
                        story.variable(layer, "kernel", "float32[4, 4]")
                    story.add("call", layer, **io)
    story.add("run", function=step, trace=2, at=6, ms=300, times=40, mode="graph")
    for _ in range(3):
        with story.span("call", model, at=8, **io):
            for layer in layers:
                story.add("call", layer, **io)
    sources = {5: "net = Net()", 6: "net.fit(x, y, epochs=3)", 8: "net(x)"}
    return with_source(story, sources, command=("/home/ada/train.py", "--epochs", "3"))


def test_a_symbolic_call_in_a_trace_precedes_it():
    """As in the life chart; its row and that of the trace show that its time is a part of the other."""
    story = Story()
    net = story.layer("Net", "net")
    inside = [story.layer(f"Block{number}", f"block_{number}") for number in range(30)]
    step = story.function("step")
    with story.span("trace", function=step, trace=1, at=6, ms=500, mode="graph"):
        with story.span("call", net, mode="symbolic", ms=200):
            for layer in inside:
                story.add("call", layer, mode="symbolic")
        with story.span("call", net, mode="graph", ms=100):
            for layer in inside:
                story.add("call", layer, mode="graph")
    lines = shown(with_source(story, {6: "net.fit(x, y)"}))
    at = next(at for at, line in enumerate(lines) if line.startswith("     symbolic "))

    assert re.fullmatch(r"6  net\.fit\(x, y\) .* 500 ms", lines[at - 1])
    assert re.match(r" +symbolic +call ×31: net, 30 inside · Keras infers shapes in step ", lines[at])
    assert lines[at].endswith("  (200 ms)")
    assert re.match(r" +step  trace 1 +call ×31: net, 30 inside · ", lines[at + 1])
    assert lines[at + 1].endswith("layers 100 ms, symbolic 200 ms, the rest 200 ms    500 ms")


def test_an_overview_answers_on_one_screen():
    """The program's own lines, what happened in words, and how long it took."""
    lines = shown(training())

    assert len(lines) <= 40
    assert lines[0].startswith("train.py --epochs 3  ")
    assert any(re.match(r"5  net = Net\(\) +init net \(Net\) and 20 inside +30 ms", line) for line in lines)
    assert any(re.match(r"6  net\.fit\(x, y, epochs=3\) +build 20 layers +762 ms", line) for line in lines)
    traces = r" +step  trace 1, 2 +call ×42: net ×2, 40 inside · layers 2\.0 ms, the rest 1\.4 s +1\.4 s"
    assert any(re.match(traces, line) for line in lines)
    assert any(re.match(r" +step  run ×40 +as a graph, without Python +300 ms", line) for line in lines)
    assert any(re.match(r"8  net\(x\) +call ×63: net ×3, 60 inside", line) for line in lines)


def test_the_headline_counts_layers_that_compute_in_another_dtype():
    """Mixed precision is a fact of the whole program."""
    timeline = training()
    dtypes = dict(zip(timeline.layers, ["float32", "float16", "float16", "bfloat16", "int64"], strict=False))
    states = {layer.id: LayerState(layer=layer, compute_dtype=dtype) for layer, dtype in dtypes.items()}
    mixed = Timeline(timeline, (), replace(timeline.surroundings, states=states))

    assert " · 21 layers (2 in float16, 1 in bfloat16) · " in shown(mixed)[0]
    halves = {layer.id: LayerState(layer=layer, compute_dtype="float16") for layer in timeline.layers}
    half = Timeline(timeline, (), replace(timeline.surroundings, states=halves))
    assert " · 21 layers (in float16) · " in shown(half)[0]
    assert " · 21 layers · " in shown(timeline)[0]


@pytest.mark.parametrize("times", [True, False])
def test_the_headline_has_the_time_of_traces_and_runs(times):
    """One sees at once whether a program traced or ran its graphs."""
    story = Story()
    net, step = story.layer("Net", "net"), story.function("step")
    for trace in (1, 2):
        with story.span("trace", function=step, trace=trace, at=5, ms=500):
            story.call(net, f"float32[{trace}]", "float32[1]")
    for _ in range(3):
        story.add("run", function=step, at=5, ms=3000)
    lines = shown(with_source(story, {5: "step(x)"}), max_lines=4, times=times)

    assert ("2 traces in 1.0 s · 3 runs in 9.0 s" if times else "2 traces · 3 runs") in lines[0]


def test_the_time_between_statements_has_a_row():
    """The rows add up to the time in the headline, except of a selection, or for a small difference."""
    timeline = slow_trace(symbolic=0, traced=[300], runs=0)
    end = timeline[0].start_ns + timeline[0].duration_ns

    def with_pause(ms: int) -> Timeline:
        run = Event(
            seq=len(timeline), kind="run", function=timeline[0].function, trace=1, mode="graph",
            start_ns=end + ms * 10**6, duration_ns=10**9, location=Location(timeline[0].location.file, 9),
        )  # fmt: skip
        return with_events(timeline, run)

    lines = shown(with_pause(2000))
    row = next(at for at, line in enumerate(lines) if re.match(r" +between statements  .* s$", line))

    assert "step" in lines[row - 1]
    assert "between" not in " ".join(shown(with_pause(80)))
    assert "between" not in " ".join(shown(with_pause(2000).where(kind="call")))


def test_the_time_of_a_statement_outside_of_its_events_is_named():
    """The passes below it do not add up to its time if it computed eager gradients, or prepared data."""
    timeline = slow_trace(symbolic=0, traced=[300], runs=0)
    events = [event for event in timeline if event.kind != "init"]
    trace = timeline[0]

    def with_pause(ms: int) -> Timeline:
        run = Event(
            seq=len(events), kind="run", function=trace.function, trace=1, mode="graph",
            start_ns=trace.start_ns + trace.duration_ns + ms * 10**6, duration_ns=10**8,
            location=trace.location,
        )  # fmt: skip
        return Timeline([*events, run], timeline.notes, timeline.surroundings)

    assert "2.0 s outside of events" in " ".join(shown(with_pause(2000)))
    assert "outside" not in " ".join(shown(with_pause(20)))
    assert "outside" not in " ".join(shown(with_pause(2000).where(kind=("trace", "run"))))


@pytest.mark.parametrize("error", [None, raised("ValueError", "no")])
def test_what_a_failed_trace_did_outside_of_layers_is_not_named(error):
    """It may not have come to the gradients."""
    story = Story()
    train, dense = story.function("train_function", role="train"), story.layer("Dense", "dense")
    with story.span("trace", function=train, trace=1, at=6, ms=900, mode="graph", error=error):
        for number in range(20):
            story.add("call", dense, ms=1, mode="graph", trace=1, arguments={"n": number})
    page = " ".join(shown(with_source(story, {6: "model.fit(x, y)"}), max_lines=10))

    assert "the rest" in page
    assert (": gradients, optimizer" in page) == (error is None)


def test_first_runs_of_new_graphs_are_named():
    """They take longer than further runs, which one does not see from their sum."""
    timeline = slow_trace(symbolic=0, traced=[300], runs=0)
    trace = timeline[0]
    events: list[Event] = []
    for number in range(1, 4):
        for kind in ("trace", "run"):
            event = structs.replace(trace, seq=len(timeline) + len(events), kind=kind, trace=number)
            events.append(structs.replace(event, start_ns=event.seq * 10**9, duration_ns=10**9))
    page = " ".join(shown(with_events(timeline, *events)))

    assert "run ×3  as a graph, without Python · each the first of a new graph" in re.sub(" {2,}", "  ", page)

    again = structs.replace(events[-1], seq=events[-1].seq + 1, start_ns=10**11, times=2)

    assert "the first of" not in " ".join(shown(with_events(timeline, *events, again)))


@pytest.mark.parametrize(
    ("first", "times", "words"),
    [(7000, 3, "first 7.0 s, then 500 ms each"), (3000, 3, ""), (7000, 2, ""), (None, 3, "")],
)
def test_a_slow_first_run_is_shown_apart(first, times, words):
    """8 s for three runs are not 2.7 s for each, if the first took 7 s of them."""
    timeline = slow_trace(symbolic=0, traced=[300], runs=0)
    trace = timeline[0]
    run = Event(
        seq=len(timeline), kind="run", function=trace.function, trace=1, mode="graph", times=times,
        start_ns=10**10, duration_ns=8 * 10**9, first_ns=first and first * 10**6, location=trace.location,
    )  # fmt: skip
    page = " ".join(shown(with_events(timeline, run)))

    assert f"run ×{times}" in page
    assert words in page
    assert ("first" in page) == bool(words)


def with_events(timeline: Timeline, *events: Event) -> Timeline:
    return Timeline([*timeline, *events], timeline.notes, timeline.surroundings)


def slow_trace(*, symbolic: int, traced: list[int], runs: int = 0) -> Timeline:
    """A function that is traced several times, with one symbolic call in its first trace, and run."""
    story = Story()
    net = story.layer("Net", "net")
    blocks = [story.layer(f"Block{number}", f"block_{number}") for number in range(40)]
    step = story.function("step")
    for trace, took in enumerate(traced, 1):
        with story.span("trace", function=step, trace=trace, at=5, ms=took + 500, mode="graph"):
            for mode, ms in (("symbolic", symbolic if trace == 1 else 0), ("graph", took)):
                if ms:
                    with story.span("call", net, ms=ms, mode=mode):
                        for block in blocks:
                            story.add("call", block, mode=mode, ms=ms // 20)
    if runs:
        story.add("run", function=step, trace=1, at=5, ms=9000, times=runs, mode="graph")
    for block in blocks:
        story.add("init", block, at=7)
    return with_source(story, {5: "step(x)", 7: "blocks()"})


def test_a_tree_stands_beneath_the_row_it_belongs_to():
    """Not beneath the executions, which took longer but have no calls."""
    lines = shown(slow_trace(symbolic=0, traced=[900], runs=3))

    row = next(place for place, line in enumerate(lines) if "  step  trace 1  " in line)
    below = next(place for place in range(row, len(lines)) if "└──" in lines[place])
    assert not any("run ×3" in line for line in lines[:below])
    assert any("  step  run ×3 " in line for line in lines[below:])


def test_a_tree_opens_what_took_the_time():
    """Keras inferred shapes for longer than the layers of the trace took, but the trace took the time."""
    lines = shown(slow_trace(symbolic=300, traced=[200]), max_lines=20)

    opened = [line for line in lines if "└──" in line and "net" in line]
    assert len(opened) == 1
    assert "graph, trace 1 of step" in opened[0]


def test_of_alike_traces_the_first_is_shown():
    """An outlier among them, such as one during which another process ran, explains nothing."""
    page = "\n".join(shown(slow_trace(symbolic=0, traced=[300, 310, 900, 305])))

    assert "graph, trace 1 of step" in page
    assert "graph, trace 3" not in page


@pytest.mark.parametrize(("width", "most"), [(60, 60), (80, 60), (99, 60), (100, 40), (160, 40)])
def test_an_overview_fits_on_one_screen(width, most):
    """Long lines that continue count, too; no line is wider than the terminal."""
    lines = shown(training(300), width=width)

    assert len(lines) <= most
    assert max(map(len, lines)) <= width


@pytest.mark.parametrize("most", [20, 30, 100])
def test_the_number_of_lines_can_be_chosen(most):
    """More lines show more of the tree."""
    assert most - 8 <= len(shown(training(), max_lines=most)) <= most


def test_plumbing_is_a_remark_of_its_chapter():
    """What Keras does for itself is mentioned, and never a pass of its own."""
    story = Story()
    dense = story.layer("Dense", "dense")
    for number in range(3):
        with story.span("trace", function=story.function(f"Dataset_map_{number}"), trace=1, at=5):
            pass
    for number in range(60):
        story.call(dense, f"float32[{number}]", "float32[1]", at=5)
    lines = shown(with_source(story, {5: "model.fit(x, y)"}))

    assert "3 functions of tf.data" in lines[2]
    assert " trace" not in lines[0]
    assert not any("Dataset" in line for line in lines)


@pytest.mark.parametrize(("calls", "width"), [(0, 120), (0, 80), (60, 120)])
def test_a_program_of_many_statements_fits_on_one_screen(calls, width):
    """Statements that only create layers are joined, and then those in the middle of the program."""
    story = Story()
    for line in range(1, 81):
        story.add("init", story.layer(f"Layer{line}", f"layer_{line}"), at=line)
    net = story.layer("Net", "net")
    for line in range(81, 82 + calls):
        story.call(net, f"float32[{line}]", "float32[1]", at=line)
    lines = shown(with_source(story, {line: f"x = layer_{line}(x)" for line in range(200)}), width=width)

    assert len(lines) <= (40 if width >= 100 else 60)
    assert any(re.match(r" *1-80  x = layer_1\(x\)  … 79 more +init 80 layers", line) for line in lines)
    assert any(line.lstrip().startswith(f"{81 + calls}  x = layer_{81 + calls}(x)") for line in lines)


def test_a_long_statement_has_a_row_of_its_own_in_a_program_of_many():
    """What took the time is not in the row of a hundred short statements around it."""
    story = Story()
    net = story.layer("Net", "net")
    for line in range(1, 100):
        story.call(net, f"float32[{line}]", "float32[1]", at=line, ms=9000 if line == 60 else 1)
    lines = shown(with_source(story, {line: f"x = net(x, {line})" for line in range(200)}), width=80)
    rows = [line for line in lines if re.match(r" *[0-9-]+  x = net", line)]

    assert any(re.match(r" *60  x = net\(x, 60\) .* 9\.0 s$", row) for row in rows)
    assert sum("… " in row for row in rows) == 2
    assert len(lines) <= 60


def test_a_depth_is_shown_completely():
    """With a depth, each chapter shows its passes and that many levels, on as many lines as it takes."""
    lines = shown(training(30), depth=2)

    assert sum("init  block_" in line for line in lines) == 30
    assert any("step  trace 1, 2" in line for line in lines)


def test_a_short_recording_is_a_tree():
    """What fits into a few lines needs no summary."""
    story = Story("tutorial.py")
    story.events = list(stories.tutorial())
    timeline = with_source(story, {21: "layer = MyDense(10)", 22: "layer(x)"})

    assert shown(timeline) == written(tree(timeline), width=120, encoding="utf-8").splitlines()


def test_without_source_a_recording_that_fits_is_a_tree():
    """Rows that would name only a line add nothing."""
    assert shown(stories.bug()) == written(tree(stories.bug()), width=120, encoding="utf-8").splitlines()


def test_what_fits_completely_needs_no_passes():
    """A chapter shows its whole tree if there is room, and then nothing twice."""
    lines = shown(training(2))

    assert sum("without Python" in line for line in lines) == 1
    assert sum("call 1  block_" in line or "call 2  block_" in line for line in lines) == 4


def test_only_places_elsewhere_are_shown():
    """Lines inside a chapter do not repeat its line, nor the file that the headline names."""
    lines = shown(training(4))

    assert not any(line.endswith(":6") for line in lines)
    assert any(line.endswith("ms  :2") for line in lines)


def test_chapters_of_several_files_name_the_file():
    """A line number alone would be ambiguous."""
    story = Story()
    dense = story.layer("Dense", "dense")
    for number in range(20):
        story.add("call", dense, at="train.py:5" if number < 9 else "model.py:7", arguments={"n": number})

    lines = written(overview(story.timeline(), max_lines=10), width=100, encoding="utf-8").splitlines()
    assert any(line.lstrip().startswith("model.py:7") for line in lines)


def test_a_chapter_of_a_test_names_the_file_and_the_function():
    """In the report of a test suite, a line number alone means nothing."""
    story = Story("test_model.py")
    dense = story.layer("Dense", "dense")
    for number in range(30):
        story.add("call", dense, at=5, arguments={"n": number})
    file = f"{DIRECTORY}/test_model.py"
    statement = Statement(file, 5, 5, "test_it_learns", source="model(x)")
    timeline = Timeline(story.events, (), RecordingContext(statements=(statement,)))

    assert any(re.match(r"test_model\.py:5  model\(x\)  in test_it_learns", line) for line in shown(timeline))


def test_causes_of_one_argument_are_one_reason():
    """Six traces because of one argument are one fact, not six."""
    story = Story()
    step = story.function("step")
    for trace in range(1, 30):
        change = Change(argument="rate", what="value", before=str(trace - 1), now=str(trace))
        cause = Cause(reason="signature", changes=(change,)) if trace > 1 else None
        with story.span("trace", function=step, trace=trace, cause=cause, at=5):
            story.add("call", story.layer(f"Block{trace}", f"block_{trace}"))
    page = "\n".join(shown(with_source(story, {5: "step(x, rate)"})))

    assert "step  trace 1…29" in page
    assert "rate had 28 new values" in page


def test_causes_of_several_arguments_are_summed_up():
    """The changes of one trace would blame what differed in that one."""
    story = Story()
    step = story.function("step")
    dense = story.layer("Dense", "dense")
    for trace in range(1, 8):
        value = Change(argument="rate", what="value", before=str(trace - 1), now=str(trace))
        shapes = [
            Change(argument=name, what="shape", before="float32[1]", now=f"float32[{trace}]", axes=(0,))
            for name in ("x", "y")
        ]
        changes = (value, *shapes) if trace % 2 else (value,)
        cause = Cause(reason="signature", changes=changes) if trace > 1 else None
        with story.span("trace", function=step, trace=trace, cause=cause, at=5):
            story.add("call", dense, arguments={"n": trace})
    page = "\n".join(shown(with_source(story, {5: "step(x, y, rate)"}), max_lines=10))

    assert "rate differs in 6 traces; shapes of x, y in 3" in page
    assert "was float32" not in page


def test_causes_of_single_traces_need_no_numbers():
    """Arguments that differed in one trace each are named, not counted."""
    story = Story()
    step, inner, dense = story.function("step"), story.function("inner"), story.layer("Dense", "dense")
    value = Change(argument="iterator", what="value", before="1", now="2")
    shapes = [
        Change(argument=name, what="shape", before="float32[1]", now="float32[2]", axes=(0,))
        for name in ("x", "y")
    ]
    for number in (1, 2):
        outer, nested = (
            Cause(reason="signature", changes=changes) if number > 1 else None
            for changes in ((value,), (*shapes,))
        )
        with (
            story.span("trace", function=step, trace=number, cause=outer, at=5),
            story.span("trace", function=inner, trace=number, cause=nested, at=5),
        ):
            for size in range(20):
                story.call(dense, f"float32[{number}, {size}]", "float32[1]")
    page = "\n".join(shown(with_source(story, {5: "step(x)"}), max_lines=10))

    assert "· iterator and shapes of x, y differ " in page


def test_findings_are_marked_at_their_chapter():
    """One sees which statement is to blame, also if the event itself is not shown."""
    evidence = (Evidence("here", (20,)),)
    finding = Finding(code="LT101", name="n", severity="error", message="m", evidence=evidence)
    timeline = training(200)
    lines = shown(timeline, findings=[finding], verdict=verdict(timeline, [finding]))

    assert lines[0].endswith("1 error") or lines[1].endswith("1 error")
    assert any(re.match(r"5  net = Net\(\) .*◄ LT101", line) for line in lines)


def test_a_finding_without_an_event_is_marked_at_its_line():
    """What a `fit` was given has no event; its line has the finding, before the exception that ended it."""
    timeline = training()
    place = Location(f"{DIRECTORY}/{Story().file}", 6)
    finding = Finding(code="LT573", name="n", severity="error", message="m", location=place)
    lines = shown(timeline, findings=[finding])

    assert [line[0] for line in lines if "◄ LT573" in line] == ["6"]


def test_notes_come_right_after_the_headline():
    """What was not seen comes before what was."""
    story = Story()
    dense = story.layer("Dense", "dense")
    for number in range(60):
        story.add("call", dense, at=5, arguments={"n": number})
    timeline = with_source(story, {5: "dense(x)"}, "the recording is truncated")

    assert shown(timeline)[1] == "note: the recording is truncated"


def test_what_is_printed_is_what_str_returns():
    """`str(timeline)`, `print(timeline)` and `timeline.print()` are the same."""
    assert str(training()) == text(training())


def test_ascii_terminals_get_signs_they_can_show():
    """Dots, crosses and arrows have replacements."""
    assert written(overview(training()), width=120, encoding="ascii").isascii()


def test_the_statement_that_took_longest_stands_out():
    """One sees at once what took the time: it is the only bold one."""
    page = written(overview(training()), width=120, encoding="utf-8", colour=True)

    assert [line for line in page.splitlines() if re.search(r"\x1b\[1m762 ms", line)]
    assert not re.search(r"\x1b\[1m(30|43) ms", page)


def test_a_selection_keeps_the_passes_of_its_calls():
    """Calls of one layer stay in the chapter and the function that they ran in, if only they are selected."""
    selected = training(20).of("block_7")
    lines = shown(selected, max_lines=8)

    assert any(re.match(r"6  net\.fit\(x, y, epochs=3\) +build block_7", line) for line in lines)
    assert any(re.match(r" +step  traced +call ×2: block_7 ×2", line) for line in lines)


def test_where_few_rows_fit_those_that_took_longest_are_shown():
    """What took the time is not behind a note; a row has one line before another is left out."""
    timeline = training()
    events = [
        structs.replace(event, duration_ns=9_000_000_000) if event.kind == "run" else event
        for event in timeline
    ]
    slow = Timeline(events, (), timeline.surroundings)

    assert not any("traced twice" in line for line in shown(timeline, max_lines=7))
    assert "step  trace 1, 2" in shown(timeline, max_lines=6)[4]
    lines = shown(slow, max_lines=6)
    assert "step  run ×40" in lines[4]
    assert lines[5].strip() == "… 2 more rows of functions and calls"


def test_the_passes_of_the_longest_statement_are_left_out_last():
    """A few lines too many leave out rows of the short statement, and no row of the long one."""
    story = Story()
    dense = story.layer("Dense", "dense")
    for line, name in ((5, "short"), (9, "long")):
        for number in range(8):
            with story.span("trace", function=story.function(f"{name}_{number}"), trace=1, at=line):
                story.call(dense, f"float32[{number}]", "float32[1]")
    story.call(dense, "float32[1]", "float32[1]", at=9, ms=900)
    lines = shown(with_source(story, {5: "first()", 9: "second()"}), max_lines=18)

    assert sum("long_" in line for line in lines) == 8
    assert 0 < sum("short_" in line for line in lines) < 8
    assert len(lines) <= 18


def test_many_functions_of_one_statement_are_counted():
    """A statement that traces a hundred functions does not push the others off the screen."""
    story = Story()
    dense = story.layer("Dense", "dense")
    for number in range(100):
        with story.span("trace", function=story.function(f"step_{number}"), trace=1, at=5):
            story.call(dense, f"float32[{number}]", "float32[1]")
    story.call(dense, "float32[1]", "float32[1]", at=9)
    lines = shown(with_source(story, {5: "steps()", 9: "dense(x)"}))

    assert len(lines) <= 40
    assert any(re.match(r" +… \d+ more rows of functions and calls", line) for line in lines)
    assert any(line.startswith("9  dense(x)") for line in lines)


@pytest.mark.parametrize(
    ("layers", "words"), [(4, "net_0, net_1, net_2, net_3"), (5, "net_0, net_1, net_2, 2 more layers")]
)
def test_the_layers_of_a_pass_are_named(layers, words):
    """Three of many; `1 more` would take as much room as the name of the fourth."""
    story = Story()
    inside = [story.layer(f"Block{number}", f"block_{number}") for number in range(60)]
    for number in range(layers):
        with story.span("call", story.layer("Net", f"net_{number}"), at=8):
            for layer in inside:
                story.add("call", layer)
    lines = shown(with_source(story, {8: "for net in nets: net(x)"}))

    assert f"call ×{layers * 61}: {words}, {layers * 60} inside" in " ".join(" ".join(lines).split())


def test_an_eager_call_of_many_different_layers_is_opened():
    """It is the only pass of its statement, and therefore in its row; the layers inside stand below."""
    story = Story()
    layers = [story.layer(f"Block{number}", f"block_{number}") for number in range(60)]
    with story.span("call", story.layer("Net", "net"), at=8):
        for layer in layers:
            story.add("call", layer)
    lines = shown(with_source(story, {8: "net(x)"}))

    assert "call ×61: net, 60 inside" in lines[2]
    assert sum("call 1  block_" in line for line in lines) > 20
    assert len(lines) <= 40


def large(calls: int, monkeypatch) -> Timeline:
    """Calls of two layers, in a recording that counts as large: first all different, then all alike."""
    monkeypatch.setattr("layertrace.render.chapters.overview.MOST_EVENTS", calls // 2)
    monkeypatch.setattr("layertrace.render.chapters.large._MOST_VARIED", calls // 2)
    monkeypatch.setattr("layertrace.render.chapters.large._SAMPLE", calls // 10)
    story = Story()
    varied, alike = story.layer("Varied", "varied"), story.layer("Alike", "alike")
    for size in range(calls):
        story.add("call", varied, at=5, inputs=spec(f"float32[{size}, 4]"))
    for _ in range(calls):
        story.add("call", alike, at=6, inputs=spec("float32[4, 4]"))
    return with_source(story, {5: "varied(x)", 6: "alike(x)"})


def test_of_very_many_events_only_those_that_repeat_have_a_tree(monkeypatch):
    """A few of a million different calls would show no more than the row; to number them takes a minute."""
    numbered = []
    monkeypatch.setattr(
        "layertrace.render.chapters.large.Signatures",
        lambda timeline, marks=None, roots=None: numbered.append(roots) or Signatures(timeline, {}, roots),
    )
    timeline = large(200, monkeypatch)
    page = "\n".join(shown(timeline))

    assert "call ×200: varied" in page
    assert "float32[0, 4]" not in page
    assert "call ×200  alike (Alike)" in page
    assert len(numbered[-1]) == 200


def test_a_finding_opens_the_tree_of_very_many_events(monkeypatch):
    """One looks for what is around it."""
    timeline = large(200, monkeypatch)
    evidence = (Evidence("x", (100,), None),)
    finding = Finding(code="LT101", name="n", severity="error", message="m", evidence=evidence)
    page = "\n".join(shown(timeline, findings=[finding]))

    assert "float32[0, 4]" in page
