"""Helpers for the tests of the page: locators, a finding, and a recording."""

import shutil

import pytest
from hand_made import Story, raised

from layertrace.diagnosis import Evidence, Finding
from layertrace.timeline import Cause, Change, Location

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

FORGED = "<img src=x onerror=alert(1)>"
ENDING = "</script><script>alert(2)</script><!--"
FINDING = Finding(
    code="LT101",
    name="variable-created-in-call",
    severity="error",
    message="gcn_2 (GCN) makes a tf.Variable every time it is called.",
    location=Location("story.py", 12, "call"),
    evidence=(Evidence("tf.Variable float32[8, 4] made in call", (12, 17, 99), Location("story.py", 12)),),
    fix="def build(self, input_shape):\n    self.w = self.add_weight()",
    link="https://www.tensorflow.org/guide/function",
)

in_a_browser = pytest.mark.skipif(BROWSER is None, reason="no chromium or google-chrome is on the PATH")


def line(tab, text):
    """Return the lines of the tree that contain a text."""
    return tab.get_by_role("treeitem").filter(has_text=text)


def details_of(tab):
    """Return the panel of details."""
    return tab.get_by_label("Details", exact=True)


def chosen(tab):
    """Return the text of the active line, without its number and location."""
    return tab.locator(".line[aria-selected=true] .cells").inner_text()


def hostile():
    """Return a recording in which every text contains markup."""
    story = Story(f"{FORGED}.py")
    layer = story.layer(ENDING, FORGED, f"{ENDING}/{FORGED}")
    failed = raised(ENDING, f"{FORGED}\n{ENDING}", f"{ENDING}.py:3")
    story.add("init", layer, arguments={FORGED: ENDING, "lone": "\ud800"}, at=3)
    story.call(layer, "float32[2]", None, error=failed, at=4)
    story.variable(layer, FORGED, "float32[2]", initializer=ENDING)
    change = Change(argument=FORGED, what="value", before=ENDING, now=FORGED)
    cause = Cause(reason="signature", changes=(change,))
    story.thread = ENDING
    story.add("trace", function=story.function(FORGED), trace=2, cause=cause)
    return story.timeline(FORGED, ENDING)
