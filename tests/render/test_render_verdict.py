"""The verdict: the last block of a report, which is never better than what was seen."""

import re
from dataclasses import replace

import pytest
import stories
from hand_made import Story, place, raised
from msgspec import structs
from test_render_findings import ALL, HOSTILE, VARIABLE

from layertrace.diagnosis import Evidence, Finding, serious
from layertrace.diagnosis.finding import Findings
from layertrace.render import verdict
from layertrace.render.console import written
from layertrace.render.tables.finding_rows import first_clause
from layertrace.render.wording.crash import crash_of, is_explained
from layertrace.timeline import Timeline
from layertrace.timeline.context import Failure, RecordingContext
from layertrace.timeline.event import LayerRef

TRUNCATED = "the recording is truncated at 3.2 s: the program was killed"


def crashing(twice=True, file="crash.py"):
    """Return a recording that a KeyError ended; Keras repeated the call that raised it."""
    story = Story(file)
    head = story.layer("Head", "head")
    dense = story.layer("Dense", "dense")
    story.add("init", head, at=18)
    for _ in range(1 + twice):
        with story.span("call", head, at=18):
            story.add("call", dense, at=13)
            story.fails(raised("KeyError", "'scale'", f"{file}:13"))
    error = raised("KeyError", "Exception encountered when calling Head.call().\n\n'scale'", f"{file}:13")
    lines = (place(f"{file}:18"), place(f"{file}:13"))
    failure = Failure(error=error, layer=head, lines=lines)
    return Timeline(story.events, (), RecordingContext(failure=failure))


def test_a_clean_recording_has_a_clean_verdict():
    """It counts what was checked."""
    judged = verdict(stories.tutorial(), [])

    assert written(judged) == "nothing wrong found in 5 events of 1 layer"
    assert (judged.brief, judged.style) == ("nothing wrong found", "bold green")
    assert judged.is_checked
    assert judged.is_complete


def test_a_verdict_of_some_rules_names_them():
    """Nothing was found by these, which is less than nothing wrong."""
    sentence = verdict(stories.tutorial(), [], "by LT1").sentence

    assert sentence == "nothing wrong found by LT1 in 5 events of 1 layer"


def test_the_last_block_names_each_finding():
    """Each begins a line with severity, code and place; the last line counts them, without notes."""
    shown = written(verdict(stories.tutorial(), ALL), width=80, encoding="utf-8").split("\n")

    assert [line.split()[:3] for line in shown if re.match(r"  \w", line)] == [
        ["error", "LT101", "story.py:12"],
        ["warning", "LT201", "train.py:40"],
    ]
    assert len(shown) <= 2 * 2 + 1
    assert shown[-1].startswith("1 error, 1 warning in 5 events of 1 layer · 1 note: ")
    assert max(map(len, shown)) <= 80


@pytest.mark.parametrize("width", [20, 40, 60, 80, 200])
def test_a_finding_has_two_lines_at_most_at_any_width(width):
    """A long sentence is cut, in ASCII as well, and severity and code stay."""
    shown = written(verdict(stories.tutorial(), ALL), width=width, encoding="ascii").split("\n")
    heads = [number for number, line in enumerate(shown) if re.match(r"  \w", line)]

    assert shown[0].startswith("  error    LT101")
    assert shown[heads[1]].startswith("  warning  LT201")
    assert len(heads) == 2
    assert heads[1] <= 2


def test_a_short_sentence_ends_at_a_word():
    """What does not fit in two lines loses its parentheses first, and then words."""
    message = "scale (Scale) was traced (25 times) " + "because step had another value " * 3
    shown = written(verdict(stories.tutorial(), [replace(VARIABLE, message=message)]), width=80).split("\n")

    assert shown[0].endswith("  scale was traced because step had another value")
    assert shown[1].strip() == "because step had another value because step had…"


def test_a_rule_that_failed_is_named():
    """Its mistakes were not looked for, so nothing is called right, whatever the others found."""
    judged = verdict(stories.tutorial(), Findings((), failed_rules=["LT202"]))

    assert judged.sentence.startswith("incomplete (the rule LT202 failed")
    assert "nothing wrong" not in judged.sentence
    assert not judged.is_complete
    assert serious(Findings(ALL, ["LT202"])).failed_rules == ("LT202",)
    assert "the rule LT202 failed" in verdict(crashing(), Findings((), ["LT202"])).sentence


