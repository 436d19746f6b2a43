"""`layertrace run` is Python itself to a program: each claim compares two real processes."""

import fcntl
import os
import pty
import py_compile
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest
import warm

from layertrace import Timeline

ENV = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "COLUMNS": "100", "TERM": "xterm"}
RUN = ["-m", "layertrace", "run"]
PRINTS = "import sys\nprint(sys.argv, __name__)\n"


def process(*arguments, shell='"$@"', **options):
    """Run Python with arguments; `shell` may redirect its streams."""
    command = ["bash", "-c", shell, "bash", sys.executable, *map(str, arguments)]
    options = {"stdin": subprocess.DEVNULL} | options if "input" not in options else options
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60,
        env=ENV | options.pop("env", {}), **options,
    )  # fmt: skip
    return done.stdout, done.stderr, done.returncode


def same(*arguments, **options):
    """Run a program with Python and under trace, and return both results, which a test compares."""
    return process(*arguments, **options), process(*RUN, "-q", *arguments, **options)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder, which is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


# What a program does to its streams


CLOSING = {
    "closes its output": "import sys; print(1); sys.stdout.close()",
    "has no output": "import sys; print(1, flush=True); sys.stdout = None",
    "closes its errors": "import sys; sys.stderr.close()",
    "has no errors": "import sys; sys.stderr = None",
    "closes the descriptor of its errors": "import os; os.close(2)",
    "closes all descriptors": "import os; print(1, flush=True); os.closerange(0, 300)",
    "writes its errors to memory": "import io, sys; sys.stderr = io.StringIO()",
    "closes its errors and fails": "import sys; sys.stderr.close(); 1 / 0",
    "leaves with a message and no errors": "import sys; sys.stderr = None; sys.exit('late')",
    "closes all and leaves": "import sys; sys.stdout.close(); sys.stderr.close(); sys.exit(3)",
}


@pytest.mark.parametrize("what", CLOSING)
def test_a_program_may_close_its_streams(what, here):
    """Its output and status do not change; with `--check`, the status is 2 where nothing was checked."""
    bare, traced = same("-c", CLOSING[what])
    reported = process(*RUN, "--check", "-c", CLOSING[what])

    assert [_steady(part) for part in traced] == [_steady(part) for part in bare]
    assert (reported[0], reported[2]) == (bare[0], bare[2] or 2)
    assert "layertrace/cli" not in reported[1]


def _steady(output):
    """Remove the addresses that Python prints where it cannot show a traceback."""
    return re.sub(r"0x\w+|(?<=object refcount : )\d+", "", str(output))


@pytest.mark.parametrize("where", ["2>/dev/full", ">&-", "2>&-", ">&- 2>&-", ">/dev/full"])
def test_a_program_may_start_with_closed_or_full_streams(where, here):
    """A report that cannot be written is dropped; the exit status is that of the program."""
    code = "import sys; print('out'); print('error', file=sys.stderr); sys.exit(0)"
    bare, traced = same("-c", code, shell=f'"$@" {where}')
    reported = process(*RUN, "-c", code, shell=f'"$@" {where}')

    assert traced == bare
    assert (reported[0], reported[2]) == (bare[0], bare[2])


@pytest.mark.parametrize(
    "what", ["has no errors", "writes its errors to memory", "closes the descriptor of its errors"]
)
def test_the_report_goes_to_the_original_standard_error(what, here):
    """A stream that the program puts in its place gets nothing."""
    assert "no layer was created" in process(*RUN, "-c", CLOSING[what])[1]


def test_nothing_is_written_to_a_file_that_replaces_standard_error(here):
    """The file belongs to the program and stays empty."""
    code = "import os; os.close(2); print(os.open('mine', os.O_CREAT | os.O_WRONLY))"

    out, _, status = process(*RUN, "-c", code)

    assert (out, status) == ("2\n", 0)
    assert (here / "mine").read_bytes() == b""


def test_the_files_of_a_program_have_the_same_descriptors_as_with_python(here):
    """Our own descriptors have high numbers, and subprocesses do not inherit them."""
    code = "import os, subprocess; print(os.open('/dev/null', 0), os.open('/dev/null', 0), flush=True)\n"
    code += "subprocess.run(['ls', '/proc/self/fd'], close_fds=False)"

    bare, traced = same("-c", code)

    assert traced == bare


# All that Python can run


LOOKS = """
import sys
names = {name: str(value).split(" at ")[0] for name, value in globals().items() if name.startswith("__")}
names.pop("__builtins__")
print(names, list(globals())[:9], __annotations__)
print(sys.argv, sys.path[0], sys.modules["__main__"].__dict__ is globals())
"""

