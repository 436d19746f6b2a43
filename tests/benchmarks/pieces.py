"""Show how the time of one recorded call is spent, with each engine, and the memory of one event.

    python tests/benchmarks/pieces.py [--passes 300]
    python tests/benchmarks/pieces.py --collections

A hundred identity layers are called with the real wrapper or callbacks, and with variants from which one
piece was removed. The difference is the cost of that piece with cold caches, several times its cost in a
loop by itself. The pieces do not add up to the total: the rest is the wrapper's frame or the callbacks,
conditions and tuples. "At least" is what any recorder in Python costs: a wrapper or callbacks that read the
arguments, the line of the caller and the clock, keep them, and ask nothing. Times are CPU times, third
decile of interleaved passes.

`--collections` counts instead how often Python looks for garbage during 50,000 calls: bare, recorded, and
with a list of tuples in place of the flat list of records.
"""

from __future__ import annotations

import argparse
import gc
import inspect
import os
import sys
import textwrap
import time
import tracemalloc

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras
import tensorflow as tf

import layertrace
from layertrace.record.engines import callbacks, wrapping
from layertrace.record.engines.monitoring import monitoring
from layertrace.record.hooks.hook_points import class_points
from layertrace.record.hub import threads
from layertrace.record.recording.recorder import running
from layertrace.record.spans import HookedMethod
from layertrace.timeline.registry import live_layers

X = tf.ones((8, 8))


class Identity(keras.layers.Layer):
    """A layer whose `call` does nothing."""

    def call(self, x):
        return x


BLOCKS = [Identity() for _ in range(100)]

KEPT: list[object] = []
FRAMES_TO_CALLER = 7
"""How many frames above a callback the loop is that calls a layer (Keras 3.15); one fewer above a wrapper."""


def without(source: str, start: str, end: str, instead: str) -> str:
    """Return a source with the text from `start` up to `end` replaced."""
    assert start in source, f"the source does not contain {start!r}"
    first = source.index(start)
    last = source.index(end, first + len(start)) if end else first + len(start)
    return source[:first] + instead + source[last:]


# Each piece: the part of the source that it is in, where it starts, where it ends, and its replacement.
Piece = tuple[int, str, str, str]

WRAPPING: dict[str, Piece] = {
    "the user's line": (
        0,
        "try:\n                        lt_frame",
        "                lt_tensor = ",
        "lt_place = None\n",
    ),
    "which layer": (0, "lt_ready.get(id({subject}))", "", "lt_this_layer"),
    "the tensor's shape": (
        0,
        "{look}\n",
        "lt_thread.runs_for",
        "lt_shape, lt_dtype = (), 1\n                ",
    ),
    "the clock, at the start": (0, "lt_clock(),", "", "0,"),
    "which thread": (0, "lt_threads.state", "", "lt_this_thread"),
    "keeping the record": (0, "lt_hub.emit((lt_span, lt_now, lt_shape, lt_dtype, None))", "", "pass"),
}
LEAST = "at least"
AS_TUPLES: dict[str, Piece] = {
    "wrapping": (0, "lt_hub.emit((", "", "lt_keep(("),
    "monitoring": (1, "emit((span", "", "keep((span"),
}
"""The piece that keeps a record as a tuple, by the name of the engine."""
MONITORING: dict[str, Piece] = {
    "the user's line": (
        0,
        "try:\n" + " " * 32 + "line = ",
        "if look is None",
        "place = None\n" + " " * 24,
    ),
    "which layer": (0, "ready(id(held[subject]))", "", "this_layer"),
    "the tensor's shape": (
        0,
        "if look is None",
        "if is_copy",
        "shape, dtype = (), 1\n" + " " * 24,
    ),
    "the clock, at the start": (0, "clock(), None", "", "0, None"),
    "which thread": (0, "get_ident() == mine", "", "True"),
    "keeping the record": (1, "emit((span, now, shape, dtype, None))", "", "pass"),
}


class Wrapping:
    """Replaces the wrapper of the class with variants of its source."""

    name = "wrapping"

    def __init__(self) -> None:
        self.bare, self.whole = Identity.call, None
        self.point = next(point for point in class_points(Identity) if point.name == "call")

    def start(self) -> dict[str, object]:
        """Return a wrapper for each piece that is removed."""
        self.whole = vars(Identity)["call"]
        wrapping._NAMESPACE["lt_this_thread"] = threads.state
        wrapping._NAMESPACE["lt_this_layer"] = live_layers.get(BLOCKS[0])
        wrapping._NAMESPACE["lt_keep"] = KEPT.append
        made = {name: self._wrapper(piece) for name, piece in WRAPPING.items()}
        return {"bare": self.bare, "whole": self.whole, LEAST: self._least(), **made}

    def _least(self):
        bare, clock, getframe, keep = self.bare, time.perf_counter_ns, sys._getframe, KEPT.extend

        def call(self, x):
            start, line = clock(), getframe(FRAMES_TO_CALLER - 1)
            result = bare(self, x)
            keep(((id(self), id(x), start, line.f_code, line.f_lasti), clock(), id(result)))
            return result

        return call

    def _wrapper(self, piece: Piece):
        kept, wrapping._FAST_PATH = wrapping._FAST_PATH, without(wrapping._FAST_PATH, *piece[1:])
        wrapping._factory.cache_clear()
        try:
            return wrapping.wrap(HookedMethod("call"), self.bare, self.point.observer)
        finally:
            wrapping._FAST_PATH = kept
            wrapping._factory.cache_clear()

    def keeping_tuples(self):
        """Return a wrapper that keeps each record as a tuple."""
        return self._wrapper(AS_TUPLES[self.name])

    def use(self, function) -> None:
        """Make calls run through a wrapper."""
        Identity.call = function

    def stop(self) -> None:
        """Restore the wrapper that layertrace created."""
        Identity.call = self.whole


