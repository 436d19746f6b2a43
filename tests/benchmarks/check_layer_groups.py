"""Print what each group of checks takes for a dense layer, and the whole with the import of TensorFlow.

The first column is the time, which other programs lengthen; the second is the processor time.
"""

import time
from collections import Counter
from statistics import median

BEGIN = time.perf_counter()

import keras  # noqa: E402

from layertrace.testing import check_layer  # noqa: E402

RUNS = 3


def seconds_of_groups():
    """Return the seconds that each group took in one run, and its processor time."""
    seconds, processor = Counter(), Counter()
    last = time.process_time()

    def add(result):
        nonlocal last
        now = time.process_time()
        seconds[result.check.group] += result.seconds
        processor[result.check.group] += now - last
        last = now

    check_layer(lambda: keras.layers.Dense(3), "float32[2, 5]", progress=add)
    return seconds, processor


imported = time.perf_counter() - BEGIN
runs = [seconds_of_groups()]
whole = time.perf_counter() - BEGIN
runs += [seconds_of_groups() for _ in range(RUNS - 1)]
print(f"import {imported:.1f} s, with the first run {whole:.1f} s")
for group in runs[0][0]:
    of_group = [median(run[kind][group] for run in runs) for kind in (0, 1)]
    print(f"{group:<12} {of_group[0]:.2f} s  {of_group[1]:.2f} s")
of_all = [median(run[kind].total() for run in runs) for kind in (0, 1)]
print(f"{'all':<12} {of_all[0]:.2f} s  {of_all[1]:.2f} s")
