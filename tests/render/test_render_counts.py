"""Counts in the heading and in the table."""

import pytest
import stories
from hand_made import Story, raised

from layertrace.render import table, text
from layertrace.render.console import written
from layertrace.render.tables.counts import count


def heading(timeline, width=160):
    """Return the first line, with single spaces."""
    return " ".join(text(timeline, width=width, encoding="utf-8").splitlines()[0].split())


def test_one_layer_is_headed_by_its_name():
    """The report of a single layer begins with its lifecycle."""
    assert heading(stories.tutorial()) == (
        "my_dense MyDenseLayer init×1 build×1 call×2 · 1 variable, 50 parameters"
    )


def test_many_layers_are_headed_by_their_sum():
    """A timeline of many layers begins with their totals."""
    assert heading(stories.fit()) == (
        "2 layers · call×6: 2 symbolic, 4 traced · 2 traces · 24 runs · 2 variables, 15 parameters"
        " · 1 variable outside of layers"
    )


def test_a_variable_that_was_refused_does_not_count():
    """Of the two variables of the GCN, only the one that TensorFlow accepted counts."""
    gcn = count(stories.bug().of("gcn_2")).all_layers()

    assert (gcn.variables, gcn.parameters, gcn.errors) == (1, 0, 1)  # Keras does not track a tf.Variable


@pytest.mark.parametrize(
    ("modes", "expected"),
    [
        (["eager"] * 3, "call×3"),
        (["symbolic"] * 2, "call×2 symbolic"),
        (["graph"], "call×1 traced"),
        (["symbolic", "graph", "eager"], "call×3: 1 eager, 1 symbolic, 1 traced"),
    ],
)
def test_calls_are_counted_by_where_they_ran(modes, expected):
    """Eager calls are the default; the mode of other calls is shown."""
    story = Story()
    dense = story.layer("Dense", "dense")
    for mode in modes:
        story.call(dense, "float32[1]", "float32[1]", mode=mode)

    assert count(story.timeline()).all_layers().calls_in_words() == expected


def test_the_steps_after_a_trace_are_explained():
    """If functions were traced and no runs were recorded, the heading explains why."""
    explained = "a traced function runs as a graph, without Python"

    assert explained in text(stories.strategy(), width=160)
    assert explained not in text(stories.fit(), width=160)  # which shows the runs
    assert explained not in text(stories.bug(), width=160)  # which never got to run


def test_many_layers_are_summed_up_by_class():
    """More than eight layers are summed up by class."""
    lines = text(stories.large(), width=160, encoding="utf-8").splitlines()

    assert lines[1:5] == [
        "│             n  init  build  call  variables  parameters",
        "│   Tower     1     1            2",
        "│   Block    66    66          132",
        "│   Dense    66    66     66   132        132     274,560",
    ]


def test_a_narrow_summary_shortens_its_heads_then_leaves_out_columns():
    """Without room for all numbers, the modes of calls go first, then the rest; calls and parameters stay."""

    def head(width):
        lines = text(stories.fit(), width=width, encoding="utf-8").splitlines()
        return [line for line in lines if line.startswith("│      ")]

    def columns(width):
        return next(line.split()[1:] for line in head(width) if " vari" in line or " vars" in line)

    heads = ["init", "build", "call:", "symbolic", "traced", "variables", "parameters"]
    assert columns(100) == heads
    assert columns(80) == ["init", "build", "call:", "symb.", "traced", "vars", "params"]
    assert columns(64) == ["init", "build", "call", "vars", "params"]
    assert columns(52) == ["call", "vars", "params"]


def test_many_classes_are_not_all_shown():
    """Eight classes are shown, and the number of further ones."""
    story = Story()
    for number in range(12):
        story.add("init", story.layer(f"Class{number}", f"layer_{number}"))

    assert "│   … 4 further classes" in text(story.timeline(), width=80, encoding="utf-8")


def test_a_table_leaves_out_modes_in_which_nothing_ran():
    """A column with only zeros is omitted."""
    eager = written(table(stories.tutorial()), width=160).splitlines()[0].split()
    traced = written(table(stories.fit()), width=160).splitlines()[0].split()

    assert eager == ["layer", "class", "output", "init", "build", "eager", "parameters"]
    assert traced[5:7] == ["symbolic", "traced"]


def test_a_layer_that_was_never_called_has_a_line():
    """A layer that was only created has a line, too."""
    story = Story()
    story.add("init", story.layer("Dense", "unused"))

    assert written(table(story.timeline()), width=160).splitlines()[2].split() == [
        "unused",
        "Dense",
        "1",
        "0",
    ]


def test_errors_outside_of_layers_are_counted():
    """An exception raised in a traced function, in no layer, is an error as well."""
    story = Story()
    function = story.function("step")
    story.add("trace", function=function, trace=1, error=raised("TypeError", "no"))

    assert heading(story.timeline()) == "no layers · 1 error · 1 trace"
