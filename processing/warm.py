"""What every worker needs, brought along once: its process is forked from the one that has imported this."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from importlib import import_module

from imaging.orphans import end_with

NEEDED = ("processing.pipeline", "processing.surroundings", "processing.dispatch")
PROCESS = os.getpid()  # the nursery's

end_with(os.getppid())  # amid its imports it does not look whether its owner lives; `processing.warmed` takes this back
for name in ("OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"  # a library that begins threads as it is imported must not: only one of them is forked
gc.disable()  # what is imported stays; `processing.warmed` takes this back
for name in NEEDED:
    import_module(name)
make_ready: Callable[[], None] = import_module("ocr.ready").make_ready
make_ready()
