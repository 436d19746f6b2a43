"""Findings about stale and repeated traces name the run, the lines and all causes."""

import os
import time

import pytest
from msgspec import structs

from layertrace import Event, Timeline
from layertrace.diagnosis import diagnose
from layertrace.render import findings
from layertrace.render.console import written
from layertrace.timeline import FunctionRef, LayerRef, Location, TensorSpec
from layertrace.timeline.cause import Cause, Change
from layertrace.timeline.context import LayerState, Observation, RecordingContext
from layertrace.timeline.event import GraphSpec
from layertrace.timeline.statements import Statement

pytestmark = pytest.mark.reading

BACKBONE = LayerRef(id=1, class_name="Dense", name="backbone", path="backbone")
TRAIN = FunctionRef(1, "one_step_on_iterator", role="train", model="net")
PREDICT = FunctionRef(2, "one_step_on_data_distributed", role="predict", model="net")
KERAS = Location("/site-packages/keras/src/backend/tensorflow/trainer.py", 129)
PROGRAM = """\
model.compile("adam", "mse", metrics=["mae"])
model.fit(x, y)
backbone.trainable = False
model.fit(x, y, epochs=2)
model.predict(x)
"""


def frozen(file, *, lines=(1, 2, 4, 5), started_ns=None):
    """Return a recording of `PROGRAM`, which has the statements of some lines."""
    file = str(file)

    def traced(seq, function, line):
        place = Location(file, line)
        return [
            Event(seq=seq, kind="trace", function=function, trace=1, location=place, defined_at=KERAS),
            Event(
                seq=seq + 1, kind="call", layer=BACKBONE, parent=seq, depth=1, mode="graph",
                function=function, location=place,
            ),
            Event(seq=seq + 2, kind="run", function=function, trace=1, location=place),
        ]  # fmt: skip

    events = traced(0, TRAIN, 2)
    events.append(Event(seq=3, kind="run", function=TRAIN, trace=1, location=Location(file, 4), times=2))
    events += traced(4, PREDICT, 5)
    source = PROGRAM.splitlines()
    context = RecordingContext(
        states={1: LayerState(layer=BACKBONE, trainable=False, variables=(7,))},
        observations=(
            Observation(what="update", during=0, variables=(7,)),
            Observation(
                what="changed after trace", layer=BACKBONE, name="trainable", before=True, now=False,
                location=Location(file, 4),
            ),
        ),
        statements=tuple(
            Statement(file, n, n, source=source[n - 1], lines=(source[n - 1],)) for n in lines
        ),
        started_ns=started_ns,
    )  # fmt: skip
    return Timeline(events, surroundings=context)


def stale(timeline):
    (finding,) = diagnose(timeline, select=["LT207"], ignore=[])
    return finding


def test_the_evidence_is_the_run_after_the_change(tmp_path):
    """It is not a later trace of another function, in which the layer was called last."""
    finding = stale(frozen(tmp_path / "gone.py"))

    assert finding.events == (3,)
    assert "still updates it: it was traced before that, at line 2." in finding.message


def test_the_fix_stands_above_the_line_with_the_arguments_of_the_program(tmp_path):
    """A diff is read from top to bottom: after `fit`, it would be too late to compile again."""
    file = tmp_path / "finetune.py"
    file.write_text(PROGRAM, encoding="utf-8")
    finding = stale(frozen(file, started_ns=time.time_ns() + 10**9))
    shown = written(findings([finding]), width=110, encoding="utf-8").splitlines()

    at = next(number for number, line in enumerate(shown) if "│" in line)
    assert shown[at : at + 3] == [
        "   3 │ backbone.trainable = False",
        '     + model.compile("adam", "mse", metrics=["mae"])',
        "   4 │ model.fit(x, y, epochs=2)",
    ]
    assert shown[at + 3].endswith("trainable: True → False")
    assert len(shown) == at + 4


@pytest.mark.parametrize(("given", "is_new"), [('"adam"', True), ("Adam(0.1)", True), ("optimizer", False)])
def test_the_cost_of_compiling_again_is_named(tmp_path, given, is_new):
    """The optimizer that a string creates forgets its momenta; one that the program has kept does not."""
    file = tmp_path / "finetune.py"
    file.write_text(PROGRAM.replace('"adam"', given), encoding="utf-8")
    message = stale(frozen(file, lines=(2, 4), started_ns=time.time_ns() + 10**9)).message

    cost = "Compile again: that begins with a new optimizer, without the momentum of this one."
    assert message.endswith(cost) == is_new


def test_a_change_that_no_source_shows_is_between_two_lines(tmp_path):
    """The file is missing, or was edited after the recording began."""
    edited = tmp_path / "edited.py"
    edited.write_text(PROGRAM, encoding="utf-8")
    os.utime(edited, ns=(2_000, 2_000))

    for timeline in (frozen(tmp_path / "gone.py"), frozen(edited, started_ns=1_000)):
        evidence = stale(timeline).evidence
        assert [line.text for line in evidence[1:]] == ["it was set between lines 2 and 4"]


def test_arguments_that_are_unknown_are_not_invented(tmp_path):
    """The statement of `compile` was not recorded."""
    finding = stale(frozen(tmp_path / "gone.py", lines=(2, 4)))

    assert finding.fix == "model.compile(...)  # with the same arguments as before"


