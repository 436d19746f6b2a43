"""Repeated events are shown once, and no others are folded."""


import pytest
from hand_made import Story, raised, spec
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from layertrace.render.console import written
from layertrace.render.trees import folding
from layertrace.render.trees.event_signatures import Signatures
from layertrace.render.trees.folding import fold
from layertrace.render.trees.tree import tree
from layertrace.timeline import Cause, Change, Event, LayerRef, TensorSpec, Timeline


def folded(timeline, **options):
    """Fold the outermost events."""
    return fold(timeline.roots, Signatures(timeline), **options)


def shape(items):
    """Return how items repeat: `[3, [2, 1]]` for three equal ones and a pattern of two."""
    return [[item.times, *shape(item.pattern)] if item.pattern else item.times for item in items]


@pytest.fixture
def story():
    return Story()


@pytest.fixture
def dense(story):
    return story.layer("Dense", "dense")


def test_three_equal_calls_are_folded_and_two_are_not(story, dense):
    """Three or more equal calls are folded, two are not."""
    for _ in range(2):
        story.call(dense, "float32[1]", "float32[1]", at=5)
    assert shape(folded(story.timeline())) == [1, 1]

    story.call(dense, "float32[1]", "float32[1]", at=5)
    assert shape(folded(story.timeline())) == [3]


def test_a_fold_shows_its_range_and_total_time(story, dense):
    """A folded line has the first and last number, and the total duration."""
    for number in range(10):
        story.call(dense, "float32[1]", "float32[1]", at=5, ms=number)
    (item,) = folded(story.timeline())

    assert (item.first.seq, item.last.seq, item.times) == (0, 9, 10)
    assert item.total_ns == 45_000_000


