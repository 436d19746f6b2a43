"""A recording has what a model is fitted to: its steps, its generator, divided datasets, and masks."""

import contextlib

import keras
import numpy as np
import pytest
import tensorflow as tf
import tf_keras

import layertrace

pytestmark = pytest.mark.filterwarnings("ignore:.*shuffle|Your input ran out:UserWarning")

ROWS = np.arange(24, dtype="float32").reshape(8, 3)
KERAS = pytest.mark.parametrize("k", [keras, tf_keras], ids=["keras", "tf_keras"])


def seen(timeline, what):
    return [observation for observation in timeline.surroundings.observations if observation.what == what]


def compiled(k, *inner):
    model = k.Sequential([*inner, k.layers.Dense(1)], name="net")
    model.compile("sgd", "mse")
    return model


def batches(times):
    for _ in range(times):
        yield ROWS[:4], ROWS[:4, :1]


@KERAS
def test_a_fit_has_the_steps_that_were_wanted_and_made(k):
    """A generator that has ended is exhausted, and its function is where it is defined."""
    with layertrace.trace() as timeline:
        model = compiled(k, k.Input((3,)))
        model.fit(batches(9), epochs=2, steps_per_epoch=2, verbose=0)
        model.fit(batches(2), epochs=3, steps_per_epoch=2, verbose=0)

    lasting, ended = seen(timeline, "fitted")
    assert (lasting.before, lasting.now) == ((2, 2), 4)
    assert (ended.before, ended.role, ended.reader) == ((3, 2), "exhausted generator", "batches")
    assert ended.now < 6
    assert ended.defined_at.function == "batches"
    assert ended.location.function == "test_a_fit_has_the_steps_that_were_wanted_and_made"


