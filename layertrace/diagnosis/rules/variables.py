"""Variables and state that are made in the wrong place, or that Keras does not know of."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis.case import Case
from layertrace.diagnosis.finding import Evidence, Found
from layertrace.diagnosis.rule import rule
from layertrace.timeline.event import Event, LayerRef

_GUIDE = "https://www.tensorflow.org/guide/function#creating_tfvariables"


@rule("LT101", "variable-created-in-call", "error", _GUIDE, spots=[("variable", "call")])
def variable_created_in_call(case: Case) -> Iterator[Found]:
    """A layer makes a variable each time it is called.

    Eagerly every call makes another one: its value is forgotten, nothing trains it, nothing saves it. Inside a
    `tf.function` TensorFlow allows new variables only while the function is traced for the first time, and it
    traces a function twice on its first call if the first trace made some. So the second one fails, with
    "only supports singleton tf.Variables created on the first call".

    Bad:

    ```python
    def call(self, x):
        w = tf.Variable(tf.ones([x.shape[-1], 4]))
        return x @ w
    ```

    Good:

    ```python
    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], 4), initializer="ones", name="w")

    def call(self, x):
        return x @ self.w
    ```
    """
    made: dict[LayerRef, list[Event]] = {}
    for event in case.events("variable"):
        around = case.parent(event)
        if around is not None and around.kind == "call" and around.layer is not None:
            variable = event.variable
            if variable is not None and variable.source == "tf":
                made.setdefault(around.layer, []).append(event)
    for layer, events in made.items():
        refused = next((event for event in events if event.error is not None), None)
        shown = refused or events[0]
        assert shown.variable is not None  # noqa: S101  # as of all events of this kind
        often = "it was refused in a trace" if refused else f"{len(events)} so far"
        yield Found(
            message=f"{{layer}} makes a tf.Variable every time it is called ({often}): eagerly its value is "
            "forgotten with each call, and in a tf.function TensorFlow refuses it.",
            layer=layer,
            location=shown.location,
            evidence=(
                Evidence(
                    f"tf.Variable {shown.variable.dtype}{list(shown.variable.shape or ())} made in call",
                    tuple(event.seq for event in events[:4]),
                    shown.location,
                ),
            ),
            fix=_as_weight(shown),
        )


def _as_weight(event: Event) -> str:
    assert event.variable is not None  # noqa: S101  # as above
    shape = tuple(event.variable.shape or ())
    return (
        "def build(self, input_shape):\n"
        f'    self.w = self.add_weight(shape={shape}, initializer="zeros", name="w")'
    )