KINDS = {
    "a script": ["look.py", "a"],
    "a script with dots": ["./package/../look.py"],
    "a link": ["link.py"],
    "a script without a suffix": ["look"],
    "bytecode": ["look.pyc", "a"],
    "bytecode by its beginning": ["bytecode", "a"],
    "a zip file": ["app.zip", "a"],
    "a zip file by its beginning": ["app", "a"],
    "a folder": ["package", "a"],
    "a folder with a slash": ["./package/"],
    "a module": ["-m", "look", "a"],
    "a package": ["-m", "package", "-q", "a"],
    "a module in a package": ["-m", "package.inner"],
    "a package that extends its path": ["-m", "extends.inner"],
    "a namespace": ["-m", "space.inner.deep"],
    "a module of Python": ["-m", "json.tool", "data.json"],
    "code": ["-c", LOOKS, "a"],
}


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """A folder with programs of all kinds."""
    folder = tmp_path_factory.mktemp("programs")
    prints = "import sys\nprint('imported with', sys.argv)\n"
    extends = prints + "__path__.append(__path__[0] + '/../elsewhere')\n"
    for name, text in {
        "look.py": LOOKS, "look": LOOKS, "data.json": "{}", "package/__init__.py": prints,
        "package/__main__.py": LOOKS, "package/inner.py": LOOKS, "extends/__init__.py": extends,
        "elsewhere/inner.py": LOOKS, "space/inner/deep.py": LOOKS, "plain.py": "",
        "no_main/__init__.py": prints,
    }.items():  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "link.py").symlink_to("package/inner.py")
    py_compile.compile(folder / "look.py", folder / "look.pyc")
    shutil.copy(folder / "look.pyc", folder / "bytecode")
    with zipfile.ZipFile(folder / "app.zip", "w") as app:
        app.writestr("__main__.py", LOOKS)
    shutil.copy(folder / "app.zip", folder / "app")
    return folder


@pytest.mark.parametrize("kind", KINDS)
def test_a_program_sees_the_same_as_with_python(kind, programs):
    """Its arguments, path and names are the same, also while its packages are imported."""
    bare, traced = same(*KINDS[kind], cwd=programs)

    assert bare[2] == 0
    assert traced == bare


@pytest.mark.parametrize("flags", ["-I", "-P", "-O", "-X dev"])
def test_a_program_sees_the_same_with_options_of_python(flags, programs):
    """`sys.path` begins as with Python, which omits the folder of the program for some options."""
    if flags == "-P" and sys.version_info < (3, 11):
        pytest.skip("new in Python 3.11")
    for kind in ("a script", "a folder", "a zip file", "code"):
        bare = process(*flags.split(), *KINDS[kind], cwd=programs)
        traced = process(*flags.split(), *RUN, "-q", *KINDS[kind], cwd=programs)
        assert traced == bare


@pytest.mark.parametrize(
    "shell",
    ['"$@" /dev/stdin a < look.py', '"$@" - a < look.py', 'cat look.py | "$@" - a', '"$@" <(cat look.py) a',
     'cat look.py | "$@" /dev/stdin',
     'mkfifo pipe$$; cat look.py > pipe$$ & "$@" ./pipe$$ | sed s/$$//g; rm pipe$$'],
)  # fmt: skip
def test_a_program_may_come_through_a_pipe(shell, programs):
    """It is read only once."""
    bare, traced = same(cwd=programs, shell=shell)

    assert bare[2] == 0
    assert "__main__" in bare[0]
    assert traced == bare


def test_few_frames_are_below_a_program(here):
    """There are three more than with Python, and two of `python -m`, but none of click or of a command."""
    (here / "deep.py").write_text("import traceback\nprint(len(traceback.extract_stack()))\n")

    bare, traced = same("deep.py")

    assert int(traced[0]) - int(bare[0]) == 5