@pytest.mark.parametrize(
    "differing",
    [
        {"inputs": spec("float32[2]")},
        {"outputs": spec("float32[2]")},
        {"training": True},
        {"mode": "symbolic"},
        {"arguments": {"units": True}},
        {"at": 6},
        {"thread": "other"},
        {"error": raised("ValueError", "no")},
        {"ms": None},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_a_call_that_differs_in_what_is_shown_is_not_folded(story, dense, differing):
    """Folding loses nothing: everything that a line shows must be equal."""
    usual = {"inputs": spec("float32[1]"), "outputs": spec("float32[1]"), "at": 5, "arguments": {"units": 1}}
    for fields in (usual, usual, usual | differing, usual, usual):
        story.add("call", dense, **fields)

    assert shape(folded(story.timeline())) == [1, 1, 1, 1, 1]


def test_calls_with_equal_insides_are_folded_and_others_not(story, dense):
    """Descendants are compared, too."""
    model = story.layer("Model", "model")
    for number in range(8):
        with story.span("call", model):
            story.call(dense, "float32[1]", "float32[1]" if number < 5 else "float32[2]")

    assert shape(folded(story.timeline())) == [5, 3]


def test_turns_are_folded_as_a_pattern(story, dense):
    """A loop of several calls is shown once, as its first iteration."""
    other = story.layer("Dense", "other")
    for _ in range(3):
        for layer in (dense, dense, other):
            story.call(layer, "float32[1]", "float32[1]")

    assert shape(folded(story.timeline())) == [[3, 1, 1, 1]]


def test_a_fold_can_be_part_of_a_pattern(story, dense):
    """Five steps and a test, repeated, become one pattern."""
    other = story.layer("Dense", "other")
    for _ in range(4):
        for layer in (*[dense] * 9, other):
            story.call(layer, "float32[1]", "float32[1]")

    assert shape(folded(story.timeline())) == [[4, 9, 1]]


def test_like_layers_are_folded_from_three_on(story):
    """A row of three blocks that are alike is shown once, a pair completely."""
    for number in range(2):
        story.add("init", story.layer("Block", f"block_{number}"), arguments={"units": 4})
    assert shape(folded(story.timeline())) == [1] * 2

    story.add("init", story.layer("Block", "block_2"), arguments={"units": 4})
    (item,) = folded(story.timeline())
    assert (item.times, item.alike) == (3, True)
    assert (item.first.layer.name, item.last.layer.name) == ("block_0", "block_2")


def blocks(story, *units):
    """Create blocks of these sizes, each with a Dense that is built."""
    for number, size in enumerate(units):
        block, dense = story.layer("Block", f"block_{number}"), story.layer("Dense", f"dense_{number}")
        with story.span("init", block, arguments={"units": size}):
            story.add("init", dense, arguments={"units": size})
        with story.span("build", block, arguments={"input_shape": (1, size)}):
            story.variable(dense, "kernel", f"float32[{size}, {size}]")


def test_blocks_of_one_shape_are_folded_and_state_what_varies(story):
    """Blocks to which the same happened are one stretch, whatever their sizes."""
    blocks(story, 16, 32, 64)
    (item,) = folded(story.timeline())

    assert (item.times, len(item.pattern), item.alike) == (3, 2, True)
    assert item.varies == ("units 16…64", "shapes vary")


def test_single_events_of_other_sizes_are_not_blocks(story):
    """A line for each of a few layers is more useful than a range of units."""
    for units in (16, 32, 64):
        story.add("init", story.layer("Dense", f"dense_{units}"), arguments={"units": units})

    assert shape(folded(story.timeline())) == [1, 1, 1]


def test_a_block_in_which_something_else_happened_stays_apart(story):
    """One variable more is another shape of life."""
    blocks(story, 16, 32)
    block = story.layer("Block", "block_2")
    with story.span("init", block, arguments={"units": 8}):
        story.add("init", story.layer("Dense", "dense_2"), arguments={"units": 8})
    with story.span("build", block):
        story.variable(block, "kernel", "float32[8]")
        story.variable(block, "bias", "float32[8]")

    assert shape(folded(story.timeline())) == [1] * 6


def test_an_event_with_a_finding_is_never_folded_away(story):
    """What a finding points at can be seen; equal findings may share a line."""
    blocks(story, 16, 16, 16, 16, 16, 16)
    timeline = story.timeline()
    whole = fold(timeline.roots, Signatures(timeline))
    marked = fold(timeline.roots, Signatures(timeline, {5: "LT101"}))
    alike = fold(timeline.roots, Signatures(timeline, dict.fromkeys(range(1, 24, 4), "LT103")))

    assert shape(whole) == shape(alike) == [[6, 1, 1]]
    assert [item.times for item in marked if item.first.seq == 4] == [1]


def test_calls_of_one_layer_with_other_shapes_are_not_alike(story, dense):
    """Which shapes a layer was called with is what one looks for."""
    for size in range(1, 9):
        with story.span("call", dense, inputs=spec(f"float32[{size}]")):
            for _ in range(4):
                story.call(dense, "float32[1]", "float32[1]")

    assert shape(folded(story.timeline())) == [1] * 8


def test_like_layers_may_have_different_names(story):
    """Different names do not count as a difference; different units do."""
    for number in range(8):
        story.add("init", story.layer("Block", f"b{number}"), arguments={"name": f"b{number}"})
    assert shape(folded(story.timeline())) == [8]

    for number in range(8):
        story.add("init", story.layer("Block", f"c{number}"), arguments={"units": number})
    assert shape(folded(story.timeline())) == [8] + [1] * 8


def test_like_layers_are_folded_with_their_build_and_call(story):
    """If each layer is built and called, the pair repeats."""
    for number in range(9):
        layer = story.layer("Dense", f"dense_{number}")
        story.add("build", layer, arguments={"input_shape": (1, 4)})
        story.call(layer, "float32[1, 4]", "float32[1, 4]")

    assert shape(folded(story.timeline())) == [[9, 1, 1]]


def test_a_layer_with_an_error_is_not_folded_among_its_like(story):
    """The one failed block of twelve is shown separately."""
    for number in range(20):
        error = raised("ValueError", "no") if number == 10 else None
        story.call(story.layer("Block", f"block_{number}"), "float32[1]", "float32[1]", error=error)

    assert shape(folded(story.timeline())) == [10, 1, 9]


def test_layers_that_all_fail_alike_are_shown_one_by_one(story):
    """Each failed layer has its own line, even if all are alike."""
    for number in range(10):
        error = raised("ValueError", "no")
        story.call(story.layer("Block", f"block_{number}"), "float32[1]", None, error=error)

    assert shape(folded(story.timeline())) == [1] * 10


def test_the_same_error_again_and_again_is_folded(story, dense):
    """A thousand equal failures become one line."""
    for _ in range(1000):
        story.call(dense, "float32[1]", None, error=raised("ValueError", "no"))

    assert shape(folded(story.timeline())) == [1000]


def test_a_variable_made_in_every_call_is_folded_with_it(story, dense):
    """Variables are compared by name and shape, not by their number."""
    for _ in range(5):
        with story.span("call", dense):
            story.variable(dense, "w", "float32[2]")
    (item,) = folded(story.timeline())

    assert (item.times, item.size) == (5, 10)


def test_folding_can_be_switched_off(story, dense):
    """With `fold=False`, every event has a line."""
    for _ in range(5):
        story.call(dense, "float32[1]", "float32[1]")

    assert shape(folded(story.timeline(), wanted=False)) == [1] * 5


def test_arguments_that_cannot_be_hashed_are_compared_all_the_same(story, dense):
    """Nested dicts and lists can be compared."""
    for _ in range(3):
        story.add("call", dense, arguments={"config": {"sizes": [1, 2, {"deep": ()}]}})

    assert shape(folded(story.timeline())) == [3]


def test_an_event_inside_a_later_one_is_survived():
    """In a damaged file, the parent of an event may begin after it."""
    events = [Event(seq=0, kind="call", parent=1), Event(seq=1, kind="call")]

    assert shape(folded(Timeline(events))) == [1]


@given(st.lists(st.integers(0, 3), max_size=60))
def test_unfolded_again_it_is_what_happened(numbers):
    """Expanding every fold returns the events in order."""
    layers = [LayerRef(id=n, class_name=f"C{n}", name=f"c{n}", path="") for n in range(4)]
    events = [Event(seq=seq, kind="call", layer=layers[n]) for seq, n in enumerate(numbers)]
    timeline = Timeline(events)

    assert list(spelled_out(folded(timeline))) == numbers


def spelled_out(items):
    """Yield the numbers of the layers of all events that items represent."""
    for item in items:
        for _ in range(item.times):
            yield from spelled_out(item.pattern) if item.pattern else [item.first.layer.id]


def test_a_loop_over_hundreds_of_layers_is_one_item_in_a_long_row(monkeypatch):
    """Equal rounds are folded if the row ends with them, and each layer is like the others."""
    monkeypatch.setattr(folding, "LARGE_ROW", 1_000)
    story = Story()
    layers = [story.layer("Dense", f"dense_{number}") for number in range(100)]
    story.add("build", layers[0])
    for _ in range(12):
        for layer in layers:
            story.call(layer, "float32[1]", "float32[1]", at=5, ms=2)
    items = folded(story.timeline())

    assert shape(items) == [1, [12, 100]]
    assert (items[1].first.seq, items[1].last.seq, items[1].size, items[1].total_ns) == (1, 1200, 1200, 2.4e9)


def test_a_hundred_thousand_events_in_two_thousand_levels_are_folded():
    """Neither depth nor length needs recursion or more than one step for each event."""
    chain = [
        Event(seq=seq, kind="call", parent=None if seq % 2000 == 0 else seq - 1) for seq in range(100_000)
    ]
    (item,) = folded(Timeline(chain))

    assert (item.times, item.size) == (50, 100_000)


def test_the_numbers_of_events_do_not_depend_on_when_they_happened(story, dense):
    """Equal numbers do not depend on sequence, time or call index."""
    story.call(dense, "float32[1]", "float32[1]", ms=1)
    (event,) = story.events
    later = structs.replace(event, seq=7, start_ns=99, duration_ns=5, call_index=8)
    signatures = Signatures(Timeline([event, later]))

    assert signatures.exact(event) == signatures.exact(later)


def test_the_numbers_of_events_do_not_depend_on_the_objects_they_hold(story, dense):
    """Events that hold equal values have equal numbers, and those that hold others have not."""
    story.call(dense, "float32[1]", "float32[1]", ms=1)
    (event,) = story.events
    equal = structs.replace(event, seq=1, inputs=TensorSpec("float32", (1,)))
    other = structs.replace(event, seq=2, inputs=TensorSpec("float32", (2,)))
    running = structs.replace(event, seq=3, duration_ns=None)
    signatures = Signatures(Timeline([event, equal, other, running]))

    assert equal.inputs is not event.inputs
    assert signatures.exact(event) == signatures.exact(equal)
    assert len({signatures.exact(each) for each in (event, other, running)}) == 3


def with_slots(story, number):
    """Add a call that is followed by the variables that an optimizer keeps for some weights."""
    story.call(story.layer("Dense", "dense"), "float32[1]", "float32[1]")
    for weight in range(number):
        for slot in ("momentum", "velocity"):
            name = f"dense_{weight}_{slot}"
            story.variable(None, name, "float32[2]", trainable=False, role="optimizer", holder="adam")


def test_plumbing_is_one_quiet_item(story):
    """Two hundred variables of an optimizer are one line, whatever their names and shapes."""
    with_slots(story, 100)
    timeline = story.timeline()
    call, slots = fold(timeline.roots, Signatures(timeline), timeline.plumbing)

    assert (call.first.kind, slots.siblings, slots.size) == ("call", 200, 200)
    assert slots.plumbing == ("200 variables of adam", "momentum and velocity of 100 weights")


def test_plumbing_that_a_finding_points_at_is_shown(story):
    """A variable with a finding is never folded."""
    with_slots(story, 3)
    timeline = story.timeline()
    items = fold(timeline.roots, Signatures(timeline, {3: "LT101"}), timeline.plumbing)

    assert [item.first.seq for item in items if not item.plumbing] == [0, 3]


def test_a_variable_of_the_program_is_no_plumbing(story):
    """A user's own variable outside of layers keeps its line."""
    with_slots(story, 3)
    story.variable(None, "temperature", "float32[]")
    timeline = story.timeline()

    items = fold(timeline.roots, Signatures(timeline), timeline.plumbing)
    assert [bool(item.plumbing) for item in items] == [False, True, False]


def test_without_folding_plumbing_is_shown_event_by_event(story):
    """`--all` leaves out nothing."""
    with_slots(story, 3)
    timeline = story.timeline()

    assert len(fold(timeline.roots, Signatures(timeline), timeline.plumbing, wanted=False)) == 7


def retraced(story, numbers, *, argument="x", marked=()):
    """Add traces of one function because of one argument, each followed by a run, and return their marks."""
    step, dense = story.function("step"), story.layer("Dense", "dense")
    marks = {}
    for number in numbers:
        now = spec(f"float32[{number}, 8]") if argument == "x" else 0.1 * number
        what = "shape" if argument == "x" else "value"
        change = Change(argument=argument, what=what, before="another", now=str(now))
        cause = Cause(reason="signature", changes=(change,))
        seq = len(story.timeline())
        marks |= {seq: "LT201"} if number in marked else {}
        with story.span("trace", function=step, trace=number, inputs={argument: now}, cause=cause, at=9):
            story.call(dense, f"float32[{number}, 8]", f"float32[{number}, 2]", mode="graph", trace=number)
        story.add("run", function=step, trace=number, at=9, times=1 + number % 2)
    return marks


def test_a_function_traced_in_each_turn_of_a_loop_is_folded(story):
    """The same argument was new each time; how often the graph then ran may differ."""
    retraced(story, range(2, 12))
    (item,) = folded(story.timeline())

    assert (item.times, [part.first.kind for part in item.pattern]) == (10, ["trace", "run"])
    assert item.varies == ("x varies",)


def test_a_stretch_of_traces_begins_with_a_trace(story):
    """An execution before the first of them belongs to the trace before it."""
    marks = retraced(story, range(2, 12), marked=(2,))
    timeline = story.timeline()
    items = fold(timeline.roots, Signatures(timeline, marks))

    assert [item.first.kind for item in items] == ["trace", "run", "trace"]


def test_few_traces_are_shown_each(story):
    """One wants to see how the argument changed."""
    retraced(story, range(2, 5))

    assert shape(folded(story.timeline())) == [1, 1, 1, 1, 1, 1]


def test_traces_because_of_different_arguments_are_not_folded_together(story):
    """Each cause is a reason of its own."""
    retraced(story, range(2, 6))
    retraced(story, range(6, 10), argument="rate")

    assert [item.varies for item in folded(story.timeline())] == [("x varies",), ("rate varies",)]


def test_a_trace_with_a_finding_is_not_folded_among_others(story):
    """The finding points at it."""
    marks = retraced(story, range(2, 12), marked=(2, 11))
    timeline = story.timeline()
    items = fold(timeline.roots, Signatures(timeline, marks))

    assert [item.first.seq for item in items if item.first.seq in marks] == list(marks)
    assert shape(items) == [1, 1, [8, 1, 1], 1, 1]


def test_a_line_for_many_traces_names_the_function(story):
    """It has the place of the layers that other repeated blocks have."""
    retraced(story, range(2, 12))

    assert "×10  step  10 alike; x varies; the first:" in written(tree(story.timeline()), width=100)
