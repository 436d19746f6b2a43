"""A recording that is saved as it happens is the one that is kept in memory."""

import gc
import os
import sys
import threading
import time
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf
import warm
from record.kill import lost

import layertrace
from layertrace import Timeline
from layertrace.errors import DependencyError, FormatError, LayertraceWarning
from layertrace.record.backends import loading
from layertrace.record.recording import autosave
from layertrace.timeline.context import RecordingContext


class Scale(keras.layers.Layer):
    def build(self, input_shape):
        self.factor = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="factor")

    def call(self, x):
        return x * self.factor


def calls():
    layer = Scale()
    for _ in range(20):
        layer(tf.ones((2, 3)))


def fits():
    model = keras.Sequential([keras.layers.Dense(3), Scale()])
    model.compile("adam", "mse")
    model.fit(np.ones((10, 4)), np.ones((10, 3)), batch_size=4, epochs=2, verbose=0)
    model.predict(np.ones((7, 4)), batch_size=4, verbose=0)


def runs_on():
    step = tf.function(lambda x: x + 1)
    for _ in range(3):
        step(tf.ones(2))
        time.sleep(0.5)  # so that the file is written meanwhile


def lasts():
    class Slow(keras.layers.Layer):
        def call(self, x):
            time.sleep(1.0)
            return Scale()(x)

    Slow()(tf.ones((1, 2)))


