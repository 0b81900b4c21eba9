"""`make test-servers`: installs the real servers where they are missing, then runs the tests that need them."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools.services import home  # noqa: E402


def main() -> int:
    """The exit status of pytest over the tests marked `servers`; 1 where a server cannot be installed."""
    try:
        print(f"make test-servers: the servers are in {home()}", flush=True)
    except RuntimeError as error:
        print(f"make test-servers: {error}", file=sys.stderr)
        return 1
    return int(pytest.main(["-m", "servers", str(ROOT / "tests"), *sys.argv[1:]]))


if __name__ == "__main__":
    sys.exit(main())
