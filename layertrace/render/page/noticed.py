"""Describe what was observed during events, and the final state of layers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from layertrace.render.page.columns import MISSING
from layertrace.render.page.tables import Tables
from layertrace.render.wording import formatting
from layertrace.render.wording.glyphs import printable
from layertrace.timeline.context import LayerState, Observation, RecordingContext
from layertrace.timeline.event import LayerRef

__all__ = ["noticed", "states"]

MOST_NAMED = 6


def noticed(observations: Iterable[Observation], index: Mapping[int, int], tables: Tables) -> list[list[Any]]:
    """Return each observation: its event, description, layer, location, and number of times."""
    return [
        [
            index[observation.during],
            _description(observation),
            tables.layer(observation.layer),
            tables.place(observation.location),
            observation.times,
        ]
        for observation in observations
        if observation.during is not None and observation.during in index
    ]


def _description(observation: Observation) -> str:
    name = printable(observation.name)
    before, now = formatting.structure(observation.before), formatting.structure(observation.now)
    if observation.what == "update":
        variables = formatting.counted(len(observation.variables), "variable")
        without = observation.without_gradient
        except_for = f", but none for {_listed(without)}" if without else ""
        return f"{name} received gradients for {variables}{except_for}"
    descriptions = {
        "loss": "add_loss was called",
        "changed in call": f"the call changed {name}: {now}, was {before}",
        "changed after trace": f"{name} is {now} here; when the graph was traced, it was {before}",
        "clock": "read the clock during tracing",
        "bound late": f"{name} was {before} here; it is {now} when the layer's function runs",
        "kept tensor": f"{name} still holds a tensor of the graph after the call",
        "unknown attribute": f"{name} was set to {now}, an attribute that nothing reads",
        "random": f"drew from {name} during tracing",
        "compiled": f"compile was called, with the optimizer {name}",
        "adapted": f"{name} set the statistics or the vocabulary of the layer",
        "weights set": f"{name} replaced the weights",
        "trainable set": f"trainable was set to {now}",
        "restored": f"a checkpoint restored {now} of its {len(observation.variables)} variables",
        "losses read": "the losses of the layer were read",
        "same values": f"{name} drew the same numbers for an earlier variable",
        "same input": "another call inside the same call got the same tensor",
        "unused output": "nothing in the graph reads the output",
        "broadcast": f"{before} and {now} were combined into a matrix",
        "weights unused": "nothing in the graph reads the sample weights",
        "scalar loss": f"{name} returned one number, which weights or a mask cannot act on",
        "vector gradient": f"the gradient of {now} was requested, which is that of its sum",
        "squashed twice": f"{name} was given the result of a {before}",
        "clipped outputs": f"{name} clips outputs that are not probabilities",
        "swapped arguments": f"{name} was given outputs as targets, and the targets as outputs",
        "binary accuracy": "a metric counts outputs above a threshold as class 1",
        "threshold of logits": f"{name} compares logits with {before}",
        "equality of outputs": f"{name} compares {now} with {before} for equality",
        "blocked gradient": f"{name} has no gradient, so the tape returned None",
        "no gradient": "the tape returned None",
        "gradient taken": "took the gradients of variables that have not changed since",
        "tape used twice": "the tape had been asked for gradients before, and is not persistent",
        "disconnected": "the inputs of a model do not lead to the output of this layer",
        "softmax of one": f"softmax over one unit: {now}",
        "softmax over batch": f"softmax over the first axis of {now}",
        "monitor missing": f"{name} monitors {printable(observation.reader)}, which this fit does not report",
        "monitored backwards": f"{name} takes a worse {printable(observation.reader)} for a better one",
        "scaled twice": f"data from 0 to 1 is scaled by {before}",
        "not saved": f"saving passed over {name}, with {_listed(observation.paths)}",
        "not synced": f"{name} was assigned while fit held its value",
        "rate ended": f"{name} had ended: the learning rate was 0",
        "fitted": f"fit ended after {now} steps",
        "split of shuffled": f"a part of a dataset, by {name}, in another order in each iteration",
        "predicted shuffled": "a shuffled dataset is predicted in one order and iterated in another",
        "state kept": f"{name} was given the same data again, with the state that was left",
        "state shuffled": f"{now} steps of a fit shuffled the data of a stateful model",
        "copied to itself": "set_weights was given the weights that the layer had, as before",
        "inverted mask": f"its attention_mask allows attention only to the {name}",
        "average kept": f"{name} keeps an average of the weights, which the weights did not get",
        "variables kept": "the variables were kept, or set, in place of values",
        "data changed": f"the code that reads {name} changed it: its largest number was {before}, is {now}",
        "metric kept": f"{name} kept its value when the metrics were reset",
        "metric reset": "a metric was reset for the first time",
        "not finite": "the last loss of this fit, or its data, is NaN or infinite",
        "unguarded op": f"{name} of {before}: for some inputs the value or the gradient is infinite",
        "targets": f"the targets of this fit: {printable(observation.role)}",
        "tracer left": f"{_listed(observation.paths)} hold tracers after the trace",
        "misdirected": f"gradients of {_listed(observation.without_gradient)} for other variables",
        "loss not scaled": f"{name} divides gradients by {now}, and the loss was not multiplied by it",
        "cached augmentation": "a cache keeps the random numbers that were drawn here",
        "result discarded": f"the dataset that {name} returned was thrown away",
        "skipped": f"none of {len(observation.variables)} weights was loaded: the file has others",
        "eval ignored": f"runs {name} in train mode although eval() was called",
        "constant key": "draws from a key that is a constant of the trace",
        "key as argument": f"draws from the argument {_listed(observation.paths)}",
        "schedule unused": f"{name} was stepped for an optimizer that makes no step",
        "statistics lost": f"new values of {_listed(observation.paths)} that the variables never got",
        "optimizer created": f"{name} gets the parameters that there are now",
        "gradient kept": "gradients that have those of earlier steps in them",
        "zero gradients": "all gradients that an optimizer was given here are 0",
        "weights differentiated": "a gradient by its weights is taken here",
        "weights donated": f"{name} writes over arrays that variables hold",
        "stateless swapped": "two of its arguments are in each other's place",
        "weights returned": f"new weights by {name} that the variables never got",
        "optimizer state dropped": f"new values of {name} that the trace does not return",
        "new state": f"new values of {_listed(observation.paths)} {printable(observation.role)} in the trace",
        "ended": "the recording ended here",
        "masks nothing": f"it looks for {before} in data that is padded with another value",
    }
    return descriptions[observation.what]


def _listed(paths: tuple[str, ...]) -> str:
    names = [printable(path) for path in paths[:MOST_NAMED]]
    more = len(paths) - len(names)
    return ", ".join([*names, f"{more} more"] if more else names)


def states(layers: Iterable[LayerRef], surroundings: RecordingContext, tables: Tables) -> list[list[Any]]:
    """Return the final state of layers: alive, built, trainable, their dtype, and the layers they contain."""
    by_layer = surroundings.states
    return [_state(by_layer[layer.id], by_layer, tables) for layer in layers if layer.id in by_layer]


def _state(state: LayerState, by_layer: Mapping[int, LayerState], tables: Tables) -> list[Any]:
    held = [
        [printable(attribute), tables.layer(by_layer[number].layer)]
        for number, attribute in state.held.items()
        if number in by_layer
    ]
    traits = (state.alive, state.built, state.trainable)
    flags = [MISSING if trait is None else int(trait) for trait in traits]
    return [tables.layer(state.layer), *flags, printable(state.compute_dtype or ""), held]
