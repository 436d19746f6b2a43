"""Rules are selected, run, accepted, merged and sorted; a failing rule does not stop the others."""

import warnings

import pytest
from msgspec import structs

import layertrace
from layertrace import Event, Timeline
from layertrace.diagnosis import Evidence, Rule, Violation, all_rules, diagnose, rule
from layertrace.diagnosis import rule as rule_decorator
from layertrace.diagnosis.registry import all_rules as cached_rules
from layertrace.diagnosis.selection import chosen
from layertrace.errors import LayertraceWarning, RuleError, TargetError
from layertrace.timeline import LayerRef, Location, VariableSpec
from layertrace.timeline.context import LayerState, RecordingContext

pytestmark = pytest.mark.reading

LINE = Location("app.py", 3, "call")


def layer(number, name="scale"):
    return LayerRef(id=number, class_name="Scale", name=name, path=name, bases=("app.Scale",))


def raw_variable(seq, parent, owner):
    variable = VariableSpec(
        id=seq, name="Variable", path="Variable", dtype="float32", shape=(), trainable=True,
        initializer="2.0", source="tf",
    )  # fmt: skip
    return Event(
        seq=seq, kind="variable", layer=owner, parent=parent, depth=1, variable=variable, location=LINE
    )


def calls_that_create_variables(*layers):
    events = []
    for owner in layers:
        call = Event(seq=len(events), kind="call", layer=owner)
        events += [call, raw_variable(len(events) + 1, call.seq, owner)]
    return Timeline(events)


@pytest.fixture
def with_rules(monkeypatch):
    """Return a function that adds rules to layertrace's own."""

    def install(*rules):
        extended = (*cached_rules(), *rules)
        for module in ("registry", "selection", "fail_fast"):
            monkeypatch.setattr(f"layertrace.diagnosis.{module}.all_rules", lambda: extended)

    return install


def test_codes_are_unique_and_have_links():
    """Each rule has its own code and name, and a link."""
    rules = all_rules()

    assert len({one.code for one in rules}) == len({one.name for one in rules}) == len(rules)
    for one in rules:
        assert one.name == one.name.lower().replace("_", "-").replace(" ", "-")
        assert one.link.startswith(("https://www.tensorflow.org/", "https://keras.io/")), one.code


def test_a_finding_names_the_instance_the_line_and_the_fix():
    """A finding has the layer, the line, the events and the replacement."""
    (finding,) = diagnose(calls_that_create_variables(layer(1)), select=["LT101"], ignore=[])

    assert (finding.code, finding.name, finding.severity) == ("LT101", "variable-created-in-call", "error")
    assert finding.layer == layer(1)
    assert finding.location == LINE
    assert "scale (Scale)" in finding.message
    assert 1 in finding.events
    assert "add_weight" in finding.fix
    assert str(finding).startswith("LT101 variable-created-in-call: scale (Scale) ")


def test_equal_findings_of_many_layers_are_one():
    """Equal findings of several layers of a class are merged into one that names the layers."""
    many = [layer(n, f"block_{n}") for n in range(1, 6)]
    (finding,) = diagnose(calls_that_create_variables(*many), select=["LT101"], ignore=[])

    assert [layer.name for layer in finding.layers] == [layer.name for layer in many]
    assert "block_1, block_2, block_3 and 2 more (5 of Scale)" in finding.message


@pytest.mark.parametrize(
    ("selection", "count"),
    [
        ({"select": ["LT101"]}, 1),
        ({"select": ["lt1"]}, 1),
        ({"select": ["variable-created-in-call"]}, 1),
        ({"select": ["LT2"]}, 0),
        ({"ignore": ["LT101"]}, 0),
        ({"select": ["LT"], "ignore": ["LT10"]}, 0),
    ],
)
def test_rules_are_selected_by_the_prefix_of_their_code(selection, count):
    """Names are accepted as well as codes, and `ignore` wins over `select`, as in ruff."""
    timeline = calls_that_create_variables(layer(1))
    findings = diagnose(timeline, **{"select": ["LT"], "ignore": [], **selection})

    assert sum(finding.code == "LT101" for finding in findings) == count