LATE = """
import sys, threading, time
def late(): time.sleep(0.5); print('late', file=sys.stderr)
threading.Thread(target=late).start()
"""
SEES = """
import atexit, sys
def see(): print(globals().get("__file__"), globals().get("__cached__", 0), hasattr(sys, "last_value"))
atexit.register(see)
"""
ENDINGS = {
    "an exception in a module": (["-m", "fails"], "1 / 0"),
    "an interrupt in a module": (["-m", "fails"], "raise KeyboardInterrupt"),
    "an interrupt before atexit": (
        ["fails.py"], "import atexit; atexit.register(print, 'bye')\nraise KeyboardInterrupt"),
    "an interrupt of another class": (["fails.py"], "class Mine(KeyboardInterrupt): pass\nraise Mine"),
    "a hook that fails": (
        ["fails.py"], "import sys\ndef hook(*_): {}['oh']\nsys.excepthook = hook\nprint('out')\n1 / 0"),
    "a hook that leaves": (
        ["fails.py"], "import sys\ndef hook(*_): sys.exit(5)\nsys.excepthook = hook\n1 / 0"),
    "a thread pool": (
        ["fails.py"],
        "from concurrent.futures import ThreadPoolExecutor as Pool\npool = Pool()\npool.submit(print, 1)"),
    "an exception before its threads end": (["fails.py"], LATE + "1 / 0"),
    "a message before its threads end": (["fails.py"], LATE + "sys.exit('early')"),
    "an exception in a fork": (
        ["fails.py"], "import os\npid = os.fork()\nif not pid: 1 / 0\nprint(os.waitpid(pid, 0)[1])"),
    "what atexit sees": (["fails.py"], SEES + "1 / 0"),
    "what atexit sees of a status": (["fails.py"], SEES + "sys.exit(2)"),
    "an exception in code": (["-c", "def f():\n    1 / 0\nf()"], ""),
    "a message in one pipe with the output": (["fails.py"], "import sys; print('out'); sys.exit('message')"),
}  # fmt: skip


@pytest.mark.parametrize("how", ENDINGS)
def test_a_program_ends_in_the_order_of_python(how, here):
    """The traceback or message comes first, then the threads end, then `atexit` runs; a signal is last."""
    arguments, text = ENDINGS[how]
    (here / "fails.py").write_text(text)

    bare, traced = same(*arguments, shell='"$@" 2>&1')

    assert traced == bare


def test_a_program_may_remove_the_folder_it_is_in(tmp_path):
    """The report is still printed."""
    code = "import os, keras; keras.layers.Dense(1); os.rmdir(os.getcwd())"
    (tmp_path / "gone").mkdir()

    out, report, status = process(*RUN, "-c", code, cwd=tmp_path / "gone")

    assert (out, status) == ("", 0)
    assert "dense" in report
    assert "Traceback" not in report


PROCESSES = """
import inspect, multiprocessing, pickle, sys

class Mine: pass

def work(number):
    return number, __name__, sys.argv, Mine.__module__

if __name__ == "__main__":
    print(inspect.getsource(work), pickle.loads(pickle.dumps(Mine)) is Mine)
    for method in ("fork", "spawn", "forkserver"):
        with multiprocessing.get_context(method).Pool(1) as pool:
            print(pool.map(work, [1]))
"""


@pytest.mark.parametrize("arguments", [["mine.py", "a"], ["-m", "mine"]])
def test_other_processes_find_the_program(arguments, here):
    """`inspect`, `pickle` and `multiprocessing` find its source, classes and functions."""
    (here / "mine.py").write_text(PROCESSES)

    bare, traced = same(*arguments)

    assert bare[2] == 0
    assert traced == bare


# Programs that cannot be run


BROKEN = b"x = 1\nx = = 2\n"
NOT_COMPILED = {
    "a script": (["broken.py"], "broken.py:2 does not compile: invalid syntax\n    x = = 2\n        ^\n"),
    "code": (["-c", "x = = 2"], "<string>:1 does not compile: invalid syntax\n    x = = 2\n        ^\n"),
    "standard input": (["-"], "<stdin>:2 does not compile: invalid syntax\n    x = = 2\n        ^\n"),
    "a module": (["-m", "broken"], "broken.py:2 does not compile: invalid syntax\n    x = = 2\n        ^\n"),
    "a zip file": (["broken.zip"], "broken.zip/__main__.py:2 does not compile: invalid syntax\n    x ="),
    "no function": (["-c", "\nreturn"], "<string>:2 does not compile: 'return' outside function\n    return"),
    "another encoding": (["latin.py"], "latin.py:2 does not compile: (unicode error) 'utf-8' codec can't"),
    "an unknown encoding": (["cookie.py"], "cookie.py does not compile: unknown encoding: nope\n"),
    "null bytes": (["null.py"], "null.py:2 does not compile: source code"),
    "another magic number": (["old.pyc"], "old.pyc was compiled for another version of Python than this one"),
    "too deep": (["deep.py"], "deep.py:1 does not compile: too many nested parentheses\n"),
}  # fmt: skip


