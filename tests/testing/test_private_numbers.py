"""Without the private numbers of generated names, `weight-order` is not tried, and states why."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path

import keras
import pytest
import tf_keras

import layertrace.testing
from layertrace.record.frameworks import generated_names, keras_private
from layertrace.testing import check_layer


@pytest.fixture(params=[keras, tf_keras], ids=["keras", "tf_keras"])
def k(request):
    """Each Keras."""
    return request.param


def test_names_are_numbered_in_a_block(k):
    """In the block the next layer has the number; after it names go on where they were."""
    k.backend.clear_session()
    k.layers.Dense(1)

    with generated_names.names_numbered_from(k.__name__, 8) as is_numbered:
        names = [k.layers.Dense(1).name for _ in range(3)]

    assert is_numbered
    assert names == ["dense_8", "dense_9", "dense_10"]
    assert k.layers.Dense(1).name == "dense_1"


@pytest.mark.parametrize("part", ["name_numbers", "call_context"])
def test_weight_order_is_not_tried_without_a_private_part(k, part, monkeypatch):
    """If Keras has no longer the private part, the row of the check is a dash with the reason."""
    table = keras_private.PARTS[k.__name__]
    if part not in table:
        pytest.skip(f"{k.__name__} does not need it")
    monkeypatch.setitem(table, part, replace(table[part], name="gone"))

    report = check_layer(lambda: k.layers.Dense(3), "float32[2, 5]", select=["weight-order"])

    (result,) = report.results
    assert result.outcome == "not applicable"
    assert re.search("– weight-order +layertrace does not know how this Keras numbers", str(report))


def test_checks_read_no_private_module():
    """Checks reach private parts of Keras through the tables of `record`, which `layertrace debug` shows."""
    files = Path(layertrace.testing.__file__).parent.rglob("*.py")
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text()))]
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}

    assert len(texts) > 100
    assert [text for text in texts if re.match(r"(tf_)?keras\.src", text)] == []
