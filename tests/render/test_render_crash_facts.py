"""The card of an exception shows what distinguishes the call from those that worked."""

import pytest
from hand_made import Story, raised, spec

from layertrace.render.wording.crash import crash_of
from layertrace.render.wording.crash_facts import crash_facts
from layertrace.timeline import Timeline
from layertrace.timeline.context import Failure, RecordingContext


def facts(story, message="wrong", layer=None, event=-1):
    """Return the words of each fact about an event, or about a layer whose call never began."""
    failed = None if event is None else story.events[event]
    layer = layer or failed.layer
    return [fact.words for fact in crash_facts(Timeline(story.events), failed, layer, message)]


@pytest.fixture
def story():
    return Story("train.py")


def test_an_argument_that_an_earlier_call_passed_is_missing(story):
    """The only tensor of a call is recorded without the name of its parameter."""
    gate = story.layer("Gate", "gate")
    both = {"inputs": spec("float32[2, 4]"), "context": spec("float32[2, 3, 4]")}
    story.add("call", gate, at=25, inputs=both, outputs=spec("float32[2, 4]"))
    story.call(gate, "float32[2, 4]", None, at=26, error=raised("ValueError", "None"))

    assert facts(story) == [
        "call 1 with inputs: float32[2, 4], context: float32[2, 3, 4] returned",
        "in this call, context is missing, was float32[2, 3, 4]",
    ]


def test_another_key_of_a_dict_is_named(story):
    """The missing key and the new one are listed."""
    ranker = story.layer("Ranker", "ranker")
    story.add("call", ranker, inputs={"item": spec("float32[None, 5]")})
    story.add("call", ranker, inputs={"movie": spec("float32[4, 5]")}, error=raised("KeyError", "'item'"))

    assert facts(story)[1:] == [
        "in this call, inputs['item'] is missing, was float32[None, 5]",
        "in this call, inputs['movie'] is new: float32[4, 5]",
    ]


def test_the_size_of_the_batch_is_named_only_if_nothing_else_differs(story):
    """An unknown dimension fits any."""
    dense = story.layer("Dense", "dense")
    story.call(dense, "float32[None, 4]", "float32[None, 4]")
    story.call(dense, "float32[8, 4]", None, error=raised("ValueError", "wrong"))

    assert facts(story) == ["call 1 with float32[None, 4] returned"]

    story.call(dense, "float32[8, 4]", "float32[8, 4]")
    story.call(dense, "float32[2, 4]", None, error=raised("ValueError", "wrong"))

    assert facts(story)[1:] == ["in this call, inputs: float32[2, 4], was float32[8, 4] (dimension 0)"]


def test_a_call_with_the_same_arguments_differs_in_its_mode(story):
    """What works eagerly may fail in a graph."""
    dense = story.layer("Dense", "dense")
    story.call(dense, "float32[8, 4]", "float32[8, 4]")
    story.call(dense, "float32[8, 4]", None, mode="symbolic", error=raised("ValueError", "wrong"))

    assert facts(story)[1:] == ["this call has the same arguments, but is symbolic, call 1 was eager"]


def test_a_call_that_never_began_has_what_worked_and_what_was_built(story):
    """Keras refuses an input of another rank before it calls the layer."""
    lstm = story.layer("LSTM", "reader")
    story.add("build", lstm, arguments={"input_shape": (2, 5, 3)})

    assert facts(story, layer=lstm, event=None) == ["built for (2, 5, 3)"]

    story.call(lstm, "float32[2, 5, 3]", "float32[2, 8]")

    assert facts(story, layer=lstm, event=None) == ["call 1 with float32[2, 5, 3] returned"]


def test_an_argument_that_no_call_passed_is_named(story):
    """Keras passes a mask by itself, if there is one."""
    pool = story.layer("Pool", "pool")
    missing = "missing a required argument: '{}'"

    assert facts(story, missing.format("context"), pool, None) == ["no call passed context"]
    assert facts(story, missing.format("mask"), pool, None) == [
        "no call passed mask, and Keras passes one only if the input carries it"
    ]


def test_a_mask_that_an_earlier_call_had(story):
    """Its absence is a difference."""
    pool = story.layer("Pool", "pool")
    story.call(pool, "float32[2, 3]", "float32[2]", mask=True)
    story.call(pool, "float32[2, 3]", None, mask=False, error=raised("ValueError", "None"))

    assert facts(story)[1:] == ["this call has no mask, call 1 had one"]


def test_the_weight_that_has_a_shape_of_the_message(story):
    """It is named if no other weight has this shape, except in copies of the layer."""
    for path in ("dense", "copy/dense"):
        dense = story.layer("Dense", "dense", path)
        story.variable(dense, "kernel", "float32[10, 8]")
    story.add("run", error=raised("InvalidArgumentError", "wrong"))
    message = "Matrix size-incompatible: In[0]: [4,12], In[1]: [10,8]"

    assert facts(story, message) == ["[10, 8] is the shape of kernel of dense (Dense)"]

    story.variable(story.layer("Dense", "other"), "kernel", "float32[10, 8]")

    assert facts(story, message, dense, event=-2) == []


def test_the_op_that_failed_in_a_graph_names_its_layer_and_message():
    """TensorFlow writes tracebacks of many lines before them, and numbers the layer's name."""
    story = Story("train.py")
    words = story.layer("Embedding", "words")
    story.add("init", words, at=5)
    story.variable(words, "embeddings", "float32[10, 4]")
    message = (
        "Graph execution error:\n\nDetected at node functional_1/words_1/GatherV2 defined at (most recent "
        'call last):\n  File "train.py", line 9, in <module>\n\nindices[0,0] = 12 is not in [0, 10)\n'
        "\t [[{{node functional_1/words_1/GatherV2}}]] [Op:__inference_833]"
    )
    error = raised("InvalidArgumentError", message, "train.py:9")
    story.add("run", at=9, error=error)
    crash = crash_of(Timeline(story.events, (), RecordingContext(failure=Failure(error=error))))

    assert crash.message == "indices[0,0] = 12 is not in [0, 10)"
    assert [fact.words for fact in crash.facts] == [
        "the op is in words (Embedding), whose weights are embeddings float32[10, 4]"
    ]


def test_the_layer_whose_call_failed_is_named_although_keras_cut_it_from_the_traceback():
    """The failure of the recording knows only the model of the user's."""
    story = Story("train.py")
    decoder, key = story.layer("Decoder", "decoder"), story.layer("EinsumDense", "key")
    error = raised("InvalidArgumentError", "wrong", "train.py:13")
    with story.span("call", decoder, at=19):
        with story.span("call", key, at=13):
            story.fails(error)
    failure = Failure(error=error, layer=decoder)

    assert crash_of(Timeline(story.events, (), RecordingContext(failure=failure))).layer == key


def test_what_happened_inside_other_calls_and_in_plumbing_is_not_listed_before_a_crash():
    """Of each layer, the last event of a kind is shown."""
    story = Story("train.py")
    lstm, cell = story.layer("LSTM", "lstm"), story.layer("LSTMCell", "cell")
    for _ in range(2):
        with story.span("call", lstm, at=3):
            story.add("call", cell, at=3)
    story.add("trace", None, function=story.function("Dataset_map_grab_batch"))
    error = raised("ValueError", "wrong", "train.py:9")
    crash = crash_of(Timeline(story.events, (), RecordingContext(failure=Failure(error=error))))

    assert [(event.kind, event.call_index) for event in crash.before] == [("call", 2)]