def step_by_step(shapes, values):
    """Return a recording of `train(tokens, step)`, whose first run traced twice."""
    train = FunctionRef(1, "train")
    place = Location("train.py", 9)
    events, earlier = [], None
    for number, (size, value) in enumerate(zip(shapes, values, strict=True)):
        tokens = TensorSpec("int32", (1, size))
        cause = None
        if number == 1:
            cause = Cause(reason="second pass", detail="second pass: variables were created in the first")
        elif earlier is not None:
            changes = [Change(argument="step", what="value", before=str(earlier[1]), now=str(value))]
            if size != earlier[0]:
                before = f"int32[1, {earlier[0]}]"
                changes.append(
                    Change(argument="tokens", what="shape", before=before, now=str(tokens), axes=(1,))
                )
            cause = Cause(reason="signature", changes=tuple(changes), compared_with=number)
        events.append(
            Event(
                seq=len(events), kind="trace", function=train, trace=number + 1, location=place, cause=cause,
                defined_at=Location("train.py", 3), graph=GraphSpec(ops=1, second_pass=number == 1),
                inputs={"tokens": tokens, "step": value},
            )
        )  # fmt: skip
        if number:
            run = Event(seq=len(events), kind="run", function=train, trace=number + 1, location=place)
            events.append(run)
        earlier = size, value
    return Timeline(events)


def test_all_traces_are_accounted_for():
    """The counts of the causes add up to the number of traces, and explain why it exceeds the runs."""
    timeline = step_by_step([4, 4, 4, 4, 4, 6, 7], [0, 0, 1, 2, 3, 4, 5])
    (finding,) = diagnose(timeline, select=["LT202"], ignore=[])

    assert finding.message == (
        "7 traces of train for 6 runs: 3 because only step changed (1, 2, 3), 2 because step and the "
        "shape of tokens changed, 2 in the first run, which created variables. Each Python value becomes "
        "a constant in a graph of its own."
    )
    assert finding.fix.splitlines() == [
        "train(..., step=tf.constant(step))",
        "# compile train with @tf.function(reduce_retracing=True), for the shapes of tokens",
    ]


@pytest.mark.parametrize(
    ("decorator", "relaxed"),
    [
        ("@tf.function", "@tf.function(reduce_retracing=True)"),
        ("@tf.function()", "@tf.function(reduce_retracing=True)"),
        ("@tf.function(jit_compile=True)  # fast", "@tf.function(jit_compile=True, reduce_retracing=True)"),
    ],
)
def test_a_decorator_is_replaced_where_it_stands(decorator, relaxed):
    """It is another line than the call, which would be a syntax error below the call."""
    head = f"{decorator} def train(tokens, step):"
    lines = (decorator, "def train(tokens, step):")
    statement = Statement("train.py", 3, 4, source=head, lines=lines)
    events = step_by_step([4, 4, 4, 4, 4, 6, 7], [0, 0, 1, 2, 3, 4, 5])
    timeline = Timeline(events, (), RecordingContext(statements=(statement,)))
    (finding,) = diagnose(timeline, select=["LT202"], ignore=[])
    shown = written(findings([finding]), width=100, encoding="utf-8").splitlines()

    assert shown[-3] == "     + train(..., step=tf.constant(step))"
    assert shown[-2:] == [f"   3 - {decorator}", f"     + {relaxed}  # for the shapes of tokens"]


def test_the_cost_of_retracing_is_named():
    """One sees whether the retraces matter; less than a second is not worth a word."""
    events = step_by_step([4] * 5, [0, 0, 1, 2, 3])
    slow = Timeline(
        structs.replace(
            event, start_ns=event.seq * 10**9, duration_ns=900_000_000 if event.kind == "trace" else 10**8
        )
        for event in events
    )
    (finding,) = diagnose(slow, select=["LT202"], ignore=[])

    assert finding.message.endswith("Tracing took 4.5 of 8.1 s.")
    assert "Tracing took" not in diagnose(events, select=["LT202"], ignore=[])[0].message


def test_the_cost_of_first_runs_is_named():
    """The first run of a graph takes long, too, so that a graph for every run costs more than its trace."""
    events = step_by_step([4] * 5, [0, 0, 1, 2, 3])
    slow = [
        structs.replace(event, start_ns=event.seq * 10**9, duration_ns=900_000_000) for event in events
    ]
    (finding,) = diagnose(Timeline(slow), select=["LT202"], ignore=[])

    assert finding.message.endswith("Another 3.6 s went into the 4 runs that were the first of a new graph.")

    slow[-1] = structs.replace(slow[-1], times=3, first_ns=800_000_000)
    (finding,) = diagnose(Timeline(slow), select=["LT202"], ignore=[])

    assert finding.message.endswith(" 3.5 s went into the 4 of 6 runs that were the first of a new graph.")


def test_a_value_is_compared_with_a_trace_that_is_named():
    """The most similar trace is not always the one before."""
    timeline = step_by_step([4] * 5, [0, 0, 1, 2, 3])
    (finding,) = diagnose(timeline, select=["LT202"], ignore=[])

    assert finding.evidence[0].text == "trace 3: step=1, was 0 in trace 2"
    assert "only" not in finding.message
    assert "reduce_retracing" not in finding.fix
