"""Replace attributes, count who needs that, and put back the very objects that were there."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from layertrace.record.engines.wrappers import behind, hand_back_attributes
from layertrace.record.hooks.observer import attributes_of
from layertrace.record.process.guard import warn_once

__all__ = ["Patch", "Patches", "Slot"]


class Slot:
    """A place that can be patched: an attribute of a class or module."""

    def __init__(self, owner: Any, name: str) -> None:
        self.owner = owner
        self.name = name

    @property
    def key(self) -> tuple[int, str]:
        """What makes this slot the same as another."""
        return id(self.owner), self.name

    def get(self) -> Any:
        """Return what lies here itself: no inherited attribute, no bound method."""
        return attributes_of(self.owner).get(self.name)

    def set(self, value: Any) -> None:
        """Put `value` here."""
        setattr(self.owner, self.name, value)


class Patch:
    """One replaced attribute and how many need it replaced."""

    def __init__(self, slot: Slot, original: Any, replacement: Any) -> None:
        self.slot = slot
        self.original = original
        self.replacement = replacement
        self.users = 1

    def undo(self) -> None:
        """Put the original back, unless somebody else has put something there since.

        What they put there may be an older wrapper, as a mock does that began in an earlier recording.
        """
        hand_back_attributes(self.replacement)
        there = self.slot.get()
        if there is self.replacement:
            self.slot.set(self.original)
        elif (bare := behind(there)) is not there and bare is not None:
            self.slot.set(bare)


class Patches:
    """All patches in force. Several recorders share one; the last to leave undoes it."""

    def __init__(self) -> None:
        self._patches: dict[tuple[int, str], Patch] = {}
        self._lock = threading.RLock()

    def acquire(self, slot: Slot, replace: Callable[[Any], Any]) -> Callable[[], None] | None:
        """Patch `slot`, or count one more user of its patch.

        Args:
            slot: What to patch.
            replace: Makes the replacement from the original; None leaves the slot alone.

        Returns:
            The undo, which may be called once, in any order with others; None if nothing was patched.
        """
        with self._lock:
            patch = self._patches.get(slot.key)
            if patch is not None:
                patch.users += 1
                return self._release_of(patch)
            original = behind(slot.get())
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
            patch = self._patches[slot.key] = Patch(slot, original, replacement)
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
                    del self._patches[patch.slot.key]
                    patch.undo()

        return release

    def __len__(self) -> int:
        return len(self._patches)


patches = Patches()
"""The one book of patches of this process."""
