"""The timelines that are shown: a tutorial, a bug, a training, a large model, and unusual ones."""

from __future__ import annotations

from dataclasses import replace

from hand_made import Story, raised, spec
from msgspec import structs

from layertrace.timeline import Cause, Opaque, Timeline

FIRST_CALL_ONLY = (
    "tf.function only supports singleton tf.Variables created on the first call. Make sure the"
    " tf.Variable is only created once or created outside tf.function.\nSee"
    " https://www.tensorflow.org/guide/function#creating_tfvariables for more information."
)

SECOND_PASS = Cause(reason="second pass", detail="traced twice: the first pass created the variables")


def tutorial() -> Timeline:
    """A custom layer, created, built and called twice."""
    story = Story("tutorial.py")
    dense = story.layer("MyDenseLayer", "my_dense")
    story.add("init", dense, arguments={"num_outputs": 10}, ms=0.2, at=21)
    with story.span("build", dense, arguments={"input_shape": (10, 5)}, ms=2.1, at=22):
        story.variable(dense, "kernel", "float32[5, 10]", initializer="GlorotUniform", at=14)
    story.call(dense, "float32[10, 5]", "float32[10, 10]", ms=0.6, at=22)
    story.call(dense, "float32[10, 5]", "float32[10, 10]", ms=0.1, at=24)
    return story.timeline()


def bug() -> Timeline:
    """The bug behind layertrace: a layer creates a variable in every call."""
    story = Story("story.py")
    cnn = story.layer("CNN", "cnn")
    dense = story.layer("Dense", "dense", "cnn/dense")
    gcns = [story.layer("GCN", name, f"cnn/{name}") for name in ("gcn", "gcn_2")]
    with story.span("init", cnn, at=28, ms=3.4):
        story.add("init", dense, arguments={"units": 8}, at=20, ms=0.9)
        for gcn, cached in zip(gcns, (True, False), strict=True):
            story.add("init", gcn, arguments={"cached": cached}, at=21, ms=0.2)
    function = story.function("cnn")
    error = raised("ValueError", FIRST_CALL_ONLY)
    for number, cause in ((1, None), (2, SECOND_PASS)):
        inputs = {"x": spec("float32[2, 3]")}
        traced = {"function": function, "trace": number, "inputs": inputs, "cause": cause}
        tracing = story.span("trace", at=31, ms=41.0, **traced)
        with tracing, story.span("call", cnn, inputs=spec("float32[2, 3]"), ms=30.0, at=31):
            if number == 1:
                with story.span("build", dense, arguments={"input_shape": (2, 3)}, at=24):
                    story.variable(dense, "kernel", "float32[3, 8]", initializer="GlorotUniform", at=24)
                    story.variable(dense, "bias", "float32[8]", initializer="Zeros", at=24)
            story.call(dense, "float32[2, 3]", "float32[2, 8]", ms=4.2, at=24)
            if number == 1:
                story.call(gcns[0], "float32[2, 8]", "float32[2, 4]", ms=2.0, at=25)
            with story.span("call", gcns[1], inputs=spec("float32[2, 8]"), ms=2.2, at=25):
                made = {"source": "tf", "initializer": "float32[8, 4]", "at": 12}
                if number == 1:
                    story.variable(gcns[1], "Variable", "float32[8, 4]", **made)
                else:
                    story.variable(gcns[1], "Variable", "float32[8, 4]", error=error, **made)
                    story.fails(replace(error, origin=False))
        if number == 1:
            _returns(story, (cnn, "float32[2, 4]"), (gcns[1], "float32[2, 4]"))
    return story.timeline()


def _returns(story: Story, *returned: tuple) -> None:
    outputs = {layer.id: spec(written) for layer, written in returned}
    for index, event in enumerate(story.events):
        if event.kind == "call" and event.outputs is None and event.layer.id in outputs:
            story.events[index] = structs.replace(event, outputs=outputs[event.layer.id])


def fit(epochs: int = 6) -> Timeline:
    """A `fit`: one symbolic call, two while tracing, then graph runs only."""
    story = Story()
    dense = story.layer("Dense", "dense", "sequential/dense")
    model = story.layer("Sequential", "sequential")
    story.add("init", dense, arguments={"units": 3}, at=36, ms=0.8)
    story.add("init", model, at=36, ms=2.2)
    step = story.function("one_step_on_data", role="train", model="sequential", step=True)
    batch = {"data": (spec("float32[4, 4]"), spec("float32[4, 3]"))}
    with story.span("build", model, arguments={"input_shape": (None, 4)}, at=40, ms=14.5):
        with story.span("build", dense, arguments={"input_shape": (None, 4)}, at=40, ms=6.1):
            made = {"deferred": False, "at": 40}
            story.variable(dense, "kernel", "float32[4, 3]", initializer="GlorotUniform", **made)
            story.variable(dense, "bias", "float32[3]", initializer="Zeros", **made)
        io = {"inputs": spec("float32[None, 4]"), "outputs": spec("float32[None, 3]")}
        with story.span("call", model, mode="symbolic", ms=1.3, at=40, **io):
            story.add("call", dense, ms=0.7, at=40, **io)
    for trace, cause, ms in (
        (1, None, 88),
        (2, SECOND_PASS, 61),
    ):
        traced = {"function": step, "trace": trace, "inputs": batch, "cause": cause}
        with story.span("trace", at=40, ms=ms, **traced):
            io = {"inputs": spec("float32[4, 4]"), "outputs": spec("float32[4, 3]")}
            with story.span("call", model, training=True, at=40, ms=9.0, **io):
                story.add("call", dense, training=True, at=40, ms=3.0, **io)
            if trace == 1:
                story.variable(None, "momentum", "float32[4, 3]", trainable=False, at=40)
    for _ in range(4 * epochs):
        story.add("run", function=step, trace=2, mode="graph", at=40, ms=0.9)
    return story.timeline()