class Monitoring:
    """Registers callbacks with variants of their source."""

    name = "monitoring"

    def start(self) -> dict[str, object]:
        """Return the callbacks for each piece that is removed."""
        sources = self._sources()
        made = {}
        for name, piece in MONITORING.items():
            made[name] = self._callbacks(self._changed(sources, piece))
        return {"bare": None, "whole": self._callbacks(sources), LEAST: self._least(), **made}

    def _least(self) -> list[object]:
        clock, getframe, keep = time.perf_counter_ns, sys._getframe, KEPT.extend
        open_calls: list[object] = []

        def started(code, offset) -> None:
            held, line = getframe(1).f_locals, getframe(FRAMES_TO_CALLER)
            open_calls.append((id(held["self"]), id(held["x"]), clock(), line.f_code, line.f_lasti))

        def returned(code, offset, result) -> None:
            keep((open_calls.pop(), clock(), id(result)))

        return [started, returned]

    @staticmethod
    def _changed(sources: list[str], piece: Piece) -> list[str]:
        changed = list(sources)
        changed[piece[0]] = without(sources[piece[0]], *piece[1:])
        return changed

    def keeping_tuples(self) -> list[object]:
        """Return callbacks that keep each record as a tuple."""
        return self._callbacks(self._changed(self._sources(), AS_TUPLES[self.name]))

    @staticmethod
    def _sources() -> list[str]:
        makers = (callbacks.Callbacks._make_started, callbacks.Callbacks._make_returned)
        return [textwrap.dedent(inspect.getsource(make)) for make in makers]

    def _callbacks(self, sources: list[str]) -> list[object]:
        namespace = dict(vars(callbacks))
        namespace |= {"this_thread": threads.state, "this_layer": live_layers.get(BLOCKS[0])}
        namespace["keep"] = KEPT.append
        for source in sources:
            exec(source, namespace)
        return [namespace[name](monitoring._callbacks) for name in ("_make_started", "_make_returned")]

    def use(self, functions) -> None:
        """Make calls run through callbacks, or bare if there are none."""
        events, tool, code = sys.monitoring.events, monitoring._tool, Identity.call.__code__
        if functions is None:
            sys.monitoring.set_local_events(tool, code, 0)
            return
        for event, function in zip((events.PY_START, events.PY_RETURN), functions, strict=True):
            sys.monitoring.register_callback(tool, event, function)
        sys.monitoring.set_local_events(tool, code, events.PY_START | events.PY_RETURN)

    def stop(self) -> None:
        """Do nothing: layertrace removes the callbacks."""


def run() -> None:
    """Call each layer once, one after the other."""
    y = X
    for block in BLOCKS:
        y = block(y)


def measure(engine, passes: int) -> None:
    """Measure one engine and print the results."""
    os.environ["LAYERTRACE_ENGINE"] = engine.name
    with layertrace.trace():
        run()
        run()
        ways = engine.start()
        times: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(passes):
            for name, way in ways.items():
                engine.use(way)
                run()
                start = time.process_time_ns()
                run()
                times[name].append((time.process_time_ns() - start) / 1e3 / len(BLOCKS))
                threads.state.span = None
                running[-1].records.items.clear()
                KEPT.clear()
        engine.use(ways["whole"])
        typical = {name: sorted(values)[len(values) * 3 // 10] for name, values in times.items()}
        print(f"{engine.name}: a bare call of an identity layer  {typical['bare']:6.2f} µs")
        print(f"  recorded                         {typical['whole'] - typical['bare']:+6.2f} µs")
        print(f"  at least                         {typical[LEAST] - typical['bare']:+6.2f} µs")
        for piece in list(ways)[3:]:
            print(f"    of that, {piece:24} {typical['whole'] - typical[piece]:6.2f} µs")
        print(f"  memory of one recorded call      {weigh():6.0f} bytes", flush=True)
        engine.stop()


def count_collections(engine, calls: int) -> None:
    """Print how often Python looks for garbage during some calls, with each way of keeping records."""
    os.environ["LAYERTRACE_ENGINE"] = engine.name
    with layertrace.trace():
        run()
        run()
        ways = engine.start()
        each = {"bare": ways["bare"], "recorded": ways["whole"], "with tuples": engine.keeping_tuples()}
        print(f"{engine.name}: collections during {calls:,} calls of an identity layer, by generation")
        for name, way in each.items():
            engine.use(way)
            run()
            running[-1].records.items.clear()
            KEPT.clear()
            gc.collect()
            before = [each["collections"] for each in gc.get_stats()]
            for _ in range(calls // len(BLOCKS)):
                run()
            counts = [each["collections"] - start for each, start in zip(gc.get_stats(), before, strict=True)]
            kept = len(running[-1].records) + len(KEPT)
            print(f"  {name:12} {counts[0]:4} young {counts[1]:4} middle {counts[2]:4} full"
                  f"  ({kept:,} records, {len(gc.get_objects()):,} objects)", flush=True)
            threads.state.span = None
        engine.use(ways["whole"])
        engine.stop()


def weigh() -> float:
    """Return the bytes that a recorded call occupies."""
    running[-1].records.items.clear()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(100):
        run()
    kept = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return kept / len(running[-1].records)


def main() -> None:
    """Measure each engine that this Python has."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--passes", type=int, default=300)
    parser.add_argument("--collections", action="store_true", help="count searches for garbage instead")
    options = parser.parse_args()
    engines = [Wrapping(), Monitoring()] if sys.version_info >= (3, 12) else [Wrapping()]
    for engine in engines:
        if options.collections:
            count_collections(engine, 50_000)
        else:
            measure(engine, options.passes)


if __name__ == "__main__":
    sys.exit(main())
