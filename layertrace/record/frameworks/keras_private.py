"""List the private parts of Keras and tf_keras that layertrace reads, and what is lost without each.

Almost all of them are attributes of layers, read with `safe.instance_dict` where nothing fails if they are
missing: a recording then lacks what `Part.without` names, without a warning. `layertrace debug` shows which
of them the installed versions have.
"""

from __future__ import annotations

from dataclasses import replace

from layertrace.record.frameworks import jax_private, torch_private
from layertrace.record.frameworks.parts import KERAS_SEEN, TF_KERAS_SEEN, Part

__all__ = ["KERAS_PARTS", "PARTS", "TF_KERAS_PARTS", "TRAINERS"]


def _keras(module: str, name: str, without: str, *, in_code: bool = False) -> Part:
    return Part(f"keras.src.{module}", name, KERAS_SEEN, without, in_code)


def _moved(module: str, name: str, former: Part) -> Part:
    """Return a part that Keras 3.16 has elsewhere; `former` is where it was before."""
    before = replace(former, seen="Keras 3.0 to 3.15")
    return replace(former, module=f"keras.src.{module}", name=name, seen="Keras 3.16", former=before)


def _tf_keras(module: str, name: str, without: str, *, in_code: bool = False) -> Part:
    return Part(f"tf_keras.src.{module}", name, TF_KERAS_SEEN, without, in_code)


_NO_LAYERS = "no layer is recorded"
_NO_CONTAINER = "the lines that call the layers of such a model are not found"
_NO_CHILDREN = "the layers inside a layer are not known"
_NO_VARIABLES = "the variables of a layer are not known"
_NO_MASK = "it is not known which calls had a mask"
_NO_DTYPE = "the dtype in which a layer computes is not known"
_NO_TRAINABLE = "it is not known which layers are trainable"
_NO_INIT = "layers whose __init__ does not call super().__init__() are not found"
_NO_UPDATES = "updates by optimizers are not recorded"
_NO_ROLE = "the functions that train, test and predict are shown under TensorFlow's names"
_NO_REFERENCE = "layers that Keras creates as a reference while it saves or loads are shown like others"
_NO_SAVED = "layers that Keras does not save are not found"
_NO_HOLDER = "its variables are counted and shown like those of the user"
_NO_RESET = "metrics that go on from epoch to epoch are not found"
_NO_DIRECTION = "a callback that takes a worse value of a metric for a better one is not found"
_NO_METRIC = "on JAX and torch, metrics that misread the outputs of a model are not found"
_NO_AVERAGE = "an average of weights that the program never uses is not found"
_NO_RATE = "the learning rate with which a model is compiled is not known"
_NO_STEPS = "it is not known how many steps of a fit were made"
_NO_ATTENTION = "attention masks that are the wrong way round are not found"
_NO_INPUTS = "if a model cannot be created, it is not known which Inputs its outputs come from"
_NO_LOSS = "it is not known whether the loss of a model expects logits"
_NO_REGULARIZER = "regularizers that a loop ignores are not found"
_NO_HEAD = "outputs that compile has no loss for are not found"
_NO_LATE = "regularizers and constraints that are set on built layers are not found"
_NO_OUTPUT = "the layer that computes the output of a model is not known"
_NO_READERS = "Python values that a model, loss or metric reads, and that change later, are not noticed"
_NO_CONTEXT = "a direct call of a layer that loses `training` is not found"
_NO_SYMBOLIC = "calls in which Keras infers shapes are recorded in graph mode"
_NO_NUMBERS = "check_layer does not try whether generated names decide the order of weights"

