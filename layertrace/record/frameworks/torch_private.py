"""List the private parts of torch, and of Keras on torch, that layertrace uses; what is lost without each."""

from __future__ import annotations

from functools import cache
from typing import Any

from layertrace.record.frameworks import parts
from layertrace.record.frameworks.parts import TORCH_SEEN, Part
from layertrace.timeline.ownership import is_keras_name

__all__ = ["PARTS", "find", "home"]

_NO_TRACES = "what torch.compile compiles is not recorded"
_NO_CAUSES = "why torch.compile compiles a function again is not known"
_NO_BREAKS = "graph breaks are not recorded"
_NO_TIMES = "how long the backend of torch.compile took is not known"
_NO_SIZES = "how many ops torch.compile found, and where it gave up compiling, is not known"

_NO_STEPS = "steps of torch's own optimizers are not recorded"

_NO_SWAPPED = "crossentropies of Keras that are given outputs as targets are not found"

_HANDLER = "CompilationCallbackHandler"

PARTS = {
    "compilation_begins": Part(
        "torch._dynamo.callback", f"{_HANDLER}.run_start_callbacks", TORCH_SEEN, _NO_TRACES
    ),
    "compilation_ends": Part(
        "torch._dynamo.callback", f"{_HANDLER}.run_end_callbacks", TORCH_SEEN, _NO_TRACES
    ),
    "compile_frame": Part("torch._dynamo.convert_frame", "_compile", TORCH_SEEN, _NO_TRACES),
    "failed_guards": Part("torch._dynamo.convert_frame", "reasons", TORCH_SEEN, _NO_CAUSES, in_code=True),
    "graph_breaks": Part("torch._dynamo.utils", "graph_break_reasons", TORCH_SEEN, _NO_BREAKS),
    "error_stack": Part("torch._dynamo.exc", "real_stack", TORCH_SEEN, _NO_BREAKS, in_code=True),
    "metrics_context": Part("torch._dynamo.utils", "get_metrics_context", TORCH_SEEN, _NO_TIMES),
    "metrics_so_far": Part(
        "torch._dynamo.metrics_context", "MetricsContext._metrics", TORCH_SEEN, _NO_TIMES, in_code=True
    ),
    "backend_time": Part(
        "torch._dynamo.output_graph",
        "aot_autograd_cumulative_compile_time_us",
        TORCH_SEEN,
        _NO_TIMES,
        in_code=True,
    ),
    "metrics": Part("torch._dynamo.utils", "add_compilation_metrics_to_chromium", TORCH_SEEN, _NO_SIZES),
    "compiled_frames": Part("torch._dynamo.convert_frame", "FRAME_COUNTER", TORCH_SEEN, _NO_STEPS),
    "changes_in_place": Part(
        "torch", "Tensor._version", TORCH_SEEN, "gradients that no step clears are not found"
    ),
    "steps_of_schedules": Part(
        "torch.optim.lr_scheduler",
        "_opt_called",
        TORCH_SEEN,
        "schedules of an optimizer that makes no step are not found",
        in_code=True,
    ),
    "binary_crossentropy": Part(
        "keras.src.backend.torch.nn", "binary_crossentropy", "Keras 3.15", _NO_SWAPPED
    ),
    "categorical_crossentropy": Part(
        "keras.src.backend.torch.nn", "categorical_crossentropy", "Keras 3.15", _NO_SWAPPED
    ),
    "step_function": Part(
        "keras.src.backend.torch.trainer",
        "one_step_on_data",
        "Keras 3.15",
        "the functions that train, test and predict have no role",
        in_code=True,
    ),
}


@cache
def find(name: str) -> Any:
    """Return a private part; return None, after one warning, if this torch does not have it."""
    part = PARTS[name]
    return parts.find(part, "Keras" if is_keras_name(part.module) else "torch")


def home(name: str) -> tuple[Any, str]:
    """Return the module or class that a private part belongs to, and its name there."""
    return parts.home(PARTS[name])
