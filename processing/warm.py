"""What every worker needs, brought along once: its process is forked from the one that has imported this."""

from __future__ import annotations

import gc
import os
from importlib import import_module

NEEDED = ("processing.pipeline", "processing.surroundings", "processing.dispatch")

for name in ("OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"  # a library that begins threads as it is imported must not: only one of them is forked
for name in NEEDED:
    import_module(name)
gc.collect()
gc.freeze()  # else each worker would copy the pages of memory that it shares, only to look for garbage on them
