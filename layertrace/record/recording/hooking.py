"""Hook the functions and classes that a recorder needs, and restore them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from layertrace.errors import DependencyError
from layertrace.record.backends import loading
from layertrace.record.engines import choice
from layertrace.record.frameworks.import_hook import ImportWatch
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.hooks.hook_points import METHODS, class_points, shared_points, subclasses
from layertrace.record.hooks.jit_runs import count_steps
from layertrace.record.hooks.observer import Engine, HookPoint, Undo
from layertrace.record.hooks.torch_updates import observe_steps
from layertrace.record.process import safe
from layertrace.record.process.forks import held_over_forks
from layertrace.record.process.guard import guarded

__all__ = ["Hooking"]

_lock = held_over_forks(threading.RLock())


class Hooking:
    """The hooks of one recorder.

    Args:
        covers: Returns whether layers of a class have to be hooked.
        before_creation: Called with the class of each layer before the layer is created.
        imported: Called with the name of a framework that was imported just now.

    Attributes:
        imports: Notices frameworks that the program imports, between its `start` and its `stop`.
    """

    def __init__(
        self,
        covers: Callable[[type], bool],
        before_creation: Callable[[type], None],
        imported: Callable[[str], None],
    ) -> None:
        self._covers = covers
        self._before_creation = before_creation
        self.imports = ImportWatch(loading.WATCHED, imported)
        self._engine: Engine | None = None
        self._undos: list[Undo] = []
        self._classes: dict[int, type] = {}  # by identity: a metaclass may compare and hash as it likes
        self._methods: dict[int, tuple[object, ...]] = {}  # of each class, when its hooks began to be kept
        self._frameworks: set[str] = set()
        self._refusals: list[str] = []
        self._kept: Hooking | None = None  # whose hooks this one uses, too
        self._users = 0

    def keep(self) -> Undo:
        """Make recordings that start later use these hooks, which saves most of their start; return the undo.

        After the undo, the hooks stay until the last of these recordings stops.
        """
        with _lock:
            leave = self._share()
            self._methods = {key: _methods(cls) for key, cls in self._classes.items()}
            _kept.append(self)

        def undo() -> None:
            with _lock:
                _kept.remove(self)
                leave()

        return undo

    def hook_loaded(self) -> None:
        """Hook each Keras that is imported: all classes that are covered, and the layers that exist.

        What is hooked already stays so.
        """
        self._refusals = loading.refusals()
        for framework in loading.loaded():
            self._hook_framework(framework)

    def hook_imported(self) -> bool:
        """Return whether a Keras was imported since the last time, after hooking it."""
        self._refusals = loading.refusals()
        new = [framework for framework in loading.loaded() if framework not in self._frameworks]
        try:
            if new:
                loading.load()
        except DependencyError as error:
            self._refusals.append(str(error))
            return False
        for framework in new:
            self._hook_framework(framework)
        return bool(new)

    def _hook_framework(self, framework: str) -> None:
        self._frameworks.add(framework)
        if self._engine is None:
            self._engine = choice.enter()
        if not self._uses_kept(framework):
            for point in shared_points(framework, self._before_creation):
                self._hook(point, self._engine)
        for cls in subclasses(loading.layer_base(framework)):
            self.hook_class(cls)
        if framework == "keras" and (undo := self._engine.observe_existing_layers()) is not None:
            self._undos.append(undo)
        if Loaded.backend.name == "jax":
            self._undos.append(count_steps())
        if Loaded.backend.name == "torch":
            self._undos.append(observe_steps())

    def has_hooked(self, cls: type) -> bool:
        """Return whether a class is hooked."""
        return id(cls) in self._classes or (self._kept is not None and self._kept.has_hooked(cls))

    def hook_class(self, cls: type) -> None:
        """Hook one class, if it is covered."""
        if self._engine is None or self.has_hooked(cls) or not self._covers(cls):
            return
        classes = self._classes
        for owner in safe.mro(cls):  # inherited methods included
            if not self.has_hooked(owner):
                classes[id(owner)] = owner
                for point in _points(owner):
                    self._hook(point, self._engine)

    def _hook(self, point: HookPoint, engine: Engine) -> None:
        try:
            undo = engine.observe(point)
        except Exception:
            with guarded(f"hook {point.label}"):  # the label takes as long as to hook a point again
                raise
        else:
            if undo is not None:
                self._undos.append(undo)

    def _uses_kept(self, framework: str) -> bool:
        """Return whether hooks are in place for a framework, after sharing them."""
        with _lock:
            kept = next((each for each in _kept if framework in each._frameworks), None)
            if kept is not None and self._kept is None:
                self._undos.append(kept._share())
                self._kept = kept
                kept._leave_changed_classes()
            return kept is not None and self._kept is kept

    def _leave_changed_classes(self) -> None:
        """Leave classes whose methods the program has replaced to the recordings that use these hooks."""
        for key, cls in tuple(self._classes.items()):
            held = self._methods.get(key)
            now = _methods(cls)
            if held is not None and any(old is not new for old, new in zip(held, now, strict=True)):
                del self._classes[key]

    def _share(self) -> Undo:
        """Count one more user of the hooks; return what the user calls in the end."""
        with _lock:
            self._users += 1

        def leave() -> None:
            with _lock:
                self._users -= 1
                if not self._users:
                    self.undo()

        return leave

    def problems(self) -> list[str]:
        """Return a sentence for each reason why events were not recorded."""
        problems = [] if self._engine is None else self._engine.problems()
        return [*self._refusals, *problems]

    def undo(self) -> None:
        """Restore everything."""
        for undo in self._undos:
            undo()
        self._undos.clear()
        self._classes.clear()
        self._methods.clear()
        self._kept = None
        self._frameworks.clear()
        if self._engine is not None:
            self._engine = None
            choice.leave()


_kept: list[Hooking] = []
"""Those whose hooks are kept between recordings; they cover all classes."""


def _methods(cls: type) -> tuple[object, ...]:
    """Return what a class itself holds as the methods that are hooked."""
    return tuple(map(safe.namespace(cls).get, METHODS))


def _points(owner: type) -> Iterable[HookPoint]:
    try:
        return class_points(owner)
    except Exception:
        with guarded(f"hook a class named {safe.name_of(owner)}"):  # its layers still work, unrecorded
            raise
    return ()
