"""Findings lead to events and events to details; tabs list functions, layers and variables."""

from dataclasses import replace
from typing import get_args

import pytest
import stories
from hand_made import Story
from looking import FINDING, chosen, details_of, in_a_browser, line
from msgspec import structs
from playwright.sync_api import expect

from layertrace.diagnosis import Evidence
from layertrace.render.page.noticed import noticed
from layertrace.render.page.tables import Tables
from layertrace.render.wording.file_names import Places
from layertrace.render.wording.glyphs import UNICODE
from layertrace.render.wording.layer_names import Names
from layertrace.timeline import Cause, Change, Location, Timeline
from layertrace.timeline.context import LayerState, Observation, ObservationKind, RecordingContext


@in_a_browser
def test_a_finding_leads_to_its_events(shown):
    """A finding links to its events, which show its code; other events show only their number."""
    tab = shown(stories.bug(), findings=[FINDING])
    card = tab.locator(".finding")
    expect(card).to_contain_text("def build(self, input_shape):")
    expect(card.get_by_text("event 99")).not_to_have_role("button")
    tab.get_by_label("Search events").fill("init")
    card.get_by_role("button", name="event 17").click()

    expect(tab.locator(".line[aria-selected=true] .mark")).to_have_text("LT101")
    expect(tab.locator(".line[aria-selected=true]")).to_be_in_viewport()
    details = tab.get_by_label("Details", exact=True)
    expect(details).to_contain_text("gcn_2 (GCN) makes a tf.Variable every time it is called.")
    details.get_by_role("button", name="see the finding").click()
    expect(card.locator("summary")).to_be_focused()


@in_a_browser
def test_details_show_everything_about_an_event(shown):
    """Details show shapes, arguments, variable, error, location and nesting."""
    tab = shown(stories.bug())
    line(tab, "refused").click()
    details = tab.get_by_label("Details", exact=True)

    for text in (
        "raised ValueError",
        "for more information.",
        "/home/ada/project/story.py:12",
        "float32[8, 4]",
        "a plain tf.Variable",
        "cnn/gcn_2",
    ):
        expect(details).to_contain_text(text)
    details.get_by_role("button", name="14 call 2 cnn").click()
    expect(details).to_contain_text("passed through")
    expect(details).to_contain_text("inputs")
    line(tab, "build").click()
    expect(details).to_contain_text("7 variable kernel float32[3, 8]", use_inner_text=True)
    line(tab, "call 2").first.click()
    expect(tab.locator(".line[aria-selected=true]")).to_contain_text("call 2")


@in_a_browser
def test_details_list_fields_without_a_column_of_their_own(shown):
    """A field that the page has no column for is named in the details, and its value can be searched."""
    story = Story()
    story.call(story.layer("Dense", "dense"), "float32[2]", "float32[2]")
    story.call(story.layer("Softmax", "softmax"), "float32[2]", "float32[2]")
    plain, other = story.timeline()
    marked = structs.replace(other, strategy="MirroredStrategy", flags=frozenset({"masked", "direct"}))
    tab = shown(Timeline([plain, marked]))
    tab.get_by_label("Search events").fill("mirroredstrategy direct")

    expect(tab.locator(".line.hit .number")).to_have_text(["1"])
    line(tab, "softmax").click()
    expect(details_of(tab)).to_contain_text("strategyMirroredStrategyflagsdirect, masked")
    tab.get_by_label("Search events").fill("")
    line(tab, "dense").click()
    expect(details_of(tab)).not_to_contain_text("strategy")


@pytest.mark.parametrize("kind", get_args(ObservationKind))
def test_every_observation_is_described(kind):
    """The page has a phrase for each kind of observation."""
    [call] = stories.bug()[3:4]
    tables = Tables(Names([], UNICODE), Places([], ""))

    observation = Observation(what=kind, during=call.seq, name="x")
    [[_, description, *_]] = noticed([observation], {call.seq: 0}, tables)

    assert len(description) > 10


