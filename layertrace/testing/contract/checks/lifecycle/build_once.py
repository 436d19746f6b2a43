"""A layer is built once."""

from __future__ import annotations

from layertrace.testing.contract.check import check
from layertrace.testing.contract.evidence import reference, same
from layertrace.testing.contract.outcome import Broken
from layertrace.testing.contract.subject import Subject


@check("lifecycle", "build-once")
def build_once(subject: Subject) -> None:
    """The first call builds the layer, and no later call builds it again.

    ## Why
    `build` creates the weights. A second `build` replaces them, and what the layer has learned is lost.

    ## Known limits
    Two calls with the same input are tried. A `build` that only another shape causes is not seen.
    """
    with subject.watch() as timeline:
        layer = subject.fresh()
        for number in ("once", "a second time"):
            with subject.doing(f"calling it {number}"):
                subject.call(layer)
    ref = reference(timeline, layer)
    builds = [event for event in timeline if event.kind == "build" and same(event.layer, ref)]
    if len(builds) > 1:
        raise Broken(
            f"{subject.class_name} is built {len(builds)} times in two calls, which replaces its weights",
            builds[1].location or builds[1].defined_at,
            "if not self.built: self.build(input_shape)",
            timeline=timeline,
            events=builds[:3],
        )
