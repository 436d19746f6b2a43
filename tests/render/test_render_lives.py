"""The life chart in a terminal."""

from dataclasses import replace

import pytest
import stories
from golden import assert_golden
from hand_made import DIRECTORY, Story
from rich.console import Console
from rich.text import Text

from layertrace.diagnosis import Evidence, Finding
from layertrace.render import life_chart
from layertrace.render.console import written
from layertrace.timeline import LayerRef, Timeline
from layertrace.timeline.context import RecordingContext
from layertrace.timeline.statements import Statement


def chart(timeline, *findings, width=100, **options):
    """Return a chart as plain text."""
    encoding = options.pop("encoding", "utf-8")
    return written(life_chart(timeline, findings, **options), width=width, encoding=encoding)


def finding(code, *layers, events=()):
    """Return a finding about some layers, or about some events."""
    return Finding(code=code, name="name", severity="error", message="wrong", layers=layers,
                   evidence=(Evidence("seen", events),))  # fmt: skip


def row(text, name):
    """Return the line of a layer."""
    return next(line for line in text.splitlines() if line.strip().startswith(name))


BUG = finding("LT101", LayerRef(id=4, class_name="GCN", name="gcn_2", path="cnn/gcn_2"))
STORIES = {"tutorial": (), "bug": (BUG,), "fit": (), "large": (), "strategy": (), "hostile": ()}


@pytest.mark.parametrize("width", [80, 160])
@pytest.mark.parametrize("story", STORIES)
def test_every_story_is_a_chart(story, width):
    """Each chart fits its width, and explains its signs."""
    shown = chart(getattr(stories, story)(), *STORIES[story], width=width)

    assert max(map(len, shown.splitlines())) <= width
    assert_golden(f"lives_{story}_{width}", shown)


def test_a_chart_is_readable_in_ascii():
    """Letters and points are all it needs."""
    shown = chart(stories.bug(), BUG, width=80, encoding="ascii")

    assert shown.isascii()
    assert_golden("lives_bug_80_ascii", shown)


def test_colour_adds_nothing_that_is_needed():
    """The same letters stand in a chart with colours."""
    console = Console(width=80, color_system="standard", force_terminal=True, legacy_windows=False)
    with console.capture() as captured:
        console.print(life_chart(stories.bug(), [BUG]), crop=False)
    coloured = captured.get()

    assert "\x1b[34mi" in coloured
    plain = [line.rstrip() for line in Text.from_ansi(coloured).plain.rstrip().splitlines()]
    assert plain == chart(stories.bug(), BUG, width=80).splitlines()


def test_three_layers_that_are_alike_share_a_row():
    """The row shows the life of one of them, with their number."""
    story = Story()
    for number in range(5):
        story.add("init", story.layer("Dense", f"dense_{number}"), at=3)
        story.variable(None, "w", "float32[2]", at=3)
    shown = chart(story.timeline())

    assert "dense_0 … dense_4 ×5" in shown
    assert "dense_2" not in shown
    assert row(shown, "dense_0").count(" i") == 1


def test_a_layer_with_a_finding_is_never_folded_away():
    """Only layers with the same findings are alike."""
    story = Story()
    layers = [story.layer("Dense", f"dense_{number}") for number in range(7)]
    for layer in layers:
        story.add("init", layer, at=3)
    shown = chart(story.timeline(), finding("LT103", layers[3]))

    assert "◄ LT103" in row(shown, "dense_3")
    assert "dense_0, dense_1, dense_2 ×3" in shown


def test_a_closed_row_shows_the_findings_inside():
    """They are marked at the row that hides their layer."""
    story = Story()
    inner = story.layer("Dense", "dense")
    for name in ("block", "other", "third"):
        with story.span("init", story.layer(name.title(), name), at=1):
            story.add("init", inner if name == "block" else story.layer("Dense", name + "_dense"), at=2)
    mistake = finding("LT103", inner)

    assert "◄ LT103 inside" in row(chart(story.timeline(), mistake, max_lines=1), "block")
    assert "inside" not in chart(story.timeline(), mistake)