def large(blocks: int = 66) -> Timeline:
    """A model of two hundred layers: blocks of a Dense and a Dropout each."""
    story = Story("big.py")
    model = story.layer("Tower", "tower")
    inner = []
    with story.span("init", model, at=60, ms=80):
        for number in range(blocks):
            end = f"_{number}" if number else ""
            block, dense, drop = (
                story.layer("Block", f"block{end}", f"tower/block{end}"),
                story.layer("Dense", f"dense{end}", f"tower/block{end}/dense{end}"),
                story.layer("Dropout", f"dropout{end}", f"tower/block{end}/dropout{end}"),
            )
            inner.append((block, dense, drop))
            with story.span("init", block, at=48, ms=0.9):
                story.add("init", dense, arguments={"units": 64}, at=30, ms=0.3)
                story.add("init", drop, arguments={"rate": 0.1}, at=31, ms=0.2)
    io = {"inputs": spec("float32[8, 64]"), "outputs": spec("float32[8, 64]")}
    for _ in range(2):
        with story.span("call", model, at=61, ms=140, **io):
            for block, dense, drop in inner:
                built = any(e.kind == "build" and e.layer is dense for e in story.events)
                with story.span("call", block, at=52, ms=2, **io):
                    if not built:
                        with story.span("build", dense, arguments={"input_shape": (8, 64)}, at=34):
                            story.variable(dense, "kernel", "float32[64, 64]", at=34)
                            story.variable(dense, "bias", "float32[64]", at=34)
                    story.add("call", dense, at=34, ms=0.8, **io)
                    story.add("call", drop, at=34, ms=0.1, **io)
    return story.timeline()


def loop(times: int = 1000) -> Timeline:
    """A layer called in a loop, and then two layers in alternation."""
    story = Story("loop.py")
    first, second = story.layer("Dense", "first"), story.layer("Dense", "second")
    for layer in (first, second):
        story.add("init", layer, arguments={"units": 4}, at=3)
    for _ in range(times):
        story.call(first, "float32[2, 4]", "float32[2, 4]", at=6, ms=0.1)
    for _ in range(times):
        story.call(first, "float32[2, 4]", "float32[2, 4]", at=9, ms=0.1)
        story.call(second, "float32[2, 4]", "float32[2, 4]", at=10, ms=0.1)
    return story.timeline()


def hostile() -> Timeline:
    """Names, values and messages with markup and control characters."""
    story = Story("[red]evil[/red].py")
    bold = story.layer("[bold]Layer[/bold]", "[link=https://example.com]click[/link]")
    escape = story.layer("Escape", "\x1b[31mred\x1b[0m\x07\r\nnext")
    story.add("init", bold, arguments={"text": "<script>alert(1)</script>", "x": Opaque("[/]")})
    story.add("init", escape, at=7)
    failure = raised("ValueError", "\n\x1b[1m[bold]no[/bold] & <b>never</b>\x1b[0m\nsecond line")
    story.call(escape, "float32[2]", None, error=failure, at=8)
    return story.timeline("note with [red]markup[/red] and \x1b[5mblink")


def strategy() -> Timeline:
    """Two replicas, each in its own thread."""
    story = Story()
    dense = story.layer("Dense", "dense")
    story.add("init", dense, arguments={"units": 2}, at=9)
    function = story.function("step")
    with story.span("trace", function=function, trace=1, at=12, ms=70):
        for replica in range(2):
            story.call(dense, "float32[4, 3]", "float32[4, 2]", thread=f"replica_{replica}", at=12)
    for worker in range(2):
        story.thread = f"Thread-{worker + 1} (work)"
        for _ in range(3):
            story.call(dense, "float32[1, 3]", "float32[1, 2]", at=20)
    return story.timeline()


def deep(levels: int = 2000, *, failing: bool = False) -> Timeline:
    """Deeply nested layers."""
    story = Story("deep.py")
    layers = [story.layer("Nest", f"nest_{number}") for number in range(levels)]
    spans = []
    for layer in layers:
        span = story.span("call", layer, inputs=spec("float32[1]"), outputs=spec("float32[1]"), at=5)
        span.__enter__()
        spans.append(span)
    if failing:
        story.fails(raised("RuntimeError", "too deep", "deep.py:9"))
    for span in reversed(spans):
        span.__exit__(None, None, None)
    return story.timeline()
