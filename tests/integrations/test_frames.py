"""`to_dicts` and `to_frame` give the events to other libraries."""

import sys

import pandas as pd
import pytest

from layertrace.errors import DependencyError
from layertrace.render.exports.records import COLUMNS
from layertrace.timeline import Event, Timeline

EVENTS = Timeline(
    [Event(seq=0, kind="build", start_ns=1_500_000), Event(seq=1, kind="call", mode="graph", training=True)]
)


def test_an_event_is_a_dict_with_all_columns():
    """Times are in milliseconds."""
    first, second = EVENTS.to_dicts()

    assert list(first) == list(second) == list(COLUMNS)
    assert first["start_ms"] == 1.5
    assert second["training"] is True


def test_an_event_is_a_row_of_a_frame():
    """A frame of pandas, with the columns even without events."""
    frame = EVENTS.to_frame()

    assert type(frame) is pd.DataFrame
    assert frame.groupby("mode")["seq"].count().to_dict() == {"eager": 1, "graph": 1}
    assert list(Timeline().to_frame().columns) == list(COLUMNS)


def test_without_pandas_and_polars_the_next_step_is_named(monkeypatch):
    """One sentence."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.delitem(sys.modules, "pandas")
    monkeypatch.delitem(sys.modules, "polars", raising=False)

    with pytest.raises(DependencyError, match="to_frame needs pandas or polars: pip install pandas"):
        EVENTS.to_frame()