@pytest.mark.parametrize("wrong", [{"select": ["LT9999"]}, {"ignore": ["E501"]}, {"select": [""]}])
def test_an_unknown_code_is_refused(wrong):
    """The error lists the existing codes."""
    with pytest.raises(RuleError, match=r"no rule has a code that begins with .*LT101"):
        diagnose(Timeline(), **{"select": [], "ignore": [], **wrong})


def test_a_project_selects_rules_in_its_pyproject(tmp_path, monkeypatch):
    """The nearest file with the table applies, and arguments of the call override it."""
    below = tmp_path / "src"
    below.mkdir()
    (tmp_path / "pyproject.toml").write_text('[tool.layertrace]\nignore = ["LT101"]\n')
    (below / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    monkeypatch.chdir(below)
    timeline = calls_that_create_variables(layer(1))

    assert [finding.code for finding in diagnose(timeline)] == []
    assert [finding.code for finding in diagnose(timeline, ignore=[])] == ["LT101"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.layertrace]\nselct = []\n", "takes ignore and select"),
        ('[tool.layertrace]\nselect = "LT1"\n', "must be a list of codes, got 'LT1'"),
        ("[tool.layertrace\n", "cannot be read"),
        ('[tool.layertrace]\nselect = ["LT9999"]\n', "no rule has a code"),
    ],
)
def test_a_wrong_pyproject_is_an_error(text, message, tmp_path, monkeypatch):
    """The error is one sentence with the file or the code."""
    (tmp_path / "pyproject.toml").write_text(text)
    monkeypatch.chdir(tmp_path)

    with pytest.raises(RuleError, match=message):
        diagnose(Timeline())


def test_a_class_accepts_a_finding():
    """A finding that the author of a class has accepted is not reported."""
    timeline = calls_that_create_variables(layer(1), layer(2, "other"))
    state = LayerState(layer=layer(1), accepted=("LT10",))
    timeline = Timeline(timeline, surroundings=RecordingContext(states={1: state}))

    (finding,) = diagnose(timeline, select=["LT101"], ignore=[])
    assert finding.layer == layer(2, "other")


def test_accept_marks_the_class_only():
    """The base class does not accept the finding, and subclasses add their codes to inherited ones."""

    class Base: ...

    @layertrace.accept("LT101")
    class Below(Base): ...

    @layertrace.accept("LT2")
    class Deeper(Below): ...

    assert Deeper._layertrace_accepted == ("LT101", "LT2")
    assert Below._layertrace_accepted == ("LT101",)
    assert not hasattr(Base, "_layertrace_accepted")


@pytest.mark.parametrize("wrong", [(), ("",), (101,), (type,)])
def test_accept_takes_codes(wrong):
    """Anything else is an error: a class, no argument, an empty string."""
    with pytest.raises(RuleError, match="takes codes of findings"):
        layertrace.accept(*wrong)


def test_a_failing_rule_is_a_warning_and_the_others_run(with_rules):
    """A bug in a rule of another package does not stop the diagnosis."""

    @rule("XY1", "broken", "error")
    def broken(context):
        raise KeyError("oops")

    with_rules(broken)
    with pytest.warns(LayertraceWarning, match=r"the rule XY1 broken failed \(KeyError: 'oops'\)"):
        findings = diagnose(calls_that_create_variables(layer(1)), select=["LT101", "XY1"], ignore=[])

    assert [finding.code for finding in findings] == ["LT101"]
    assert findings.failed_rules == ("XY1",)


