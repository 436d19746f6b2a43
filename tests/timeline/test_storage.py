"""Timelines survive saving and loading, and no file does harm."""

import copy
import dataclasses
import gc
import gzip
import inspect
import json
import os
import pickle
import string
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from layertrace import Timeline
from layertrace.errors import FormatError
from layertrace.timeline import (
    Cause,
    Change,
    ErrorRef,
    Event,
    FunctionRef,
    GraphBreak,
    GraphSpec,
    LayerRef,
    Location,
    Opaque,
    TensorSpec,
    VariableSpec,
)
from layertrace.timeline.context import Failure, LayerState, Observation, RecordingContext
from layertrace.timeline.statements import Statement
from layertrace.timeline.storage import files
from layertrace.timeline.storage.lines import event_line, observation_line, state_line

RECORDING_1_0 = Path(__file__).parent.parent / "golden" / "recording_1_0.jsonl"

NET = LayerRef(id=1, class_name="Net", name="net", path="net", bases=("app.Net",))
DENSE = LayerRef(id=2, class_name="Dense", name="dense\n<b>", path="net/dense", framework="tf_keras")
STEP = FunctionRef(7, "step")
TRAIN = FunctionRef(8, "one_step_on_data", role="train", model="net", step=True)
HERE, THERE = Location("/a/train.py", 40, "main"), Location("/b/é.py", 2)
KERNEL = VariableSpec(
    id=1,
    name="kernel",
    path="dense/kernel",
    dtype="float32",
    shape=(5, None),
    trainable=True,
    initializer="Zeros",
)
FAILED = ErrorRef(
    type="ValueError", message="no\nway", location=HERE, origin=True, raised_in=("keras:f",), subject=DENSE
)
CAUSE = Cause(
    reason="signature",
    changes=(Change(argument="x", what="shape", before="a", now="b", axes=(0,)),),
    compared_with=1,
)
EVENTS = [
    Event(seq=0, kind="init", layer=NET, arguments={"units": 3, "odd": (1, {"a": Opaque("<x>")}, None, "t")}),
    Event(seq=1, kind="trace", function=STEP, trace=2, inputs={"x": TensorSpec("float32", (2, None))}, cause=CAUSE,
          graph=GraphSpec(ops=4, jit_compile=True), start_ns=5, duration_ns=100, location=HERE, defined_at=THERE),
    Event(seq=2, kind="call", layer=DENSE, parent=1, depth=1, mode="graph", function=STEP, trace=2, start_ns=6,
          inputs=TensorSpec("float32", None, "ragged"), error=FAILED, call_index=1, training=True, mask=False,
          duration_ns=50, replica=0, thread="Thread-1", flags=frozenset({"direct", "masked"})),
    Event(seq=3, kind="variable", layer=DENSE, parent=2, depth=2, variable=KERNEL, start_ns=7, strategy="Mirrored"),
    Event(seq=4, kind="run", function=STEP, times=100, traced_before=1, start_ns=200, duration_ns=None),
]  # fmt: skip
SURROUNDINGS = RecordingContext(
    states={
        1: LayerState(
            layer=NET, methods={"call": HERE}, children=(2,), held={2: "blocks[0]"}, variables=(1, 0), built=True,
            tensors={"t": TensorSpec("int64", (3,))}, declared=TensorSpec("float32", (None, 3)), masked=(True, False),
            accepted=("LT105",),
        )
    },
    observations=(
        Observation(what="changed in call", during=2, layer=DENSE, name="n", before=0, now=(1, 2.5), location=HERE),
    ),
    failure=Failure(error=FAILED, layer=DENSE, lines=(HERE, THERE), thread="T"),
    versions={"keras": "3.15.1"},
)  # fmt: skip


@pytest.fixture
def timeline():
    return Timeline(EVENTS, notes=["a note"], surroundings=SURROUNDINGS)


@pytest.mark.parametrize("suffix", files.SUFFIXES)
def test_what_comes_back_is_what_went_in(suffix, timeline, tmp_path):
    """Events, notes, states, observations and the failure survive in both kinds of file."""
    timeline.save(tmp_path / f"run{suffix}")

    back = Timeline.load(tmp_path / f"run{suffix}")

    assert list(back) == EVENTS
    assert back.notes == ("a note",)
    assert back.surroundings == SURROUNDINGS
    assert [len(back.children(event)) for event in back] == [0, 1, 1, 0, 0]


