"""Divide the CPU, so that there are devices for two replicas."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from layertrace.testing.contract.backends.loading import is_on_tensorflow
from layertrace.testing.contract.outcome import NotApplicable

if TYPE_CHECKING:
    from layertrace.testing.contract.check import Check

__all__ = ["mirrored", "prepare_devices"]

REPLICAS = 2


def prepare_devices(checks: Iterable[Check]) -> None:
    """Divide the CPU in two if a check needs that; nothing happens if TensorFlow has started already."""
    if not any(item.group == "distribution" for item in checks) or not is_on_tensorflow():
        return
    tf = importlib.import_module("tensorflow")
    cpu = tf.config.list_physical_devices("CPU")[0]
    with suppress(RuntimeError):  # it has started
        if len(tf.config.get_logical_device_configuration(cpu) or ()) < REPLICAS:
            parts = [tf.config.LogicalDeviceConfiguration() for _ in range(REPLICAS)]
            tf.config.set_logical_device_configuration(cpu, parts)


def mirrored() -> Any:
    """Return a `tf.distribute.MirroredStrategy` of two logical CPUs.

    Raises:
        NotApplicable: If TensorFlow has started with one.
    """
    tf = sys.modules["tensorflow"]
    devices = tf.config.list_logical_devices("CPU")
    if len(devices) < REPLICAS:
        raise NotApplicable("TensorFlow started with one logical CPU, two are needed")
    return tf.distribute.MirroredStrategy([device.name for device in devices[:REPLICAS]])