def test_notes_alone_are_nothing_wrong():
    """A recording with notes is clean; the last line names them after the verdict."""
    judged = verdict(stories.tutorial(), [HOSTILE])

    assert judged.sentence == "nothing wrong found in 5 events of 1 layer"
    assert written(judged, width=80, encoding="utf-8") == f"{judged.sentence} · 1 note: {HOSTILE.code}"


def test_a_recording_without_layers_is_not_clean():
    """Nothing was checked, which is neither green nor good."""
    judged = verdict(Timeline(), [])

    assert judged.sentence == "nothing was checked: no layer was created, built or called"
    assert not judged.is_checked
    assert "green" not in judged.style
    assert verdict(stories.tutorial(), None).sentence == "nothing was checked: the rules did not run"


def test_a_function_without_layers_is_checked():
    """The rules about traces have run, but no layer was seen."""
    story = Story()
    story.add("trace", function=story.function("step"), trace=1)
    judged = verdict(story.timeline(), [])

    assert judged.sentence.startswith("incomplete (no layer was created, built or called); no finding in 1 ")
    assert judged.is_checked


def test_layers_of_functions_that_were_traced_before_are_missing():
    """Their calls run as a graph, without an event."""
    story = Story()
    story.add("run", function=story.function("step"), trace=1, traced_before=1)
    judged = verdict(story.timeline(), [])

    assert "step was traced before the recording began, so the layers inside were not seen" in judged.sentence
    assert "nothing wrong" not in judged.sentence


@pytest.mark.parametrize("findings", [[], ALL])
def test_an_incomplete_recording_is_never_clean(findings):
    """Its note is in the verdict, and the rest is counted as what was seen."""
    timeline = Timeline(tuple(stories.tutorial()), (TRUNCATED, "another"))
    judged = verdict(timeline, findings)

    assert judged.sentence.startswith(f"incomplete ({TRUNCATED}, and 1 more note); ")
    assert judged.brief.startswith("incomplete, ")
    assert "nothing wrong" not in judged.sentence
    assert "green" not in judged.style


def test_an_exception_is_the_verdict():
    """Who raised it, and where; a clean verdict does not follow."""
    assert verdict(crashing(), []).sentence == (
        "KeyError ended the recording in call of head (Head), crash.py:13; no rule explains it"
    )
    rest = "crash.py:13; 1 error, 1 warning in 5 events of 2 layers"
    assert verdict(crashing(), ALL).sentence.endswith(rest)
    assert verdict(crashing(), []).is_failed


def test_the_event_that_raised_first_is_named():
    """Keras repeats a call that fails; the first one raised the exception."""
    crash = crash_of(crashing())

    assert (crash.event.seq, [event.seq for event in crash.again]) == (1, [3])
    assert crash.message == "'scale'"
    assert (crash.raised_at, crash.called_at) == (place("crash.py:13"), (place("crash.py:18"),))
    assert [event.seq for event in crash.before] == [0, 2]


def test_an_exception_that_was_handled_before_is_another_one():
    """The same exception in an earlier statement did not end the recording."""
    timeline = crashing(twice=False)
    earlier = Story("crash.py")
    head = earlier.layer("Head", "head")
    earlier.add("call", head, at=5, error=raised("KeyError", "'scale'", "crash.py:13"))
    both = [*earlier.events, *(_later(event, 1) for event in timeline)]

    crash = crash_of(Timeline(both, (), timeline.surroundings))

    assert crash.event.seq == 2


def test_a_crash_without_layers_names_the_place():
    """No layer and no event are needed."""
    failure = Failure(error=raised("ValueError", "no data", "train.py:3"))
    timeline = Timeline((), (), RecordingContext(failure=failure))

    assert verdict(timeline, []).sentence == (
        "ValueError ended the recording at train.py:3; no layer was seen before it"
    )
    assert crash_of(timeline).event is None
    assert crash_of(Timeline()) is None


@pytest.mark.parametrize(
    ("message", "clause"),
    [
        ("net (Net) is new: its weights are random.", "net (Net) is new"),
        ("step was traced (at x: 1; y) twice. Again.", "step was traced (at x: 1; y) twice"),
        ("rate is 0.05 now", "rate is 0.05 now"),
        ("", ""),
    ],
)
def test_the_first_clause_of_a_message(message, clause):
    """It ends before a colon, semicolon or full stop outside of brackets."""
    assert first_clause(message) == clause


