"""Everything layertrace raises, so that one `except LayertraceError` catches it all.

    LayertraceError
    ├── TargetError            (TypeError)    trace() was given something it cannot trace
    ├── ExpressionError        (ValueError)   a lifecycle expression that does not parse
    ├── QueryError             (ValueError)   a question the timeline cannot answer: unknown field, kind, mode
    ├── UnknownLayerError      (LookupError)  a layer that the timeline does not have
    ├── FormatError            (ValueError)   a file that is not a timeline layertrace can read
    ├── ExpectationError       (ValueError)   an expectation in a test that cannot be met or understood
    ├── ProgramError           (ValueError)   a program that `layertrace run` cannot run
    ├── RuleError              (ValueError)   an unknown rule, code or severity was named
    ├── CulpritError           (RuntimeError) trace(fail_on=…) stopped the program at a mistake
    ├── EngineError            (RuntimeError) functions cannot be observed in the way that was asked for
    └── HostError              (ImportError)  TensorFlow or Keras is missing, or too old

    LayertraceWarning          (UserWarning)  layertrace stepped aside; the traced program goes on

Each also derives from the builtin that a caller would expect, as the standard library's do.
"""

from __future__ import annotations

__all__ = [
    "CulpritError",
    "EngineError",
    "ExpectationError",
    "ExpressionError",
    "FormatError",
    "HostError",
    "LayertraceError",
    "LayertraceWarning",
    "ProgramError",
    "QueryError",
    "RuleError",
    "TargetError",
    "UnknownLayerError",
]


class LayertraceError(Exception):
    """The base of every error that layertrace raises."""


class TargetError(LayertraceError, TypeError):
    """`trace()` or `traced` was given something that is no layer, layer class or name."""


class ExpressionError(LayertraceError, ValueError):
    """A lifecycle expression does not parse; the message points at the place in it.

    Attributes:
        expression: The whole expression.
        position: Where in it the fault lies, as an index from 0.
    """

    def __init__(self, problem: str, expression: str, position: int) -> None:
        self.expression = expression
        self.position = position
        self.problem = problem
        super().__init__(f"{problem}\n    {expression}\n    {' ' * position}^")


class QueryError(LayertraceError, ValueError):
    """A timeline was asked by a field, kind or mode that events do not have."""


class UnknownLayerError(LayertraceError, LookupError):
    """No event in the timeline belongs to this layer, class or name."""


class FormatError(LayertraceError, ValueError):
    """A file is not a timeline, is damaged, or was written by a newer layertrace."""


class ExpectationError(LayertraceError, ValueError):
    """An expectation of `layertrace.testing`, or the pytest marker, was given what it cannot check."""


class ProgramError(LayertraceError, ValueError):
    """A program does not exist or does not compile, so that it cannot be run."""


class RuleError(LayertraceError, ValueError):
    """A rule, code or severity that does not exist was named, or one that cannot do what was asked."""


class CulpritError(LayertraceError, RuntimeError):
    """`trace(fail_on=…)` stopped the program where a rule was broken.

    Attributes:
        finding: What the rule says.
    """

    # Keras and AutoGraph make exceptions anew to add what they know, unless these have such an attribute
    # (`keras/src/utils/traceback_utils.py` of Keras 3.0 to 3.15, the same of tf_keras, and
    # `tensorflow/python/autograph/impl/api.py` of TensorFlow 2.16 to 2.21); ours would lose its finding.
    _keras_call_info_injected = True
    ag_pass_through = True

    def __init__(self, message: str, finding: object = None) -> None:
        self.finding = finding
        super().__init__(message)


class EngineError(LayertraceError, RuntimeError):
    """Functions cannot be observed by this engine here: `sys.monitoring` has no tool id left."""


class HostError(LayertraceError, ImportError):
    """What is to be recorded or told to is missing or too old: TensorFlow, Keras, or OpenTelemetry's SDK."""


class LayertraceWarning(UserWarning):
    """layertrace could not observe something; the traced program is not affected."""
