"""How much of a timeline is shown, and how the rest is counted."""

import pytest
import stories
from hand_made import Story, raised

from layertrace.render import tree
from layertrace.render.console import written


def shown(timeline, **options):
    """Return the lines of a tree without times, locations and heading."""
    page = written(tree(timeline, times=False, places=False, **options), width=200, encoding="utf-8")
    lines = page.splitlines()
    return lines[lines.index("│") + 1 if "│" in lines else 1 :]


def unlike(story, number, kind="call", **fields):
    """Add calls that differ, so that they are not folded."""
    layer = story.layer("Layer", "layer")
    for position in range(number):
        story.add(kind, layer, arguments={"n": position}, **fields)


def test_depth_counts_levels_of_events():
    """`depth=1` shows the outermost events, and the number of their descendants."""
    lines = shown(stories.fit(), depth=1)

    assert [line.split("  ")[-1].strip() for line in lines] == [
        "units=3",
        "sequential (Sequential)",
        "… 5 events inside",
        "… 3 events inside",
        "… 2 events inside",
        "as a graph, without Python",
    ]


def test_what_does_not_fit_is_counted_where_it_would_stand():
    """The first and last events are shown, and the number of those between."""
    story = Story()
    unlike(story, 200)
    lines = shown(story.timeline(), max_lines=20)

    assert len(lines) == 20
    assert lines[13] == "├── …   181 more events"
    assert lines[14].startswith("├── 194 call 195")
    assert lines[-1].startswith("└── 199 call 200")


def test_thousands_of_events_do_not_fill_the_screen():
    """By default, a tree has at most about four hundred lines."""
    story = Story()
    for number in range(300):
        with story.span("call", story.layer(f"Model{number}", "model"), arguments={"n": number}):
            unlike(story, 30)

    assert 300 <= len(shown(story.timeline())) <= 400


def test_outer_events_come_before_inner_ones():
    """Lines go to the outermost level first; inner events are counted behind their parent."""
    story = Story()
    for number in range(10):
        with story.span("call", story.layer(f"Model{number}", f"model_{number}"), arguments={"n": number}):
            unlike(story, 100)
    lines = shown(story.timeline(), max_lines=12)

    assert len(lines) == 10
    assert all(line.endswith("… 100 events inside") for line in lines)


def test_an_error_is_shown_although_its_surroundings_are_not():
    """Among a thousand omitted siblings, the failed one is shown."""
    story = Story()
    unlike(story, 500)
    story.add("call", story.layer("Bad", "bad"), error=raised("ValueError", "no"))
    unlike(story, 500)
    lines = shown(story.timeline(), max_lines=10)

    assert "├── …    494 more events" in lines
    assert any("bad (Bad)" in line for line in lines)
    assert "├── …    497 more events" in lines


def test_depth_does_not_hide_an_error():
    """The event in which an exception was raised is shown below the last level that is shown."""
    lines = shown(stories.bug(), depth=1)

    assert lines[2] == "└── 13 trace 2  cnn  ✗ ValueError  traced twice: the first pass created the variables"
    assert lines[3] == "    ├── …  3 events not shown"
    assert lines[4].startswith("    └── 17 variable  Variable of gcn_2 (GCN)  float32[8, 4]")


def test_threads_come_one_after_the_other():
    """Each of several threads has its own branch, so that loops in them can be folded."""
    branches = [line for line in shown(stories.strategy()) if "── thread" in line]

    assert branches == [
        "├── thread MainThread",
        "├── thread Thread-1 (work)",
        "└── thread Thread-2 (work)",
    ]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
def test_any_limit_will_do(limit):
    """With any limit, there are a first and a last line."""
    lines = shown(stories.large(), max_lines=limit)

    assert lines[0].startswith("├── 0")
    assert lines[-1].strip()


def test_a_selection_shows_its_own_nesting():
    """Descendants of events that were not selected are shown below their nearest selected ancestor."""
    lines = shown(stories.fit().where(kind=["trace", "variable"]))

    assert [line.partition(" variable ")[0].rstrip() for line in lines] == [
        "├── 4",
        "├── 5",
        "├── 8  trace 1   train step of sequential  data: (float32[4, 4], float32[4, 3])",
        "│   └── 11",
        "└── 12 trace 2   train step of sequential  traced twice: the first pass created the variables",
    ]