KERAS_PARTS = {
    "symbolic_scope": Part(
        "keras.src.backend.common.symbolic_scope", "in_symbolic_scope", "Keras 3.5 to 3.15", _NO_SYMBOLIC
    ),
    "layer": _keras("layers.layer", "Layer", _NO_LAYERS),
    "functional": _keras("models.functional", "Functional", _NO_CONTAINER),
    "sequential": _keras("models.sequential", "Sequential", _NO_CONTAINER),
    "functional_inside": _keras(
        "models.sequential",
        "Sequential._functional",
        "the Functional inside a Sequential is recorded as a layer of its own",
        in_code=True,
    ),
    "initialized": _keras("layers.layer", "Layer._lock", _NO_INIT, in_code=True),
    "path": _keras(
        "layers.layer",
        "Layer._path",
        "the path of a layer names the layers around it when it was created",
        in_code=True,
    ),
    # `_flatten_layers` and `variables` read these; a layer may override both, so they are not called.
    "layers_inside": _keras("layers.layer", "Layer._layers", _NO_CHILDREN, in_code=True),
    "trainable_variables": _keras("layers.layer", "Layer._trainable_variables", _NO_VARIABLES, in_code=True),
    "other_variables": _keras("layers.layer", "Layer._non_trainable_variables", _NO_VARIABLES, in_code=True),
    "seed_generators": _keras(
        "layers.layer", "Layer._seed_generators", "the seeds of a layer are not known", in_code=True
    ),
    "trainable": _keras("layers.layer", "Layer._trainable", _NO_TRAINABLE, in_code=True),
    "supports_masking": _keras("layers.layer", "Layer._supports_masking", _NO_MASK, in_code=True),
    "dtype_policy": _keras("layers.layer", "Layer._dtype_policy", _NO_DTYPE, in_code=True),
    "dtype_policies_by_path": _keras("dtype_policies.dtype_policy_map", "DTypePolicyMap", _NO_DTYPE),
    "nodes": _keras(
        "ops.operation",
        "Operation._inbound_nodes",
        "the declared outputs and the masks of layers in functional models are not known",
        in_code=True,
    ),
    "mask": _keras("backend.common.masking", "_keras_mask", _NO_MASK, in_code=True),
    "tracker": _keras(
        "layers.layer",
        "Layer._tracker",
        "lists of Keras that a layer has replaced are not found",
        in_code=True,
    ),
    "losses_of_call": _keras(
        "layers.layer",
        "Layer._losses",
        "a layer that keeps something else in _losses is not found",
        in_code=True,
    ),
    "takes_mask": _keras("layers.layer", "Layer._call_has_mask_arg", _NO_MASK, in_code=True),
    "masking": _keras("layers.core.masking", "Masking", _NO_MASK),
    "default_build": _keras(
        "utils.python_utils",
        "_is_default",
        "Keras's default build is recorded like one that the layer defines",
        in_code=True,
    ),
    "original_build": _keras(
        "layers.layer",
        "original_build_method",
        "the wrapping engine does not record the build of layers that existed before the trace",
        in_code=True,
    ),
    "current_path": _keras(
        "layers.layer",
        "current_path",
        "the wrapping engine does not record the build of layers that existed before the trace",
    ),
    "updates": _keras("optimizers.base_optimizer", "BaseOptimizer._filter_empty_gradients", _NO_UPDATES),
    "known_variables": _keras(
        "optimizers.base_optimizer",
        "BaseOptimizer._check_variables_are_known",
        "updates with variables that the optimizer does not know are not recorded",
    ),
    "weighted_losses": _keras(
        "losses.loss",
        "reduce_weighted_values",
        "losses that return one number although there are sample weights are not found",
    ),
    "call_context": _keras("backend.common.global_state", "get_global_attribute", _NO_CONTEXT),
    "current_call": _keras("layers.layer", "current_call_ctx", _NO_CONTEXT, in_code=True),
    "scratch_graph": _moved(
        "backend.tensorflow.ops.core",
        "scratch_graph",
        _keras("backend.tensorflow.core", "scratch_graph", _NO_SYMBOLIC, in_code=True),
    ),
    "train_function": _moved(
        "backend.tensorflow.trainer",
        "Trainer.make_train_function",
        _keras("backend.tensorflow.trainer", "TensorFlowTrainer.make_train_function", _NO_ROLE),
    ),
    "test_function": _moved(
        "backend.tensorflow.trainer",
        "Trainer.make_test_function",
        _keras("backend.tensorflow.trainer", "TensorFlowTrainer.make_test_function", _NO_ROLE),
    ),
    "predict_function": _moved(
        "backend.tensorflow.trainer",
        "Trainer.make_predict_function",
        _keras("backend.tensorflow.trainer", "TensorFlowTrainer.make_predict_function", _NO_ROLE),
    ),
    "step_function": _keras("backend.tensorflow.trainer", "step_function", _NO_ROLE, in_code=True),
    "reference_layers": _keras("saving.saving_lib", "get_attr_skipset", _NO_REFERENCE),
    "saved_state": _keras("saving.saving_lib", "_save_state", _NO_SAVED),
    "optimizer": _keras("optimizers.base_optimizer", "BaseOptimizer", _NO_HOLDER),
    "metric": _keras("metrics.metric", "Metric", _NO_HOLDER),
    "average": _keras(
        "optimizers.base_optimizer",
        "BaseOptimizer._model_variables_moving_average",
        _NO_AVERAGE,
        in_code=True,
    ),
    "learning_rate": _keras("optimizers.base_optimizer", "_learning_rate", _NO_RATE, in_code=True),
    "attention_mask": _keras(
        "layers.attention.multi_head_attention", "MultiHeadAttention._compute_attention_mask", _NO_ATTENTION
    ),
    "graph_of_layers": _keras("ops.function", "Function.__init__", _NO_INPUTS),
    "iterations": _keras("optimizers.base_optimizer", "_iterations", _NO_STEPS, in_code=True),
    "loss_options": _keras("losses.losses", "_fn_kwargs", _NO_LOSS, in_code=True),
    "nested_outputs": _keras("ops.function", "Function._outputs_struct", _NO_HEAD, in_code=True),
    "constraint": _keras("backend.common.variables", "Variable._constraint", _NO_LATE, in_code=True),
    "regularizer": _keras(
        "backend.common.variables",
        "_regularizer",
        _NO_REGULARIZER,
        in_code=True,
    ),
    "outputs": _keras("ops.function", "Function._outputs", _NO_OUTPUT, in_code=True),
    "history": _keras("ops.node", "_keras_history", _NO_OUTPUT, in_code=True),
    "run_eagerly": _moved(
        "trainers.trainer",
        "BaseTrainer._run_eagerly",
        _keras("trainers.trainer", "Trainer._run_eagerly", _NO_READERS, in_code=True),
    ),
    "compiled_losses": _moved(
        "trainers.trainer",
        "BaseTrainer._compile_loss",
        _keras("trainers.trainer", "Trainer._compile_loss", _NO_READERS, in_code=True),
    ),
    "losses": _keras("trainers.compile_utils", "CompileLoss._user_loss", _NO_READERS, in_code=True),
    "compiled_metrics": _moved(
        "trainers.trainer",
        "BaseTrainer._compile_metrics",
        _keras("trainers.trainer", "Trainer._compile_metrics", _NO_READERS, in_code=True),
    ),
    "metrics": _keras("trainers.compile_utils", "CompileMetrics._user_metrics", _NO_READERS, in_code=True),
    "weighted_metrics": _keras(
        "trainers.compile_utils", "CompileMetrics._user_weighted_metrics", _NO_READERS, in_code=True
    ),
    "metric_variables": _keras("metrics.metric", "Metric._variables", _NO_RESET, in_code=True),
    "metrics_inside": _keras("metrics.metric", "Metric._metrics", _NO_RESET, in_code=True),
    "metric_direction": _keras("metrics.accuracy_metrics", "_direction", _NO_DIRECTION, in_code=True),
    "metric_logits": _keras("metrics.confusion_metrics", "_from_logits", _NO_METRIC, in_code=True),
    "metrics_of_outputs": _keras("trainers.compile_utils", "_flat_metrics", _NO_METRIC, in_code=True),
    "weighted_outputs": _keras("trainers.compile_utils", "_flat_weighted_metrics", _NO_METRIC, in_code=True),
    "metric_function": _keras("metrics.reduction_metrics", "_fn", _NO_READERS, in_code=True),
    "seed_generator": _keras("random.seed_generator", "SeedGenerator", _NO_HOLDER),
    "name_numbers": _keras("utils.naming", "object_name_uids", _NO_NUMBERS, in_code=True),
}
"""What is read of Keras 3."""