def test_rules_of_installed_packages_run(monkeypatch):
    """An entry point names a rule, several rules or a module; one that cannot be loaded is a warning."""

    @rule("XY1", "every-call", "note")
    def every_call(context):
        """Every call is reported."""
        for event in context.events("call"):
            yield Violation(message="a call", evidence=(Evidence("here", (event.seq,)),))

    class Entry:
        def __init__(self, value, content):
            self.value, self.content = value, content

        def load(self):
            if isinstance(self.content, Exception):
                raise self.content
            return self.content

    entries = [Entry("good:rules", [every_call]), Entry("bad:rules", ImportError("no module bad"))]
    monkeypatch.setattr("layertrace.diagnosis.registry.entry_points", lambda group: entries)
    cached_rules.cache_clear()
    try:
        with pytest.warns(LayertraceWarning, match="the rules of bad:rules cannot be loaded"):
            findings = diagnose(calls_that_create_variables(layer(1)), select=["XY"], ignore=[])
        assert [(finding.code, finding.events) for finding in findings] == [("XY1", (0,))]
    finally:
        cached_rules.cache_clear()


def test_a_code_is_letters_and_a_number():
    """A code differs from a name, and its prefix selects a theme."""
    with pytest.raises(RuleError, match="must be letters and a number"):
        rule_decorator("too-late", "too-late", "note")


def test_a_rule_is_selected_by_code_or_name():
    """An unknown code is an error that lists the existing ones."""
    (rule,) = chosen(["lt101"], ())
    assert chosen(["variable-created-in-call"], ()) == (rule,)
    with pytest.raises(RuleError, match=r"no rule has a code that begins with 'LT0'; there are LT101, LT102"):
        chosen(["LT0"], ())


def test_the_most_severe_come_first(with_rules):
    """Errors come before warnings and notes, and earlier events before later ones."""

    def reporting(code, severity, seq):
        def check(context):
            yield Violation(message=code, evidence=(Evidence("", (seq,)),))

        return Rule(code, code.lower(), severity, check)

    with_rules(reporting("XY1", "note", 0), reporting("XY2", "error", 1), reporting("XY3", "error", 0))
    findings = diagnose(calls_that_create_variables(layer(1)), select=["XY"], ignore=[])

    assert [finding.code for finding in findings] == ["XY3", "XY2", "XY1"]


@pytest.mark.parametrize("cut", range(5))
def test_a_timeline_truncated_anywhere_is_diagnosed(cut):
    """No rule fails because parents are missing, layers are unknown, or spans have no end."""
    whole = calls_that_create_variables(layer(1), layer(2, "b"))
    events = [structs.replace(event, duration_ns=None) for event in whole][cut:]

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert isinstance(diagnose(Timeline(events), select=["LT"], ignore=[]), list)


def test_a_timeline_without_any_layer_has_no_finding():
    """A timeline without layers has no findings."""
    assert diagnose(Timeline(), select=["LT"], ignore=[]) == []


def test_a_layer_in_place_of_a_timeline_is_refused():
    """The error names the type that was given, and how to record a timeline."""
    with pytest.raises(TargetError, match=r"diagnose\(\) reads a timeline, got a dict; record one with"):
        diagnose({})


def test_rules_judge_the_backends_that_they_know(with_rules):
    """A recording of Keras on JAX is judged by the rules that know it, and by no other."""

    def wrong(_):
        yield Violation(message="{layer} is wrong", layer=layer(1))

    with_rules(
        rule_decorator("XY1", "of-tensorflow", "error")(wrong),
        rule_decorator("XY2", "of-all", "error", backends=("tensorflow", "jax"))(wrong),
    )
    events = calls_that_create_variables(layer(1))
    on_jax = Timeline(events, (), RecordingContext(versions={"jax": "0.10"}))
    judged, by_all = (diagnose(each, select=["XY"], ignore=[]) for each in (on_jax, events))

    assert ([finding.code for finding in judged], judged.rule_count) == (["XY2"], 1)
    assert ([finding.code for finding in by_all], by_all.rule_count) == (["XY1", "XY2"], 2)
