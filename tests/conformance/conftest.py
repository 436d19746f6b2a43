"""Make the modules of this folder importable for its tests."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent)]  # in every import mode of pytest