TF_KERAS_PARTS = {
    "layer": _tf_keras("engine.base_layer", "Layer", _NO_LAYERS),
    "model": _tf_keras("engine.training", "Model", "the variables of a model are listed in another order"),
    "functional": _tf_keras("engine.functional", "Functional", _NO_CONTAINER),
    "sequential": _tf_keras("engine.sequential", "Sequential", _NO_CONTAINER),
    "metric": _tf_keras("metrics.base_metric", "Metric", "metrics are recorded as layers"),
    "initialized": _tf_keras("engine.base_layer", "Layer._thread_local", _NO_INIT, in_code=True),
    "name": _tf_keras("engine.base_layer", "Layer._name", "layers are named by their class", in_code=True),
    "modules_inside": _tf_keras(
        "engine.base_layer", "Layer._self_tracked_trackables", _NO_CHILDREN, in_code=True
    ),
    "trainable_weights": _tf_keras(
        "engine.base_layer", "Layer._trainable_weights", _NO_VARIABLES, in_code=True
    ),
    "other_weights": _tf_keras(
        "engine.base_layer", "Layer._non_trainable_weights", _NO_VARIABLES, in_code=True
    ),
    "trainable": _tf_keras("engine.base_layer", "Layer._trainable", _NO_TRAINABLE, in_code=True),
    "supports_masking": _tf_keras("engine.base_layer", "Layer._supports_masking", _NO_MASK, in_code=True),
    "dtype_policy": _tf_keras("engine.base_layer", "Layer._dtype_policy", _NO_DTYPE, in_code=True),
    "mask": _tf_keras("engine.base_layer", "_keras_mask", _NO_MASK, in_code=True),
    "nodes": _tf_keras("engine.base_layer", "_inbound_nodes_value", _NO_MASK, in_code=True),
    "default_build": _tf_keras(
        "utils.generic_utils",
        "_is_default",
        "Keras's default build is recorded like one that the layer defines",
        in_code=True,
    ),
    "updates": _tf_keras("optimizers.utils", "filter_empty_gradients", _NO_UPDATES),
    "optimizer": _tf_keras("optimizers.optimizer", "_BaseOptimizer.apply_gradients", _NO_UPDATES),
    "initial_numbers": _tf_keras(
        "initializers.initializers",
        "_random_generator",
        "initializers that draw the same numbers for two layers are not found",
        in_code=True,
    ),
    "scratch_graph": _tf_keras("engine.base_layer", "_scratch_graph", _NO_SYMBOLIC, in_code=True),
    "train_function": _tf_keras("engine.training", "Model.make_train_function", _NO_ROLE),
    "test_function": _tf_keras("engine.training", "Model.make_test_function", _NO_ROLE),
    "predict_function": _tf_keras("engine.training", "Model.make_predict_function", _NO_ROLE),
    "average": _tf_keras(
        "optimizers.optimizer", "_BaseOptimizer._model_variables_moving_average", _NO_AVERAGE, in_code=True
    ),
    "learning_rate": _tf_keras("optimizers.optimizer", "_learning_rate", _NO_RATE, in_code=True),
    "attention_mask": _tf_keras(
        "layers.attention.multi_head_attention", "MultiHeadAttention._compute_attention_mask", _NO_ATTENTION
    ),
    "graph_of_layers": _tf_keras("engine.functional", "Functional._init_graph_network", _NO_INPUTS),
    "nested_outputs": _tf_keras("engine.functional", "Functional._nested_outputs", _NO_HEAD, in_code=True),
    "callable_losses": _tf_keras("engine.base_layer", "Layer._callable_losses", _NO_LATE, in_code=True),
    "iterations": _tf_keras("optimizers.optimizer", "_iterations", _NO_STEPS, in_code=True),
    "loss_options": _tf_keras("losses", "_fn_kwargs", _NO_LOSS, in_code=True),
    "history": _tf_keras("engine.keras_tensor", "_keras_history", _NO_OUTPUT, in_code=True),
    "run_eagerly": _tf_keras("engine.training", "Model._run_eagerly", _NO_READERS, in_code=True),
    "losses": _tf_keras("engine.compile_utils", "LossesContainer._user_losses", _NO_READERS, in_code=True),
    "metrics": _tf_keras("engine.compile_utils", "MetricsContainer._user_metrics", _NO_READERS, in_code=True),
    "counters": _tf_keras("engine.training", "Model._init_batch_counters", _NO_HOLDER),
    "any_optimizer": _tf_keras("optimizers.optimizer", "_BaseOptimizer", _NO_HOLDER),
    "legacy_optimizer": _tf_keras("optimizers.legacy.optimizer_v2", "OptimizerV2", _NO_HOLDER),
    "loss_scale": _tf_keras("mixed_precision.loss_scale_optimizer", "BaseLossScaleOptimizer", _NO_HOLDER),
    "random_generator": _tf_keras("backend", "RandomGenerator", _NO_HOLDER),
    "keras_graph": _tf_keras("backend", "keras_graph", _NO_SYMBOLIC, in_code=True),
    "name_numbers": _tf_keras("backend", "get_default_graph_uid_map", _NO_NUMBERS),
}
"""What is read of tf_keras."""

TRAINERS = (
    KERAS_PARTS["train_function"].module,
    TF_KERAS_PARTS["train_function"].module,
    jax_private.PARTS["step_function"].module,
    torch_private.PARTS["step_function"].module,
)
"""The modules that train, test and predict."""

PARTS = {"keras": KERAS_PARTS, "tf_keras": TF_KERAS_PARTS}
"""Both tables, by the package that they are about."""