def in_threads():
    workers = [threading.Thread(target=calls, name=f"worker {number}") for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


@pytest.mark.parametrize("program", [calls, fits, runs_on, lasts, in_threads], ids=lambda f: f.__name__)
def test_the_file_has_what_the_timeline_has(program, tmp_path):
    """Events and everything known besides them are the same, no matter what was written meanwhile."""
    with layertrace.trace(save=tmp_path / "run.layertrace") as timeline:
        program()

    back = Timeline.load(tmp_path / "run.layertrace")

    assert list(back) == list(timeline)
    assert back.surroundings == timeline.surroundings
    assert back.notes == timeline.notes


def test_a_failing_program_is_saved_with_its_failure(tmp_path):
    """The exception that ended the recording is in the file, and so are the findings."""
    with pytest.raises(ZeroDivisionError):
        with layertrace.trace(save=tmp_path / "run.jsonl", report=False) as timeline:
            calls()
            1 / 0  # noqa: B018

    back = Timeline.load(tmp_path / "run.jsonl")

    assert back.failure == timeline.failure
    assert back.failure.error.type == "ZeroDivisionError"


def test_what_is_running_can_be_read_meanwhile(tmp_path):
    """A second after something began it is in the file, even while it is running."""
    file = tmp_path / "run.layertrace"
    with layertrace.trace(save=file):
        layer = Scale(name="scale")
        time.sleep(1.0)
        back = Timeline.load(file)

    assert [layer.name for layer in back.layers] == [layer.name]
    assert "still being written" in back.notes[-1]


def test_targets_narrow_what_is_saved(tmp_path):
    """Only the targets are in the file."""
    with layertrace.trace("wanted", save=tmp_path / "run.layertrace") as timeline:
        Scale(name="other")(tf.ones((1, 2)))
        Scale(name="wanted")(tf.ones((1, 2)))

    back = Timeline.load(tmp_path / "run.layertrace")

    assert {layer.name for layer in back.layers} == {"wanted"} == {layer.name for layer in timeline.layers}
    assert back.kinds == timeline.kinds


def test_a_killed_program_loses_less_than_a_second():
    """A program that is killed at any moment leaves a readable file with everything older than a second.

    `python tests/record/kill.py --times 50` does so fifty times.
    """
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        assert [lost(seconds, folder) for seconds in (0.1, 1.7, 2.6)] == [0, 0, 0]


@pytest.mark.parametrize("name", ["run.txt", "file/run.layertrace"])
def test_a_file_that_cannot_be_written_is_refused_at_the_start(name, tmp_path):
    """It is refused before anything is recorded, in one sentence."""
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(FormatError, match="ends in none of|cannot be written"):
        layertrace.trace(save=tmp_path / name).start()


def test_a_fault_while_saving_does_not_reach_the_program(tmp_path, monkeypatch):
    """It is reported once, and the recording in memory continues."""
    from layertrace.record.recording.autosave import Saver

    def fail(self, record, *, is_running):
        raise RuntimeError("a slip of ours")

    monkeypatch.setattr(Saver, "_write", fail)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with layertrace.trace(save=tmp_path / "run.layertrace") as timeline:
            calls()
            time.sleep(0.6)

    assert [str(w.message).partition(" (")[0] for w in caught if w.category is LayertraceWarning] == [
        f"layertrace could not save the recording to {tmp_path / 'run.layertrace'}"
    ]
    assert timeline.of("scale*").kinds.count("call") == 20


FULL = """
import resource, time, warnings
import keras, layertrace
resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000))
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    with layertrace.trace(save="run.layertrace") as timeline:
        for n in range(40):
            keras.layers.Dense(n + 1)
            time.sleep(0.03)
print(len(timeline), *(warning.message for warning in caught), sep="|")
"""


def test_a_disk_that_is_full_ends_the_saving_only(tmp_path):
    """What was written can be read, with a note that it is truncated; the one in memory is complete."""
    done = warm.run("-c", FULL, cwd=tmp_path)
    events, *messages = done.stdout.strip().split("|")

    assert (done.returncode, events) == (0, "40"), done.stderr
    assert messages == [
        f"layertrace stopped writing {tmp_path / 'run.layertrace'}: File too large. The part written so far "
        "can be opened. Your program is unaffected."
    ]
    kept = layertrace.Timeline.load(tmp_path / "run.layertrace")
    assert 3 < len(kept) < 40
    assert "the disk filled up" in kept.notes[0]


def test_a_fork_leaves_the_file_to_its_parent(tmp_path):
    """Neither the events of a fork nor its end are in the file."""
    with layertrace.trace(save=tmp_path / "run.jsonl") as timeline:
        calls()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 advises against forking threads
            child = os.fork()
        if child == 0:
            try:
                calls()
                timeline.source.stop()
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        calls()

    assert layertrace.Timeline.load(tmp_path / "run.jsonl").kinds == timeline.kinds


def test_what_happens_during_a_look_is_written_in_the_next(tmp_path, monkeypatch):
    """No event is lost, nor the position of one whose parent began after the open spans were read."""
    monkeypatch.setattr(autosave, "SECONDS", 0.01)
    tracer = layertrace.trace()
    timeline = tracer.start()
    lasts()
    records, start = list(timeline.source.records), timeline.source._start_ns
    tracer.stop()
    ended, later = records[:1], records[1:]  # what is inside comes first, since it ends first

    def keeps(record):
        ended.extend(later[:1])
        del later[:1]
        return True

    saver = autosave.Saver(tmp_path / "run.jsonl", lambda: ended, lambda: (), keeps)
    saver.start(start, 0)
    for _ in range(3 * len(records)):  # looks
        time.sleep(0.02)
    saver.stop(RecordingContext(), ())

    kept = Timeline.load(tmp_path / "run.jsonl")
    assert [(e.kind, e.depth, e.layer, e.duration_ns) for e in kept] == [
        (e.kind, e.depth, e.layer, e.duration_ns) for e in timeline
    ]


def test_a_file_of_the_program_is_never_written_to(tmp_path):
    """A program that closes all descriptors, as daemons do, may open its files under our numbers."""
    program = """
import os
import keras, layertrace, warnings
warnings.simplefilter("ignore")
with layertrace.trace(save="run.jsonl") as timeline:
    keras.layers.Dense(1)
    os.closerange(3, 200)
    files = [open(f"mine{n}.txt", "w") for n in range(150)]
    keras.layers.Dense(2)
print(len(timeline), sum(os.path.getsize(file.name) for file in files))
for file in files:
    file.write("mine")
    file.close()
"""
    done = warm.run("-c", program, cwd=tmp_path)

    assert (done.returncode, done.stdout) == (0, "2 0\n"), done.stderr
    assert {path.read_text() for path in tmp_path.glob("mine*.txt")} == {"mine"}


def test_a_file_that_is_taken_away_takes_nothing_with_it(tmp_path):
    """The recording in memory is complete, whatever happens to the file."""
    path = tmp_path / "run.layertrace"
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with layertrace.trace(save=path) as timeline:
            calls()
            path.unlink()

    assert timeline.of("scale*").kinds.count("call") == 20
    (only,) = [str(w.message) for w in caught if w.category is LayertraceWarning]
    assert "could not compress" in only


def test_a_file_that_cannot_be_begun_leaves_nothing_hooked(tmp_path):
    """The error is raised at the start, and Keras is unchanged."""
    from layertrace.record.hub import hub
    from layertrace.record.recording.recorder import running

    (tmp_path / "full.jsonl").symlink_to("/dev/full")
    before = (Scale.__dict__["call"], list(sys.meta_path), list(running))

    with pytest.raises(FormatError, match="full.jsonl cannot be written: No space left on device"):
        layertrace.trace(save=tmp_path / "full.jsonl").start()

    assert (Scale.__dict__["call"], list(sys.meta_path), list(running)) == before
    assert hub.emit is None


def test_a_recording_may_go_into_a_pipe(tmp_path):
    """It has no disk to be synchronised with, and is not replaced."""
    pipe = tmp_path / "run.jsonl"
    os.mkfifo(pipe)
    read = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    with layertrace.trace(save=pipe):
        calls()
    reader.join()

    (tmp_path / "kept.jsonl").write_bytes(read[0])
    assert Timeline.load(tmp_path / "kept.jsonl").kinds.count("call") == 20


def test_what_was_saved_is_released(tmp_path):
    """A finished timeline keeps neither records nor what the file needed."""
    with layertrace.trace(save=tmp_path / "run.jsonl") as timeline:
        calls()

    recorder = timeline.source
    assert (len(recorder.records), recorder._saver, recorder._builder._seqs) == (0, None, {})


def test_others_need_not_wait_while_the_end_is_written(tmp_path, monkeypatch):
    """A timeline can be read, and a process forked, in other threads while a long file is compressed."""
    seen = []

    def slowly(path):
        reader = threading.Thread(target=lambda: seen.append((os.waitpid(forked(), 0)[1], len(timeline))))
        reader.start()
        reader.join(20)
        compress(path)

    def forked():
        process = os.fork()
        if not process:
            os._exit(0)
        return process

    compress = autosave.compress
    monkeypatch.setattr(autosave, "compress", slowly)
    with layertrace.trace(save=tmp_path / "run.layertrace") as timeline:
        calls()

    assert seen == [(0, len(timeline))]
    assert list(Timeline.load(tmp_path / "run.layertrace")) == list(timeline)


class Encoder(keras.layers.Layer):
    """Calls a layer that was created and called before, outside of this one."""

    def __init__(self, head, **kwargs):
        super().__init__(**kwargs)
        self.head = head

    def call(self, x):
        return self.head(x)


def test_what_turns_out_to_be_meant_is_in_the_file(tmp_path, monkeypatch):
    """A layer gets its path when another first calls it; its earlier events are kept, too."""
    monkeypatch.setattr(autosave, "SECONDS", 0.01)
    with layertrace.trace("encoder/*", save=tmp_path / "run.layertrace") as timeline:
        head = keras.layers.Dense(2)
        head.build((1, 2))
        time.sleep(0.2)  # looks
        Encoder(head, name="encoder")(tf.ones((1, 2)))

    assert len(timeline) > 2
    assert list(Timeline.load(tmp_path / "run.layertrace")) == list(timeline)


def test_observations_of_some_layers_lead_to_the_same_events(tmp_path):
    """Traces of other layers are in neither."""
    layer, other = keras.layers.Dense(2), keras.layers.Dense(2)
    functions = [tf.function(lambda x, layer=layer: layer(x) * np.random.rand()) for layer in (layer, other)]
    with layertrace.trace(other, save=tmp_path / "run.jsonl") as timeline:
        for function in functions:
            function(tf.ones((1, 2)))

    back = Timeline.load(tmp_path / "run.jsonl")
    assert list(back) == list(timeline)
    assert back.surroundings == timeline.surroundings


def test_a_full_recording_is_as_full_in_its_file(tmp_path):
    """This holds while another recording continues."""
    with layertrace.trace():
        with layertrace.trace(max_events=5, save=tmp_path / "run.jsonl") as timeline:
            calls()
            gc.collect()
            lasts()

    assert timeline.notes
    assert list(Timeline.load(tmp_path / "run.jsonl")) == list(timeline)


def test_two_recordings_cannot_be_saved_to_one_file(tmp_path):
    """The second is refused, and the first is complete."""
    with layertrace.trace(save=tmp_path / "run.jsonl") as timeline:
        calls()
        with pytest.raises(FormatError, match=r"run\.jsonl cannot be written: another recording"):
            with layertrace.trace(save=tmp_path / "run.jsonl"):
                pass

    assert list(Timeline.load(tmp_path / "run.jsonl")) == list(timeline)
    with layertrace.trace(save=tmp_path / "run.jsonl"):  # now it may be written again
        pass
    assert len(Timeline.load(tmp_path / "run.jsonl")) == 0


def test_a_recording_that_cannot_begin_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    """A file from yesterday stays; no new file and no descriptor is left behind."""
    with layertrace.trace(save=tmp_path / "old.jsonl"):
        calls()
    old = (tmp_path / "old.jsonl").read_bytes()

    def fail():
        raise DependencyError("no Keras here")

    before = len(os.listdir("/dev/fd"))
    monkeypatch.setattr(loading, "load", fail)
    for name in ("old.jsonl", "new.jsonl"):
        with pytest.raises(DependencyError), layertrace.trace(save=tmp_path / name):
            pass

    assert (tmp_path / "old.jsonl").read_bytes() == old
    assert not (tmp_path / "new.jsonl").exists()
    assert len(os.listdir("/dev/fd")) == before


def test_the_first_event_is_written_soon(tmp_path, monkeypatch):
    """A worker may be killed after its first task."""
    monkeypatch.setattr(autosave, "SECONDS", 60.0)
    with layertrace.trace(save=tmp_path / "run.jsonl"):
        keras.layers.Dense(2)
        deadline = time.monotonic() + 20
        while not len(Timeline.load(tmp_path / "run.jsonl")) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert time.monotonic() < deadline


def test_a_recording_that_cannot_be_read_stays_in_its_file(tmp_path, monkeypatch):
    """What was written is not replaced by an empty recording, even if only some layers are targets."""
    layer = keras.layers.Dense(2, name="meant")

    def fail(*_):
        raise ValueError("a fault of ours")

    with layertrace.trace(layer, save=tmp_path / "run.jsonl") as timeline:
        layer(tf.ones((1, 2)))
        monkeypatch.setattr(timeline.source, "_events", fail)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", LayertraceWarning)
            timeline.source.stop()

    assert len(timeline) == 0
    assert Timeline.load(tmp_path / "run.jsonl").matches("build(variable{2}) call")
