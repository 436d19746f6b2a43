"""Make the hand-made timelines of the rendering tests importable."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "render")]  # whichever import mode pytest is in