@in_a_browser
def test_details_show_observations(shown):
    """Observations are shown with the event during which they were made."""
    layer = stories.bug()[3].layer
    seen = (
        Observation(what="changed in call", during=16, layer=layer, name="steps", before=1, now=2, times=3),
        Observation(what="update", during=14, name="<SGD #1>", variables=(1, 2), without_gradient=("bias",)),
        Observation(what="random", during=None, name="numpy.random"),
    )
    tab = shown(Timeline(stories.bug(), [], RecordingContext(observations=seen)))
    tab.locator("#line-16 .cells").click()
    expect(details_of(tab)).to_contain_text("the call changed steps: 2, was 1, 3 times")
    tab.locator("#line-14 .cells").click()

    expect(details_of(tab)).to_contain_text("gradients for 2 variables, but none for bias")


@in_a_browser
def test_details_show_the_final_state_of_the_layer(shown):
    """Details show whether the layer is built and trainable, its dtype, and the layers it contains."""
    layers = {layer.name: layer for layer in stories.bug().layers}
    cnn, dense = layers["cnn"], layers["dense"]
    states = {
        cnn.id: LayerState(
            layer=cnn, built=True, trainable=False, compute_dtype="float16", held={dense.id: "head"}
        ),
        dense.id: LayerState(layer=dense),
    }
    tab = shown(Timeline(stories.bug(), [], RecordingContext(states=states)))
    line(tab, "init cnn").click()
    part = details_of(tab).locator("section").filter(has_text="layer at the end")
    for text in ("builtTrue", "trainableFalse", "compute dtypefloat16", "containshead dense Dense"):
        expect(part).to_contain_text(text)
    part.get_by_role("button", name="dense").click()

    expect(tab.locator("#hits")).to_have_text("6 of 18")


@in_a_browser
def test_numbers_of_a_finding_are_as_long_as_in_a_terminal(shown):
    """Four digits, in the message and in what is below it."""
    seen = Evidence("rate=0.30000000000000004, was 0.2", (17,))
    finding = replace(FINDING, message="0.016666666666666666 s", evidence=(seen,))
    tab = shown(stories.bug(), findings=[finding])

    expect(tab.locator(".finding")).to_contain_text("0.01667 s")
    expect(tab.locator(".finding")).to_contain_text("rate=0.3, was 0.2")


@in_a_browser
def test_an_event_has_an_address(shown):
    """Opening the address shows the event, and the browser goes back through visited events."""
    tab = shown(stories.bug(), findings=[FINDING])
    for number in (12, 17):
        tab.get_by_role("button", name=f"event {number}").click()
        assert tab.url.endswith(f"#event-{number}")
    tab.go_back()
    expect(tab.locator("#details header")).to_contain_text("event 12")
    tab.go_back()
    expect(tab.locator("#details")).to_be_hidden()
    tab.go_forward()
    expect(tab.locator("#details header")).to_contain_text("event 12")
    tab.reload()
    expect(tab.locator("#details header")).to_contain_text("event 12")
    expect(tab.locator("#line-12")).to_be_in_viewport()
    tab.keyboard.press("Escape")

    assert "#" not in tab.url


@in_a_browser
def test_functions_are_listed_with_their_causes(shown):
    """Each function lists its traces with their causes, and links to them."""
    change = Change(argument="x", what="shape", before="float32[4, 3]", now="float32[3, 3]", axes=(0,))
    events = [
        structs.replace(event, cause=Cause(reason="signature", changes=(change,), compared_with=1))
        if event.seq == 13
        else event
        for event in stories.bug()
    ]
    tab = shown(Timeline(events))
    tab.get_by_role("tab", name="Functions").click()
    row = tab.locator("#functions tbody tr")

    expect(row).to_contain_text("x: float32[3, 3], was float32[4, 3] (dimension 0)")
    row.get_by_role("button", name="trace 2").click()
    expect(tab.locator("#details .cause")).to_contain_text("shape 0")
    expect(tab.locator("#details .cause")).to_contain_text("compared with trace 1")


@in_a_browser
def test_layers_are_listed_and_lead_to_their_events(shown):
    """Each layer has a line with counts, and its name filters the tree."""
    tab = shown(stories.bug())
    tab.get_by_role("tab", name="Layers").click()
    expect(tab.locator("#layers tbody tr")).to_have_count(4)
    tab.locator("#layers").get_by_role("button", name="gcn_2").click()

    expect(tab.locator("#hits")).to_have_text("5 of 18")


