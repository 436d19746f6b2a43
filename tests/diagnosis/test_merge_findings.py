"""One cause is one finding: instances, copies and functions of one class and line are merged."""

import pytest

from layertrace.diagnosis import DiagnosisContext, Evidence, Finding
from layertrace.diagnosis.merge_findings import merged
from layertrace.timeline import Event, LayerRef, Location, Timeline

pytestmark = pytest.mark.reading


def layer(number, cls="Dense"):
    """Return a layer that is named as Keras names the instances of a class."""
    name = f"{cls.lower()}_{number}" if number else cls.lower()
    return LayerRef(id=number + 1, class_name=cls, name=name, path=name)


def found(number, message="{layer} creates weights float32[8, 4] in call", *, line=12, cls="Dense", **fields):
    """Return a finding about one layer, with one event."""
    location = Location("train.py", line, "call")
    evidence = (Evidence("float32[8, 4] created", (number,), location),)
    about = {"layers": (layer(number, cls),), "location": location, "evidence": evidence}
    rule = {"code": "LT101", "name": "a-rule", "severity": "error", "message": message}
    return Finding(**{**rule, **about, **fields})


def merge(*findings, events=()):
    """Return the merged findings of a timeline."""
    return merged(findings, DiagnosisContext(Timeline(events)))


def test_instances_that_differ_in_shape_are_one_finding():
    """All layers and all events stay; the numbers are those of the first."""
    (one,) = merge(*(found(n, f"{{layer}} creates weights float32[{n}, 4] in call") for n in range(5)))

    assert one.message == (
        "Each of dense, dense_1, dense_2 and 2 more (5 of Dense) creates weights float32[0, 4] in call "
        "The numbers are those of dense."
    )
    assert len(one.layers) == 5
    assert one.events == (0, 1, 2, 3, 4)
    assert len(one.evidence) == 1


def test_shapes_of_another_rank_are_numbers_too():
    """So are unknown dimensions, floats, and the number at the end of a name."""
    texts = ["float32[4]", "float32[None, 4, 4]", "float32[2, 0.5]"]
    assert len(merge(*(found(n, f"{{layer}} holds dense_{n} {text}") for n, text in enumerate(texts)))) == 1


def test_other_mistakes_stay_apart():
    """Another line, class, rule or attribute is another cause."""
    assert len(merge(found(0), found(1, line=13))) == 2
    assert len(merge(found(0), found(1, cls="Conv"))) == 2
    assert len(merge(found(0, "{layer} keeps alpha"), found(1, "{layer} keeps beta"))) == 2
    assert len(merge(found(0, fix="self.a = 1"), found(1, fix="self.b = 1"))) == 2


def test_several_attributes_of_one_layer_are_one_finding():
    """The sentence counts the others, and the fix has all their lines, each once."""
    names = ["hidden[0]", "hidden[1]", "out"]
    (one,) = merge(*(found(0, f"{{layer}} does not build {n}.", fix=f"self.{n}.build(4)") for n in names))

    assert one.message == "dense (Dense) does not build hidden[0]. 2 more on this line are alike."
    assert one.fix == "self.hidden[0].build(4)\nself.hidden[1].build(4)\nself.out.build(4)"


def test_the_most_severe_of_several_wins():
    """A note about one instance does not hide the error about another."""
    (one,) = merge(found(0, severity="note"), found(1, severity="error"))

    assert one.severity == "error"


def test_functions_of_one_line_are_one_finding():
    """They have no layer; the sentence counts the others."""
    traced = [
        Finding(
            code="LT201", name="a-rule", severity="warning", location=Location("train.py", 40),
            message=f"step was traced {n} times.", evidence=(Evidence("x: float32[1]", (n,)),),
        )
        for n in (6, 7, 8)
    ]  # fmt: skip
    (one,) = merge(*traced)

    assert one.message == "step was traced 6 times. 2 more on this line are alike."
    assert one.events == (6, 7, 8)
    assert merge(*traced[:2])[0].message.endswith("1 more on this line is alike.")


def test_a_copy_has_the_cause_of_its_original():
    """Loading and cloning create layers elsewhere, from a config."""
    events = [
        Event(seq=0, kind="init", layer=layer(0)),
        Event(seq=1, kind="init", layer=layer(1), flags=frozenset({"from config"})),
    ]
    copied = "{layer} creates weights in a trace of predict"
    (one,) = merge(found(0), found(1, copied, line=99), events=events)

    assert [each.id for each in one.layers] == [1, 2]
    assert one.location.line == 12
    assert one.events == (0, 1)


def test_copies_without_their_original_stay():
    """The original may have been created before the recording."""
    events = [
        Event(seq=n, kind="init", layer=layer(n), flags=frozenset({"from config"})) for n in range(2)
    ]
    (one,) = merge(found(0, line=98), found(1, line=99), events=events)

    assert one.location.line == 98


def test_layers_of_several_classes_that_one_change_cures_are_one_finding():
    """A missing parameter of a model keeps all dropouts and normalizations inside in inference mode."""
    message, fix = "{layer} stays in inference mode.", "def call(self, x, training=None):"
    classes = ["Dropout", "Dropout", "BatchNormalization"]
    findings = [found(n, message, cls=cls, fix=fix) for n, cls in enumerate(classes)]
    (one,) = merge(*findings)

    assert one.message == (
        "Each of dropout, dropout_1, batchnormalization_2 (2 of Dropout, 1 of BatchNormalization) "
        "stays in inference mode."
    )
    assert one.events == (0, 1, 2)
    assert len(merge(findings[0], found(2, message, cls="BatchNormalization", fix="another(x)"))) == 2
    assert len(merge(*(found(n, message, cls=cls) for n, cls in enumerate(classes)))) == 2


def test_a_finding_has_at_most_two_lines_of_evidence():
    """The second line counts the others, and has their events."""
    evidence = [(Evidence(f"made by {name}", (n,)),) for n, name in enumerate(("ada", "ben", "cem"))]
    (one,) = merge(*(found(n, evidence=lines) for n, lines in enumerate(evidence)))

    assert [(line.text, line.events) for line in one.evidence] == [
        ("made by ada", (0,)),
        ("2 more of these", (1, 2)),
    ]
