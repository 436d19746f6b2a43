"""Print what each group of checks takes for a dense layer, and the whole with the import of TensorFlow."""

import time
from collections import Counter
from statistics import median

BEGIN = time.perf_counter()

import keras  # noqa: E402

from layertrace.testing import check_layer  # noqa: E402

RUNS = 3


def seconds_of_groups():
    """Return the seconds that each group took in one run."""
    seconds = Counter()
    for result in check_layer(lambda: keras.layers.Dense(3), "float32[2, 5]").results:
        seconds[result.check.group] += result.seconds
    return seconds


imported = time.perf_counter() - BEGIN
runs = [seconds_of_groups()]
whole = time.perf_counter() - BEGIN
runs += [seconds_of_groups() for _ in range(RUNS - 1)]
print(f"import {imported:.1f} s, with the first run {whole:.1f} s")
for group in runs[0]:
    print(f"{group:<12} {median(run[group] for run in runs):.2f} s")
print(f"{'all':<12} {median(run.total() for run in runs):.2f} s")