@KERAS
def test_a_fit_that_fails_or_is_stopped_is_not_recorded(k):
    """Its data may have lasted."""

    class Stop(k.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = True

    with layertrace.trace() as timeline:
        model = compiled(k, k.Input((3,)))
        model.fit(batches(2), epochs=3, steps_per_epoch=2, callbacks=[Stop()], verbose=0)
        with pytest.raises((ValueError, StopIteration)):
            model.fit(batches(0), epochs=3, steps_per_epoch=2, verbose=0)

    assert not seen(timeline, "fitted")


@KERAS
def test_a_part_of_a_shuffled_dataset_has_the_line_that_shuffled_it(k):
    """The parts of a dataset that keeps its order are not recorded."""
    data = tf.data.Dataset.from_tensor_slices((ROWS, ROWS[:, :1]))
    with layertrace.trace() as timeline:
        model = compiled(k, k.Input((3,)))
        kept = data.shuffle(8, reshuffle_each_iteration=False)
        model.fit(kept.take(4).batch(2), validation_data=kept.skip(4).batch(2), verbose=0)
        assert not seen(timeline, "split of shuffled")
        changing = data.shuffle(8)
        model.fit(changing.take(4).batch(2), validation_data=changing.skip(4).batch(2), verbose=0)

    split = seen(timeline, "split of shuffled")[0]
    assert (split.layer.name, split.name) == ("net", "skip")
    assert split.location.line == split.defined_at.line - 1


@KERAS
def test_two_parts_of_a_shuffled_dataset_that_a_program_iterates_are_noted(k):
    """Both at least twice; one part, one look, and a dataset that keeps its order are not."""
    data = tf.data.Dataset.from_tensor_slices(ROWS)
    with layertrace.trace() as timeline:
        compiled(k, k.Input((3,)))
        changing, kept = data.shuffle(8), data.shuffle(8, reshuffle_each_iteration=False)
        for _ in range(3):
            assert all(len(list(part)) == 4 for part in (kept.take(4), kept.skip(4), changing.take(4)))
        rest = changing.skip(4)
        assert len(list(rest)) == 4
        assert not seen(timeline, "split of shuffled")
        assert len(list(rest)) == 4

    splits = seen(timeline, "split of shuffled")
    assert [(each.layer, each.role, each.name) for each in splits] == [
        (None, "own loop", part) for part in ("take", "take", "skip", "skip")
    ]
    assert [each.defined_at.line - each.location.line for each in splits] == [2, 2, 4, 6]
    assert [each.start_ns for each in splits] == sorted({each.start_ns for each in splits})


@KERAS
def test_parts_of_a_shuffled_dataset_that_overlap_are_not_noted(k):
    """A loop over the first four and one over all but the first two do not divide it."""
    changing = tf.data.Dataset.from_tensor_slices(ROWS).shuffle(8)
    with layertrace.trace() as timeline:
        compiled(k, k.Input((3,)))
        for _ in range(3):
            assert [len(list(changing.take(4))), len(list(changing.skip(2)))] == [4, 6]

    assert not seen(timeline, "split of shuffled")


@KERAS
def test_the_first_reset_of_a_metric_is_noted(k):
    """With its variables, eagerly or in a graph; a metric that nothing resets is not."""
    with layertrace.trace() as timeline:
        metrics = [k.metrics.Mean(name=name) for name in ("eager", "graph", "never")]
        for metric in metrics:
            metric.update_state(1.0)
        for _ in range(2):
            metrics[0].reset_state()
            tf.function(metrics[1].reset_state)()

    reset = [set(each.variables) for each in seen(timeline, "metric reset")]
    created = [each.variable for each in timeline.variables]
    assert reset == [{each.id for each in created if each.holder == name} for name in ("eager", "graph")]
    assert all(len(numbers) == 2 for numbers in reset)


@KERAS
def test_the_reset_of_a_metric_where_a_deleted_one_was_is_noted(k):
    """Metrics that are created in a function and gone after it share an address, not variables."""
    with layertrace.trace() as timeline:
        for _ in range(6):
            k.metrics.Mean().reset_state()

    reset = [number for each in seen(timeline, "metric reset") for number in each.variables]
    assert sorted(reset) == sorted(each.variable.id for each in timeline.variables)


@KERAS
def test_the_reset_of_a_metric_after_its_first_update_is_noted(k):
    """A metric that has no variables before its first update has nothing to reset then."""
    with layertrace.trace() as timeline:
        metric = k.metrics.F1Score()
        metric.reset_state()
        assert not seen(timeline, "metric reset")
        metric.update_state([[0.0, 1.0]], [[0.2, 0.8]])
        metric.reset_state()

    assert len(seen(timeline, "metric reset")) == 1


@KERAS
def test_a_stateful_layer_that_meets_the_same_array_again_is_noticed(k):
    """A reset ends that, and other data may go on where the last ended."""
    rng = np.random.default_rng(0)
    series, other = (rng.normal(size=(1, 6, 1)).astype("float32") for _ in range(2))
    with layertrace.trace() as timeline:
        memory = k.layers.GRU(2, stateful=True, name="memory")
        model = compiled(k, k.Input(batch_shape=(1, 6, 1)), memory)
        model.predict(series, verbose=0)
        model.predict(other, verbose=0)
        memory.reset_states()
        model.predict(series, verbose=0)
        assert not seen(timeline, "state kept")
        model.predict_on_batch(series)

    (kept,) = seen(timeline, "state kept")
    assert (kept.layer.name, kept.name) == ("memory", "predict_on_batch")
    assert kept.defined_at.line == kept.location.line - 2


def test_a_mask_that_finds_no_padding_has_the_value_of_the_padding():
    """The layer before it that changed the padding is named."""
    padded = np.random.default_rng(0).normal(size=(4, 6, 2)).astype("float32")
    padded[:3, 4:] = -1.0
    with layertrace.trace() as timeline:
        model = compiled(keras, keras.Input((None, 2)), keras.layers.Masking(-1.0), keras.layers.GRU(2))
        model.fit(padded, ROWS[:4, :1], verbose=0)
        assert not seen(timeline, "masks nothing")
        half = keras.layers.Rescaling(0.5, name="half")
        model = compiled(keras, keras.Input((None, 2)), half, keras.layers.Masking(-1.0), keras.layers.GRU(2))
        model.fit(padded, ROWS[:4, :1], verbose=0)

    (mask,) = seen(timeline, "masks nothing")
    assert (mask.before, mask.now, mask.name, mask.role) == (-1.0, (-1.0, 3, 4), "half", "Rescaling")


@KERAS
def test_a_fit_under_trace_gives_what_it_gives_bare(k):
    """The generator is read as often, and the weights are the same."""

    def weights(runs):
        k.utils.set_random_seed(0)
        with runs:
            model = compiled(k, k.Input((3,)))
            model.fit(batches(3), epochs=1, steps_per_epoch=3, verbose=0)
            model.evaluate(ROWS, ROWS[:, :1], verbose=0)
        return model.get_weights()

    bare, traced = weights(contextlib.nullcontext()), weights(layertrace.trace())

    assert all(np.array_equal(one, other) for one, other in zip(bare, traced, strict=True))


class Tracked:
    """Updates two metrics, and lists one."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.listed, self.left_out = self.metric(name="listed"), self.metric(name="left_out")

    @property
    def metrics(self):
        return [self.listed]

    def train_step(self, data):
        for metric in (self.listed, self.left_out):
            metric.update_state(1.0)
        return {"listed": self.listed.result()}


@KERAS
def test_a_metric_that_a_fit_does_not_reset_is_kept(k):
    """It has the property that leaves it out; there is nothing to reset before the first epoch."""
    cls = type("Net", (Tracked, k.Model), {"metric": k.metrics.Mean, "call": lambda _, x: x})
    with layertrace.trace() as timeline:
        model = cls(name="net")
        model.compile("sgd")
        model.fit(ROWS, verbose=0)
        assert not seen(timeline, "metric kept")
        model.fit(ROWS, epochs=2, verbose=0)

    (kept,) = seen(timeline, "metric kept")
    assert (kept.layer.name, kept.name, kept.reader) == ("net", "left_out", "left_out")
    assert (kept.role, kept.paths) == ("not in metrics", ("Mean",))
    assert kept.defined_at.function == "metrics"
    assert kept.times == 2


@KERAS
def test_targets_that_are_sorted_or_out_of_range_are_noted(k):
    """Sorted ones, not mixed ones, if a part is held out; rows of a single 1 are classes, too."""
    x, classes = np.ones((8, 3), "float32"), np.repeat([0, 1], 4)
    with layertrace.trace() as timeline:
        model = compiled(k, k.Input((3,)))
        model.fit(x, classes, verbose=0)
        model.fit(x, classes, validation_split=0.25, verbose=0)
        model.fit(x, classes[[0, 4, 1, 5, 2, 6, 3, 7]], validation_split=0.25, verbose=0)
        model.fit(x, np.arange(8) / 8, validation_split=0.25, verbose=0)
        model.fit(x, np.array([0, 1, 0, 1, 0, 1, 1, 1]), validation_split=0.25, verbose=0)
        model.fit(x, classes - 0.5, verbose=0)
        pairs = k.Sequential([k.Input((3,)), k.layers.Dense(2)])
        pairs.compile("sgd", "mse")
        pairs.fit(x, np.eye(2)[classes], validation_split=0.25, verbose=0)

    noted = [(each.role, each.before, each.now) for each in seen(timeline, "targets")]
    held_out = ("split by class", (0, 1), (1,))
    assert noted == [
        held_out,
        ("neither 0 nor 1", (7, 8), (0.0, 0.875)),
        ("neither 0 nor 1", (8, 8), (-0.5, 0.5)),
        ("outside 0 to 1", (-0.5, 0.5), False),
        held_out,
    ]


@KERAS
@pytest.mark.parametrize("loss", ["mape", "class", "mse"])
def test_targets_of_0_are_noted_for_a_loss_that_divides_by_them(k, loss):
    """Those of rows without a weight do not count."""
    x, y = np.ones((4, 3), "float32"), np.array([0.0, 0.5, 0.0, 1.0])
    with layertrace.trace() as timeline:
        model = k.Sequential([k.Input((3,)), k.layers.Dense(1)])
        model.compile("sgd", k.losses.MeanAbsolutePercentageError() if loss == "class" else loss)
        model.fit(x, y, verbose=0)
        model.fit(x, y, sample_weight=np.array([0.0, 1.0, 0.0, 1.0]), verbose=0)

    noted = [each.before for each in seen(timeline, "targets") if each.role == "zero"]
    assert noted == ([] if loss == "mse" else [(2, 4)])


@KERAS
def test_a_rate_that_ended_is_noted_if_it_was_0_in_most_steps_of_a_fit(k):
    """The steps before a fit count for its schedule, and not for the share; a warm-up makes it longer."""
    schedules = k.optimizers.schedules
    with layertrace.trace() as timeline:
        model = k.Sequential([k.Input((3,)), k.layers.Dense(1)])
        for rate in (
            schedules.CosineDecay(0.1, 4),
            schedules.CosineDecay(0.1, 3, warmup_target=0.2, warmup_steps=3),
            schedules.CosineDecay(0.1, 3, alpha=0.1),
            schedules.PolynomialDecay(0.1, 4, 0.0, cycle=True),
        ):
            model.compile(k.optimizers.SGD(rate), "mse")
            model.fit(np.ones((8, 3)), np.ones((8, 1)), batch_size=2, epochs=2, verbose=0)
            model.fit(np.ones((8, 3)), np.ones((8, 1)), batch_size=8, epochs=2, verbose=0)

    noted = [(each.name, each.before, each.now) for each in seen(timeline, "rate ended")]
    assert noted == [("CosineDecay", (4, 2, 4), (10, 2)), ("CosineDecay", (3, 2, 6), (10, 2))]


@pytest.mark.parametrize(
    ("given", "noted"),
    [
        ({"0": 1.0, "1": 5.0}, [(("0", "1"), (0, 1))]),
        ({1: 1.0, 2: 5.0}, [((1, 2), (0, 1))]),
        ({2: 1.0, 3: 5.0}, [((2, 3), (0, 1))]),
        ({0: 1.0, 1: 5.0}, []),
        ({0: 1.0, 1: 5.0, 2: 1.0}, []),
        ({1: 5.0}, []),
        ({2: 5.0}, []),
        ({0.0: 1.0, 1.0: 5.0}, []),
        (None, []),
    ],
)
@pytest.mark.parametrize("one_hot", [False, True])
def test_weights_for_other_classes_are_noted(given, noted, one_hot, engine):
    """Keras 3 takes 1 for a class that it does not find; tf_keras refuses such weights."""
    y = np.array([0, 1, 0, 0])
    with layertrace.trace() as timeline:
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, "softmax")], name="net")
        model.compile("sgd", "categorical_crossentropy" if one_hot else "sparse_categorical_crossentropy")
        model.fit(np.ones((4, 3)), np.eye(2)[y] if one_hot else y, class_weight=given, verbose=0)

    weights = [each for each in seen(timeline, "targets") if each.role == "class weights"]
    assert [(each.before, each.now) for each in weights] == noted


@pytest.mark.parametrize(
    ("outputs", "labels", "noted"),
    [
        (3, [0, 1, 2], True),
        (3, [0, 1, 1], False),  # there may be weights for a class 3, which other data has
        (3, [1, 2, 2], False),
        (4, [0, 1, 2], False),
        (None, [0, 1, 2], False),
    ],
)
def test_weights_from_1_are_noted_if_all_classes_occur(outputs, labels, noted):
    """The classes have to be those that the model is known to have outputs for."""
    with layertrace.trace() as timeline:
        start = [] if outputs is None else [keras.Input((3,))]
        model = keras.Sequential([*start, keras.layers.Dense(outputs or 3, "softmax")], name="net")
        model.compile("sgd", "sparse_categorical_crossentropy")
        model.fit(np.ones((3, 3)), np.array(labels), class_weight={1: 1.0, 2: 1.0, 3: 9.0}, verbose=0)

    assert any(each.role == "class weights" for each in seen(timeline, "targets")) == noted


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize(
    ("before", "data", "noted"),
    [
        ((), np.linspace(0, 1, 12), [(1 / 255, (0.0, 1.0, 0.0, 1 / 255))]),
        ((keras.layers.RandomFlip,), np.linspace(0, 0.6, 12), [(1 / 255, (0.0, 0.6, 0.0, 0.6 / 255))]),
        ((keras.layers.Activation,), np.linspace(0, 1, 12), []),
        ((), np.linspace(0, 255, 12), []),
        ((), np.linspace(-1, 1, 12), []),
        ((), np.linspace(0, 0.3, 12), []),
        ((), np.arange(12) % 2.0, []),
        ((), np.arange(12) % 2, []),
    ],
)
def test_pixels_that_are_scaled_twice_are_noted(before, data, noted, nested, engine):
    """Also where the model that scales them is inside another; `Activation` might change their range."""
    layers = keras.layers
    with layertrace.trace() as timeline:
        first = [layers.Activation("relu") if cls is layers.Activation else cls() for cls in before]
        inner = [keras.Input((2, 2, 1)), *first, layers.Rescaling(1 / 255), layers.Flatten(), layers.Dense(1)]
        model = keras.Sequential(inner)
        model = keras.Sequential([keras.Input((2, 2, 1)), model]) if nested else model
        model.compile("sgd", "mse")
        model.fit(data.reshape(3, 2, 2, 1), np.ones(3), verbose=0)

    found = [(each.before, each.now) for each in seen(timeline, "scaled twice")]
    assert found == noted


@KERAS
def test_a_fit_without_an_epoch_is_noted_after_another(k, engine):
    """A program may begin with a training that is complete, and fit for no epoch to build a model."""
    x, y = np.ones((8, 3), "float32"), np.ones((8, 1), "float32")
    with layertrace.trace() as timeline:
        model = k.Sequential([k.Input((3,)), k.layers.Dense(1)], name="net")
        model.compile("sgd", "mse")
        for first, last in ((4, 4), (0, 2), (1, 3), (3, 3), (4, 2)):
            model.fit(x, y, initial_epoch=first, epochs=last, verbose=0)

    without = [each for each in seen(timeline, "fitted") if each.role == "no epoch"]
    assert [each.before[0] for each in without] == [0, -2]
    assert {each.defined_at.line for each in without} == {without[0].location.line}


@KERAS
@pytest.mark.filterwarnings("ignore:Early stopping conditioned")
def test_callbacks_that_monitor_in_vain_or_backwards_are_noted(k, tmp_path, engine):
    """Also after a metric of the user's, which has no direction, and for a value that has no second epoch."""

    class Cost(k.metrics.Mean):
        def update_state(self, y, prediction, sample_weight=None):
            return super().update_state(prediction)

    given = k.callbacks
    x, y = np.ones((8, 3), "float32"), np.ones((8, 1), "float32")
    with layertrace.trace() as timeline:
        model = k.Sequential([k.layers.Dense(1, "sigmoid")], name="net")
        model.compile("sgd", "mse", metrics=["accuracy", k.metrics.AUC(name="auc"), Cost(name="cost")])
        callbacks = (
            given.EarlyStopping("val_acc", mode="max"),
            given.EarlyStopping("val_auc", mode="min", patience=5),
            given.EarlyStopping("val_cost", mode="max", patience=5),
            given.ModelCheckpoint(
                tmp_path / "best.weights.h5", "loss", mode="max", save_best_only=True, save_weights_only=True
            ),
            given.ModelCheckpoint(
                tmp_path / "last.weights.h5", "missing", mode="max", save_weights_only=True
            ),
            given.ReduceLROnPlateau("val_accuracy", mode="max"),
        )
        model.fit(x, y, validation_data=(x, y), callbacks=list(callbacks), verbose=0)

    (missing,) = seen(timeline, "monitor missing")
    assert (missing.layer.name, missing.name, missing.reader) == ("net", "EarlyStopping", "val_acc")
    assert missing.role == "array"
    assert {"loss", "accuracy", "val_auc"} <= set(missing.paths)
    backwards = [(each.name, each.reader, each.role) for each in seen(timeline, "monitored backwards")]
    assert backwards == [("EarlyStopping", "val_auc", "greater"), ("ModelCheckpoint", "loss", "less")]


@KERAS
@pytest.mark.parametrize("resets", ["by itself", "with its holder", "in a graph", "another"])
def test_a_metric_that_the_program_resets_is_not_kept(k, resets, engine):
    """Also in a metric that holds it, or in a graph; the reset of another metric is not one of this."""

    class Holder(k.metrics.Metric):
        def __init__(self, inner):
            super().__init__(name="holder")
            self.inner = inner

        def update_state(self, value):
            """Leave that to the model."""

        def result(self):
            return self.inner.result()

    class Fresh(k.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            reset()

    cls = type("Net", (Tracked, k.Model), {"metric": k.metrics.Mean, "call": lambda _, x: x})
    with layertrace.trace() as timeline:
        model = cls(name="net")
        reset = {
            "by itself": model.left_out.reset_state,
            "with its holder": Holder(model.left_out).reset_state,
            "in a graph": tf.function(lambda: model.left_out.reset_state()),
            "another": k.metrics.Mean().reset_state,
        }[resets]
        model.compile("sgd")
        model.fit(ROWS, epochs=2, verbose=0, callbacks=[Fresh()])
        model.fit(ROWS, epochs=2, batch_size=1, verbose=0, callbacks=[Fresh()])

    assert bool(seen(timeline, "metric kept")) == (resets == "another")


@KERAS
def test_variables_that_are_kept_in_place_of_values_are_noted(k):
    """By a callback of the program, and where `set_weights` is given them; copies of values are not."""

    class Keep(k.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.held = {variable.name: variable for variable in self.model.trainable_variables}
            self.copies = self.model.get_weights()

    with layertrace.trace() as timeline:
        model = compiled(k, k.Input((3,)))
        model.fit(ROWS, ROWS[:, :1], verbose=0, callbacks=[Keep()])
        model.set_weights(model.get_weights())
        (kept,) = seen(timeline, "variables kept")
        assert (kept.role, kept.reader, kept.name) == ("callback", "Keep", "held")
        assert kept.defined_at.function == "on_epoch_end"
        model.set_weights(model.weights)

    both = seen(timeline, "variables kept")
    assert [kept.role for kept in both] == ["callback", "set_weights"]
    assert [(kept.layer.name, len(kept.variables)) for kept in both] == [("net", 2)] * 2


@KERAS
def test_arrays_that_change_while_they_are_read_are_noted(k):
    """Of a dataset class and of a generator; an array that is replaced, or read only, has not changed."""

    class Batches(k.utils.Sequence):
        def __init__(self):
            super().__init__()
            self.rows, self.kept, self.replaced = ROWS.copy(), [ROWS], ROWS

        def __len__(self):
            return 2

        def __getitem__(self, index):
            self.replaced = self.replaced + 1
            self.rows *= 0.5
            return self.rows[:4], self.rows[:4, :1]

    def doubled(rows):
        for _ in range(4):
            rows *= 2.0
            yield rows[:4], rows[:4, :1]

    lasting = ROWS.copy()
    with layertrace.trace() as timeline:
        model = compiled(k, k.Input((3,)))
        model.fit(Batches(), epochs=2, verbose=0)
        model.fit(doubled(lasting), steps_per_epoch=4, verbose=0)

    by_class, by_generator = seen(timeline, "data changed")
    assert (by_class.layer.name, by_class.reader, by_class.name) == ("net", "Batches", "rows")
    assert by_class.before == 23.0 > by_class.now
    assert by_class.defined_at.function == "__getitem__"
    assert (by_generator.reader, by_generator.name, by_generator.now > 23.0) == ("doubled", "rows", True)


@KERAS
def test_a_fit_that_shuffles_a_stateful_model_is_noted(k, engine):
    """Not if its rows fit into one batch, or keep their order, or if each step begins with a new state."""

    class Reset(k.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            for name in ("reset_state", "reset_states"):
                getattr(memory, name, lambda: None)()

    x, y = np.random.rand(4, 6, 1).astype("float32"), np.ones((4, 1), "float32")
    with layertrace.trace() as timeline:
        memory = k.layers.LSTM(2, stateful=True, name="memory")
        model = k.Sequential([k.layers.Input(batch_shape=(2, 6, 1)), memory, k.layers.Dense(1)], name="net")
        model.compile("sgd", "mse")
        model.fit(x, y, batch_size=2, shuffle=False, verbose=0)
        model.fit(x, y, batch_size=2, callbacks=[Reset()], verbose=0)
        model.fit(x[:2], y[:2], batch_size=2, epochs=2, verbose=0)
        model.fit(x, y, batch_size=2, verbose=0)

    (noted,) = seen(timeline, "state shuffled")
    assert (noted.layer.name, noted.name, noted.before, noted.now) == ("net", "rows", (4, 2), 2)
    assert noted.paths == ("memory",)


@KERAS
def test_the_end_of_data_of_unknown_size_is_no_failed_run(k, engine):
    """Keras ends an epoch by the exception of the iterator, which the program never sees."""
    model = compiled(k)
    data = tf.data.Dataset.from_tensor_slices((np.ones((16, 3), "float32"), np.ones((16, 1), "float32")))
    with layertrace.trace(report=False) as timeline:
        model.fit(data.filter(lambda x, y: True).batch(4), epochs=2, verbose=0)

    runs = timeline.where(kind="run")
    assert [event.error for event in timeline if event.error is not None] == []
    assert sum(event.times for event in runs) == 8


def test_a_run_that_fails_otherwise_is_recorded(engine):
    """An index that does not exist ends the program."""
    model = keras.Sequential([keras.Input((2,)), keras.layers.Embedding(3, 2), keras.layers.Flatten()])
    model.compile("sgd", "mse")
    with pytest.raises(tf.errors.InvalidArgumentError), layertrace.trace(report=False) as timeline:
        model.fit(np.full((4, 2), 7), np.ones((4, 4)), verbose=0)

    assert [event.error.type for event in timeline.where(kind="run")] == ["InvalidArgumentError"]


@KERAS
def test_a_dataset_that_is_thrown_away_is_noted_when_the_first_is_used(k, engine):
    """Not one that is kept, and not one of a dataset that is not used."""
    model = compiled(k)
    data = tf.data.Dataset.from_tensor_slices((np.ones((16, 3), "float32"), np.ones((16, 1), "float32")))
    with layertrace.trace(report=False) as timeline:
        kept = data.map(lambda x, y: (x, y))
        data.map(lambda x, y: (2 * x, y))
        data.shuffle(16)
        kept.take(2)
        before = seen(timeline, "result discarded")
        model.fit(data.batch(4), epochs=2, verbose=0)

    noted = seen(timeline, "result discarded")
    assert before == []
    assert [each.name for each in noted] == ["map", "shuffle"]
    assert [each.defined_at.line - each.location.line for each in noted] == [4, 3]
