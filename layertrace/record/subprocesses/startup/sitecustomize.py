"""Start the recording of a subprocess, then run the program's own `sitecustomize`."""

import importlib.machinery
import importlib.util
import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [_place for _place in sys.path if os.path.abspath(_place) != _HERE]

try:
    from layertrace.record.subprocesses import begin

    begin()
except Exception as _error:  # the program comes first
    sys.stderr.write(f"layertrace: this process is not recorded ({type(_error).__name__}: {_error})\n")

_spec = importlib.machinery.PathFinder.find_spec("sitecustomize", sys.path)
if _spec is not None and _spec.loader is not None:  # the next one in the path
    sys.modules["sitecustomize"] = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(sys.modules["sitecustomize"])
