"""Define what a recording contains besides events: the final state of layers, and observations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from layertrace.timeline.event import (
    EMPTY_MAPPING,
    ErrorRef,
    FunctionRef,
    LayerRef,
    Location,
    Structure,
    TensorSpec,
)
from layertrace.timeline.marks import Mark
from layertrace.timeline.statements import Statement

__all__ = ["BACKENDS", "Failure", "LayerState", "Observation", "ObservationKind", "RecordingContext"]

ObservationKind = Literal[
    "update", "loss", "changed in call", "changed after trace", "kept tensor", "random", "unknown attribute",
    "compiled", "adapted", "weights set", "losses read", "clock", "bound late", "same values", "same input",
    "unused output", "broadcast", "weights unused", "scalar loss", "vector gradient",
    "squashed twice", "swapped arguments", "threshold of logits", "binary accuracy", "equality of outputs",
    "softmax of one", "softmax over batch",
    "clipped outputs", "blocked gradient", "restored", "trainable set",
    "fitted", "split of shuffled", "predicted shuffled", "state kept", "state shuffled",
    "masks nothing", "inverted mask",
    "metric kept", "average kept", "no gradient", "tape used twice", "gradient taken", "disconnected",
    "variables kept", "data changed", "not finite", "unguarded op", "targets", "tracer left",
    "copied to itself", "ended", "new state", "rate ended",
    "monitor missing", "monitored backwards", "scaled twice",
    "statistics lost", "optimizer created",
    "gradient kept", "weights returned", "optimizer state dropped", "zero gradients",
    "weights differentiated", "stateless swapped", "weights donated",
    "misdirected", "loss not scaled", "cached augmentation", "skipped",
    "metric reset", "eval ignored", "constant key",
    "key as argument", "schedule unused", "result discarded", "not synced", "not saved",
]  # fmt: skip


BACKENDS = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "torch", "numpy": "NumPy"}
"""The backends of Keras that are recorded, and their names for readers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """Something observed during an event that is not an event itself.

    Attributes:
        what: `update`: an optimizer was given gradients. `loss`: a layer called `add_loss`. `changed in
            call`: a Python attribute of a layer had another value after a traced `call` than before.
            `changed after trace`: it had another value when the graph ran than when it was traced.
            `kept tensor`: a layer holds a tensor of a graph after the `call` that was traced into it.
            `unknown attribute`: the program set an attribute that an optimizer did not have, or that neither
            the program nor Keras reads of a layer; `before` is the one that was probably meant. `random`: a
            traced `call` drew from Python's or NumPy's generators, or from TensorFlow with a constant seed.
            `compiled`: `compile` of a model has ended. `adapted`: a preprocessing layer was given its
            statistics or vocabulary. `weights set`: by `set_weights` or `load_weights`. `losses read`: the
            program, or Keras, read the `losses` of a layer.
            `bound late`: a variable that a layer's function reads had another value when the function ran
            than when the layer was created or called symbolically.
            `clock`: a traced function asks for the time.
            `same values`: an initializer drew the same numbers for a second variable. `same input`: two
            calls inside one call were given the same tensor. `unused output`: no op of the graph reads what a
            layer returned. `broadcast`: a column and a vector of one length were combined into a
            matrix. `weights unused`: no op of the graph reads the sample weights. `scalar loss`: a loss
            returned one number although there are weights or a mask. `vector gradient`: a tape was asked for
            the gradient of several numbers.
            Of a complete graph: `squashed twice`: a crossentropy that applies softmax or sigmoid is given
            the result of one, or a softmax of the program the outputs of a layer that have it.
            `clipped outputs`: a crossentropy that expects probabilities is given something else.
            `swapped arguments`: a crossentropy is given outputs as targets. `binary accuracy`: a metric
            counts outputs above a threshold as the class 1.
            `threshold of logits`: a metric compares logits with a probability. `equality of outputs`:
            a metric compares outputs with classes. `softmax of one`: over a single unit. `softmax over
            batch`: over the rows of the data. `blocked gradient`: a tape returned None because of an op
            without a gradient.
            `no gradient`: a tape returned None for a tensor, or for all variables. `tape used twice`: a tape
            that is not persistent was asked for gradients again. `gradient taken`: a line took the gradients
            of variables that have not changed since. `disconnected`: a functional model was not
            created, since outputs of it come from other Inputs; the layer computes the first of them.
            `trainable set`: the program set `trainable` of a layer. `restored`: a `tf.train.Checkpoint` that
            holds the layer was read, or `load_weights(by_name=True)` has ended.
            `skipped`: `load_weights(skip_mismatch=True)` left all weights of a model as they were.
            `targets`: those of a fit are outside 0 to 1, neither 0 nor 1, 0 for a loss that divides by them,
            sorted by class while the last are held out, or of other classes than those that have weights.
            Of data: `fitted`: `fit` has ended, or on torch `train_on_batch`.
            `split of shuffled`: a model is
            validated with a part of a dataset that is shuffled again in each iteration, and trained
            with another part. `predicted shuffled`: a model predicts a dataset that is shuffled again in each
            iteration, and the program iterates it, too; or a generator of images that shuffles.
            `state kept`: a stateful RNN met the same data again without a reset. `state shuffled`: a fit
            shuffled the data of a model with a stateful RNN.
            `masks nothing`: a `Masking` looks for another value than the data is padded with. `inverted
            mask`: an attention is allowed just at the padding, or in the future.
            `cached augmentation`: a dataset that is iterated has a cache of what draws random numbers.
            `result discarded`: what a method of a dataset returned was gone when the dataset was used.
            `not saved`: Keras saved a layer, and passed over those in a `_layers` of its own.
            `not synced`: a variable was assigned while a fit on JAX held its value.
            `metric kept`: a metric of a model went on from what it was before the model reset its metrics.
            `data changed`: a dataset class or generator of the program changed the arrays that it reads.
            `metric reset`: a metric with these variables was reset for the first time, outside of `fit`.
            `variables kept`: a callback holds variables of its model, or `set_weights` was given those of the
            layer itself.
            `copied to itself`: `set_weights` was given what the layer had, twice, with other values.
            `average kept`: an optimizer keeps an average of weights that is not in the weights at the end.
            `rate ended`: the schedule of the optimizer had ended at 0 in most steps of a fit; with `role`
            `torch`, the rate of a schedule of torch was nearly 0 in most steps of a loop.
            `monitor missing`: a callback of a fit monitors what the fit does not report. `monitored
            backwards`: it takes a worse value for a better one.
            `scaled twice`: a `Rescaling` of pixels at the input of a model is given data from 0 to 1.
            `not finite`: the last loss of a fit, or an array that it was given, has NaN or infinity.
            `unguarded op`: an op between weights and a loss is infinite for some inputs, or its gradient
            is, and nothing keeps its input away from these.
            `new state`: in a trace by JAX, `stateless_call` of a layer returned new values of variables while
            a gradient was taken with respect to the layer's weights.
            `weights returned`: a trace by JAX returned the new weights of a `stateless_apply`, and the
            variables have at the end the values that they had then. `optimizer state dropped`: it did not
            return the new values of the optimizer's own variables.
            `statistics lost`: a trace by JAX returned new statistics of a layer, such as a moving mean, and
            the variables have not got them at the end, though its weights have new values.
            `optimizer created`: the program created an optimizer of torch.
            `gradient kept`: on torch, an optimizer was given gradients that have those of earlier steps in
            them, for the third time in a row.
            `zero gradients`: on JAX, all gradients that an optimizer was given at a line were 0 each time.
            `weights differentiated`: by JAX, in a `stateless_call` of the layer. `stateless swapped`: two
            arguments of a `stateless_call` (role `call`), or of `stateless_apply` (role `update`).
            `weights donated`: a function of JAX writes over arrays that variables still hold at the end.
            `misdirected`: an optimizer was given gradients for other variables than they were taken of.
            `loss not scaled`: an optimizer divided gradients by a scale, and never multiplied a loss by it.
            `eval ignored`: on torch, the first call after `eval()` put modules of the layer into train mode.
            `constant key`: a trace by JAX draws random numbers from a key that is a constant of it, and
            mixes them with data. `key as argument`: from a key that is an argument.
            `schedule unused`: a schedule of torch was stepped, and its optimizer never made a step.
            `ended`: the recording ended, after JAX had traced a function of the program's own again.
        during: The `seq` of the event in which it happened; None outside of any event.
        layer: The layer concerned.
        name: The attribute, with the path to the nested value: `config['rate']`. `class Scale.rate` is an
            attribute of the class, `global RATE` a global variable. Or the optimizer; or the generator;
            or the method that adapted a layer or set its weights; or that ran a stateful RNN; or what a
            fit shuffles: `rows`, `batches` or `dataset`; or the part
            of a dataset: `take`, `skip` or `shard`; or the class of a schedule, or of a callback;
            or the layer that changes the padding before a `Masking`;
            or what a mask allows attention to: `padding` or `future`; or the type of an op; or the classes of
            modules of torch that have two modes; or the method of a dataset.
        before: The earlier value. For a compile: the numbers of the frozen layers inside the model. For a
            fit: how many epochs were wanted, and how many steps of each. For changed data, here and in
            `now`: the largest number. For a mask: the value it looks for.
            For `trainable set`: those of the layers, this and the ones inside it, that were frozen before.
            For `disconnected`: those of the Inputs that the model was given, and that no output comes from.
            For `not finite`: of each array that the fit was given its argument, how many rows are not finite,
            of how many, the first of these, and the least and the greatest value. For an op: what may be 0.
            For an update: the positions in `variables` of those that were not trainable (Keras 3).
            For a cached augmentation in a fit: as for a fit.
            For skipped weights, here and in `now`: shapes in the file, and shapes in the model, that the
            other has not.
            For misdirected gradients: the ids of the variables that they were taken of.
            For data that is scaled twice: the scale; in `now`, the least and the greatest of the data.
            For an ended rate: how many steps the schedule decays in, how many epochs were wanted, and from
            which step on the rate is nearly 0.
            For `restored` by name: the numbers of layers, each with the layer of the file that has weights of
            the same shapes. For `state shuffled`: the number of rows,
            and of a batch. For targets: the least and the greatest, or the classes that are trained; or those
            that have weights; or how many are neither 0 nor 1, or 0, and of how many.
        now: The new value. For an iteration of a part of a dataset: how many updates had been made eagerly;
            in `before`, the number of the dataset.
            For an update: the positions in `variables` of those whose gradient was None. For a compile: the
            learning rate, or the class of its schedule. For a fit: how many steps were made.
            For a mask: the value of the padding, how many rows have it, and of how many.
            For a loss that is not scaled: the scale.
            For `restored`: how many of `variables`; by name, how many layers. For targets: whether all are
            whole numbers, or the classes that are held out, or all, or the least and the greatest.
            For `disconnected`: the numbers of the Inputs, as layers, that it was not given.
            For an ended rate: how many steps the optimizer has made, and how many of them in this fit.
            For `not finite`: the losses of the epochs before. For an op: its name in the graph.
        variables: For an update: the ids of its variables (`VariableSpec.id`); 0 for those that were created
            before the recording. For a compile: those of the variables that were trainable then.
            For `same values`: the earlier variable, and this one. For a fit to a dataset:
            its cardinality.
        paths: The paths of these variables. For a compile: the name of the loss, `binary_crossentropy`, and
            whether it expects `logits` or `probabilities`; empty if it is unknown, or if there are several.
            For `not saved`: the names of these layers; in `now`, their numbers.
            For `restored`: the names that the checkpoint has and the object that reads it has not; by name,
            the layers in the file that have weights. For
            `disconnected`: the positions of these outputs. For a missing monitor: what the fit reports.
            For `not finite`: those of the weights that are not finite. For `state shuffled`: the names of the
            stateful layers.
            For a key as an argument: its name.
        without_gradient: The paths of those whose gradient was None. For misdirected gradients: of those that
            they were taken of. For a compile: the outputs that have no
            loss, each with the layer that computes it.
        reader: What reads or changes the state if it is not a layer: `blend`, `Focal`, `Trainer.step`. For a
            fit: the generator. For a callback: what it monitors. For a schedule: its optimizer.
        role: For a new state: `used` or `dropped` by the trace. For `compiled`: `metrics as loss weights`.
            What this is: `loss`, `metric`, `schedule`, `tf.function` or `dataset function`. For a fit: that
            its data is a `generator`, an `exhausted generator` or a `dataset`, or that it had `no epoch`.
            For an unknown attribute: `layer` if a layer or model has it. For `disconnected`: `all outputs` or
            `some outputs`.
            For `restored`: `by name` if by `load_weights`, `no file` if the path was None. For a part of a
            dataset: `own loop` for each of the first iterations of two parts by the program. For an
            output that is squashed twice: `by the program` if not by a crossentropy.
            For predictions: `iterated before` or `iterated after`. For targets: `outside 0 to 1`, `neither 0
            nor 1`, `zero`, `split by class` or `class weights`.
            For a cached augmentation: `fit` or `iteration`.
            For a missing monitor: `array` if the fit was given arrays. For one that is taken backwards: what
            is better, `greater` or `less`.
            For misdirected gradients: `same update` if they were taken of variables of this update, or `both
            taken` if gradients were taken of its variables, too, which are not copies.
            For an unguarded op: `positive` if its input is never negative, or the axis of a sum that it is
            divided by.
            For an ignored eval: the method of Keras that called it, `evaluate` or `predict`.
        defined_at: Where it is defined. For a part of a dataset: where the model uses it; for
            predictions: where the program iterates the dataset; for a state: where the layer met the data
            before; for a fit without an epoch: an earlier one; for a mask: where the attention is called; for
            a tape: where it was asked first; for gradients: where they were taken; for an augmentation: where
            its function of `tf.image` is called; for an ignored eval: where the program calls it.
        location: The line of the user's code.
        start_ns: Nanoseconds from the beginning of the recording.
        times: The number of equal observations that it represents.
        thread: Name of the thread that it was made in.
    """

    what: ObservationKind
    during: int | None = None
    layer: LayerRef | None = None
    name: str = ""
    before: Structure = None
    now: Structure = None
    variables: tuple[int, ...] = ()
    paths: tuple[str, ...] = ()
    without_gradient: tuple[str, ...] = ()
    reader: str = ""
    role: str = ""
    defined_at: Location | None = None
    location: Location | None = None
    start_ns: int = 0
    times: int = 1
    thread: str = "MainThread"


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerState:
    """One layer as it was when the recording ended, or when it was read before that.

    For a layer that had been deleted by then, only what was observed at the end of its `__init__` is known.

    Attributes:
        layer: The layer.
        alive: Whether it still existed.
        initialized: Whether the `__init__` of Keras has run.
        built_by_init: Whether `built` was true at the end of its `__init__`.
        built: Whether it is built.
        trainable: Its `trainable`.
        methods: Where its class, or a base class that is not part of Keras, defines `__init__`, `__call__`,
            `build`, `call`, `compute_output_shape`, `compute_mask`, `get_config`, `from_config`,
            `load_assets`, `load_own_variables`, `train_step`, `test_step` or `predict_step`.
        children: The numbers of all layers inside it that Keras tracks, at any depth.
        held: The attributes that hold its layers, by number: `head`, `blocks[0]`.
        variables: The ids of the variables inside it that Keras tracks; 0 for one that was created before the
            recording.
        tensors: Attributes that hold a tensor or a raw `tf.Variable`.
        supports_masking: Whether it passes on the mask of its input.
        makes_mask: Whether it creates a mask, as `Embedding(mask_zero=True)` and `Masking` do.
        compute_dtype: The dtype in which it computes.
        declared: The spec of its only output in a functional model that holds it.
        masked: Whether, in that model, its input has a mask, and whether its output has one.
        accepted: Codes of findings that its class accepts (`layertrace.accept`).
        regularized: The names of its own weights that have a regularizer.
        adapted: Whether it has statistics of data; None for a layer that needs none, or if that is unknown.
        statistics: Of a batch normalization: `initial` if its moving mean and variance are 0 and 1, `negative
            variance` or `moved`; None for any other layer, or if they are unknown.
        output_layer: The number of the layer that computes the only output of a functional model.
        activation: The name of its activation function, `linear` if it applies none; None if it has none.
        arrays: Attributes of a user's layer that hold an array or eager tensor, each with its spec and a
            digest of its values.
        repeated: The numbers of its layers that one list or dict holds several times, with how often.
        set_late: Its attributes for a regularizer or constraint that none of its weights has, with what they
            are: `{"kernel_regularizer": "L2"}`. Keras reads them only in `build`.
        parameters: On torch, its attributes with an `nn.Parameter` that needs a gradient, and their shapes.
        with_gradient: On torch, the ids of its own trainable variables that have a gradient.
        not_finite: The paths of its own weights that have values that are not finite, with what these are:
            `NaN` or `infinite`. Known only if an optimizer has updated weights.
        alike: Its kernels whose columns are all equal, by name, each with the number of its units, and 1 if
            any of its weights is not 0. Known only if an optimizer has updated weights.
        mask_dropped: If it takes a mask and gets none in a functional model: the number of the layer that
            made one, that of the layer between them that dropped it, or 0 for an operation, and the class and
            name of that.
        replaced: The attributes of Keras 3 that the program has something else in: `_layers`, each with the
            names of what Keras no longer finds there.
    """

    layer: LayerRef
    alive: bool = True
    initialized: bool | None = None
    built_by_init: bool | None = None
    built: bool | None = None
    trainable: bool | None = None
    methods: Mapping[str, Location] = field(default_factory=lambda: EMPTY_MAPPING)
    children: tuple[int, ...] = ()
    held: Mapping[int, str] = field(default_factory=lambda: EMPTY_MAPPING)
    variables: tuple[int, ...] = ()
    tensors: Mapping[str, Structure] = field(default_factory=lambda: EMPTY_MAPPING)
    supports_masking: bool | None = None
    makes_mask: bool | None = None
    compute_dtype: str | None = None
    declared: TensorSpec | None = None
    masked: tuple[bool, bool] | None = None
    accepted: tuple[str, ...] = ()
    regularized: tuple[str, ...] = ()
    adapted: bool | None = None
    statistics: str | None = None
    output_layer: int | None = None
    activation: str | None = None
    arrays: Mapping[str, str] = field(default_factory=lambda: EMPTY_MAPPING)
    repeated: tuple[tuple[int, int], ...] = ()
    not_finite: Mapping[str, str] = field(default_factory=lambda: EMPTY_MAPPING)
    set_late: Mapping[str, str] = field(default_factory=lambda: EMPTY_MAPPING)
    parameters: Mapping[str, tuple[int, ...]] = field(default_factory=lambda: EMPTY_MAPPING)
    with_gradient: tuple[int, ...] = ()
    alike: Mapping[str, tuple[int, ...]] = field(default_factory=lambda: EMPTY_MAPPING)
    mask_dropped: tuple[int, int, str, str] | None = None
    replaced: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: EMPTY_MAPPING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """The exception that ended a recording.

    Attributes:
        error: The exception; its `location` is the innermost line of the user's code.
        layer: The innermost layer through whose methods it passed, hooked or not.
        lines: The lines of the user's code that it passed through, outermost first.
        thread: Name of the thread.
        missing: The attribute that an object of Keras, a module of Keras or a string does not have, with the
            kind of the object: `Metric.reset_states`, `keras.backend.mean`. None for another exception.
    """

    error: ErrorRef
    layer: LayerRef | None = None
    lines: tuple[Location, ...] = ()
    thread: str = "MainThread"
    missing: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingContext:
    """Everything that a recording knows besides its events.

    Attributes:
        states: The final states of layers, by number.
        observations: The observations, in order.
        failure: The exception that ended the recording.
        versions: The versions of Keras and of its backend.
        watched: The kinds of observations that were looked for: a recording of an earlier version has fewer,
            and that one is missing from it means nothing.
        statements: The statements that events came from, with their source; those of top-level events first.
        started_ns: When it began, in nanoseconds since 1970; None if that is unknown.
        command: The program and its arguments, as in `sys.argv`; empty for a notebook.
        marks: The parts of the program that the user named, in the order of their beginnings.
        extras: Fields of events, by `seq`, that a newer layertrace wrote to the file.
        unknown: Lines of the file that this version does not know, unchanged.
    """

    states: Mapping[int, LayerState] = field(default_factory=lambda: EMPTY_MAPPING)
    observations: tuple[Observation, ...] = ()
    failure: Failure | None = None
    versions: Mapping[str, str] = field(default_factory=lambda: EMPTY_MAPPING)
    watched: tuple[str, ...] = ()
    statements: tuple[Statement, ...] = ()
    started_ns: int | None = None
    command: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    extras: Mapping[int, Mapping[str, Any]] = field(default_factory=lambda: EMPTY_MAPPING)
    unknown: tuple[bytes, ...] = ()

    @property
    def backend(self) -> str:
        """The backend of Keras that was recorded, one of `BACKENDS`.

        It is TensorFlow for a recording without versions, which is older than the others.
        """
        return next((name for name in BACKENDS if name in self.versions), "tensorflow")

    def counts_runs_of(self, function: FunctionRef) -> bool:
        """Return whether the runs of a function are counted: on JAX, only of those that Keras creates.

        A program's own `jax.jit` function runs without any Python once it is traced, and what
        `torch.compile` compiled is not observed.
        """
        return self.backend != "torch" and (self.backend != "jax" or function.role is not None)
