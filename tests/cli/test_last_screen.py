"""The last screen of a terminal after a run: the verdict, with every finding."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
]

MISTAKES = Path(__file__).parents[1] / "render" / "programs" / "mistakes.py"
CRASH = '''
import keras


class Head(keras.layers.Layer):
    def call(self, x):
        return x * {"scal": 2.0}["scale"]


Head()(keras.ops.ones((1, 2)))
'''


def last_screen(folder, *arguments):
    """Run a command in a terminal of 80 columns and 24 lines, and return the lines that are left on it."""
    name = f"layertrace-{os.getpid()}"
    tmux = ["tmux", "-L", name]
    env = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "TERM": "xterm-256color"}
    command = " ".join([sys.executable, "-m", "layertrace", *arguments, "; echo ended; sleep 60"])
    subprocess.run(
        [*tmux, "new-session", "-d", "-x", "80", "-y", "24", command], check=True, env=env, cwd=folder
    )
    try:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            screen = subprocess.run([*tmux, "capture-pane", "-p"], capture_output=True, text=True, check=True)
            lines = screen.stdout.rstrip("\n").split("\n")
            if "ended" in lines:
                return lines[: lines.index("ended")]
            time.sleep(0.5)
    finally:
        subprocess.run([*tmux, "kill-server"], check=False)
    raise AssertionError(f"the command did not end: {lines}")


def test_the_last_screen_after_a_run_names_all_findings(tmp_path):
    """Each finding has at most two lines, the first with its code and place, and the verdict is the last."""
    shutil.copy(MISTAKES, tmp_path)

    screen = last_screen(tmp_path, "run", "mistakes.py")

    assert screen[-1].partition(" · ")[0] == "1 error, 2 warnings in 93 events of 12 layers"
    heads = [line.split()[:3] for line in screen[-7:-1] if line.lstrip().startswith(("error ", "warning "))]
    assert heads == [
        ["error", "LT103", "mistakes.py:13"],
        ["warning", "LT105", "mistakes.py:20"],
        ["warning", "LT202", "mistakes.py:47"],
    ]


def test_the_last_screen_after_a_crash_names_it(tmp_path):
    """Who raised it, and where."""
    (tmp_path / "crash.py").write_text(CRASH)

    screen = " ".join(last_screen(tmp_path, "run", "crash.py")[-2:])

    assert "KeyError ended the recording in call of head (Head), crash.py:7; no rule explains it" in screen
