"""The command line: `vouch`."""

from __future__ import annotations

import gc


def main() -> None:
    """Does what the command line of this process says."""
    gc.disable()  # what is imported stays: looking for garbage amid it is a tenth of the time
    from api.cli.commands import app  # brings everything along; a worker's process imports this module too

    gc.freeze()
    gc.enable()
    app()
