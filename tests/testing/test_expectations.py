"""Each expectation passes, fails with a message that is compared whole, and refuses invalid arguments."""

import hand_made
import pytest
import stories
from golden import assert_golden

from layertrace import Event, Timeline
from layertrace.errors import ExpectationError, ExpressionError, QueryError, RuleError, UnknownLayerError
from layertrace.testing import (
    assert_built_once,
    assert_calls,
    assert_lifecycle,
    assert_max_traces,
    assert_no_findings,
    assert_order,
    assert_shapes,
    assert_unchanged_by,
    assert_variables,
    golden_text,
    verbosity,
)
from layertrace.timeline import Opaque

pytestmark = pytest.mark.reading

GOLDEN_OF_TUTORIAL = """\
init  my_dense (MyDenseLayer)  num_outputs=10
build  my_dense (MyDenseLayer)  input_shape=(10, 5)
  variable  kernel  float32[5, 10]  GlorotUniform
call 1  my_dense (MyDenseLayer)  float32[10, 5] -> float32[10, 10]  eager
"""


def tutorial():
    return stories.tutorial()


def bug():
    return stories.bug()


def rebuilt():
    """A layer that is built a second time."""
    story = hand_made.Story("model.py")
    dense = story.layer("Dense", "dense")
    for line in (7, 9):
        story.add("build", dense, arguments={"input_shape": (None, line)}, at=line)
    return story.timeline()


def called_unbuilt():
    """A layer that is called without a build."""
    story = hand_made.Story("model.py")
    dense = story.layer("Dense", "dense")
    story.call(dense, "float32[1, 2]", "float32[1, 2]", at=12)
    return story.timeline()


def pair():
    """A decoder that is built before the encoder."""
    story = hand_made.Story("model.py")
    encoder, decoder = story.layer("Dense", "encoder"), story.layer("Dense", "decoder")
    for layer, line in ((decoder, 4), (encoder, 5)):
        story.add("build", layer, arguments={"input_shape": (None, 3)}, at=line)
    for layer, line in ((encoder, 8), (decoder, 9)):
        story.call(layer, "float32[2, 3]", "float32[2, 3]", at=line)
    return story.timeline()


def retraced():
    """A function that is traced three times."""
    story = hand_made.Story()
    function = story.function("step")
    for number, alpha in enumerate((0.1, 0.2, 0.3), start=1):
        cause = None if number == 1 else stories.Cause(reason="signature", detail=f"alpha={alpha}")
        inputs = {"x": hand_made.spec("float32[4, 3]"), "alpha": alpha}
        story.add("trace", function=function, trace=number, inputs=inputs, cause=cause, at=20 + number)
    return story.timeline()


def is_made(event):
    return event.kind == "init"


PASSING = {
    "lifecycle": lambda: assert_lifecycle(tutorial(), "init build(variable) call{2}"),
    "order": lambda: assert_order(bug(), "cnn.init", "dense.build", "gcn.call"),
    "order of functions": lambda: assert_order(retraced(), "step.trace", "trace", "step.trace"),
    "order by predicates": lambda: assert_order(
        bug(), is_made, "build", lambda event: event.error is not None
    ),
    "order without gaps": lambda: assert_order(tutorial(), "init", "build", "variable", strict=True),
    "built once": lambda: assert_built_once(tutorial()),
    "built once, each": lambda: assert_built_once(pair()),
    "calls": lambda: assert_calls(tutorial(), 2, mode="eager"),
    "no calls": lambda: assert_calls(tutorial(), times=0, mode="graph"),
    "variables": lambda: assert_variables(tutorial(), {"kernel": (5, 10)}, created_in="build"),
    "variables of any shape": lambda: assert_variables(tutorial(), {"kernel": None}),
    "variables with their dtype": lambda: assert_variables(tutorial(), {"kernel": "float32[5, 10]"}),
    "shapes": lambda: assert_shapes(tutorial(), (10, 5), (None, 10)),
    "shapes of what comes out": lambda: assert_shapes(tutorial(), outputs="float32[10, 10]"),
    "traces": lambda: assert_max_traces(3, retraced()),
    "traces of one function": lambda: assert_max_traces(3, retraced(), function="step"),
    "no findings": lambda: assert_no_findings(tutorial()),
    "no findings of a kind": lambda: assert_no_findings(bug(), select=["LT6"]),
    "findings that are ignored": lambda: assert_no_findings(bug(), ignore=["LT101"]),
}


@pytest.mark.parametrize("name", PASSING)
def test_a_met_expectation_passes(name):
    """An expectation that is met returns None."""
    assert PASSING[name]() is None