@pytest.mark.parametrize("what", NOT_COMPILED)
def test_a_program_that_does_not_compile_is_reported_with_its_line(what, here):
    """A sentence and the marked line are printed, with status 2; an earlier recording is kept."""
    for name, content in {
        "broken.py": BROKEN, "latin.py": b'x = 1\nname = "caf\xe9"\n', "cookie.py": b"# coding: nope\n",
        "null.py": b"x = 1\ny = 1\0 2\n", "old.pyc": b"\x01\x02\r\n" + bytes(20), "deep.py": b"(" * 300,
        "run.layertrace": b"before",
    }.items():  # fmt: skip
        (here / name).write_bytes(content)
    with zipfile.ZipFile("broken.zip", "w") as app:
        app.writestr("__main__.py", BROKEN)
    arguments, message = NOT_COMPILED[what]

    out, errors, status = process(*RUN, "--save", "run.layertrace", *arguments, input=BROKEN.decode())

    assert (out, status) == ("", 2)
    assert message in errors
    assert "Traceback" not in errors
    assert len(errors.splitlines()) <= 3
    assert (here / "run.layertrace").read_bytes() == b"before"


MISSING = {
    "no module": (["-m", "nosuch"], "cannot find the module nosuch: No module named nosuch\n"),
    "no module inside": (["-m", "package.nosuch"], "package.nosuch: No module named package.nosuch\n"),
    "no main": (["-m", "no_main"], "no_main: No module named no_main.__main__; 'no_main' is a package"),
    "no package": (["-m", "plain.inner"], "cannot find the module plain.inner: "),
    "no main in a folder": (["elsewhere"], "elsewhere has no __main__.py to run\n"),
    "no script": (["none.py"], "cannot find the program none.py"),
}


@pytest.mark.parametrize("what", MISSING)
def test_a_missing_program_is_reported_in_one_line(what, programs, tmp_path):
    """The status is 2, and nothing is recorded."""
    arguments, message = MISSING[what]

    _, errors, status = process(*RUN, "--save", tmp_path / "x.layertrace", *arguments, cwd=programs)

    assert status == 2
    assert message in errors
    assert len(errors.splitlines()) == 1
    assert not (tmp_path / "x.layertrace").exists()


def test_a_warning_of_the_compiler_is_shown_once(here):
    """Python compiles a program once, and so warns once."""
    (here / "warns.py").write_text("x = 1\nprint(x is 1)\n")

    for arguments in (["warns.py"], ["-m", "warns"]):
        bare, traced = same(*arguments, env={"PYTHONDONTWRITEBYTECODE": "1"})
        assert "SyntaxWarning" in bare[1]
        assert traced == bare


# Commands that cannot print


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    """A recording of a layer."""
    file = tmp_path_factory.mktemp("recording") / "run.layertrace"
    warm.run(*RUN, "-q", "--save", file, "-c", "import keras; keras.layers.Dense(1).build((1, 2))")
    return file


COMMANDS = ["explain", "explain LT101", "report {}", "check {}", "diff {} {}", "demo --list", "-h", "run -h"]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_disk_is_reported_in_one_line(command, recording):
    """A closed pipe, or no standard output at all, is not reported."""
    arguments = ["-m", "layertrace", *command.format(recording, recording).split()]

    full = process(*arguments, shell='"$@" >/dev/full')
    closed = process(*arguments, shell='"$@" >&-')
    cut = process(*arguments, shell='"$@" | true')

    assert full == ("", "Error: the output cannot be written: No space left on device\n", 2)
    assert (closed[1], closed[2]) == ("", 0)
    assert cut[1] == ""


def test_missing_tensorflow_is_reported_in_one_line(tmp_path):
    """`demo` and `debug` print how to install it; `debug` prints the versions first."""
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['tensorflow'] = None\n")
    env = {"PYTHONPATH": str(tmp_path)}

    debugged = process("-m", "layertrace", "debug", env=env)
    shown = process("-m", "layertrace", "demo", "tutorial", env=env)

    assert re.search(r"(?m)^wrapt +\d", debugged[0])
    for _, errors, status in (debugged, shown):
        assert "tensorflow" in errors.lower()
        assert "pip install 'tensorflow>=2.16'" in errors
        assert "legacy" not in errors
        assert len(errors.splitlines()) == 1
        assert status != 0


def test_a_demo_prints_no_codes_into_a_pipe():
    """Messages of TensorFlow, which Keras prints in bold everywhere, have no codes either."""
    assert "\033" not in process("-m", "layertrace", "demo", "gcn_in_cnn_traced")[0]


