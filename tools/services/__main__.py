"""`python -m tools.services FOLDER`: runs the four servers until Ctrl-C and prints the variables that point at them."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from .cluster import Cluster


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: python -m tools.services FOLDER", file=sys.stderr)
        return 2
    ends = {signal.SIGINT, signal.SIGTERM}
    cluster = Cluster(Path(sys.argv[1]).resolve())
    cluster.start()
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)  # else they end this process before it has stopped the servers
    for name, value in cluster.settings().items():
        print(f"export {name}='{value}'", flush=True)
    try:
        signal.sigwait(ends)
    finally:
        cluster.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