def _later(event, number):
    parent = None if event.parent is None else event.parent + number
    return structs.replace(event, seq=event.seq + number, parent=parent)


def test_a_layer_may_be_unknown():
    """The failure names a layer that has no event."""
    layer = LayerRef(id=1, class_name="Net", name="net", path="net")
    failure = Failure(error=raised("ValueError", "no data", "train.py:3"), layer=layer)

    sentence = verdict(Timeline((), (), RecordingContext(failure=failure)), []).sentence

    assert sentence.startswith("ValueError ended the recording in net (Net), train.py:3")


def test_an_error_of_the_layer_that_failed_explains_the_exception():
    """So does a finding with evidence in a line that the exception passed through."""
    timeline = crashing()
    head = timeline.failure.layer
    about = Finding(code="LT1", name="a", severity="error", message="a", layers=(head,))
    shown = Finding(
        code="LT1", name="a", severity="note", message="a", evidence=(Evidence("", (), place("crash.py:18")),)
    )

    assert is_explained(timeline, [about])
    assert is_explained(timeline, [shown])
    assert not is_explained(timeline, [replace(about, severity="warning")])


def test_what_tensorflow_writes_around_a_message_is_left_out():
    """The mistake may be in the next line, too."""
    story = Story("crash.py")
    story.add("init", story.layer("Head", "head"), at=1)
    for message, mistake in {
        "{{function_node __wrapped__AddV2}} Incompatible shapes: [3] vs. [4] [Op:AddV2] name: ": (
            "Incompatible shapes: [3] vs. [4]"
        ),
        "1 object could not be loaded:\n\n  it was never built\n  more": (
            "1 object could not be loaded: it was never built"
        ),
        "": "",
    }.items():
        failure = Failure(error=raised("ValueError", message, "crash.py:2"))
        timeline = Timeline(story.events, (), RecordingContext(failure=failure))

        assert crash_of(timeline).message == mistake


@pytest.mark.parametrize("kind", ["KeyboardInterrupt", "SystemExit"])
def test_leaving_on_purpose_is_not_a_crash(kind):
    """The recording is incomplete, and nothing has to be explained."""
    failure = Failure(error=raised(kind, "", "train.py:3"))
    judged = verdict(Timeline(tuple(stories.tutorial()), (), RecordingContext(failure=failure)), [])

    assert judged.sentence == f"incomplete ({kind} ended it); no finding in 5 events of 1 layer"
    assert not judged.is_failed


@pytest.mark.parametrize("inner", ["scale", "\\'scale\\' and \"tensor\""])
def test_the_quotes_of_a_key_error_are_not_compared(inner):
    """Python shows the message of a KeyError as a literal, with its quotes escaped."""
    story = Story("crash.py")
    head = story.layer("Head", "head")
    story.add("call", head, at=3, error=raised("KeyError", "'scale'", "crash.py:1"))
    message = "'Exception encountered when calling Head.call().\\n\\n" + inner + "'"
    failure = Failure(error=raised("KeyError", message, "crash.py:1"), layer=head)

    assert crash_of(Timeline(story.events, (), RecordingContext(failure=failure))).event.seq == 0


@pytest.mark.parametrize(
    ("backend", "count", "rules", "sentence"),
    [
        ("jax", 21, "", "nothing wrong found by the 21 rules for Keras on JAX, in 5 events of 1 layer"),
        ("jax", 6, "by L", "nothing wrong found by L (6 rules for Keras on JAX) in 5 events of 1 layer"),
        ("numpy", 1, "", "nothing wrong found by the 1 rule for Keras on NumPy, in 5 events of 1 layer"),
        ("jax", 0, "by LT5", "nothing was checked: no rule by LT5 is for Keras on JAX"),
        ("tensorflow", 0, "without LT", "nothing was checked: no rule without LT is for Keras on TensorFlow"),
        ("tensorflow", 100, "by LT1", "nothing wrong found by LT1 in 5 events of 1 layer"),
    ],
)
def test_a_verdict_names_the_rules_that_know_a_backend(backend, count, rules, sentence):
    """Where there are none, nothing was checked."""
    story = stories.tutorial()
    timeline = Timeline(story, (), replace(story.surroundings, versions={backend: "1.0"}))
    judged = verdict(timeline, Findings((), rule_count=count), rules)

    assert judged.sentence == sentence
    assert judged.is_checked == (count > 0)
