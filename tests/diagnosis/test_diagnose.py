"""Rules run, are chosen, accepted, folded and put in order; one that fails takes no other with it."""

import warnings

import pytest
from msgspec import structs

import layertrace
from layertrace import Event, Timeline
from layertrace.diagnosis import Evidence, Rule, Violation, all_rules, diagnose, rule
from layertrace.diagnosis import rule as rule_decorator
from layertrace.diagnosis.registry import all_rules as cached_rules
from layertrace.diagnosis.selection import chosen
from layertrace.errors import LayertraceWarning, RuleError
from layertrace.timeline import LayerRef, Location, VariableSpec
from layertrace.timeline.context import LayerState, RecordingContext

pytestmark = pytest.mark.reading

LINE = Location("app.py", 3, "call")


def layer(number, name="scale"):
    return LayerRef(id=number, class_name="Scale", name=name, path=name, bases=("app.Scale",))


def raw_variable(seq, parent, owner):
    made = VariableSpec(
        id=seq, name="Variable", path="Variable", dtype="float32", shape=(), trainable=True,
        initializer="2.0", source="tf",
    )  # fmt: skip
    return Event(seq=seq, kind="variable", layer=owner, parent=parent, depth=1, variable=made, location=LINE)


def calls_that_make_variables(*layers):
    events = []
    for one in layers:
        call = Event(seq=len(events), kind="call", layer=one)
        events += [call, raw_variable(len(events) + 1, call.seq, one)]
    return Timeline(events)


@pytest.fixture
def with_rules(monkeypatch):
    """Let other rules be there beside layertrace's own."""

    def install(*rules):
        known = (*cached_rules(), *rules)
        for module in ("registry", "selection", "fail_fast"):
            monkeypatch.setattr(f"layertrace.diagnosis.{module}.all_rules", lambda: known)

    return install


def test_codes_are_unique_and_have_pages():
    """Each rule has a code of its own, a page with a bad and a good example, and a link."""
    rules = all_rules()

    assert len({one.code for one in rules}) == len({one.name for one in rules}) == len(rules)
    for one in rules:
        assert one.name == one.name.lower().replace("_", "-").replace(" ", "-")
        assert "Bad:" in one.page, one.code
        assert "Good:" in one.page, one.code
        assert one.page.count("```python") >= 2, one.code
        assert one.link.startswith(("https://www.tensorflow.org/", "https://keras.io/")), one.code


def test_a_finding_names_the_instance_the_line_and_the_fix():
    """The story: which layer, which line, which events, what to write."""
    (finding,) = diagnose(calls_that_make_variables(layer(1)), select=["LT101"], ignore=[])

    assert (finding.code, finding.name, finding.severity) == ("LT101", "variable-created-in-call", "error")
    assert finding.layer == layer(1)
    assert finding.location == LINE
    assert "scale (Scale)" in finding.message
    assert 1 in finding.events
    assert "add_weight" in finding.fix
    assert str(finding).startswith("LT101 variable-created-in-call: scale (Scale) ")


def test_equal_findings_of_many_layers_are_one():
    """Twelve blocks of a class are told in one finding, with their names."""
    many = [layer(n, f"block_{n}") for n in range(1, 6)]
    (finding,) = diagnose(calls_that_make_variables(*many), select=["LT101"], ignore=[])

    assert [one.name for one in finding.layers] == [one.name for one in many]
    assert "block_1, block_2, block_3 and 2 more (5 of Scale)" in finding.message


@pytest.mark.parametrize(
    ("chosen", "count"),
    [
        ({"select": ["LT101"]}, 1),
        ({"select": ["lt1"]}, 1),
        ({"select": ["variable-created-in-call"]}, 1),
        ({"select": ["LT2"]}, 0),
        ({"ignore": ["LT101"]}, 0),
        ({"select": ["LT"], "ignore": ["LT10"]}, 0),
    ],
)
def test_rules_are_chosen_by_the_beginning_of_their_code(chosen, count):
    """As in ruff: what is ignored counts more than what is selected; names go too."""
    found = diagnose(calls_that_make_variables(layer(1)), **{"select": ["LT"], "ignore": [], **chosen})

    assert sum(one.code == "LT101" for one in found) == count


@pytest.mark.parametrize("wrong", [{"select": ["LT9999"]}, {"ignore": ["E501"]}, {"select": [""]}])
def test_an_unknown_code_is_refused(wrong):
    """With the codes there are."""
    with pytest.raises(RuleError, match=r"no rule has a code that begins with .*LT101"):
        diagnose(Timeline(), **{"select": [], "ignore": [], **wrong})


