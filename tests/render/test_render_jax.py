"""What only a recording of Keras on JAX has: the time of XLA, and functions whose runs are not counted."""

from hand_made import DIRECTORY, Story

from layertrace.render import function_table, overview
from layertrace.render.console import written
from layertrace.timeline import Timeline
from layertrace.timeline.context import RecordingContext
from layertrace.timeline.event import GraphSpec
from layertrace.timeline.statements import Statement

MILLISECONDS = 1_000_000


def fit_and_step(backend: str = "jax") -> Timeline:
    """Keras trains a model, and the program runs a function of its own: both are compiled after a trace."""
    story = Story()
    net = story.layer("Net", "net")
    train, step = story.function("train_step", role="train", model="net"), story.function("step")
    fitted = GraphSpec(ops=9, compile_ns=600 * MILLISECONDS)
    with story.span("trace", function=train, trace=1, at=5, ms=100, mode="graph", graph=fitted):
        with story.span("call", net, ms=20):
            for number in range(60):  # a short recording is a tree
                story.call(story.layer(f"Block{number}", f"block_{number}"), "float32[4, 4]", "float32[4, 4]")
    story.add("run", function=train, trace=1, at=5, ms=9, times=3, first_ns=3 * MILLISECONDS)
    graph = GraphSpec(ops=2, compile_ns=90 * MILLISECONDS)
    story.add("trace", function=step, trace=1, at=6, ms=4, mode="graph", graph=graph)
    file = f"{DIRECTORY}/{story.file}"
    sources = {5: "net.fit(x, y)", 6: "step(x)"}
    statements = tuple(Statement(file, line, line, source=source) for line, source in sources.items())
    return Timeline(story.events, (), RecordingContext(statements=statements, versions={backend: "1"}))


def lines_of(shown) -> list[str]:
    return [" ".join(line.split()) for line in written(shown, width=120, encoding="utf-8").splitlines()]


def test_the_time_of_xla_is_a_part_of_what_the_trace_cost():
    """It is shown next to that of the layers, and it is not left over as time outside of events."""
    lines = lines_of(overview(fit_and_step()))
    traced = next(line for line in lines if line.startswith("train trace 1"))

    assert "700 ms" in traced
    assert any("layers 20 ms, XLA 600 ms, the rest 80 ms: gradients, optimizer" in line for line in lines)
    assert not any("outside of events" in line for line in lines)


def test_a_function_of_the_program_names_what_xla_took_and_that_runs_are_not_counted():
    """JAX runs it without any Python; the functions of Keras are counted."""
    lines = lines_of(overview(fit_and_step()))
    (own,) = [line for line in lines if "compiled in 90 ms" in line]

    assert "94 ms" in own
    assert sum("its runs are not counted" in line for line in lines) == 1


def test_the_table_of_functions_has_a_question_mark_for_runs_that_are_not_counted():
    """A line below the table states why; on TensorFlow, such a function has run 0 times."""
    on_jax, on_tensorflow = (lines_of(function_table(fit_and_step(each))) for each in ("jax", "tensorflow"))

    assert [line.split()[-4:-1] for line in on_jax if line.startswith("step ")] == [["1", "?", "4.0"]]
    assert any(line.startswith("train of net 1 3 ") for line in on_jax)
    assert on_jax[-1].startswith("?: runs of a function that the program jits itself cannot be counted")
    assert [line.split()[-4:-1] for line in on_tensorflow if line.startswith("step ")] == [["1", "0", "4.0"]]
    assert not any(line.startswith("?") for line in on_tensorflow)
