"""The command line, run as processes."""

import os
import subprocess
import sys


def layertrace(*words, **environment):
    """Run a command and return the finished process."""
    return subprocess.run(
        [sys.executable, "-m", "layertrace", *words],
        capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "100", **environment},
    )  # fmt: skip


def test_demo_shows_the_tutorial_and_the_story():
    """`layertrace demo` shows the tutorial layer, then the bug with its layer, line and trace."""
    done = layertrace("demo")

    assert done.returncode == 0, done.stderr
    assert "init×1 build×1 call×2" in done.stdout
    assert "gcn_1 (GCN) makes a variable at" in done.stdout
    assert "in trace 2 of predict" in done.stdout


def test_demo_lists_and_refuses():
    """`layertrace demo --list` names the demos; an unknown one gets one sentence and status 2."""
    listed = layertrace("demo", "--list").stdout
    unknown = layertrace("demo", "nothing")

    assert [line.split()[0] for line in listed.splitlines()][:2] == ["fit", "fit_and_predict"]
    assert unknown.returncode == 2
    assert "no demo nothing; there are fit, " in unknown.stderr
    assert "Traceback" not in unknown.stderr


def test_debug_tells_versions_and_places():
    """`layertrace debug` tells the versions and each private place that could be hooked."""
    done = layertrace("debug")

    assert done.returncode == 0, done.stderr
    assert "tensorflow   2." in done.stdout
    assert "hooked       keras: " in done.stdout
    assert "MISSING" not in done.stdout


def test_help_and_version():
    """`--help` names the commands, `--version` the version."""
    assert "demo" in layertrace("--help").stdout
    assert "0.1.0" in layertrace("--version").stdout
