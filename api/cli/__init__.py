"""The command line: `vouch`."""

from __future__ import annotations

import gc
import os
import sys


def main() -> None:
    """Does what the command line of this process says."""
    # The libraries' own threads would only wait, which they do by turning over: the command line has no use for them.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.disable()  # what is imported stays: looking for garbage amid it is a tenth of the time
    from api.cli.beginning import begin

    begin(sys.argv[1:])
    from api.cli.commands import app  # brings everything along; a worker's process imports this module too

    gc.freeze()
    gc.enable()
    app()