def test_the_kinds_of_observations_that_were_looked_for_survive(tmp_path):
    """They are in the file, since their absence from it means something; earlier files have none."""
    context = RecordingContext(watched=("update", "losses read"))
    Timeline(EVENTS, surroundings=context).save(tmp_path / "run.jsonl")

    assert Timeline.load(tmp_path / "run.jsonl").surroundings.watched == ("update", "losses read")
    assert Timeline.load(RECORDING_1_0).surroundings.watched == ()


def test_who_holds_a_variable_and_what_a_function_is_for_survive(tmp_path):
    """The role of a function and the holder of a variable are in the file; without one, nothing is written."""
    slot = dataclasses.replace(KERNEL, id=2, role="optimizer", holder="adam")
    Timeline([
        Event(seq=0, kind="trace", function=TRAIN, trace=1),
        Event(seq=1, kind="variable", variable=slot, start_ns=1),
        Event(seq=2, kind="trace", function=STEP, trace=1, start_ns=2),
    ]).save(tmp_path / "run.jsonl")  # fmt: skip

    trace, variable, other = Timeline.load(tmp_path / "run.jsonl")
    assert (trace.function, variable.variable, other.function) == (TRAIN, slot, STEP)
    assert (str(trace.function), str(other.function)) == ("train step of net", "step")
    assert '{"function":7,"name":"step"}\n' in (tmp_path / "run.jsonl").read_text()


def test_arguments_at_their_default_come_back(tmp_path):
    """The names of the arguments that equal their default are kept, next to all arguments."""
    event = Event(seq=0, kind="init", layer=NET, arguments={"units": 3, "rate": 0.1}, at_default=("rate",))
    Timeline([event]).save(tmp_path / "run.jsonl")

    assert list(Timeline.load(tmp_path / "run.jsonl")) == [event]


def test_a_selection_keeps_its_numbers(timeline, tmp_path):
    """The events of a selection keep their numbers, without the events that were not selected."""
    timeline.of(DENSE).save(tmp_path / "dense.layertrace")

    back = Timeline.load(tmp_path / "dense.layertrace")

    assert [event.seq for event in back] == [2, 3]
    assert back.roots == (back[0],)
    assert back.children(back[0]) == (back[1],)


def test_many_events_are_compressed(tmp_path):
    """A large file is compressed; a small one stays readable."""
    many = Timeline([structs.replace(EVENTS[2], seq=n, parent=None, start_ns=n) for n in range(2_000)])
    many.save(tmp_path / "many.layertrace")
    many.save(tmp_path / "many.jsonl")

    packed, plain = ((tmp_path / f"many{suffix}").read_bytes() for suffix in files.SUFFIXES)
    assert gzip.decompress(packed).splitlines()[1:] == plain.splitlines()[1:]
    assert len(packed) < len(plain) / 10
    assert len(list(Timeline.load(tmp_path / "many.layertrace"))) == 2_000


