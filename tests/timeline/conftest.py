"""Let the tests of timelines use those that the tests of rendering make by hand."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "render")]  # whichever import mode pytest is in
