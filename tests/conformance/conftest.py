"""Let these tests import the modules beside them, whichever import mode pytest is in."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent)]
