"""List the private parts of TensorFlow that layertrace uses, and what is lost without each.

What is hooked is looked up when a trace starts; if a TensorFlow no longer has it, one warning names what
will be missing, and everything else is recorded. The parts that are only read are listed last; a recording
without one of them lacks what `Part.without` names.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from layertrace.record.frameworks import parts
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.frameworks.parts import TENSORFLOW_SEEN, Part

__all__ = ["PARTS", "find", "home", "replica_number"]

_NO_SPLIT = "datasets that are divided after a shuffle are not found"

PARTS = {
    "create_concrete_function": Part(
        "tensorflow.python.eager.polymorphic_function.tracing_compilation",
        "_create_concrete_function",
        TENSORFLOW_SEEN,
        "traces of tf.functions are not recorded",
    ),
    "convert_actual": Part(
        "tensorflow.python.autograph.impl.api",
        "_convert_actual",
        TENSORFLOW_SEEN,
        "calls that AutoGraph converts are not recorded",
    ),
    "call_function": Part(
        "tensorflow.python.eager.polymorphic_function.polymorphic_function",
        "Function.__call__",
        TENSORFLOW_SEEN,
        "runs of tf.functions are not counted",
    ),
    "call_concrete": Part(
        "tensorflow.python.eager.polymorphic_function.concrete_function",
        "ConcreteFunction.__call__",
        TENSORFLOW_SEEN,
        "runs of concrete functions are not counted",
    ),
    "iterate_dataset": Part(
        "tensorflow.python.data.ops.iterator_ops",
        "OwnedIterator.__init__",
        TENSORFLOW_SEEN,
        "Python values that functions of a dataset read, and that changed later, are not noticed",
    ),
    "dataset_inputs": Part(
        "tensorflow.python.data.ops.dataset_ops",
        "DatasetV2._inputs",
        TENSORFLOW_SEEN,
        "Python values that functions of a dataset read, and that changed later, are not noticed",
    ),
    "dataset_functions": Part(
        "tensorflow.python.data.ops.dataset_ops",
        "DatasetV2._functions",
        TENSORFLOW_SEEN,
        "Python values that functions of a dataset read, and that changed later, are not noticed",
    ),
    "shuffled": Part(
        "tensorflow.python.data.ops.shuffle_op",
        "_ShuffleDataset",
        TENSORFLOW_SEEN,
        _NO_SPLIT,
    ),
    "reshuffled": Part(
        "tensorflow.python.data.ops.shuffle_op",
        "_ShuffleDataset._reshuffle_each_iteration",
        TENSORFLOW_SEEN,
        _NO_SPLIT,
        in_code=True,
    ),
    "taken_count": Part(
        "tensorflow.python.data.ops.take_op",
        "_TakeDataset._count",
        TENSORFLOW_SEEN,
        _NO_SPLIT,
        in_code=True,
    ),
    "skipped_count": Part(
        "tensorflow.python.data.ops.skip_op",
        "_SkipDataset._count",
        TENSORFLOW_SEEN,
        _NO_SPLIT,
        in_code=True,
    ),
    "taken": Part(
        "tensorflow.python.data.ops.take_op",
        "_TakeDataset",
        TENSORFLOW_SEEN,
        _NO_SPLIT,
    ),
    "skipped": Part(
        "tensorflow.python.data.ops.skip_op",
        "_SkipDataset",
        TENSORFLOW_SEEN,
        _NO_SPLIT,
    ),
    "sharded": Part(
        "tensorflow.python.data.ops.shard_op",
        "_ShardDataset",
        TENSORFLOW_SEEN,
        _NO_SPLIT,
    ),
    "restored": Part(
        "tensorflow.python.checkpoint.checkpoint",
        "CheckpointLoadStatus._checkpoint",
        TENSORFLOW_SEEN,
        "a checkpoint that restores nothing of a layer is not noticed",
        in_code=True,
    ),
    "trace_arguments": Part(
        "tensorflow.python.eager.polymorphic_function.tracing_compilation",
        "_maybe_define_function",
        TENSORFLOW_SEEN,
        "a last batch with fewer rows is shown by its shapes alone",
    ),
    "known_traces": Part(
        "tensorflow.core.function.polymorphism.function_cache",
        "FunctionCache._primary",
        TENSORFLOW_SEEN,
        "the causes of retraces are not known",
    ),
    "function_context": Part(
        "tensorflow.python.eager.polymorphic_function.function_context",
        "make_function_context",
        TENSORFLOW_SEEN,
        "retraces for another graph, device or strategy have no cause",
    ),
    "known_shape": Part(
        "tensorflow.python.framework.ops",
        "EagerTensor._tensor_shape",
        TENSORFLOW_SEEN,
        "a recorded call takes longer",
    ),
    "shape_tuple": Part(
        "tensorflow.python.framework.ops",
        "EagerTensor._shape_tuple",
        TENSORFLOW_SEEN,
        "a recorded call takes longer",
    ),
    "dtype_number": Part(
        "tensorflow.python.framework.ops",
        "EagerTensor._datatype_enum",
        TENSORFLOW_SEEN,
        "a recorded call takes longer",
    ),
    "shape_sizes": Part(
        "tensorflow.python.framework.tensor_shape",
        "TensorShape._dims",
        TENSORFLOW_SEEN,
        "a recorded call takes longer",
    ),
    "transpiler": Part(
        "tensorflow.python.autograph.impl.api",
        "_TRANSPILER",
        TENSORFLOW_SEEN,
        "lines of code that AutoGraph converted are shown in the generated file",
    ),
    # Only read:
    "transpiler_cache": Part(
        "tensorflow.python.autograph.pyct.transpiler",
        "PyToPy._cache",
        TENSORFLOW_SEEN,
        "lines of code that AutoGraph converted are shown in the generated file",
        in_code=True,
    ),
    "cached_code": Part(
        "tensorflow.python.autograph.pyct.cache",
        "CodeObjectCache._cache",
        TENSORFLOW_SEEN,
        "lines of code that AutoGraph converted are shown in the generated file",
        in_code=True,
    ),
    "generated_file": Part(
        "tensorflow.python.autograph.pyct.loader",
        "__autograph_generated_file",
        TENSORFLOW_SEEN,
        "code that AutoGraph generated is taken for the user's",
        in_code=True,
    ),
    "object_of_trace_type": Part(
        "tensorflow.core.function.trace_type.default_types",
        "Weakref._ref",
        TENSORFLOW_SEEN,
        "retraces for another object do not name it",
        in_code=True,
    ),
    "extension_type": Part(
        "tensorflow.python.framework.extension_type",
        "ExtensionTypeSpec",
        TENSORFLOW_SEEN,
        "arguments of the program's own extension types are not described by their fields",
    ),
    "jit_compile": Part(
        "tensorflow.python.eager.polymorphic_function.attributes",
        "_XlaMustCompile",
        TENSORFLOW_SEEN,
        "it is not known which traces are compiled by XLA",
        in_code=True,
    ),
    "function_captures": Part(
        "tensorflow.python.eager.polymorphic_function.polymorphic_function",
        "Function._function_captures",
        TENSORFLOW_SEEN,
        "runs of tf.functions are not counted",
        in_code=True,
    ),
    "method_of_instance": Part(
        "tensorflow.python.eager.polymorphic_function.polymorphic_function",
        "__original_wrapped__",
        TENSORFLOW_SEEN,
        "the monitoring engine does not record calls of a layer whose call is a tf.function",
        in_code=True,
    ),
    "mapped_function": Part(
        "tensorflow.python.data.ops.structured_function",
        "StructuredFunctionWrapper",
        TENSORFLOW_SEEN,
        "functions of tf.data are compared with each other, and reported as recreated",
    ),
    "function_of_dataset": Part(
        "tensorflow.python.data.ops.structured_function",
        "StructuredFunctionWrapper._func",
        TENSORFLOW_SEEN,
        "the function that a dataset maps is shown where TensorFlow wraps it",
        in_code=True,
    ),
    "tracked_collection": Part(
        "tensorflow.python.trackable.data_structures",
        "List._storage",
        TENSORFLOW_SEEN,
        "what lists that belong to a layer contain is not known",
        in_code=True,
    ),
    "replica_number": Part(
        "tensorflow.python.distribute.distribute_lib",
        "ReplicaContextBase._replica_id_in_sync_group",
        TENSORFLOW_SEEN,
        "events do not show in which replica they happened",
        in_code=True,
    ),
}


def home(name: str) -> tuple[Any, str]:
    """Return the module or class that a part belongs to, and its name there."""
    return parts.home(PARTS[name])


def replica_number(context: Any) -> int | None:
    """Return the number of the replica that a `tf.distribute.ReplicaContext` stands for, without an op.

    The public `replica_id_in_sync_group` adds a constant to the program's graph each time it is read.
    """
    if not hasattr(context, "_replica_id_in_sync_group"):
        parts.warn_about(PARTS["replica_number"], "TensorFlow")
        return None
    number = context._replica_id_in_sync_group
    return number if isinstance(number, int) else None


def find(name: str) -> Any:
    """Return a private part; return None, after one warning, if this TensorFlow does not have it.

    It is None without a warning where no Keras that is recorded runs on TensorFlow.
    """
    return None if Loaded.tf is None else _found(name)


@cache
def _found(name: str) -> Any:
    return parts.find(PARTS[name], "TensorFlow")
