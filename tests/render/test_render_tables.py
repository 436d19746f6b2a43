"""Tables keep their columns at any width, nest, and add up."""

import re
from pathlib import Path

import pytest
import stories
from hand_made import Story, spec
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from layertrace.render import table, variable_table
from layertrace.render.console import written
from layertrace.render.tables.parameters import memory
from layertrace.render.wording.glyphs import glyphs_for
from layertrace.timeline import Timeline
from layertrace.timeline.context import LayerState, RecordingContext

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/"), min_size=1, max_size=90)


def lines(renderable, width=120, encoding="utf-8"):
    return written(renderable, width=width, encoding=encoding).splitlines()


@given(
    st.lists(st.tuples(NAMES, NAMES, NAMES), min_size=1, max_size=5),
    st.integers(60, 200),
    st.integers(1, 99_999),
    st.sampled_from(["utf-8", "cp437"]),
)
def test_each_variable_shows_its_layer_and_line(names, width, line, encoding):
    """In 60 or more columns, no row is too wide, and each shows its layer, its name and its line."""
    story = Story("a_script_with_a_name_that_is_long.py")
    for around, owner, name in names:
        layer = story.layer("Dense", owner, f"{around}/{owner}")
        with story.span("build", layer):
            story.variable(layer, name, "float32[12, 12, 12]", initializer="GlorotUniform", at=line)
    shown = lines(variable_table(story.timeline()), width, encoding)
    rows = [row for row in shown if row.endswith(f"py:{line}")]

    assert max(map(cell_len, shown)) <= width
    assert len(rows) == len(names)
    glyphs = glyphs_for(encoding)
    for row, (_, owner, name) in zip(rows, names, strict=True):
        owner, name = glyphs.user(owner), glyphs.user(name)
        assert f"{owner[-1]}/{name[0]}" in row
        assert owner[0] in row
        assert f"{name[-1]}  " in row


@pytest.mark.parametrize("width", [60, 80, 120, 160])
def test_a_path_keeps_its_layer_and_its_name(width):
    """The middle of a path goes first, then the middle of names; both ends of the layer stay."""
    story = Story()
    path = "transformer/block_3/multi_head_attention/query"
    for name in ("kernel", "a_variable_with_a_long_name"):
        story.variable(story.layer("Dense", "query", path), name, "float32[8]", at=12)
    other = story.layer("Dense", "layer_normalization_of_the_second_block_of_the_decoder")
    story.variable(other, "gamma", "float32[8]", at=13)
    rows = [row for row in lines(variable_table(story.timeline()), width) if row.endswith(("py:12", "py:13"))]

    assert "query/kernel" in rows[0]
    assert re.search(r"query/a_var\S*_name ", rows[1])
    assert re.search(r"layer_\S*oder/gamma ", rows[2])


def test_the_variables_of_one_holder_have_one_line():
    """States of an optimizer, a metric and all random generators are counted in one quiet line each."""
    story = Story()
    dense = story.layer("Dense", "dense")
    story.variable(dense, "kernel", "float32[4, 3]", at=3)
    for name in ("iteration", "learning_rate", "kernel_momentum"):
        story.variable(None, name, "float32[]", trainable=False, role="optimizer", holder="adam", at=4)
    for number in range(3):
        layer = story.layer("Dropout", f"dropout_{number}")
        state = {"role": "seed", "holder": layer.name, "trainable": False}
        story.variable(layer, "seed_generator_state", "int64[2]", at=5, **state)
    story.variable(None, "total", "float32[]", trainable=False, role="metric", holder="loss", at=6)
    shown = lines(variable_table(story.timeline()), 80)

    assert [re.sub(r"  +", "  ", line) for line in shown[3:7]] == [
        "0  dense/kernel  float32[4, 3]  train.py:3",
        "1…3  3 variables of adam (optimizer), 12.00 B  train.py:4",
        "4…6  3 random seeds of 3 layers, 48.00 B  train.py:5",
        "7  1 variable of loss (metric), 4.00 B  train.py:6",
    ]
    assert shown[0] == "1 variable of layers, 7 of optimizers, metrics and random generators"
    assert shown[-1].startswith("together       12 parameters")


def test_a_layer_with_nothing_but_a_seed_has_a_row():
    """A selection of variables may leave a layer only with what no user wrote."""
    story = Story()
    layer = story.layer("Dropout", "dropout")
    story.variable(layer, "seed_generator_state", "int64[2]", role="seed", holder="dropout", trainable=False)

    assert lines(table(story.timeline()))[2].split() == ["dropout", "Dropout", "0"]


def nested():
    """Return a model with two blocks that share a layer, which Keras tracks in both."""
    story = Story()
    model, first, second = (story.layer("Block", name) for name in ("model", "first", "second"))
    shared = story.layer("Dense", "shared")
    with story.span("call", model, inputs=spec("float32[2, 4]"), outputs=spec("float32[2, 3]")):
        for block in (first, second):
            with story.span("call", block):
                story.call(shared, "float32[2, 4]", "float32[2, 3]")
    with story.span("build", shared):
        story.variable(shared, "kernel", "float32[4, 3]")
        story.variable(shared, "mean", "float16[3]", trainable=False)
    inside = {model: (2, 3, 4), first: (4,), second: (4,), shared: ()}
    states = {layer.id: LayerState(layer=layer, children=children) for layer, children in inside.items()}
    return Timeline(story.events, surroundings=RecordingContext(states=states))


