"""Tell where the time of one recorded call goes, measured in place, and what one event weighs.

    python tests/benchmarks/pieces.py [--passes 300]

A hundred identity layers are called with the real hook, and with hooks from which one piece was cut: what is
saved is the price of that piece among cold caches, which is several times its price in a loop by itself. The
pieces do not add up to the whole: the rest is the frame of the hook, its conditions and its tuples. CPU time,
third decile of interleaved passes.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import tracemalloc

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras
import tensorflow as tf

import layertrace
from layertrace.record import hooks, observe
from layertrace.record.hub import Method
from layertrace.record.recorder import running
from layertrace.timeline.query import layer_numbers

_PLACE_FROM = "                    try:\n                        lt_frame"
_PLACE_TO = "                lt_shape = "
PIECES = {
    "the user's line": (_PLACE_FROM, "                    lt_place = None\n"),
    "which layer": ("lt_ready.get(id({subject}))", "lt_this_layer"),
    "the tensor's shape": ("lt_shape = {first}._tensor_shape", "lt_shape = lt_thread.shape"),
    "the clock, at the start": ("lt_clock(),", "0,"),
    "which thread": ("lt_threads.state", "lt_this_thread"),
    "keeping the record": ("lt_hub.emit((lt_span, lt_now, lt_shape, lt_dtype, None))", "pass"),
}


class Identity(keras.layers.Layer):
    """A layer whose `call` does nothing."""

    def call(self, x):
        return x


def without(piece: str) -> str:
    """Return the source of the hook's short way without a piece."""
    found, instead = PIECES[piece]
    source = hooks._SHORT_WAY
    if found == _PLACE_FROM:
        found = source[source.index(_PLACE_FROM) : source.index(_PLACE_TO)]
    assert found in source, f"the hook has no {found!r} any more"
    return source.replace(found, instead)


def hook_from(source: str, original):
    """Compile a hook from another source."""
    kept, hooks._SHORT_WAY = hooks._SHORT_WAY, source
    hooks._factory.cache_clear()
    try:
        return hooks.hook(Method("call"), original, (observe.begin, observe.end))
    finally:
        hooks._SHORT_WAY = kept
        hooks._factory.cache_clear()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--passes", type=int, default=300)
    passes = parser.parse_args().passes
    x, blocks = tf.ones((8, 8)), [Identity() for _ in range(100)]
    bare = Identity.call
    trace = layertrace.trace()
    trace.start()
    hooked = vars(Identity)["call"]
    blocks[0](x)
    hooks._NAMESPACE["lt_this_thread"] = hooks.threads.state
    hooks._NAMESPACE["lt_this_layer"] = layer_numbers.get(blocks[0])
    variants = {"bare": bare, "an empty function around it": lambda self, x: bare(self, x), "whole": hooked}
    variants |= {piece: hook_from(without(piece), bare) for piece in PIECES}
    times = {name: [] for name in variants}
    for _ in range(passes):
        for name, function in variants.items():
            Identity.call = function
            y, start = x, time.process_time_ns()
            for block in blocks:
                y = block(y)
            times[name].append((time.process_time_ns() - start) / 1e3 / len(blocks))
        running[-1]._records.clear()
    Identity.call = hooked
    typical = {name: sorted(values)[len(values) * 3 // 10] for name, values in times.items()}
    print(f"a bare call of an identity layer  {typical['bare']:6.2f} µs")
    for name in ("an empty function around it", "whole"):
        label = "the whole hook" if name == "whole" else name
        print(f"{label:33} {typical[name] - typical['bare']:+6.2f} µs")
    for piece in PIECES:
        print(f"  of that, {piece:24} {typical['whole'] - typical[piece]:6.2f} µs")
    print(f"memory of one recorded call       {weigh(x, blocks):6.0f} bytes")
    trace.stop()


def weigh(x, blocks) -> float:
    """Return the bytes that a recorded call keeps, of layers that pass on tensors of their own."""
    running[-1]._records.clear()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(100):
        for block in blocks:
            block(x)
    kept = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return kept / len(running[-1]._records)


if __name__ == "__main__":
    sys.exit(main())
