"""Runs the tests of the real servers; until the server size is configured it says so."""

import sys
from pathlib import Path

import pytest


def main() -> int:
    """The exit status of pytest over the tests marked `servers`, or 0 with a sentence where the size has none yet."""
    root = Path(__file__).resolve().parent.parent
    if not (root / "docker-compose.yml").exists():
        print("make test-servers: no server is configured yet (the server size comes with its docker-compose.yml).")
        return 0
    return int(pytest.main(["-m", "servers", str(root / "tests")]))


if __name__ == "__main__":
    sys.exit(main())
