"""What only a recording of Keras on torch has: graph breaks, and no counted runs."""

from hand_made import DIRECTORY, Story

from layertrace.render import function_table, overview
from layertrace.render.console import written
from layertrace.timeline import Cause, Change, GraphBreak, Timeline
from layertrace.timeline.context import RecordingContext
from layertrace.timeline.event import GraphSpec, Location
from layertrace.timeline.statements import Statement

WHERE = Location("/home/me/net.py", 12, "call")
SHAPE = Change(argument="x", what="shape", before="float32[2]", now="float32[3]", axes=(0,))


def compiled() -> Timeline:
    """A function is compiled twice, with a graph break each time, and so is what comes after the break."""
    story = Story()
    step, after = story.function("Net.step"), story.function("Net.torch_dynamo_resume_in_step_at_12")
    found = GraphBreak(reason="Data-dependent branching", location=WHERE)
    graph = GraphSpec(ops=2, compile_ns=90_000_000, breaks=(found, found))
    story.add("trace", function=step, trace=1, at=6, ms=4, mode="graph", graph=graph)
    story.add("trace", function=after, trace=1, at=6, ms=4, mode="graph", graph=GraphSpec(ops=1))
    cause = Cause(reason="signature", changes=(SHAPE,), compared_with=1)
    story.add("trace", function=step, trace=2, at=7, ms=4, mode="graph", graph=graph, cause=cause)
    file = f"{DIRECTORY}/{story.file}"
    statements = tuple(Statement(file, line, line, source="step(x)") for line in (6, 7))
    return Timeline(story.events, (), RecordingContext(statements=statements, versions={"torch": "2.13"}))


def lines_of(shown) -> list[str]:
    return [" ".join(line.split()) for line in written(shown, width=160, encoding="utf-8").splitlines()]


def test_graph_breaks_are_in_the_tree():
    """A break that occurs twice is one remark; the function after it has a name for readers."""
    lines = lines_of(overview(compiled()))

    assert sum("graph break at net.py:12: Data-dependent branching" in line for line in lines) == 2
    assert any("Net.step after line 12" in line for line in lines)
    assert any("compiled in 90 ms" in line for line in lines)


def test_the_table_of_functions_has_causes_and_graph_breaks():
    """Each cause has a line, and each place of a graph break."""
    lines = lines_of(function_table(compiled()))

    assert any(
        line.startswith("Net.step ") and line.endswith("x: float32[3], was float32[2] (dimension 0)")
        for line in lines
    )
    assert lines.count("graph break at net.py:12: Data-dependent branching") == 1
    assert lines[-1].startswith("?: runs of what torch.compile has compiled cannot be counted")
