"""Keep records in one flat list: read as a sequence of tuples, and no object for Python to look through."""

import gc

import keras
import numpy as np
import pytest

import layertrace
from layertrace.record.recording.records import Records

ITEMS = ("span", "end", "output", "mode", "error")
MADE = [tuple(f"{item} of {number}" for item in ITEMS) for number in range(7)]


@pytest.fixture
def records():
    """Return seven records."""
    records = Records()
    for record in MADE:
        records.items.extend(record)
    return records


@pytest.mark.parametrize(
    "part", [slice(None), slice(2, None), slice(-3, None), slice(1, 100), slice(5, 2), slice(None, None, -2)]
)
def test_a_part_is_that_of_a_list_of_tuples(records, part):
    assert records[part] == MADE[part]


@pytest.mark.parametrize("index", [0, 6, -1, -7])
def test_one_record_is_a_tuple(records, index):
    assert records[index] == MADE[index]


@pytest.mark.parametrize("index", [7, -8])
def test_there_is_no_record_outside(records, index):
    with pytest.raises(IndexError):
        records[index]


def test_records_are_counted_and_read_in_order(records):
    assert (len(records), list(records)) == (7, MADE)


def test_what_is_added_while_records_are_read_is_read_whole(records):
    read = []
    for record in records:
        read.append(record)
        if len(read) < 10:
            records.items.extend(record)

    assert read[:7] == MADE
    assert {len(record) for record in read} == {5}
    assert len(read) == 16


def objects():
    """Return how many objects Python looks at to find garbage."""
    gc.collect()  # which leaves out tuples of numbers
    return len(gc.get_objects())


def test_a_recorded_call_leaves_one_object_to_look_through():
    """Python looks for garbage after a number of new objects, and at all after a growth by a quarter."""
    layer = keras.layers.Identity()
    x = keras.ops.convert_to_tensor(np.ones((2, 2), "float32"))
    with layertrace.trace() as timeline:
        for _ in range(20):
            layer(x)
        before = objects()
        for _ in range(200):
            layer(x)
        after = objects()

    assert timeline.kinds.count("call") == 220
    assert (after - before) / 200 == pytest.approx(1, abs=0.1)
