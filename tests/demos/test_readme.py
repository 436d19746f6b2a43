"""The samples in the README, and on the pages it links to, are what is printed today."""

import functools
import re
from pathlib import Path

import pytest
import warm

from layertrace.diagnosis.registry import all_rules
from layertrace.errors import ExpressionError
from layertrace.timeline import Timeline

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = {page: page.read_text(encoding="utf-8") for page in sorted(ROOT.glob("layertrace/*/README.md"))}
TEXTS = (README, *PAGES.values())
TIME = r"[\d.,]+ (?:µs|ms|s|min)\b"
ELISION = re.compile(r"E?[│├└─ ]*…(?: .*inside)?")

STEP = '''import tensorflow as tf

import layertrace


@tf.function
def step(x, alpha):
    return tf.reduce_sum(x * alpha)

{block}'''
"""The program of the second sample, without its last lines."""

DEMOS = {
    "my_dense_layer  MyDenseLayer": ("demos/tutorial.py", 88),
    "Head  float32[2, 5]": ("demos/check_layer.py", 92),
    "fit.py  ": ("demos/fit.py", 86),
    "└── 18 trace 2  predict": ("demos/gcn_in_cnn_traced.py", 80),
    "LT101 variable-created-in-call": ("demos/gcn_in_cnn_traced.py", 88),
    "check config-round-trip": ("demos/check_layer.py", 86),
}
"""How a sample begins, the demo that prints it, and the width that it was printed in."""


def blocks(language):
    """Return the blocks of a language in the README and on the pages that it links to."""
    block = re.compile(rf"^```{language}\n(.*?)^```$", flags=re.DOTALL | re.MULTILINE)
    return [found for text in TEXTS for found in block.findall(text)]


def sample(beginning):
    """Return the lines of the sample that begins with a text."""
    (found,) = [block for block in blocks("text") if block.startswith(beginning)]
    return found.splitlines()


def missing(lines, output):
    """Return the lines that are not in an output, without times and the width of columns."""

    def bare(line):
        return " ".join(re.sub(TIME, "", line).replace("─", " ").split())

    printed = [bare(line) for line in output.splitlines()]
    whole = [line for line in lines if not ELISION.fullmatch(line)]
    return [line for line in whole if not _is_beginning(bare(line), printed)]


def _is_beginning(line, printed):
    """Return whether a line was printed, or is the beginning of a printed one, cut off where it ends in …."""
    if line.endswith(" …"):
        return any(other.startswith(line.removesuffix(" …")) for other in printed)
    return line in printed


@functools.cache
def output_of(program, width):
    """Return what a program prints in a terminal of a width."""
    done = warm.run(program, cwd=ROOT, env={"COLUMNS": str(width)})
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("beginning", DEMOS)
def test_a_sample_is_what_a_demo_prints(beginning):
    """Each line of the sample is a line that the demo prints."""
    assert missing(sample(beginning), output_of(*DEMOS[beginning])) == []


@pytest.mark.slow
def test_the_sample_of_retraces_is_printed(tmp_path):
    """The program above the sample prints it."""
    (block,) = [block for block in blocks("python") if "step(tf.ones((4, 3)), alpha)" in block]
    program = tmp_path / "readme_demo.py"
    program.write_text(STEP.format(block=block))

    assert missing(sample("├── 0 trace 1   step"), output_of(program, 84)) == []


def test_the_sample_of_a_failed_test_is_printed():
    """What follows the source of the test is what the plugin prints for the sample tests."""
    printed = (ROOT / "tests" / "golden" / "plugin_normal.txt").read_text(encoding="utf-8")
    shown = sample("    def test_expectation_fails(layer_timeline):")
    lines = [line for line in shown if line.startswith("E ")]

    assert missing(lines, printed) == []


def test_the_sample_of_a_mistake_in_an_expression_is_raised():
    """The message is that of the error."""
    with pytest.raises(ExpressionError) as raised:
        Timeline().matches("initt build")

    assert str(raised.value).splitlines() == sample("unknown kind 'initt'")


def test_the_sample_of_a_test_passes(tmp_path):
    """The test of a layer's life is one that pytest runs."""
    (block,) = [block for block in blocks("python") if "def test_my_layer" in block]
    layer = (ROOT / "demos" / "tutorial.py").read_text(encoding="utf-8").partition("with layertrace")[0]
    names = "assert_lifecycle, assert_max_traces, assert_shapes"
    program = tmp_path / "test_readme_sample.py"
    program.write_text(f"{layer}\nfrom layertrace.testing import {names}\n\n\n{block}")
    done = warm.run("-m", "pytest", "-q", "-p", "no:cacheprovider", program, cwd=tmp_path)

    assert done.returncode == 0, done.stdout


def test_the_readme_is_short():
    """It is read in a minute, and no sample scrolls sideways at the width of GitHub's pages."""
    samples = re.findall(r"^```\w+\n(.*?)^```$", README, flags=re.DOTALL | re.MULTILINE)

    assert README.count("\n") <= 220
    assert [line for sample in samples for line in sample.splitlines() if len(line) > 88] == []


def test_every_page_of_the_package_is_linked():
    """What moved from the README to a page next to the code is one click away, and no link leads nowhere."""
    linked = {link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", README)}
    pages = {page.relative_to(ROOT).as_posix() for page in PAGES}

    assert not pages - linked
    assert {"demos/README.md", "layertrace/README.md"} <= linked
    assert {"tests/cases/README.md", "tests/benchmarks/README.md"} <= linked
    for page, text in {ROOT / "README.md": README, **PAGES}.items():
        links = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
        assert [link for link in links if not (page.parent / link).exists()] == [], page


def test_the_number_of_rules_that_know_other_backends_is_right():
    """The README states it in words of its own."""
    known = sum("jax" in rule.backends for rule in all_rules())

    assert f"{known} of the rules know" in README