plain = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.complex_numbers(allow_nan=False)
)
specs = st.builds(
    TensorSpec,
    st.sampled_from(["float32", "int64"]),
    st.none() | st.lists(st.none() | st.integers(0, 99), max_size=3).map(tuple),
    st.sampled_from(["dense", "sparse", "ragged"]),
)
structures = st.recursive(
    plain | specs | st.builds(Opaque, st.text()),
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(inputs=structures, outputs=structures)
def test_all_values_come_back(inputs, outputs, tmp_path):
    """Arguments of any type and nesting are loaded as they were saved."""
    event = Event(seq=0, kind="call", inputs=inputs, outputs=outputs)
    Timeline([event]).save(tmp_path / "one.jsonl")

    (back,) = Timeline.load(tmp_path / "one.jsonl")

    assert _utf8(repr(back.inputs)) == _utf8(repr(event.inputs))
    assert _utf8(repr(back.outputs)) == _utf8(repr(event.outputs))


def _utf8(text):
    return text.replace("\\\\ud", "\\ud")  # lone surrogates are spelled out


def test_nan_comes_back(tmp_path):
    """The floats that JSON does not have are kept."""
    values = (float("nan"), float("inf"), -float("inf"), 2**70, -(2**64), complex(1, float("inf")))
    Timeline([Event(seq=0, kind="call", inputs=values)]).save(tmp_path / "one.jsonl")

    (back,) = Timeline.load(tmp_path / "one.jsonl")

    assert repr(back.inputs) == repr(values)


def test_a_file_that_was_cut_off_is_read_as_far_as_it_goes(timeline, tmp_path):
    """A file that is truncated anywhere after its first line yields its complete lines and a note."""
    path = tmp_path / "run.jsonl"
    timeline.save(path)
    whole = path.read_bytes()
    first = whole.index(b"\n") + 1

    for cut in range(first, len(whole) - 1, 7):
        path.write_bytes(whole[:cut])
        back = Timeline.load(path)
        assert [event.kind for event in back] == [event.kind for event in EVENTS][: len(back)]
        assert "the recording is truncated" in back.notes[-1]


def test_a_compressed_file_that_was_cut_off_is_read_as_far_as_it_goes(tmp_path):
    """A truncated compressed file yields its complete lines and a note, too."""
    path = tmp_path / "many.layertrace"
    Timeline([structs.replace(EVENTS[2], seq=n, parent=None, start_ns=n) for n in range(2_000)]).save(path)
    path.write_bytes(path.read_bytes()[:-3_000])

    back = Timeline.load(path)

    assert 0 < len(back) < 2_000
    assert "the recording is truncated" in back.notes[-1]


def test_events_are_put_in_the_order_of_their_beginnings(timeline, tmp_path):
    """A file may have events in any order; they are sorted by their beginnings and numbered."""
    path = tmp_path / "run.jsonl"
    timeline.save(path)
    head, *lines = path.read_text().splitlines()
    events = [line for line in lines if line.startswith('{"event"')]
    others = [line for line in lines if not line.startswith('{"event"')]
    path.write_text("\n".join([head, *others[:-1], *reversed(events), others[-1], ""]))

    assert list(Timeline.load(path)) == EVENTS


def test_an_end_adds_to_its_event(tmp_path):
    """The fields that are known only at the end of an event may be in a line of their own."""
    path = tmp_path / "run.jsonl"
    head = '{"layertrace": "1.0"}'
    begun = '{"event": 3, "kind": "call", "start_ns": 5}'
    value = '{"value": 1, "is": {"tensor": "int8", "shape": [2]}}'
    path.write_text("\n".join([head, begun, value, '{"end": 3, "duration_ns": 9, "outputs": 1}', ""]))

    (event,) = Timeline.load(path)

    assert (event.duration_ns, event.outputs) == (9, TensorSpec("int8", (2,)))


def test_what_a_newer_version_wrote_is_kept(timeline, tmp_path):
    """Fields and lines that this version does not know are kept when the timeline is saved again."""
    path, again = tmp_path / "run.jsonl", tmp_path / "again.jsonl"
    timeline.save(path)
    text = path.read_text().replace('"1.0"', '"1.3"').replace('{"event":1,', '{"event":1,"mood":"good",')
    path.write_text(text.replace('{"closed"', '{"weather":"fine"}\n{"closed"'))

    Timeline.load(path).save(again)

    lines = [json.loads(line) for line in again.read_text().splitlines()]
    assert [line["mood"] for line in lines if line.get("event") == 1] == ["good"]
    assert {"weather": "fine"} in lines


@pytest.mark.parametrize(
    "fields",
    ['"mood": "good"', '"mood": {"a": 1}', '"thread": "a\\":b", "mood": 1', '"mood": null, "times": 3'],
)
def test_an_unknown_field_is_kept_whatever_is_next_to_it(fields, tmp_path):
    """An unknown field is seen next to any known field, and in a file of this version."""
    path, again = tmp_path / "run.jsonl", tmp_path / "again.jsonl"
    path.write_text('{"layertrace": "1.0"}\n{"event": 0, "kind": "call", ' + fields + "}\n")

    Timeline.load(path).save(again)

    (event,) = (line for line in map(json.loads, again.read_text().splitlines()) if "event" in line)
    assert event == {"event": 0, "kind": "call", **json.loads("{" + fields + "}")}


@pytest.mark.parametrize("running", [True, False])
def test_loading_leaves_the_garbage_collector_as_it_was(running, timeline, tmp_path):
    """The collector is paused while a file is read, also if that fails, and a program's choice is kept."""
    timeline.save(tmp_path / "run.jsonl")
    if not running:
        gc.disable()
    try:
        Timeline.load(tmp_path / "run.jsonl")
        with pytest.raises(FormatError):
            Timeline.load(tmp_path / "none.jsonl")
        assert gc.isenabled() == running
    finally:
        gc.enable()


def test_lines_that_end_in_two_blocks_are_whole(timeline, tmp_path, monkeypatch):
    """A file is read in blocks; a line may begin in one and end in another."""
    timeline.save(tmp_path / "run.jsonl")
    monkeypatch.setattr(files, "_BLOCK", 7)

    assert list(Timeline.load(tmp_path / "run.jsonl")) == EVENTS


def test_names_that_are_not_utf_8_are_written(tmp_path):
    """File names with lone surrogates, which Python has and JSON does not, are escaped."""
    name = "caf\udce9"
    layer = structs.replace(EVENTS[2], thread=name, error=None, seq=0, parent=None)
    event = structs.replace(layer, location=Location(f"{name}.py", 1), layer=replace(DENSE, name=name))
    Timeline([event]).save(tmp_path / "run.jsonl")

    (back,) = Timeline.load(tmp_path / "run.jsonl")

    escaped = r"caf\udce9"
    assert (back.thread, back.location.file, back.layer.name) == (escaped, f"{escaped}.py", escaped)


def test_a_file_of_version_1_0_stays_readable(timeline, tmp_path):
    """The recording next to the golden texts is never written again: users have such files."""
    again = tmp_path / "again.jsonl"
    kept = Timeline.load(RECORDING_1_0)
    timeline.save(again)

    assert list(kept) == EVENTS
    assert kept.surroundings == timeline.surroundings
    assert again.read_text().splitlines()[1:] == RECORDING_1_0.read_text().splitlines()[1:]


def test_what_a_compiler_reports_of_a_graph_is_kept(tmp_path):
    """The time that it took, and where it ended the graph; without these, nothing of them is written."""
    breaks = (GraphBreak(reason="é", location=HERE, skips=True), GraphBreak(reason="no line"))
    graphs = [
        GraphSpec(ops=1, compile_ns=5, breaks=breaks),
        GraphSpec(compile_ns=6),
        GraphSpec(breaks=breaks),
        GraphSpec(),
    ]
    events = [Event(seq=n, kind="trace", function=STEP, graph=graph) for n, graph in enumerate(graphs)]
    path = tmp_path / "graphs.jsonl"
    Timeline(events, ()).save(path)
    lines = path.read_text().splitlines()

    assert [event.graph for event in Timeline.load(path)] == graphs
    assert ["breaks" in line for line in lines if "second_pass" in line] == [True, False, True, False]
    assert ["compile_ns" in line for line in lines if "second_pass" in line] == [True, True, False, False]


def test_the_statements_of_the_program_are_kept(tmp_path):
    """The source of the program is in the file, also if it is saved again elsewhere."""
    statements = (
        Statement("train.py", 5, 7, "main", (5, 9), "model.fit(x, y)"),
        Statement("train.py", 9, 9),
    )
    Timeline(EVENTS, surroundings=RecordingContext(statements=statements)).save(tmp_path / "run.jsonl")

    assert Timeline.load(tmp_path / "run.jsonl").surroundings.statements == statements


def test_the_command_of_the_program_is_kept(tmp_path):
    """A file states how its program was started."""
    context = RecordingContext(command=("train.py", "--epochs", "3"))
    Timeline(EVENTS, surroundings=context).save(tmp_path / "run.jsonl")

    assert Timeline.load(tmp_path / "run.jsonl").surroundings.command == context.command


def test_a_timeline_can_be_pickled_and_copied(timeline):
    """A timeline can be pickled and copied, with its events and its context."""
    for again in (pickle.loads(pickle.dumps(timeline)), copy.deepcopy(timeline)):
        assert list(again) == list(timeline)
        assert (again.notes, again.surroundings) == (timeline.notes, timeline.surroundings)


def test_special_files_are_written_to(timeline, tmp_path):
    """Named pipes and symbolic links are not replaced; a file keeps its permissions."""
    from layertrace.timeline.storage.files import written

    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor() as pool:
        reading = pool.submit(pipe.read_bytes)
        with written(pipe) as file:
            file.write(b"through")
        assert reading.result() == b"through"
    (tmp_path / "real.jsonl").touch(0o600)
    (tmp_path / "link.jsonl").symlink_to("real.jsonl")

    timeline.save(tmp_path / "link.jsonl")

    assert (tmp_path / "link.jsonl").is_symlink()
    assert len(Timeline.load(tmp_path / "real.jsonl")) == len(timeline)
    assert (tmp_path / "real.jsonl").stat().st_mode & 0o777 == 0o600


HEAD = b'{"layertrace": "1.0"}\n'
WRONG = {
    "empty": (b"", "it is empty"),
    "of another kind": (b"\x89PNG\r\n\x1a\n", "it is not a recording; `layertrace run"),
    "some JSON in one line": (b'{"a": 1}', "it is not a recording; `layertrace run"),
    "truncated at once": (HEAD[:-3], "it is truncated in its first line"),
    "some JSON": (b'{"a": 1}\n', "it is not a recording; `layertrace run"),
    "no object": (b"[1]\n", "it is not a recording; `layertrace run"),
    "newer": (
        b'{"layertrace": "2.0"}\n',
        "it has version 2.0, but this layertrace reads version 1; upgrade with `pip",
    ),
    "an invalid version": (
        b'{"layertrace": "x"}\n',
        "'x' is not a valid version; expected one such as '1.0'",
    ),
    "a line of text": (HEAD + b"oh\n", "line 2: it is not a JSON object"),
    "an unknown kind": (
        HEAD + b'{"event": 0, "kind": "fit"}\n',
        "line 2: malformed line (Invalid enum",
    ),
    "a number in quotes": (HEAD + b'{"event": "0", "kind": "call"}\n', "Expected `int`, got `str`"),
    "an undefined reference": (
        HEAD + b'{"event": 0, "kind": "call", "layer": 5}\n',
        "event 0 refers to the undefined id 5",
    ),
    "two of one number": (HEAD + b'{"event": 0, "kind": "call"}\n' * 2, "two events have the number 0"),
    "an end without a beginning": (HEAD + b'{"end": 4}\n', "line 2: end of an unknown event, 4"),
    "a circle": (
        HEAD + b'{"event": 0, "kind": "call", "parent": 1}\n{"event": 1, "kind": "call", "parent": 0}\n',
        "event 0: its parent, event 1, starts after it",
    ),
    "a value of no kind": (
        HEAD + b'{"value": 1, "is": {"what": 1}}\n',
        "a value is of an unknown kind: 'what'",
    ),
    "a deep value": (
        HEAD + b'{"value": 1, "is": ' + b"[" * 500 + b"]" * 500 + b"}\n",
        "nested more than 100 deep",
    ),
    "a very deep value": (
        HEAD + b'{"value": 1, "is": ' + b"[" * 90_000 + b"\n",
        "line 2: it is not a JSON object",
    ),
    "a time without end": (
        HEAD + b'{"event": 0, "kind": "call", "start_ns": 1' + b"0" * 400 + b"}\n",
        "line 2: malformed line",
    ),
    "a complex number without end": (
        HEAD + b'{"value": 1, "is": {"complex": [{"int": "0x1' + b"0" * 400 + b'"}, 1]}}\n',
        "a complex number has a part that is not a number",
    ),
    "damaged": (b"\x1f\x8b\x08\x00" + b"\x00" * 30, "its compression is damaged"),
}


@pytest.mark.parametrize(
    ("source", "line", "key", "without"),
    [
        (Event, event_line, "event", {"seq", "depth"}),
        (LayerState, state_line, "state", {"layer"}),
        (Observation, observation_line, "observation", set()),
    ],
)
def test_the_format_has_every_field(source, line, key, without):
    """A field that is added to a class is written and read without a change to the format's modules."""
    fields = set(inspect.signature(source).parameters)

    assert set(line.__struct_fields__) == fields - without | {key}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_gets_one_sentence(name, tmp_path):
    """A file that is not a recording raises the library's own error, with the name of the file."""
    contents, message = WRONG[name]
    path = tmp_path / "wrong.layertrace"
    path.write_bytes(contents)

    with pytest.raises(FormatError) as caught:
        Timeline.load(path)

    assert str(caught.value).startswith(f"{path} cannot be read: ")
    assert message in str(caught.value)


def test_a_missing_file_gets_one_sentence(tmp_path):
    """A missing file and a folder raise the same error."""
    with pytest.raises(FormatError, match="none.layertrace cannot be read: No such file or directory"):
        Timeline.load(tmp_path / "none.layertrace")
    with pytest.raises(FormatError, match="cannot be read: Is a directory"):
        Timeline.load(tmp_path)


def test_a_claim_of_a_billion_events_costs_nothing(tmp_path):
    """The number of events in the last line is not trusted."""
    path = tmp_path / "claims.layertrace"
    path.write_bytes(HEAD + b'{"closed": 1000000000}\n')

    assert list(Timeline.load(path)) == []


def test_a_zip_bomb_is_refused(tmp_path, monkeypatch):
    """A small file that expands too much is rejected, and so is a line that is too long."""
    monkeypatch.setattr(files, "_ALWAYS_FINE", 1024 * 1024)
    monkeypatch.setattr(files, "_LONGEST_LINE", 1024 * 1024)
    path = tmp_path / "bomb.layertrace"
    path.write_bytes(gzip.compress(HEAD + b'{"note": "boom"}\n' * 2_000_000))
    with pytest.raises(FormatError, match="it expands to more than 100 times its size"):
        Timeline.load(path)

    path.write_bytes(gzip.compress(HEAD + b'{"note": "' + b"o" * 3_000_000))
    with pytest.raises(FormatError, match="a line is longer than 1 MiB"):
        Timeline.load(path)


def test_a_file_is_there_as_a_whole_or_not_at_all(timeline, tmp_path):
    """A name with another suffix is rejected; if writing fails, no partial file is left."""
    with pytest.raises(FormatError, match="run.txt ends in none of .layertrace, .jsonl"):
        timeline.save(tmp_path / "run.txt")
    (tmp_path / "file").write_text("")
    with pytest.raises(FormatError, match="cannot be written"):
        timeline.save(tmp_path / "file" / "run.layertrace")
    (tmp_path / "run.layertrace").mkdir()
    with pytest.raises(FormatError, match="cannot be written: Is a directory"):
        timeline.save(tmp_path / "run.layertrace")

    assert sorted(os.listdir(tmp_path)) == ["file", "run.layertrace"]


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_raises_anything_but_the_library_s_own_error(data, timeline, tmp_path):
    """A file with random damage is either loaded or rejected with a reason."""
    path = tmp_path / "run.jsonl"
    if not path.exists():
        timeline.save(path)
    lines = path.read_bytes().splitlines(keepends=True)
    damaged = tmp_path / "damaged.jsonl"
    damaged.write_bytes(data.draw(st.sampled_from(DAMAGES))(data, lines))

    try:
        back = Timeline.load(damaged)
    except FormatError:
        return
    assert str(back)
    back.findings(select=["LT"], ignore=[])  # a rule that cannot bear it warns, and warnings are errors here


def _bytes_changed(data, lines):
    whole = bytearray(b"".join(lines))
    for _ in range(data.draw(st.integers(1, 5))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    return bytes(whole)


def _lines_moved(data, lines):
    return b"".join([lines[0], *data.draw(st.permutations(lines[1:]))])


def _lines_left_out(data, lines):
    kept = data.draw(st.lists(st.booleans(), min_size=len(lines), max_size=len(lines)))
    return b"".join(line for line, keep in zip(lines, kept, strict=True) if keep)


def _values_changed(data, lines):
    number = data.draw(st.integers(1, len(lines) - 1))
    line = json.loads(lines[number])
    name = data.draw(st.sampled_from(sorted(line)))
    line[name] = data.draw(
        st.none() | st.booleans() | st.integers() | st.text(string.printable) | st.just([[]])
    )
    return b"".join([*lines[:number], json.dumps(line).encode() + b"\n", *lines[number + 1 :]])


DAMAGES = [_bytes_changed, _lines_moved, _lines_left_out, _values_changed]