def test_a_finding_about_a_function_stands_above_its_traces():
    """The heads of its columns name it."""
    timeline = stories.bug()
    traces = [event.seq for event in timeline if event.kind == "trace"]
    shown = chart(timeline, finding("LT202", events=traces))

    assert "◄ LT202" in shown.splitlines()[2]


def test_a_finding_about_a_layer_stands_above_the_run_that_shows_it():
    """The row names the layer, and the head the statement; in a narrow terminal, the name gives way."""
    story = Story()
    net, step = story.layer("Net", "net"), story.function("step")
    with story.span("trace", function=step, trace=1, at=5, mode="graph"):
        story.add("call", net, mode="graph")
    story.add("run", function=step, trace=1, at=6, mode="graph")
    story.add("call", net, at=7)
    stale = finding("LT207", net, events=(2,))

    assert "◄ LT207" in row(chart(story.timeline(), stale), "net")
    assert "step ran ×1 ◄ LT207" in chart(story.timeline(), stale)
    assert "step ran" not in chart(story.timeline(), stale, width=40)
    assert "│ ◄ LT207 │" in chart(story.timeline(), stale, width=40)


def test_an_error_is_marked_where_it_was_raised():
    """The cell has a cross, and the row the type of the exception."""
    shown = chart(stories.bug())

    assert row(shown, "gcn_2").endswith("✗  ✗ ValueError")


def test_names_that_begin_alike_are_a_group():
    """A group shows what happened in all its layers; once open, its layers do."""
    story = Story()
    for block in "ab":
        for part in ("conv", "norm", "relu", "pool", "mix", "out")[: 6 if block == "a" else 5]:
            story.add("init", story.layer(part.title(), f"block_{block}_{part}"), at=3)
    for name in ("head_x", "tail_y"):
        story.add("init", story.layer(name, name), at=3)
    timeline = story.timeline()

    assert row(chart(timeline, max_lines=10), "block_*").split("│")[1].strip() == "i×11"
    assert row(chart(timeline), "block_*").split("│")[1].strip() == ""
    assert row(chart(timeline), "block_a_norm").split("│")[1].strip() == "i"


def test_statements_that_only_create_layers_share_a_column():
    """A functional model is written in many lines."""
    story = Story()
    for line in range(1, 6):
        story.add("init", story.layer("Dense", f"layer_{line}"), at=line)
    story.call(story.layer("Net", "net"), "float32[1]", "float32[1]", at=9)

    heads = chart(story.timeline()).splitlines()[0].split("│")
    assert [head.strip() for head in heads[1:]] == ["1-5", "9"]


def test_the_number_of_runs_stands_above_a_function():
    """They enter no Python, so that no layer shows them."""
    story = Story()
    step, dense = story.function("step"), story.layer("Dense", "dense")
    with story.span("trace", function=step, trace=1, at=1):
        story.call(dense, "float32[1]", "float32[1]", at=1)
    story.add("run", function=step, trace=1, times=20, at=1)
    story.add("run", function=step, trace=1, times=4, at=7)
    heads = chart(story.timeline()).splitlines()[2].split("│")

    assert [head.strip() for head in heads[1:]] == ["step ran ×20", "step ran ×4"]


def test_what_does_not_fit_is_counted():
    """Rows and columns that are left out are named by their number."""
    story = Story()
    net = story.layer("Net", "net")
    for line in range(60):
        story.add("init", story.layer(f"Layer{line}", f"one_{line}"), at=1)
        story.call(net, "float32[1]", "float32[1]", at=line + 2)
    shown = chart(story.timeline(), width=60, max_lines=20)

    assert "more layers" in shown
    assert "more columns to the right" in shown
    assert max(map(len, shown.splitlines())) <= 60


def test_an_empty_recording_is_a_sentence():
    """There is nothing to draw."""
    assert chart(Story().timeline()) == "no layer was created, built or called during the recording"


