"""A whole MobileNetV2 at a glance: a shallow tree, one block, and a table."""

import keras
import numpy as np
import rich

import layertrace

with layertrace.trace() as timeline:
    model = keras.applications.MobileNetV2((32, 32, 3), weights=None, classes=10)
    model(np.ones((1, 32, 32, 3), "float32"))

timeline.print(depth=1)
timeline.of("expanded_conv*").print()
rich.print(timeline.table())
