"""Let these tests import the modules beside them, whichever import mode pytest is in."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "harmlessness")]