def test_layers_that_keras_creates_as_a_reference_have_no_row():
    """They are plumbing, which the other views fold, too."""
    story = Story()
    story.add("init", story.layer("Dense", "dense"), at=1)
    story.add("init", story.layer("Dense", "reference"), at=2, flags=frozenset({"reference"}))
    shown = chart(story.timeline())

    assert "dense" in shown
    assert "reference" not in shown


def test_a_chart_is_printed_by_print():
    """`print` shows the chart itself, and a notebook shows it, too."""
    shown = life_chart(stories.bug())

    assert "gcn_2" in str(shown)
    assert set(shown._repr_mimebundle_()) == {"text/plain", "text/html"}


def test_never_called_is_a_layer_that_a_user_can_mend():
    """`Bidirectional` calls copies of its layer, and layers inside layers of Keras are not the user's."""
    story = Story()
    model, wrapper, gru, copy, inner, spare = (
        story.layer(*names)
        for names in (
            ("Net", "net"),
            ("Bidirectional", "bidirectional"),
            ("GRU", "gru"),
            ("GRU", "forward_gru"),
            ("Softmax", "softmax"),
            ("Dense", "spare"),
        )
    )
    wrapper = replace(wrapper, bases=("keras.src.layers.rnn.bidirectional.Bidirectional",))
    with story.span("init", model, at=1):
        story.add("init", gru, at=1)
        with story.span("init", wrapper, at=1):
            story.add("init", copy, at=1, flags=frozenset({"from config"}))
            story.add("init", inner, at=1)
        story.add("init", spare, at=1)
    with story.span("call", model, at=2), story.span("call", wrapper, at=2):
        story.call(copy, "float32[1]", "float32[1]", at=2)

    lines = chart(story.timeline(), width=120).splitlines()

    assert [line.split()[0] for line in lines if line.endswith("never called")] == ["spare"]
    assert [line.split()[0] for line in lines if line.endswith("copied by bidirectional")] == ["gru"]


def program(*lines):
    """Return the context of a program with these statements, from line 1 on."""
    file = f"{DIRECTORY}/train.py"
    return RecordingContext(
        statements=tuple(Statement(file, at, at, source=line) for at, line in enumerate(lines, 1))
    )


def with_statements(story, *lines):
    """Return the timeline of a story, with the statements of its program."""
    return Timeline(story.events, (), program(*lines))


def heads_of(text, lines=3):
    """Return the lines above each column."""
    columns = zip(*(line.split("│")[1:] for line in text.splitlines()[:lines]), strict=True)
    return [tuple(part.strip() for part in column) for column in columns]


def test_a_head_names_what_is_called_and_its_time():
    """The name stands below the line number if the column is narrow, and the time below both."""
    story = Story()
    model = story.layer("Net", "net")
    story.add("init", model, at=1, ms=2)
    story.call(model, "float32[1]", "float32[1]", at=2, ms=3000)
    timeline = with_statements(story, "model = Classifier()", "print(model.predict(images, verbose=0).shape)")

    assert heads_of(chart(timeline, width=27)) == [("1", "Classifier", "2.0 ms"), ("2", "predict", "3.0 s")]
    assert heads_of(chart(timeline, width=120), 2) == [
        ("1 model = Classifier()", "2.0 ms"),
        ("2 model.predict(…).shape", "3.0 s"),
    ]


def test_statements_in_one_column_are_named_after_the_longest():
    """`Input` and `Rescaling` take no time next to a backbone."""
    story = Story()
    for at, (name, took) in enumerate((("a", 9), ("b", 5000), ("c", 7), ("d", 1)), 1):
        story.add("init", story.layer("Dense", name), at=at, ms=took)
    story.call(story.layer("Net", "net"), "float32[1]", "float32[1]", at=5)
    timeline = with_statements(story, "a = A()", "b = Backbone(3)", "c = C()", "d = D()", "net(x)")

    assert heads_of(chart(timeline, width=60), 1)[0] == ("1-4 b = Backbone(3)",)