FAILING = {
    "lifecycle": lambda: assert_lifecycle(tutorial(), "init call+"),
    "lifecycle_inside": lambda: assert_lifecycle(tutorial(), "init build(variable variable) call+"),
    "lifecycle_ended": lambda: assert_lifecycle(tutorial(), "init build call call call"),
    "lifecycle_of_many": lambda: assert_lifecycle(bug(), "init trace(call)"),
    "order": lambda: assert_order(pair(), "encoder.build", "decoder.build", "call"),
    "order_never": lambda: assert_order(pair(), "encoder.call", "encoder.init"),
    "order_again": lambda: assert_order(pair(), "encoder.call", "decoder.call", "encoder.call"),
    "order_strict": lambda: assert_order(tutorial(), "init", "call", strict=True),
    "order_begins": lambda: assert_order(tutorial(), "trace", "call"),
    "built_twice": lambda: assert_built_once(rebuilt()),
    "built_never": lambda: assert_built_once(called_unbuilt()),
    "built_nothing": lambda: assert_built_once(Timeline()),
    "calls_too_few": lambda: assert_calls(tutorial(), times=4),
    "calls_too_many": lambda: assert_calls(tutorial(), times=1),
    "calls_in_mode": lambda: assert_calls(tutorial(), times=1, mode="graph"),
    "variables_missing": lambda: assert_variables(tutorial(), {"kernel": (5, 10), "bias": (10,)}),
    "variables_shape": lambda: assert_variables(tutorial(), {"kernel": (None, 11)}),
    "variables_more": lambda: assert_variables(tutorial(), {}),
    "variables_elsewhere": lambda: assert_variables(tutorial(), {"kernel": (5, 10)}, created_in="init"),
    "shapes_in": lambda: assert_shapes(tutorial(), inputs=(None, 6)),
    "shapes_out": lambda: assert_shapes(tutorial(), (10, 5), "float32[10, 11]"),
    "shapes_uncalled": lambda: assert_shapes(rebuilt(), (10, 5)),
    "traces": lambda: assert_max_traces(1, retraced(), info="alpha must be a tensor"),
    "findings": lambda: assert_no_findings(bug()),
}


@pytest.mark.parametrize("name", FAILING)
def test_a_failure_shows_both_sides(name):
    """The message has a sentence, both sides with the first difference marked, the tree and the line."""
    with pytest.raises(AssertionError) as caught:
        FAILING[name]()

    assert_golden(f"expect_{name}", str(caught.value))


@pytest.mark.parametrize("length", ["SHORT", "LONG"])
def test_the_length_of_failures_follows_the_verbosity(length, monkeypatch):
    """With -q the comparison is cut and the tree omitted; with -v everything is shown."""
    monkeypatch.setattr(verbosity, "current", getattr(verbosity, length))
    story = hand_made.Story()
    dense = story.layer("Dense", "dense")
    for number in range(40):
        story.call(dense, f"float32[{number}, 2]", "float32[1, 2]", at=number)

    with pytest.raises(AssertionError) as caught:
        assert_shapes(story.timeline(), outputs=(1, 3))

    assert_golden(f"expect_long_{length.lower()}", str(caught.value))


def test_a_long_tree_is_cut_to_what_matters():
    """A failure in a long timeline shows the event at fault with its ancestors, children and siblings."""
    with pytest.raises(AssertionError) as caught:
        assert_order(stories.large(), "block_3.call", "dense_3.init")

    assert_golden("expect_long_tree", str(caught.value))


