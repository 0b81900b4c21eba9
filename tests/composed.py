"""The server size by hand: the processes of docker-compose.yml, with its settings, at real servers of this machine."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx2 as httpx
import yaml
from plant import until

from tools.services import Server, free_port

ROOT = Path(__file__).resolve().parent.parent
OURS = ("api", "worker", "scheduler")
_DEFAULT = re.compile(r"\$\{\w+:-(.*?)\}")


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return found["services"]


def environment(servers: Sequence[Server], folder: Path) -> dict[str, str]:
    """The compose file's variables for its own processes: their hosts are those of the servers, each store gets a new
    name in its server, and the secrets lie in files."""
    real = {name: value for server in servers for name, value in server.settings().items()}
    said = {name: _DEFAULT.sub(r"\1", str(value)) for name, value in compose()["worker"]["environment"].items()}
    missing = {name for name in real if not name.endswith(("PASSWORD", "SECRET"))} - set(said)
    assert not missing, f"docker-compose.yml does not set {missing}"
    secrets = folder / "secrets"
    secrets.mkdir(parents=True)
    for name, value in real.items():
        if name.endswith(("PASSWORD", "SECRET")):
            (secrets / name.lower()).write_text(value, encoding="utf-8")
        else:
            said[name] = value
    mark = uuid.uuid4().hex[:8]
    said["VOUCH_OBJECTS_URL"] += f"-{mark}"
    said["VOUCH_INDEX_URL"] += f"-{mark}"
    said["VOUCH_SECRETS"] = str(secrets)
    said["VOUCH_DATA"] = str(folder / "scratch")
    return {name: value for name, value in said.items() if value}


@contextmanager
def running(variables: dict[str, str], folder: Path) -> Iterator[str]:
    """Runs the compose file's API, workers and schedulers for the block, as many of each as it says, and gives the
    address of the API once it answers; asked to end, each ends by itself."""
    with ExitStack() as stack:
        port = free_port()
        for name in OURS:
            for number in range(_replicas(name)):
                log = stack.enter_context((folder / f"{name}-{number}.log").open("wb"))
                process = subprocess.Popen(
                    _command(name, port), env={**os.environ, **variables}, stdout=log, stderr=log
                )
                stack.callback(_end, process, name)
        address = f"http://127.0.0.1:{port}"
        until(lambda: _answers(address))
        yield address


def _replicas(name: str) -> int:
    return int(_DEFAULT.sub(r"\1", str(compose()[name]["deploy"].get("replicas", 1))))


def _command(name: str, port: int) -> list[str]:
    """The compose file's words for a process; the API listens on this machine alone, at a free port."""
    program, *words = (str(word) for word in compose()[name]["command"])
    here = {"0.0.0.0": "127.0.0.1", "8000": str(port)}
    return [str(Path(sys.executable).parent / program), *(here.get(word, word) for word in words)]


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/healthz", timeout=5).is_success
    except httpx.TransportError:
        return False


def _end(process: subprocess.Popen[bytes], name: str) -> None:
    process.terminate()
    try:
        status = process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise
    # uvicorn ends its requests and its shutdown, and then by the very signal.
    assert status in (0, -signal.SIGTERM), f"{name} ended with status {status}"