def test_a_project_chooses_in_its_pyproject(tmp_path, monkeypatch):
    """The nearest file with the table counts; what the call says counts more."""
    below = tmp_path / "src"
    below.mkdir()
    (tmp_path / "pyproject.toml").write_text('[tool.layertrace]\nignore = ["LT101"]\n')
    (below / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    monkeypatch.chdir(below)
    timeline = calls_that_make_variables(layer(1))

    assert [one.code for one in diagnose(timeline)] == []
    assert [one.code for one in diagnose(timeline, ignore=[])] == ["LT101"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[tool.layertrace]\nselct = []\n", "takes ignore and select"),
        ('[tool.layertrace]\nselect = "LT1"\n', "is no list of codes"),
        ("[tool.layertrace\n", "cannot be read"),
        ('[tool.layertrace]\nselect = ["LT9999"]\n', "no rule has a code"),
    ],
)
def test_a_wrong_pyproject_is_told(text, said, tmp_path, monkeypatch):
    """One sentence with the file or the code."""
    (tmp_path / "pyproject.toml").write_text(text)
    monkeypatch.chdir(tmp_path)

    with pytest.raises(RuleError, match=said):
        diagnose(Timeline())


def test_a_class_accepts_a_finding():
    """What its author has accepted, for it and its subclasses, is not told."""
    timeline = calls_that_make_variables(layer(1), layer(2, "other"))
    state = LayerState(layer=layer(1), accepted=("LT10",))
    timeline = Timeline(timeline, surroundings=RecordingContext(states={1: state}))

    (finding,) = diagnose(timeline, select=["LT101"], ignore=[])
    assert finding.layer == layer(2, "other")


def test_accept_marks_the_class_alone():
    """The base class still does not accept it, and codes add up."""

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
    """Not the class, nor nothing."""
    with pytest.raises(RuleError, match="takes codes of findings"):
        layertrace.accept(*wrong)


def test_a_broken_rule_is_told_and_the_others_run(with_rules):
    """A stranger's rule that fails costs a warning."""

    @rule("XY1", "broken", "error")
    def broken(case):
        raise KeyError("oops")

    with_rules(broken)
    with pytest.warns(LayertraceWarning, match=r"the rule XY1 broken failed \(KeyError: 'oops'\)"):
        found = diagnose(calls_that_make_variables(layer(1)), select=["LT101", "XY1"], ignore=[])

    assert [one.code for one in found] == ["LT101"]


def test_rules_of_installed_packages_run(monkeypatch):
    """An entry point names a rule, some rules, or a module with them; what cannot be loaded is told."""

    @rule("XY1", "every-call", "note")
    def every_call(case):
        """Tell each call."""
        for event in case.events("call"):
            yield Violation(message="a call", evidence=(Evidence("here", (event.seq,)),))

    class Entry:
        def __init__(self, value, found):
            self.value, self.found = value, found

        def load(self):
            if isinstance(self.found, Exception):
                raise self.found
            return self.found

    entries = [Entry("good:rules", [every_call]), Entry("bad:rules", ImportError("no module bad"))]
    monkeypatch.setattr("layertrace.diagnosis.registry.entry_points", lambda group: entries)
    cached_rules.cache_clear()
    try:
        with pytest.warns(LayertraceWarning, match="the rules of bad:rules cannot be loaded"):
            found = diagnose(calls_that_make_variables(layer(1)), select=["XY"], ignore=[])
        assert [(one.code, one.events) for one in found] == [("XY1", (0,))]
    finally:
        cached_rules.cache_clear()


def test_a_code_is_letters_and_a_number():
    """So that it can be told from a name, and selected by its beginning."""
    with pytest.raises(RuleError, match="not letters and a number"):
        rule_decorator("too-late", "too-late", "note")


def test_a_rule_is_known_by_code_and_name():
    """And an unknown one is refused with those there are."""
    (rule,) = chosen(["lt101"], ())
    assert chosen(["variable-created-in-call"], ()) == (rule,)
    with pytest.raises(RuleError, match=r"no rule has a code that begins with 'LT0'; there are LT101, LT102"):
        chosen(["LT0"], ())


def test_the_gravest_come_first(with_rules):
    """Errors, warnings, notes; of equals what came first."""

    def telling(code, severity, seq):
        def check(case):
            yield Violation(message=code, evidence=(Evidence("", (seq,)),))

        return Rule(code, code.lower(), severity, check)

    with_rules(telling("XY1", "note", 0), telling("XY2", "error", 1), telling("XY3", "error", 0))
    found = diagnose(calls_that_make_variables(layer(1)), select=["XY"], ignore=[])

    assert [one.code for one in found] == ["XY3", "XY2", "XY1"]


@pytest.mark.parametrize("cut", range(5))
def test_a_timeline_cut_off_anywhere_is_diagnosed(cut):
    """Parents may be missing, layers unknown, spans not ended: no rule fails for that."""
    whole = calls_that_make_variables(layer(1), layer(2, "b"))
    events = [structs.replace(event, duration_ns=None) for event in whole][cut:]

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert isinstance(diagnose(Timeline(events), select=["LT"], ignore=[]), list)


def test_a_timeline_without_any_layer_has_no_finding():
    """There is nobody to blame."""
    assert diagnose(Timeline(), select=["LT"], ignore=[]) == []
