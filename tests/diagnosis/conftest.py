"""Run each case program once for all tests of a session that read its recording."""

import contextlib
import hashlib
import os
import pickle
from pathlib import Path

import pytest
from cases.cases import HERE, run


@pytest.fixture(scope="session")
def run_once(tmp_path_factory):
    """A function as `run`, which returns what an earlier test got for the same program, if there is one.

    Workers of pytest-xdist share what they got. Half a thousand programs take half a second each, and their
    pickled recordings twenty kilobytes.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "runs_of_programs"
    folder.mkdir(exist_ok=True)

    def run_once(path):
        file = folder / _key(path)
        if file.exists():
            return pickle.loads(file.read_bytes())
        ran = run(path)
        with contextlib.suppress(pickle.PicklingError, TypeError, AttributeError):  # errors of frameworks
            data = pickle.dumps(ran)
            pickle.loads(data)
            part = file.with_suffix(f".{os.getpid()}")
            part.write_bytes(data)
            part.replace(file)  # at once, for the other workers
        return ran

    return run_once


def _key(path: Path) -> str:
    """Return a name for what a program does: a copy with a fix in place has the same one in each folder."""
    place = path.relative_to(HERE) if path.is_relative_to(HERE) else path.name
    return hashlib.sha256(f"{place}\n{path.read_text(encoding='utf-8')}".encode()).hexdigest()
