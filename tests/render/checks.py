"""Create what a check found by hand, for each output format."""

from __future__ import annotations

import linecache
from dataclasses import replace

import stories
from hand_made import DIRECTORY, place, raised

from layertrace.diagnosis import Edit, Evidence, Finding, Rule
from layertrace.diagnosis.finding import Findings
from layertrace.render import verdict
from layertrace.render.formats.checked import checked
from layertrace.timeline import LayerRef, Location, Timeline
from layertrace.timeline.context import Failure, RecordingContext

PROGRAM = "\n" * 10 + "    def call(self, x):\n        return x @ tf.Variable(self.k)\n"
"""The lines that `VARIABLE` is about, as they are in the file."""
GUIDE = "https://www.tensorflow.org/guide/function"
LINE = Location(f"{DIRECTORY}/src/my model.py", 12, "call", (19, 38))
linecache.cache[LINE.file] = (len(PROGRAM), None, PROGRAM.splitlines(keepends=True), LINE.file)
VARIABLE = Finding(
    code="LT101",
    name="variable-created-in-call",
    severity="error",
    message="gcn (GCN) creates a tf.Variable in every call: 100% of 3, so far.",
    layers=(LayerRef(id=2, class_name="GCN", name="gcn", path="cnn/gcn"),),
    location=LINE,
    evidence=(Evidence("created again", (7, 8), Location(f"{DIRECTORY}/src/net.py", 40)),),
    fix="return x @ self.w",
    fix_place="in place",
    edits=(
        Edit(
            replace(LINE, line=11, columns=None),
            "    def call(self, x):",
            "def build(self, shape):\n    self.w = self.add_weight(shape=(4, 4))\n\ndef call(self, x):",
        ),
    ),
    link=GUIDE,
    source="        return x @ tf.Variable(self.k)",
)
RETRACED = Finding(
    code="LT201",
    name="retraced-by-shape",
    severity="warning",
    message="step was traced 7 times in 7 calls.",
    location=Location("/lib/train.py", 40, "<module>"),
    fix="Pad the last batch.",
)
REPEATED = replace(RETRACED, message="other was traced 5 times in 5 calls.", location=None)
NOTE = Finding(
    code="LT308", name="called-symbolically-first", severity="note", message="gcn ran without data."
)
HOSTILE = Finding(
    code="XY1",
    name="odd",
    severity="error",
    message="a \x1b[31mred\x1b[0m ]]> \u202e name,\r\n::error::with\x00 <b>",
    location=Location("a:b,c%.py\n", 1, ""),
)
ALL = [VARIABLE, RETRACED, REPEATED, NOTE]


def page(_):
    """A rule for tests.

    ## Why is this bad?
    It is not.
    """
    return ()


RULES = [
    Rule("LT101", "variable-created-in-call", "error", page, GUIDE),
    Rule("LT102", "variable-created-in-later-trace", "error", page, GUIDE),
    Rule("LT201", "retraced-by-shape", "warning", page),
    Rule("LT308", "called-symbolically-first", "note", page),
]


def check_of(findings, timeline=None, failed=()):
    """Return a check of `train.py` with these findings, in a recording that is the tutorial's by default."""
    timeline = stories.tutorial() if timeline is None else timeline
    found = Findings(findings, failed, len(RULES))
    return checked(
        timeline, found, verdict(timeline, found), RULES,
        target="train.py", folder=DIRECTORY, program=["train.py"],
    )  # fmt: skip


def crashed():
    """Return a recording that an exception ended, which no rule explains."""
    events = stories.tutorial()
    error = raised("KeyError", "no\x1b such\nlayer", "train.py:31")
    return Timeline(
        events[:], (), RecordingContext(failure=Failure(error=error, lines=(place("train.py:31"),)))
    )


UNJUDGED = {
    "nothing seen": ("not-checked", Timeline()),
    "an unknown backend": ("not-checked", Timeline((), ("layertrace does not record Keras on its backend",))),
    "a crash": ("exception", crashed()),
    "a crash before any layer": (
        "exception", Timeline((), (), RecordingContext(failure=Failure(error=raised("OSError", "no")))),
    ),
    "an incomplete recording": (
        "incomplete", Timeline(stories.tutorial()[:], ("the program exited with status 3",)),
    ),
}  # fmt: skip
"""Recordings that cannot vouch for the program, and what their problem is called."""
