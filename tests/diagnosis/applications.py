"""Run the doctor over every architecture of `keras.applications`, none of which has a mistake.

python tests/diagnosis/applications.py                 # all of them, some minutes
python tests/diagnosis/applications.py MobileNetV2     # some
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
    found = vars(keras.applications)
    return sorted(name for name, thing in found.items() if callable(thing) and name[0].isupper())


def findings_of(name: str):
    """Make a model with random weights for its smallest input, call it, and return what is found."""
    keras.backend.clear_session()
    size = SIZES.get(name, SMALLEST)
    with layertrace.trace(report=False) as timeline:
        model = getattr(keras.applications, name)(weights=None, input_shape=(size, size, 3), classes=2)
        model(np.zeros((1, size, size, 3), "float32"))
    return timeline.findings(select=["LT"], ignore=[])


def main() -> int:
    wrong = 0
    for name in sys.argv[1:] or architectures():
        found = [one for one in findings_of(name) if one.severity != "note"]
        wrong += bool(found)
        print(f"{name:24} {'; '.join(map(str, found)) or 'nothing'}", flush=True)
    print(f"{wrong or 'no'} false alarm{'s' * (wrong != 1)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
