"""The command line: `vouch`."""

from __future__ import annotations


def main() -> None:
    """Does what the command line of this process says."""
    from api.cli.commands import app  # brings everything along; a worker's process imports this module too

    app()