@in_a_browser
def test_only_this_layer_is_only_this_layer(shown):
    """The filter uses the number of the layer, not its class or parts of its name."""
    story = Story()
    for layer in (("net", "net"), ("net", "net_1"), ("Dense", "net", "a/net")):
        story.add("init", story.layer(*layer))
    tab = shown(story.timeline())
    tab.get_by_role("tab", name="Layers").click()
    tab.locator("#layers tbody tr").first.get_by_role("button").click()
    expect(tab.locator("#hits")).to_have_text("1 of 3")
    tab.get_by_label("Only this layer").press("End")
    tab.keyboard.type("_")
    expect(tab.locator("#hits")).to_have_text("1 of 3")
    expect(tab.locator(".line.hit .number")).to_have_text("1")


@in_a_browser
def test_the_keys_stay_with_the_layer(shown):
    """Enter on the name of a layer moves the focus to its first event in the tree."""
    tab = shown(stories.bug())
    tab.get_by_role("tab", name="Layers").click()
    tab.locator("#layers").get_by_role("button", name="gcn_2").press("Enter")

    expect(tab.get_by_role("tree")).to_be_focused()
    assert chosen(tab).startswith("init gcn_2")


@in_a_browser
def test_layers_show_their_first_call(shown):
    """Calls are counted by mode, and the first call shows its shapes."""
    tab = shown(stories.tutorial())
    tab.get_by_role("tab", name="Layers").click()

    expect(tab.locator("#layers thead")).to_contain_text("eager")
    expect(tab.locator("#layers tbody tr")).to_contain_text("float32[10, 5] → float32[10, 10]")


@in_a_browser
def test_variables_are_listed(shown):
    """Each variable has a line: its traits, layer, location, and whether it was refused."""
    tab = shown(stories.bug())
    tab.get_by_role("tab", name="Variables").click()
    rows = tab.locator("#variables tbody tr")
    expect(rows).to_have_count(4)
    expect(rows.first).to_contain_text("kerneldensestory.py:24float32[3, 8]24TrueGlorotUniformbuild7")
    expect(rows.last).to_contain_text("✗ refused: ValueError")
    rows.last.get_by_role("button", name="Variable").click()

    expect(tab.locator("#details header")).to_contain_text("event 17")


@in_a_browser
def test_runs_that_jax_does_not_count_are_a_question_mark(shown):
    """A function that a program jits itself runs without any Python; Keras's own are counted."""
    story = Story()
    step, train = story.function("step"), story.function("train_step", role="train", model="net")
    for function in (step, train):
        story.add("trace", function=function, trace=1, mode="graph")
    story.add("run", function=train, trace=1, times=5)
    context = RecordingContext(versions={"jax": "0.10.2", "keras": "3.15.1"})
    tab = shown(Timeline(story.events, (), context))
    tab.get_by_role("tab", name="Functions").click()
    rows = tab.locator("#functions tbody tr")

    expect(rows.first.locator("td[data-head=runs]")).to_have_text("?")
    expect(rows.filter(has_text="train of net").locator("td[data-head=runs]")).to_have_text("5")


@in_a_browser
def test_functions_of_tensorflow_itself_are_folded_away(shown):
    """Internal functions of TensorFlow are hidden until they are opened."""
    story = Story()
    inside = Location("/venv/lib/tensorflow/python/data/ops/multi_device_iterator_ops.py", 50)
    story.add("trace", function=story.function("step"), trace=1)
    story.add("trace", function=story.function("_init_func"), trace=1, defined_at=inside)
    story.add("trace", function=story.function("Dataset_map_f"), trace=1)
    tab = shown(story.timeline())
    tab.get_by_role("tab", name="Functions").click()

    expect(tab.locator("#functions thead").first).not_to_contain_text("before")
    functions = tab.locator("#functions")
    expect(functions.get_by_text("_init_func")).to_be_hidden()
    functions.get_by_text("show 2 functions").click()
    expect(functions.get_by_text("_init_func")).to_be_visible()
    expect(functions.get_by_text("Dataset.map(f)")).to_be_visible()


@in_a_browser
def test_what_a_list_leaves_out_can_be_had(shown):
    """A button reveals the other traces of a function, and moves the focus there."""
    story = Story()
    step = story.function("step")
    for trace in range(1, 21):
        story.add("trace", function=step, trace=trace)
    tab = shown(story.timeline())
    tab.get_by_role("tab", name="Functions").click()
    tab.get_by_role("button", name="… 8 more").click()

    expect(tab.locator(".traces li")).to_have_count(20)
    expect(tab.get_by_role("button", name="trace 13")).to_be_focused()