# A live display


def _begin_in_terminal():
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # it may be ignored where the tests run



def terminal(*arguments, rows=20, columns=80, typed=b"", kill=None):
    """Run Python in a terminal, and return the bytes that the terminal receives and the status."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", rows, columns, 0, 0))
    received, sent = b"", False
    with subprocess.Popen(
        [sys.executable, *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env=ENV,
        start_new_session=True, preexec_fn=_begin_in_terminal,
    ) as running:  # fmt: skip
        os.close(theirs)
        while select.select([ours], [], [], 30)[0]:
            try:
                received += os.read(ours, 65536)
            except OSError:  # every process that could write has ended
                break
            is_watched = b"layertrace  " in received or "--live" not in arguments
            if typed and not sent and b"? " in received and is_watched:
                sent = bool(os.write(ours, typed))
            if kill is not None and b"layertrace  " in received:
                running.send_signal(kill)
                kill = None
    os.close(ours)
    return received, running.returncode


OURS = re.compile(rb"(?s)(\x1b7\x1b\[r\x1b8\x1bD\x1b\[A)?\x1b7\x1b\[(1;\d+)?r.*?\x1b8")

SHOWS = {
    "a progress bar": "for n in range(20): print(f'\\rstep {n}', end='', flush=True); time.sleep(0.1)",
    "the bar of Keras": "from keras.utils import Progbar\nbar = Progbar(20)\n"
    "bar._seconds = 0\nfor n in range(20): bar.update(n + 1); time.sleep(0.1)",
    "long lines and numbers": "for n in range(4): print('1234 ' * 40, {'a': 1.5}); time.sleep(0.4)",
    "colours": "print('\\033[31mred', end='', flush=True); time.sleep(1.5); print('still\\033[0m')",
    "a question": "print('hello', input('name? ')); time.sleep(0.8)",
}


@pytest.mark.parametrize("what", SHOWS)
def test_live_does_not_change_the_output(what):
    """A terminal receives each byte of the program; our updates are never split, and restore the cursor."""
    code = f"import time\n{SHOWS[what]}"

    bare, _ = terminal("-c", code, typed=b"Ann\n")
    watched, status = terminal(*RUN, "-q", "--live", "-c", code, typed=b"Ann\n")

    assert status == 0
    assert b"layertrace  " in watched
    assert _timeless(OURS.sub(b"", watched)) == _timeless(bare)


def _timeless(output):
    output = re.sub(rb"(?m)^(WARNING: All log|[EIW]0000 ).*\n", b"", output)
    return re.sub(rb"\d+[mu]?s\b(/step)?|\x08+| +(?=\r)", b"", output)


def test_live_uses_the_last_row_and_returns_it():
    """Only the rows above it scroll; at the end, or when the process is killed, all rows scroll again."""
    shown, status = terminal(*RUN, "-q", "--live", "-c", "import time; time.sleep(1.3)", rows=12, columns=60)
    ours = OURS.search(shown)[0]

    assert status == 0
    assert b"\x1b[1;11r\x1b[12;1H\x1b[0mlayertrace  " in ours
    assert shown.endswith(b"\x1b7\x1b[r\x1b[12;1H\x1b[2K\x1b8")
    for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT):
        shown, status = terminal(*RUN, "-q", "--live", "-c", "import time; time.sleep(60)", kill=number)
        assert status == -number
        assert b"\x1b7\x1b[r\x1b[" in shown[shown.rindex(b"layertrace  ") :]


def test_live_needs_no_terminal_and_no_stderr(here):
    """Without a place to print to, nothing is shown and nothing fails."""
    code = "import sys, time; sys.stderr = None; time.sleep(6)"

    def run(shell):
        return process(*RUN, "-q", "--live", "-c", code, shell=shell)

    with ThreadPoolExecutor() as pool:  # both wait six seconds, so both at once
        assert list(pool.map(run, ['"$@" 2>/dev/full', '"$@" 2>&-'])) == [("", "", 0)] * 2


def test_live_ends_where_python_ends(here):
    """A fork that continues does not change the row, and the recording is complete."""
    code = (
        "import os, time, keras\nkeras.layers.Dense(1)\ntime.sleep(1)\n"
        "pid = os.fork()\nif pid: os.waitpid(pid, 0)\n"
    )
    shown, status = terminal(*RUN, "-q", "--live", "--save", "run.layertrace", "-c", code)

    assert status == 0
    assert shown.count(b"\x1b[2K") == 1
    assert Timeline.load("run.layertrace").kinds == ["init"]


