"""The timeline agrees with what people's programs print about traces, and names the argument to blame."""

import pytest
import warm
from bare_and_traced import steady
from cases.cases import path_of, run


@pytest.fixture
def ran(request, tmp_path, monkeypatch):
    """Run the case that a test is marked with, in its own folder."""
    monkeypatch.chdir(tmp_path)
    return run(path_of(request.param))


def case(name):
    return pytest.mark.parametrize("ran", [name], indirect=True, ids=[name])


def of_name(timeline, name):
    return [life for life in timeline.functions if life.name == name]


def calls_of(timeline, name, **where):
    return len(timeline.of(name).where(kind="call", **where))


@case("lt203_function_recreated")
def test_new_models_are_many_functions_traced_once(ran):
    """Seven models have seven predict functions; none is traced again, and each cause shows that."""
    functions = of_name(ran.timeline, "one_step_on_data_distributed")

    assert [life.traced for life in functions] == [1] * 7
    assert [life.causes[0].reason for life in functions[1:]] == ["new model"] * 6
    assert functions[-1].causes[0].detail.startswith("model 7 from line ")


@case("lt201_retraced_by_shape")
def test_shapes_are_named_with_both_values(ran):
    """The program prints `7 2`: a trace for each batch size, and two with reduced retracing."""
    (step,), (relaxed,) = of_name(ran.timeline, "step"), of_name(ran.timeline, "relaxed")

    assert ran.printed.split() == [str(step.traced), str(relaxed.traced)] == ["7", "2"]
    for number, cause in enumerate(step.causes, start=2):
        (change,) = cause.changes
        assert (change.argument, change.what, change.axes) == ("x", "shape", (0,))
        assert (change.before, change.now) == (f"float32[{number - 1}, 3]", f"float32[{number}, 3]")
    assert (step.runs, relaxed.runs) == (7, 7)


@case("lt202_retraced_by_value")
def test_python_values_are_named_with_both_values(ran):
    """The program prints `8 9`: a trace for each float, and one for all tensors."""
    (step,) = of_name(ran.timeline, "step")

    assert ran.printed.split() == ["8", str(step.traced)] == ["8", "9"]
    for number, cause in enumerate(step.causes[:7], start=1):
        (change,) = cause.changes
        assert (change.argument, change.what) == ("alpha", "value")
        assert (change.before, change.now) == (repr((number - 1) * 0.1), repr(number * 0.1))
    (last,) = step.causes[7].changes
    assert (last.argument, last.now) == ("alpha", "float32[]")
    assert step.runs == 16


@case("lt205_python_state_in_call")
def test_python_runs_once_for_each_trace(ran):
    """The program prints `steps: 24 counter: 2`: two calls, and 24 runs of the graph."""
    (fit,) = of_name(ran.timeline, "multi_step_on_iterator")

    assert f"steps: {fit.runs} counter: {calls_of(ran.timeline, 'counter')}" in ran.printed
    assert calls_of(ran.timeline, "counter", mode="symbolic") == 1
    assert calls_of(ran.timeline, "counter", mode="graph") == 1


@case("lt308_called_symbolically_first")
def test_every_call_has_a_mode_that_explains_it(ran):
    """The program prints 2 calls for the first model, and 3 for the second, which is fitted."""
    assert f"first eager call: {calls_of(ran.timeline, 'spy')}" in ran.printed
    assert f"fit, subclassed, unbuilt: {calls_of(ran.timeline, 'spy_1')}" in ran.printed
    assert [e.mode for e in ran.timeline.of("spy").where(kind="call")] == ["symbolic", "eager"]
    assert [e.mode for e in ran.timeline.of("spy_1").where(kind="call")] == ["symbolic", "graph", "graph"]


@case("lt206_stale_attribute")
def test_a_changed_attribute_makes_no_trace(ran):
    """The program's second `predict` runs the graph of the first: one trace, two runs."""
    (predict,) = of_name(ran.timeline, "one_step_on_data_distributed")

    assert ran.printed == "predict: 1.0 call: 5.0\n"
    assert (predict.traced, predict.runs) == (1, 2)


@case("lt204_traced_per_instance")
def test_instances_of_a_traced_method_are_distinguished(ran):
    """The program prints `traces: 8`: one for each layer, and each cause names the new one."""
    calls = of_name(ran.timeline, "call")
    causes = [cause for call in calls for cause in call.causes]

    assert ran.printed == f"traces: {sum(call.traced for call in calls)}\n"
    assert [cause.reason for cause in causes] == ["new instance"] * 7
    assert "s_7" in str(causes[-1])


@case("lt209_op_without_xla")
def test_a_graph_that_cannot_run_is_an_error_of_the_run(ran):
    """Every trace succeeds; the failure belongs to the execution, which XLA refuses."""
    last = ran.timeline.errors[-1]

    assert (last.kind, last.function.name) == ("run", "multi_step_on_iterator")
    assert "EagerPyFunc" in last.error.message
    assert all(event.error is None for event in ran.timeline.where(kind="trace"))
    assert type(ran.error).__name__ == last.error.type


RETRACED = [
    "lt203_function_recreated",
    "lt201_retraced_by_shape",
    "lt202_retraced_by_value",
    "lt204_traced_per_instance",
]
UNDER_TRACE = """
import runpy, sys, layertrace
with layertrace.trace() as timeline:
    runpy.run_path(sys.argv[1], run_name="__main__")
assert len(timeline)
"""


def warnings_of(*arguments):
    """Return TensorFlow's own warnings of retracing in a subprocess, without addresses."""
    ran = warm.run(*arguments)
    ran.check_returncode()
    lines = [line.partition("WARNING:tensorflow:")[2] for line in ran.stderr.splitlines()]
    return [steady(line) for line in lines if line]


@pytest.mark.parametrize("name", RETRACED)
def test_tensorflow_warns_of_retracing_as_ever(name):
    """TensorFlow warns of the same calls, and as often, as without layertrace."""
    path = str(path_of(name))
    bare = warnings_of(path)

    assert any("triggered tf.function retracing" in line for line in bare)
    assert warnings_of("-c", UNDER_TRACE, path) == bare