def test_parameters_of_layers_include_those_inside():
    """A composite has the parameters of all layers inside, and a shared layer is counted once."""
    shown = lines(table(nested()))

    assert [(line.split()[0], line.split()[-1]) for line in shown[2:6]] == [
        ("model", "15"),
        ("first", "15"),
        ("shared", "15"),
        ("second", "15"),
    ]
    assert [cell_len(line) - cell_len(line.lstrip()) for line in shown[2:6]] == [0, 2, 4, 2]
    assert shown[-3:] == [
        "trainable      12 parameters    48.00 B",
        "not trainable   3 parameters     6.00 B",
        "together       15 parameters    54.00 B",
    ]


def test_a_raw_variable_is_not_a_parameter():
    """Keras does not track a `tf.Variable`, so `count_params()` does not count it."""
    story = Story()
    story.variable(story.layer("Scale", "scale"), "alpha", "float32[8]", source="tf")

    assert lines(table(story.timeline()))[-2:] == [
        "together         0 parameters     0.00 B",
        "in tf.Variables  8 parameters    32.00 B  that Keras does not track",
    ]


def test_a_layer_that_was_frozen_is_not_trainable():
    """What counts is whether the layer is trainable in the end."""
    story = Story()
    dense = story.layer("Dense", "dense")
    story.variable(dense, "kernel", "float32[4, 3]")
    states = {dense.id: LayerState(layer=dense, trainable=False)}
    timeline = Timeline(story.events, surroundings=RecordingContext(states=states))

    assert lines(table(timeline))[-2].startswith("not trainable  12")


def test_layers_that_compute_in_another_dtype_show_it():
    """The column is there only if one does; integers do not count."""
    story = Story()
    half, table_, usual = (story.layer("Dense", name) for name in ("half", "table", "usual"))
    for layer in (half, table_, usual):
        story.call(layer, "float32[2, 4]", "float32[2, 3]", at=3)
    dtypes = {half: "float16", table_: "int64", usual: "float32"}
    states = {layer.id: LayerState(layer=layer, compute_dtype=dtype) for layer, dtype in dtypes.items()}
    mixed = Timeline(story.events, surroundings=RecordingContext(states=states))
    shown = lines(table(mixed))

    assert "computes in" in shown[0]
    assert [("float16" in line, line.split()[0]) for line in shown[2:5]] == [
        (True, "half"),
        (False, "table"),
        (False, "usual"),
    ]
    assert "computes in" not in lines(table(mixed.of("usual")))[0]


def many(classes=("Dense",), times=15):
    story = Story()
    for number in range(times):
        for name in classes:
            story.add("init", story.layer(name, f"{name.lower()}_{number}"))
    return story.timeline()


def test_a_long_table_folds_layers_that_are_alike():
    """In more than 40 rows, three or more alike layers have one row; `fold=False` shows each."""
    timeline = many(("Dense", "Norm", "Add"))

    shown = lines(table(timeline))
    assert [line.split()[0] for line in shown[2:6]] == ["dense_0", "dense_0", "norm_0", "add_0"]
    assert shown[2].startswith("dense_0 … add_14 ×15  each with 3 layers:    45 ")
    assert len(lines(table(timeline, fold=False))) > 45
    assert "…" not in written(table(many()), width=120, encoding="utf-8")


@pytest.mark.parametrize("width", [80, 120])
def test_a_row_of_the_layer_table_is_one_line(width):
    """No shape or name is continued in another line."""
    for story in (stories.fit(), stories.bug(), stories.large(), stories.tutorial()):
        shown = lines(table(story), width)
        assert max(map(cell_len, shown)) <= width
        rows = shown[2 : next(n for n, line in enumerate(shown[2:], 2) if line.startswith("──"))]
        assert all(re.search(r"\d", line.split()[-1]) for line in rows)


def test_tables_and_trees_can_be_printed(capsys):
    """`print` shows a table, not an object."""
    for shown in (stories.fit().table(), stories.fit().tree(), stories.fit().function_table()):
        print(shown)
        assert str(shown).count("\n") > 1
        assert repr(shown) == str(shown)
    assert "<layertrace" not in capsys.readouterr().out
    assert "sequential" in stories.fit().table()._repr_mimebundle_()["text/html"]


@pytest.mark.parametrize(
    ("size", "expected"),
    [(0, "0.00 B"), (1023, "1023.00 B"), (5000, "4.88 KB"), (3_000_000, "2.86 MB"), (2**50, "1024.00 TB")],
)
def test_memory_is_written_as_keras_does(size, expected):
    """The unit is the largest that leaves at least 1."""
    assert memory(size) == expected


@pytest.mark.parametrize(("name", "together"), [("transformer", "109,314"), ("effnet", "7,200,312")])
def test_totals_of_real_programs_are_those_of_keras(name, together):
    """The totals of recorded programs are what `count_params()` returned in them."""
    timeline = Timeline.load(Path(__file__).parent / "recordings" / f"{name}.layertrace")

    assert lines(table(timeline))[-1].split()[:2] == ["together", together]
    assert lines(variable_table(timeline))[-1].split()[:2] == ["together", together]
    assert max(map(cell_len, lines(table(timeline), 80))) <= 80


def test_no_golden_text_has_a_serialized_config():
    """A config is shown as the call that creates the object."""
    for file in (Path(__file__).parents[1] / "golden").glob("*.txt"):
        assert not re.search(r"\{module:|class_name:", file.read_text(encoding="utf-8")), file.name
