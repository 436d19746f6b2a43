"""The life chart in a terminal."""

from dataclasses import replace

import pytest
import stories
from golden import assert_golden
from hand_made import Story
from rich.console import Console
from rich.text import Text

from layertrace.diagnosis import Evidence, Finding
from layertrace.render import life_chart
from layertrace.render.console import written
from layertrace.timeline import LayerRef


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

    assert "◄ LT202" in shown.splitlines()[1]


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

    assert chart(story.timeline()).splitlines()[0].split("│")[1:] == [" 1-5 ", " 9"]


def test_the_number_of_runs_stands_above_a_function():
    """They enter no Python, so that no layer shows them."""
    story = Story()
    step, dense = story.function("step"), story.layer("Dense", "dense")
    with story.span("trace", function=step, trace=1, at=1):
        story.call(dense, "float32[1]", "float32[1]", at=1)
    story.add("run", function=step, trace=1, times=20, at=1)
    story.add("run", function=step, trace=1, times=4, at=7)
    heads = chart(story.timeline()).splitlines()[1].split("│")

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
