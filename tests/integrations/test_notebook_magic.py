"""`%%layertrace` runs a cell in a real shell of IPython, and shows what happened to its layers."""

import re

import keras  # noqa: F401  # importing TensorFlow starts a process, which a quick test must not
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

import layertrace

SETUP = """
import keras
import numpy as np
head = keras.layers.Dense(2, name="head")
body = keras.layers.Dense(3, name="body")
"""


@pytest.fixture
def shell():
    """The shell of this process, which `display` needs, with the magic and two layers."""
    shell = InteractiveShell.instance()
    assert shell.run_cell("%load_ext layertrace").success
    assert shell.run_cell(SETUP).success
    yield shell
    InteractiveShell.clear_instance()


def run(shell, cell):
    """Return the result of a cell, what it displayed, and what it printed."""
    with capture_output() as captured:
        result = shell.run_cell(cell)
    return result, captured.outputs, captured.stdout + captured.stderr


def test_a_cell_shows_the_life_of_its_layers(shell):
    """The value of the last line is that of the cell, and lines are those of the cell, magic included."""
    result, shown, _ = run(shell, "%%layertrace --name life\nx = np.ones((3, 4))\nhead(body(x)).shape")
    (output,) = shown

    assert result.result == (3, 2)
    assert re.search(r"call 1 +head +float32\[3, 3\] → float32\[3, 2\] .* cell:3", output.data["text/plain"])
    assert "nothing wrong found" in output.data["text/html"]
    assert len(output.data["text/html"]) < 40_000
    assert isinstance(shell.user_ns["life"], layertrace.Timeline)
    assert {event.location.line for event in shell.user_ns["life"]} == {3}
    assert shell.user_ns["x"].shape == (3, 4)


def test_targets_are_expressions_of_the_notebook(shell):
    """Only the layer that is named is recorded."""
    run(shell, "%%layertrace head --name life\nhead(body(np.ones((1, 4))));")

    assert [layer.name for layer in shell.user_ns["life"].layers] == ["head"]
    run(shell, "%%layertrace --exclude head --exclude 'body' --name life\nhead(body(np.ones((1, 4))));")
    assert shell.user_ns["life"].layers == ()


def test_a_semicolon_hides_the_value(shell):
    """As in a cell without the magic."""
    assert run(shell, "%%layertrace\nhead(np.ones((1, 3)));")[0].result is None


def test_a_cell_that_fails_shows_what_led_to_that(shell):
    """Its exception is raised as without the magic, and the finding explains it."""
    run(shell, "head(np.ones((1, 3)))")
    result, (output,), _ = run(shell, "%%layertrace\nhead(np.ones((1, 3)))\nhead(np.ones((1, 5)))")

    assert isinstance(result.error_in_exec, ValueError)
    assert "LT313" in output.data["text/html"]
    assert "LT313" in output.data["text/plain"]
    assert not layertrace.record.api.is_recording()


def test_the_traceback_is_that_of_the_cell(shell):
    """It has the number of the cell, whose second line failed, and no line of layertrace."""
    number = len(shell.history_manager.input_hist_raw)
    with capture_output() as captured:
        shell.run_cell("%%layertrace\n1 / 0", store_history=True)

    printed = re.sub(r"\x1b\[[\d;]*m", "", captured.stdout)

    assert re.findall(r"Cell In\[(\d+)\], line (\d)", printed) == [(str(number), "1"), (str(number), "2")]
    assert "notebook_magic" not in printed


def test_the_report_names_code_for_the_page_that_works(shell):
    """Only a recording with a name can be written to a file; any cell can be run again."""
    _, (unnamed,), _ = run(shell, "%%layertrace\nhead(np.ones((1, 3)))")
    _, (named,), _ = run(shell, "%%layertrace --name life\nhead(np.ones((1, 3)))")
    (code,) = re.findall("<code>(.*)</code>", named.data["text/html"])

    assert "<code>%%layertrace --page</code>" in unnamed.data["text/html"]
    assert code == 'from layertrace.render import write_page; write_page(life, "run.html")'
    compile(code, "cell", "exec")


def test_the_first_screen_loads_and_runs_nothing(shell):
    """It is the same in a notebook that runs no scripts, and in one without a network."""
    _, (output,), _ = run(shell, "%%layertrace --check\nhead(body(np.ones((1, 4))))")
    shown = output.data["text/html"]

    assert set(re.findall(r"<(\w+)", shown)) == {"pre", "span", "style", "details", "summary", "p", "code"}
    assert re.findall(r"https?:|//|url\(|@import|\bon\w+=", shown) == []


def test_the_page_is_added_where_it_is_asked_for(shell):
    """It is a document of its own in a frame, with its scripts."""
    _, (output,), _ = run(shell, "%%layertrace --page\nhead(np.ones((1, 3)));")

    shown = output.data["text/html"]
    assert '<iframe srcdoc="' in shown
    assert "&lt;script" in shown
    assert "&lt;title&gt;cell&lt;/title&gt;" in shown
    assert "<code>" not in shown
    assert "\nIt is shown when you trust this notebook.</iframe>" in shown


def test_a_cell_without_layers_has_no_page(shell):
    """A page of nothing would take as much room as one of a small model."""
    _, (output,), _ = run(shell, "%%layertrace --page\n1 + 1")

    assert "nothing was recorded" in output.data["text/html"]
    assert "<iframe" not in output.data["text/html"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("missing", "name 'missing' is not defined"),
        ("3", "cannot trace a int"),
        ("--missing", "unrecognized arguments: --missing"),
    ],
)
def test_a_wrong_line_is_one_sentence(shell, line, message):
    """Nothing of the cell runs."""
    result, _, printed = run(shell, f"%%layertrace {line}\nran = True")

    assert not result.success
    assert message in printed
    assert "Traceback" not in printed
    assert "ran" not in shell.user_ns
