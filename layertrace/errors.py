"""All exceptions that layertrace raises; `except LayertraceError` catches every one.

    LayertraceError
    ├── TargetError            (TypeError)    trace() was given an object that it cannot trace
    ├── ExpressionError        (ValueError)   a lifecycle expression does not parse
    ├── QueryError             (ValueError)   a query names an unknown field, kind or mode
    ├── UnknownLayerError      (LookupError)  the timeline does not have this layer
    ├── FormatError            (ValueError)   a file is not a timeline, or cannot be written
    ├── ExpectationError       (ValueError)   an expectation in a test has an invalid argument
    ├── ProgramError           (ValueError)   `layertrace run` cannot run a program
    ├── RuleError              (ValueError)   a rule, code or severity is unknown
    ├── CulpritError           (RuntimeError) trace(fail_on=…) stopped the program at a mistake
    ├── EngineError            (RuntimeError) the requested engine cannot observe functions here
    └── DependencyError        (ImportError)  TensorFlow or Keras is missing or too old
        └── BackendError                      Keras runs on a backend that is not recorded

    LayertraceWarning          (UserWarning)  layertrace did not record something

Each also derives from the builtin exception that a caller would expect.
"""

from __future__ import annotations

__all__ = [
    "BackendError",
    "CulpritError",
    "DependencyError",
    "EngineError",
    "ExpectationError",
    "ExpressionError",
    "FormatError",
    "LayertraceError",
    "LayertraceWarning",
    "ProgramError",
    "QueryError",
    "RuleError",
    "TargetError",
    "UnknownLayerError",
]


class LayertraceError(Exception):
    """The base class of every error that layertrace raises."""


class TargetError(LayertraceError, TypeError):
    """`trace()` or `traced` was given an object that is not a layer, a layer class or a name."""


class ExpressionError(LayertraceError, ValueError):
    """A lifecycle expression does not parse; the message points at the mistake.

    Attributes:
        problem: What is wrong with it.
        expression: The whole expression.
        position: The index of the mistake in the expression.
    """

    def __init__(self, problem: str, expression: str, position: int) -> None:
        self.expression = expression
        self.position = position
        self.problem = problem
        super().__init__(f"{problem}\n    {expression}\n    {' ' * position}^")


class QueryError(LayertraceError, ValueError):
    """A query names a field, kind or mode that events do not have."""


class UnknownLayerError(LayertraceError, LookupError):
    """No event in the timeline belongs to this layer, class or name."""


class FormatError(LayertraceError, ValueError):
    """A file is not a timeline, is damaged, was written by a newer layertrace, or cannot be written."""


class ExpectationError(LayertraceError, ValueError):
    """An expectation of `layertrace.testing`, or the pytest marker, has an invalid argument."""


class ProgramError(LayertraceError, ValueError):
    """A program cannot be run, because it does not exist or does not compile."""


class RuleError(LayertraceError, ValueError):
    """A rule, code or severity does not exist, or does not support what was asked of it."""


class CulpritError(LayertraceError, RuntimeError):
    """`trace(fail_on=…)` stopped the program where it broke a rule.

    Attributes:
        finding: The `Finding` of that rule.
    """

    # Keras and AutoGraph replace an exception by a new one to add information, unless it has such an
    # attribute; the new one would lose our finding (`keras/src/utils/traceback_utils.py` of Keras 3.0 to
    # 3.15, the same of tf_keras, and `tensorflow/python/autograph/impl/api.py` of TensorFlow 2.16 to 2.21).
    _keras_call_info_injected = True
    ag_pass_through = True

    def __init__(self, message: str, finding: object = None) -> None:
        self.finding = finding
        super().__init__(message)


class EngineError(LayertraceError, RuntimeError):
    """Functions cannot be observed by this engine here: `sys.monitoring` has no tool id left."""


class DependencyError(LayertraceError, ImportError):
    """A package is missing or too old: TensorFlow, Keras, or the SDK of OpenTelemetry."""


class BackendError(DependencyError):
    """Keras runs on a backend that is not recorded, such as OpenVINO, or that `check_layer` cannot use."""


class LayertraceWarning(UserWarning):
    """layertrace could not record something; the traced program is not affected."""
