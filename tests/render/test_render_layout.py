"""A tree keeps to its width, and drops the least important parts."""

import re
from pathlib import Path

import pytest
import stories
from hand_made import Story
from rich.cells import cell_len
from rich.panel import Panel

from layertrace.render import table, text, tree
from layertrace.render.console import written
from layertrace.render.wording.formatting import duration
from layertrace.timeline import Timeline

RECORDINGS = Path(__file__).parent / "recordings"

STORIES = ("tutorial", "bug", "fit", "large", "loop", "strategy", "hostile", "deep")


@pytest.mark.parametrize("encoding", ["utf-8", "cp437"])
@pytest.mark.parametrize("story", STORIES)
def test_no_line_is_wider_than_it_may_be(story, encoding):
    """With 40 or more columns, no line is too wide, in any encoding."""
    timeline = getattr(stories, story)()

    for width in (40, 57, 80, 100, 160, 250):
        page = text(timeline, width=width, encoding=encoding)
        assert max(map(cell_len, page.splitlines())) <= width


@pytest.mark.parametrize("width", [1, 10, 24])
def test_a_ridiculous_width_is_survived(width):
    """A width of a few columns raises no error."""
    assert text(stories.bug(), width=width, encoding="utf-8")
    assert written(table(stories.bug()), width=width)


def located(file):
    """Return a timeline of two calls, from a file with a long path."""
    story = Story(file)
    dense = story.layer("Dense", "dense")
    for line in (120, 121):
        story.call(dense, "float32[10, 5]", "float32[10, 10]", at=line)
    return story.timeline()


def test_the_middle_gives_way_and_times_and_places_stay(monkeypatch, tmp_path):
    """With less width: everything; without the directory; without dtypes; with remarks in a second line."""
    monkeypatch.chdir(tmp_path)
    timeline = located(f"{tmp_path}/src/net/train.py")

    def first_row(width):
        return text(timeline, width=width, encoding="utf-8").splitlines()[1:3]

    row = "├── 0 call 1  float32[10, 5] → float32[10, 10]  eager"
    assert first_row(85)[0] == f"{row}  1.0 ms  src/net/train.py:120"
    assert first_row(77)[0] == f"{row}  1.0 ms  train.py:120"
    assert first_row(70)[0] == "├── 0 call 1  float32[10, 5] → [10, 10]  eager    1.0 ms  train.py:120"
    assert first_row(61)[0] == "├── 0 call 1  [10, 5] → [10, 10]  eager  1.0 ms  train.py:120"
    assert first_row(60) == [
        "├── 0 call 1  [10, 5] → [10, 10]        1.0 ms  train.py:120",
        "│       eager",
    ]


def test_times_need_sixty_columns():
    """In less than 60 columns, the names and shapes get the room of the times."""
    assert " ms" in text(stories.tutorial(), width=60, encoding="utf-8")
    assert " ms" not in text(stories.tutorial(), width=59, encoding="utf-8")


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("story", ["tutorial", "bug", "fit", "large", "loop", "strategy"])
def test_times_and_places_keep_their_columns(story, width):
    """In 60 or more columns, every row shows its time and place, in the same columns."""
    timeline = getattr(stories, story)()
    shown = text(timeline, width=width, encoding="utf-8").splitlines()
    rows = [line for line in shown if re.search(r" \w+\.py:\d+$", line)]
    timed = [line for line in rows if re.search(r" [mµ]?s +\w+\.py:\d+$", line)]
    assert len({cell_len(line) for line in rows}) == 1
    assert len({cell_len(line.rpartition("s ")[0]) for line in timed}) == 1
    assert not [line for line in rows if re.search(r"init|build|call|trace", line) and line not in timed]


def test_siblings_keep_the_columns_of_number_and_kind():
    """A long name or a range of numbers does not move the kind or the name of its siblings."""
    story = Story()
    names = ["a", "a_name_that_is_much_longer_than_any_column_of_names_may_be_wide"]
    for name in names:
        story.add("init", story.layer("Dense", name), arguments={"units": 3}, at=1)
    looped = story.layer("Dense", "looped")
    for _ in range(50):
        story.call(looped, "float32[2]", "float32[2]", at=2)
    rows = text(story.timeline(), width=80, encoding="utf-8").splitlines()[-3:]

    assert {row.index(kind) for row, kind in zip(rows, ("init", "init", "call"), strict=True)} == {9}
    assert {row.index(name) for row, name in zip(rows, ("a", "a_name", "looped"), strict=True)} >= {19}


def test_a_place_is_cut_on_the_left():
    """A long file name loses its start, and never its line number."""
    story = Story("a_module_with_quite_a_long_name_of_its_own.py")
    story.add("init", story.layer("Dense", "dense"), at=1234)

    assert text(story.timeline(), width=60, encoding="utf-8").splitlines()[1].endswith(" …its_own.py:1234")


def test_times_and_places_can_be_left_out():
    """Omitted columns take no room."""
    page = text(stories.tutorial(), width=80, encoding="utf-8", times=False, places=False)

    assert " ms" not in page
    assert ".py" not in page


def test_a_shape_is_not_torn_apart():
    """Lines are wrapped between words, but not inside the brackets of a shape."""
    for width in (48, 50, 54, 60):
        page = text(stories.fit(), width=width, encoding="utf-8")
        assert not [line for line in page.splitlines() if line.count("[") != line.count("]")]


def test_wide_signs_take_two_columns():
    """Columns stay aligned with Chinese names."""
    story = Story()
    for name in ("層", "layer"):
        story.add("init", story.layer("層", name), arguments={"n": 1}, at=3)
    first, second = text(story.timeline(), width=80, encoding="utf-8").splitlines()[-2:]

    assert cell_len(first[: first.index("n=1")]) == cell_len(second[: second.index("n=1")])


def test_a_tree_fits_into_other_renderables():
    """A tree reports its width, so that a panel can enclose it."""
    panel = written(Panel.fit(tree(stories.tutorial())), width=120, encoding="utf-8")

    assert {cell_len(line) for line in panel.splitlines()} == {85}


def recorded(name):
    """Return the recording of a program of real size."""
    return Timeline.load(RECORDINGS / f"{name}.layertrace")


def test_every_timed_event_of_a_transformer_shows_its_time():
    """In 120 columns, no event of a `fit` loses its duration to its names and shapes."""
    timeline = recorded("transformer")
    shown = tree(timeline, fold=False, max_lines=10_000)
    heads = re.findall(r"(?m)^[│├└─ ]+(\d+) +(\w+)(.*)$", written(shown, width=120, encoding="utf-8"))
    rows = {(int(number), kind): rest for number, kind, rest in heads}

    for event in timeline:
        if event.duration_ns is not None and event.seq not in timeline.plumbing:
            row = rows[event.seq, event.kind]
            assert f"  {duration(event.duration_ns)} " in f"{row} "


@pytest.mark.parametrize("width", [80, 120, 160])
def test_siblings_of_an_efficientnet_have_their_kind_in_one_column(width):
    """Among hundreds of siblings, the kind begins in one column."""
    rows = written(tree(recorded("effnet"), depth=1), width=width, encoding="utf-8").splitlines()
    kinds = [match.start(1) for row in rows if (match := re.match(r"[├└]─+ \d+ +(init|build|call)\b", row))]

    assert len(kinds) > 100
    assert len(set(kinds)) == 1
