"""Replace attributes, count the users of each replacement, and restore the original objects."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from layertrace.record.engines.wrappers import hand_back_attributes, original_of
from layertrace.record.hooks.observer import attributes_of
from layertrace.record.process.guard import warn_once

__all__ = ["Patch", "Patches", "Slot"]


class Slot:
    """An attribute of a class or module, which can be patched.

    Attributes:
        key: Two slots with the same key are the same attribute.
    """

    def __init__(self, owner: object, name: str) -> None:
        self.owner = owner
        self.name = name
        self.key = id(owner), name

    def get(self) -> object:
        """Return what the owner itself holds: no inherited attribute, no bound method."""
        return attributes_of(self.owner).get(self.name)

    def set(self, value: object) -> None:
        """Assign `value`."""
        setattr(self.owner, self.name, value)


class Patch:
    """One replaced attribute, and the number of its users."""

    def __init__(self, slot: Slot, original: object, replacement: object) -> None:
        self.slot = slot
        self.original = original
        self.replacement = replacement
        self.users = 1

    def undo(self) -> None:
        """Restore the original, unless the program has assigned something else since.

        That may be one of our older wrappers, as by a mock that began in an earlier recording.
        """
        hand_back_attributes(self.replacement)
        current = self.slot.get()
        if current is self.replacement:
            self.slot.set(self.original)
        elif (bare := original_of(current)) is not current and bare is not None:
            self.slot.set(bare)


class Patches:
    """All active patches. Recorders share them; the last user of a patch undoes it.

    A slot has several patches if the program has assigned something else to a patched attribute.
    """

    def __init__(self) -> None:
        self._patches: dict[tuple[int, str], list[Patch]] = {}
        self._lock = threading.RLock()

    def acquire(self, slot: Slot, replace: Callable[[Any], object]) -> Callable[[], None] | None:
        """Patch `slot`, or count one more user of its patch.

        Args:
            slot: What to patch.
            replace: Returns the replacement for the original; None leaves the slot as it is.

        Returns:
            A function that undoes the patch, or None if nothing was patched. Call it once; several patches
            can be undone in any order.
        """
        with self._lock:
            current = slot.get()
            original = original_of(current)
            active = self._patches.get(slot.key, [])
            patch = next((each for each in active if each.replacement is current), None)
            if patch is None and active and original is not current:
                patch = active[-1]  # the slot holds a wrapper of an earlier recording
            if patch is not None:
                patch.users += 1
                return self._release_of(patch)
            replacement = None if original is None else replace(original)
            if replacement is None:
                return None
            try:
                slot.set(replacement)
            except (AttributeError, TypeError) as error:
                warn_once(
                    f"layertrace cannot hook {slot.name} of {slot.owner!r}: {error}; its events are missing.",
                    key=f"{slot.key}",
                )
                return None
            patch = Patch(slot, original, replacement)
            self._patches.setdefault(slot.key, []).append(patch)
            return self._release_of(patch)

    def _release_of(self, patch: Patch) -> Callable[[], None]:
        left = [patch]

        def release() -> None:
            with self._lock:
                if not left:
                    return
                left.clear()
                patch.users -= 1
                if patch.users == 0:
                    self._undo(patch)

        return release

    def _undo(self, patch: Patch) -> None:
        active = self._patches[patch.slot.key]
        active.remove(patch)
        if not active:
            del self._patches[patch.slot.key]
        if any(each.replacement is patch.slot.get() for each in active):  # it will restore the slot
            hand_back_attributes(patch.replacement)
        else:
            patch.undo()

    def __len__(self) -> int:
        return len(self._patches)


patches = Patches()
"""The patches of this process."""