REFUSED = {
    "a lifecycle that does not parse": (
        lambda: assert_lifecycle(tutorial(), "init biuld"),
        ExpressionError,
        "unknown kind 'biuld'; did you mean 'build'?",
    ),
    "a kind": (
        lambda: assert_order(tutorial(), "init", "biuld"),
        QueryError,
        "unknown kind 'biuld'; the kinds are init, build, call, variable, trace, run",
    ),
    "a layer": (
        lambda: assert_order(tutorial(), "init", "encoder.build"),
        UnknownLayerError,
        "no layer 'encoder' in this timeline; it has my_dense (MyDenseLayer)",
    ),
    "a function": (
        lambda: assert_order(retraced(), "stop.trace", "trace"),
        QueryError,
        "no function 'stop' in this timeline; it has step",
    ),
    "a function to count": (
        lambda: assert_max_traces(1, retraced(), function="stop"),
        QueryError,
        "no function 'stop' in this timeline; it has step",
    ),
    "one item": (
        lambda: assert_order(tutorial(), "init"),
        ExpectationError,
        "assert_order() needs at least two items, got 1",
    ),
    "an item of another type": (
        lambda: assert_order(tutorial(), "init", 3),
        ExpectationError,
        "each item must be a kind, a pair such as 'encoder.build', or a function, got int",
    ),
    "a negative count": (
        lambda: assert_calls(tutorial(), times=-1),
        ExpectationError,
        "times must be a non-negative integer, got -1",
    ),
    "a limit that is not an integer": (
        lambda: assert_max_traces(1.5),
        ExpectationError,
        "limit must be a non-negative integer, got 1.5",
    ),
    "a mode": (
        lambda: assert_calls(tutorial(), 1, mode="lazy"),
        QueryError,
        "unknown mode 'lazy'; the modes are eager, symbolic, graph",
    ),
    "a creator of variables": (
        lambda: assert_variables(tutorial(), {}, created_in="fit"),
        QueryError,
        "created_in must be one of init, build, call, got 'fit'",
    ),
    "variables without names": (
        lambda: assert_variables(tutorial(), [(5, 10)]),
        ExpectationError,
        "expected must be a mapping of variable names to shapes, got list",
    ),
    "a shape": (
        lambda: assert_shapes(tutorial(), 3),
        ExpectationError,
        "a shape must be a tuple such as (None, 3), text such as 'float32[2, 3]', or a nest of these, "
        "got int",
    ),
    "a rule": (
        lambda: assert_no_findings(tutorial(), select=["LT999"]),
        RuleError,
        "no rule has a code that begins with 'LT999'; there are LT101,",
    ),
    "a file with another suffix": (
        lambda: assert_unchanged_by(tutorial(), "golden.yaml"),
        ExpectationError,
        "the golden timeline golden.yaml must end in .txt or .json",
    ),
    "a layer that was not recorded": (
        lambda: assert_calls("encoder", 1),
        UnknownLayerError,
        "Record it first: put @layertrace.traced on its class",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_mistake_in_the_expectation_is_an_error_of_another_kind(name):
    """It is not an AssertionError, and its message lists the valid values."""
    act, error, message = REFUSED[name]

    with pytest.raises(error) as caught:
        act()

    assert message in str(caught.value)
    assert not isinstance(caught.value, AssertionError)


def test_a_golden_timeline_is_written_on_request(tmp_path, monkeypatch):
    """Without a file, the failure explains how to write it; after LAYERTRACE_UPDATE, the test passes."""
    path = tmp_path / "deep" / "tutorial.txt"
    with pytest.raises(AssertionError, match="does not exist; run pytest --layertrace-update to write it"):
        assert_unchanged_by(tutorial()[:4], path)

    monkeypatch.setenv("LAYERTRACE_UPDATE", "1")
    assert_unchanged_by(tutorial()[:4], path)
    monkeypatch.delenv("LAYERTRACE_UPDATE")

    assert path.read_text() == GOLDEN_OF_TUTORIAL
    assert_unchanged_by(tutorial()[:4], path)


def test_a_changed_timeline_is_shown_next_to_the_golden_one(tmp_path, monkeypatch):
    """The first line that differs is marked, and its event is shown in the tree."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.txt").write_text(GOLDEN_OF_TUTORIAL.replace("float32[5, 10]", "float16[5, 10]"))

    with pytest.raises(AssertionError) as caught:
        assert_unchanged_by(tutorial(), "old.txt")

    assert_golden("expect_golden", str(caught.value))


@pytest.mark.parametrize("suffix", [".txt", ".json"])
def test_golden_timelines_omit_what_differs_between_runs(suffix, tmp_path, monkeypatch):
    """Numbers, times, files, threads and names that Keras generated may differ."""

    def record(shift):
        story = hand_made.Story(f"model_{shift}.py")
        story.thread = f"Thread-{shift}"
        for _ in range(shift):
            story.layer("Other", "other")
            story.function("other")
        dense, named = story.layer("Dense", f"dense_{shift}"), story.layer("Dense", "head")
        with story.span("build", dense, at=shift, ms=shift):
            story.variable(dense, "kernel", "float32[2, 3]", at=3)
        story.add("trace", function=story.function("step"), trace=1, at=shift)
        story.call(named, "float32[1, 2]", None, error=hand_made.raised("ValueError", f"at 0x{shift}"))
        return story.timeline()

    monkeypatch.setenv("LAYERTRACE_UPDATE", "1")
    assert_unchanged_by(record(1), tmp_path / f"golden{suffix}")
    monkeypatch.delenv("LAYERTRACE_UPDATE")

    assert_unchanged_by(record(5), tmp_path / f"golden{suffix}")
    assert golden_text(record(5)).splitlines()[0] == "build  dense (Dense)"
    assert "head (Dense)" in golden_text(record(5))


def test_expectations_take_plain_events():
    """They work on any timeline, also on one without layers, locations or times."""
    with pytest.raises(AssertionError, match="the timeline was called 1 time, expected 2"):
        assert_calls(Timeline([Event(seq=0, kind="call")]), 2)


def test_names_that_keras_composed_do_not_differ():
    """Slots of an optimizer, and descriptions of layers, contain automatic names."""

    def record(number):
        story = hand_made.Story()
        outer, inner = story.layer("Net", f"net_{number}"), story.layer("Dense", f"dense_{number}")
        described = Opaque(f"<Dense dense_{number}>")
        with story.span("init", outer, arguments={"inner": described, "name": "mine"}):
            story.add("init", inner)
        story.variable(None, f"net_{number}_dense_{number}_kernel_momentum", "float32[2]")
        return story.timeline()

    assert (
        golden_text(record(3))
        == golden_text(record(12))
        == (
            "init  net (Net)  inner=<Dense>, name='mine'\n"
            "  init  dense (Dense)\n"
            "variable  net_dense_kernel_momentum  float32[2]\n"
        )
    )
