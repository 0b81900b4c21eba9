"""Worker hosts as network namespaces: a bridge for the servers, a cable to each host that can be pulled."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import TracebackType

NET = "10.97.41"


def ip(*words: str) -> None:
    """Runs iproute2; RuntimeError with its words where it refuses."""
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"ip {' '.join(words)}: {done.stderr.strip()} (this needs root and iproute2)")


class Networks:
    """Hosts of their own network at one bridge, as long as the block lasts; all of it goes away with it."""

    def __init__(self, hosts: int) -> None:
        tag = f"v{os.getpid() % 100_000}"
        self.bridge, self.address = f"{tag}br", f"{NET}.1"
        self.hosts = tuple(f"{tag}h{number}" for number in range(1, hosts + 1))

    def __enter__(self) -> Networks:
        try:
            ip("link", "add", self.bridge, "type", "bridge")
            ip("addr", "add", f"{self.address}/24", "dev", self.bridge)
            ip("link", "set", self.bridge, "up")
            for number, name in enumerate(self.hosts, 11):
                self._add(name, f"{NET}.{number}")
        except RuntimeError:
            self.__exit__(None, None, None)
            raise
        return self

    def _add(self, name: str, address: str) -> None:
        ip("netns", "add", name)
        ip("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name)
        ip("link", "set", name, "master", self.bridge, "up")
        for words in (("addr", "add", f"{address}/24", "dev", "eth0"), ("link", "set", "eth0", "up")):
            ip("-n", name, *words)
        ip("-n", name, "link", "set", "lo", "up")

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        for name in self.hosts:
            for words in (("netns", "del", name), ("link", "del", name)):
                with suppress(RuntimeError):
                    ip(*words)
        with suppress(RuntimeError):
            ip("link", "del", self.bridge)

    def cut(self, name: str) -> None:
        """Pulls the cable of a host."""
        ip("link", "set", name, "down")

    def mend(self, name: str) -> None:
        ip("link", "set", name, "up")

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        """Starts a process on a host."""
        return subprocess.Popen(
            ["ip", "netns", "exec", name, *command],
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
