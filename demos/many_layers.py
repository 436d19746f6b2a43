"""How does a whole MobileNetV2 look? A shallow tree, one block, and a table with all layers.

Look for:
- `157 layers · 2,270,794 parameters`: the first line counts, and the end of the table adds up as `summary()`
  does.
- `… 4 events inside`: what `depth=1` leaves out is counted.
- `not trainable 34,112 parameters`: the statistics of the batch normalizations.
"""

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
