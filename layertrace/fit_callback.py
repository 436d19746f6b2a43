"""Record one `fit` as a callback: `model.fit(x, y, callbacks=[layertrace.Callback()])`."""

from __future__ import annotations

import os
import weakref
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from layertrace.errors import UnknownLayerError
from layertrace.record.process.guard import guarded
from layertrace.reporting import report
from layertrace.timeline import Timeline
from layertrace.tracing import trace

__all__ = ["Callback"]

M = TypeVar("M")


def _default(method: M) -> M:
    """Mark a method that does nothing, as Keras marks its own, which it then leaves out in each step."""
    method._is_default = True  # type: ignore[attr-defined]  # read by keras.utils.is_default
    return method


class Callback:
    """Records a `fit` of Keras 3 or tf_keras, from its first step to its end, and marks each epoch.

    It has the methods of `keras.callbacks.Callback` and does nothing in a step, so that compiled steps run at
    their own speed. If `fit` fails, Keras does not call it again: its recording ends in its next `fit`, when
    nothing refers to it any more, or with the program. The page and the findings follow then.

    The marks are named `epoch 1` and, inside these, `validation`: `timeline.mark_table()` shows what happened
    in each, and `timeline.during("epoch 1")` selects by them.

    Args:
        *targets: What to record instead of every layer, as for `layertrace.trace`.
        exclude: What to leave out, as for `layertrace.trace`.
        save: A file to write the recording to as it happens: `.layertrace` or `.jsonl`.
        html: A file to write the recording to as a page when `fit` ends.
        check: Whether to print the findings and the verdict when `fit` ends, with what happened.

    Attributes:
        timeline: The recording of the latest `fit`.

    Raises:
        TargetError: If `layertrace.trace` does not take a target.
        UnknownLayerError: If `timeline` is read before the first `fit`.

    Example:
        recording = layertrace.Callback(check=True)
        model.fit(x, y, callbacks=[recording])
        print(recording.timeline.mark_table())
    """

    async_safe = True
    """Keras may call it from another thread, since it does nothing in a step."""
    _supports_tf_logs = True  # of tf_keras: the logs of a step need not be converted

    def __init__(
        self,
        *targets: object,
        exclude: object = (),
        save: str | os.PathLike[str] | None = None,
        html: str | os.PathLike[str] | None = None,
        check: bool = False,
    ) -> None:
        self.model: Any = None
        self.params: dict[str, Any] | None = None
        self._targets, self._exclude = targets, exclude
        self._save, self._html, self._check = save, html, check
        self._recording: trace | None = None
        self._if_unfinished: weakref.finalize[..., Callback] | None = None
        self._timeline: Timeline | None = None
        self._marks: list[AbstractContextManager[None]] = []
        trace(*targets, exclude=exclude)  # raises for a wrong target before anything runs

    @property
    def timeline(self) -> Timeline:
        """The recording of the latest `fit`."""
        if self._timeline is None:
            raise UnknownLayerError("nothing was recorded yet: pass this callback to fit")
        return self._timeline

    def set_params(self, params: dict[str, Any]) -> None:
        """Keep the parameters of `fit`, as Keras's own class does."""
        self.params = params

    def set_model(self, model: Any) -> None:
        """Keep the model, as Keras's own class does."""
        self.model = model

    def on_train_begin(self, logs: Any = None) -> None:
        """Begin to record; if the last `fit` has failed, first end its recording and show it."""
        if self._if_unfinished is not None:
            self._if_unfinished()
        self._marks.clear()
        recording = self._recording = trace(*self._targets, exclude=self._exclude, save=self._save)
        self._timeline = recording.start()
        self._if_unfinished = weakref.finalize(
            self, _end_unfinished, recording, self._timeline, self._html, check=self._check
        )

    def on_train_end(self, logs: Any = None) -> None:
        """End the recording, write its page and print what is wrong."""
        if self._if_unfinished is not None:
            self._if_unfinished.detach()
        if self._recording is not None and self._timeline is not None:
            self._recording.stop()
            self._recording = None
            _show(self._timeline, self._html, check=self._check)

    def _begin(self, name: str) -> None:
        if self._recording is not None:
            self._marks.append(self.timeline.mark(name))
            self._marks[-1].__enter__()

    def _end(self) -> None:
        if self._recording is not None and self._marks:
            self._marks.pop().__exit__(None, None, None)

    @_default
    def on_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Do nothing."""

    @_default
    def on_batch_end(self, batch: int, logs: Any = None) -> None:
        """Do nothing."""

    on_train_batch_begin = on_test_batch_begin = on_predict_batch_begin = on_batch_begin
    on_train_batch_end = on_test_batch_end = on_predict_batch_end = on_batch_end

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Mark the epoch; the first is `epoch 1`, as in what Keras prints."""
        self._begin(f"epoch {epoch + 1}")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """End the mark of the epoch."""
        self._end()

    def on_test_begin(self, logs: Any = None) -> None:
        """Mark the validation inside an epoch."""
        self._begin("validation")

    def on_test_end(self, logs: Any = None) -> None:
        """End the mark of the validation."""
        self._end()

    def on_predict_begin(self, logs: Any = None) -> None:
        """Do nothing."""

    on_predict_end = on_predict_begin

    def _implements_train_batch_hooks(self) -> bool:
        """Return whether tf_keras has to call this callback in each step."""
        return False

    _implements_test_batch_hooks = _implements_predict_batch_hooks = _implements_train_batch_hooks


def _end_unfinished(
    recording: trace, timeline: Timeline, html: str | os.PathLike[str] | None, *, check: bool
) -> None:
    """End the recording of a `fit` that did not end, and show it."""
    with guarded("show a fit that did not end"):  # nothing catches what a finalizer raises
        recording.stop()
        _show(timeline, html, check=check)


def _show(timeline: Timeline, html: str | os.PathLike[str] | None, *, check: bool) -> None:
    if html is not None:
        from layertrace.render import write_page

        write_page(timeline, html)
    if check:
        report(timeline)
