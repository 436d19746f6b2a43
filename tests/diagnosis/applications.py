"""Diagnose every architecture of `keras.applications`; each finding above a note is a false alarm.

python tests/diagnosis/applications.py                 # all of them, which takes some minutes
python tests/diagnosis/applications.py MobileNetV2     # only these
"""

from __future__ import annotations

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

import layertrace

SIZES = {"NASNetLarge": 331, "NASNetMobile": 224, "InceptionV3": 75, "InceptionResNetV2": 75, "Xception": 71}
SMALLEST = 32


def architectures() -> list[str]:
    """Return the names of the functions that make a model."""
    members = vars(keras.applications)
    return sorted(name for name, member in members.items() if callable(member) and name[0].isupper())


def findings_of(name: str):
    """Return the findings of a model with random weights: created, called, and trained for two steps."""
    keras.backend.clear_session()
    size = SIZES.get(name, SMALLEST)
    images = np.random.default_rng(0).uniform(0, 255, (4, size, size, 3)).astype("float32")
    labels = np.array([0, 1, 0, 1])
    with layertrace.trace(report=False) as timeline:
        model = getattr(keras.applications, name)(weights=None, input_shape=(size, size, 3), classes=2)
        model(images[:1])
        model.compile("sgd", "sparse_categorical_crossentropy")
        model.fit(images, labels, batch_size=2, verbose=0)
        model.train_on_batch(images, labels)
    findings = timeline.findings(select=["LT"], ignore=[])
    # With random weights, two steps may make the weights of EfficientNetB4 to B7 NaN, also without a trace.
    is_lost = not all(np.isfinite(weight).all() for weight in model.get_weights())
    return [finding for finding in findings if not (is_lost and finding.code == "LT525")]


def main() -> int:
    """Print the findings of each architecture, and return 1 if there is any."""
    failures = 0
    for name in sys.argv[1:] or architectures():
        alarms = [finding for finding in findings_of(name) if finding.severity != "note"]
        failures += bool(alarms)
        print(f"{name:24} {'; '.join(map(str, alarms)) or 'nothing'}", flush=True)
    print(f"{failures or 'no'} architecture{'s' * (failures != 1)} with a false alarm")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