def test_cut_columns_are_named_with_their_times():
    """What took the time is on the screen, even if its column is not."""
    story = Story()
    net = story.layer("Net", "net")
    for at in range(1, 9):
        story.call(net, "float32[1]", "float32[1]", at=at, ms=2000)
    timeline = with_statements(story, *(f"net.fit({at})" for at in range(1, 9)))
    text = chart(timeline, width=30).replace("\n", " ")

    assert "to the right:" in text
    assert "8 fit 2.0 s" in text


@pytest.mark.parametrize("took", [0, 500])
def test_a_statement_without_a_layer_is_named_below_the_chart(took):
    """No layer does anything in it; if it took no time either, as `compile`, it is left out."""
    story = Story()
    net = story.layer("Net", "net")
    story.add("init", net, at=1)
    with story.span("trace", function=story.function("Dataset_map_load"), trace=1, at=2, ms=took):
        story.variable(None, "iteration", "int64[]", at=2)
    story.call(net, "float32[1]", "float32[1]", at=3)
    timeline = with_statements(story, "net = Net()", "data = data.map(load)", "net(x)")

    assert ("no layer took part in 2 data = data.map(load)" in chart(timeline)) == bool(took)


def test_the_legend_has_examples_from_the_screen():
    """Next to a letter, the number of one layer; in a row of several layers, of all together."""
    story = Story()
    net = story.layer("Net", "net")
    once = chart(_called(story, net, 1))
    twice = chart(_called(story, net, 1))

    assert "e eager call" in once
    assert "twice" not in once
    assert "e×2 twice" in twice
    assert "alike" not in twice
    assert "which trace" not in twice


def test_the_legend_explains_a_call_that_builds_a_layer():
    """Keras calls a layer without `build` twice, which looks like a bug of the model."""
    story = Story()
    head = story.layer("Head", "head")
    for kind in ("init", "call", "build", "call"):
        story.add(kind, head, at=5, mode="symbolic" if kind == "call" else "eager")
    for number in range(30):
        story.add("init", story.layer(f"Block{number}", f"block_{number}"), at=6)

    assert "s×2 twice, the first time to build the layer" in chart(story.timeline())



def _called(story, layer, times):
    for _ in range(times):
        story.call(layer, "float32[1]", "float32[1]", at=1)
    return story.timeline()


def test_the_legend_explains_the_numbers_of_a_group():
    """A closed group shows the sum of its layers."""
    story = Story()
    net = story.layer("Net", "net")
    with story.span("init", net, at=1):
        for number in range(6):
            story.add("init", story.layer(f"Stem{number}", f"stem_{'abcdef'[number]}"), at=1)
        for number in range(8):
            story.add("init", story.layer(f"Layer{number}", f"other{number}"), at=1)
    text = chart(story.timeline(), max_lines=22)

    assert row(text, "stem_*").split("│")[1].strip() == "i×6"
    assert "i×6 all layers of a row together" in text


def test_variables_outside_of_layers_have_an_owner():
    """Each owner with its number; below the chart if the row has too little room."""
    story = Story()
    net = story.layer("Net", "net")
    story.call(net, "float32[1]", "float32[1]", at=1)
    for holder in ("adam", "adam", "accuracy"):
        story.variable(None, f"{holder}/state", "float32[1]", at=1, holder=holder)

    assert "outside of layers  adam 2, accuracy 1" in chart(story.timeline(), width=100)
    narrow = chart(story.timeline(), width=30).replace("\n", " ")
    assert "outside of layers: variables of adam 2, accuracy 1" in narrow


def test_only_calls_are_eager():
    """What a layer did outside of calls has no mode in the head."""
    story = Story()
    net = story.layer("Net", "net")
    story.add("init", net, at=1)
    story.call(net, "float32[1]", "float32[1]", at=1, mode="symbolic")
    heads = chart(story.timeline()).splitlines()[2]

    assert "symbolic" in heads
    assert "eager" not in heads
