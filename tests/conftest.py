"""Makes the slow reference implementations and what tests share importable from every test."""

import os
import sys
from pathlib import Path

from hypothesis import settings

for folder in ("reference", "lib"):
    sys.path.insert(0, str(Path(__file__).parent / folder))

# Continuous integration tries the same examples every time; at a desk every run tries new ones.
settings.register_profile("same every time", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("same every time")
