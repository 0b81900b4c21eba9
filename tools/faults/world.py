"""The worlds that are broken: each size as real processes over real stores, with a sign-in."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx2 as httpx

from archive.address import Address
from archive.catalogue.engine import Catalogue
from tools.services import Cluster, Server, free_port

from .disk import Disk, Shelf, may_mount
from .service import ROOT, Service

STARTS_WITHIN = 120.0
DISK_MB = 700


def until(happened: Callable[[], bool], patience: float, every: float = 0.05) -> bool:
    """Whether it came to pass within that many seconds."""
    deadline = time.monotonic() + patience
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True


class World:
    """One installation. `services` are the product's processes by role, `servers` the stores it stands on."""

    size = ""

    def __init__(self, folder: Path, workers: int = 2) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.folder, self.port, self.workers = folder, free_port(), workers
        self.servers: dict[str, Server] = {}
        self.services: dict[str, Service] = {}
        self.key, self.lock = "", threading.Lock()

    @property
    def env(self) -> dict[str, str]:
        return {
            "VOUCH_DATA": str(self.data),
            "VOUCH_ENGINE": "printed_code",
            "VOUCH_WORKERS": str(self.workers),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
        }

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        self._sign_up()
        for name, words in self.commands().items():
            self.services[name] = Service(name, words, self.env, self.folder)
            self.services[name].start()
        if not until(self.whole, STARTS_WITHIN, every=0.5):
            ends = [f"{name}:\n{self.log(name)[-1500:]}" for name in self.services]
            raise RuntimeError("not every part came to work:\n" + "\n".join(ends))

    def commands(self) -> Mapping[str, list[str]]:
        """The product's processes by role, as words of the command line."""
        raise NotImplementedError

    def _vouch(self, *words: str) -> str:
        environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests' / 'plugins'}", **self.env}
        command = [str(Path(sys.executable).parent / "vouch"), *words]
        done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"vouch {' '.join(words)}: {done.stderr}")
        return done.stdout

    def _sign_up(self) -> None:
        self._vouch("user", "add", "breaker", "--role", "system_administrator", "--password", "breaks-things")
        self.key = json.loads(self._vouch("user", "key", "breaker", "--json"))["key"]

    def client(self) -> httpx.Client:
        """A signed client; one a thread. No answer is waited for longer than half a minute."""
        headers = {"Authorization": f"Bearer {self.key}", "Accept-Language": "en"}
        return httpx.Client(base_url=f"http://127.0.0.1:{self.port}", headers=headers, timeout=35.0)

    def answers(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/healthz", timeout=2.0).status_code == 200
        except httpx.HTTPError:
            return False

    def whole(self) -> bool:
        """Whether the system page says that every part works, the workers too."""
        if not self.answers() or len(self.worker_pids()) < self.workers:
            return False
        try:
            with self.client() as client:
                found = client.get("/api/v1/system")
        except httpx.HTTPError:
            return False
        return found.status_code == 200 and bool(found.json()["ok"])

    def catalogue(self) -> Catalogue:
        raise NotImplementedError

    def worker_pids(self) -> list[int]:
        raise NotImplementedError

    def indexer(self) -> Service:
        """The process that feeds the index and does the other chores."""
        raise NotImplementedError

    def disk(self, rng: random.Random) -> tuple[Disk, str]:
        """A disk that can be filled, and whose it is."""
        raise NotImplementedError

    def log(self, name: str) -> str:
        return self.services[name].log.read_text(encoding="utf-8", errors="replace") if name in self.services else ""

    def stop(self) -> None:
        for service in reversed(self.services.values()):
            service.stop()


class Embedded(World):
    """One process over one data folder: API, indexer, scheduler and the supervisor of the workers are its threads."""

    size = "embedded"

    def __init__(self, folder: Path, workers: int = 2) -> None:
        super().__init__(folder, workers)
        self.disks = [Disk(folder / "disk", DISK_MB)] if may_mount() else []
        self.data.mkdir(exist_ok=True)
        self.shelf = Shelf(self.data / "objects", self.data.with_name("objects.held") if not self.disks else self.held)

    @property
    def data(self) -> Path:
        return self.folder / "disk" / "data" if may_mount() else self.folder / "data"

    @property
    def held(self) -> Path:
        return self.folder / "disk" / "held"

    def commands(self) -> Mapping[str, list[str]]:
        return {"serve": ["serve", "--port", str(self.port)]}

    def catalogue(self) -> Catalogue:
        return Catalogue(f"sqlite:///{self.data / 'catalogue.db'}")

    def worker_pids(self) -> list[int]:
        return self.services["serve"].workers()

    def indexer(self) -> Service:
        return self.services["serve"]

    def disk(self, rng: random.Random) -> tuple[Disk, str]:  # noqa: ARG002
        if not self.disks:
            raise RuntimeError("the disk fault needs the right to mount a disk of its own; run it as root")
        return self.disks[0], "the disk of the data folder"

    def stop(self) -> None:
        super().stop()
        self.shelf.close()
        for disk in self.disks:
            disk.close()


class ServerSize(World):
    """API, workers and scheduler as processes of their own over the four real servers."""

    size = "server"

    def __init__(self, folder: Path, workers: int = 2) -> None:
        super().__init__(folder, workers)
        places = [folder / "minio", folder / "postgres"] if may_mount() else []
        self.disks = {place.name: Disk(place, DISK_MB) for place in places}
        self.cluster = Cluster(folder)
        self.servers = {server.name: server for server in self.cluster.servers}

    @property
    def env(self) -> dict[str, str]:
        return {**super().env, **self.cluster.settings()}

    def start(self) -> None:
        self.cluster.start()
        super().start()

    def commands(self) -> Mapping[str, list[str]]:
        return {"serve": ["serve", "--port", str(self.port)], "schedule": ["schedule"], "work": ["work"]}

    def catalogue(self) -> Catalogue:
        said = self.cluster.postgres.settings()
        return Catalogue(Address(said["VOUCH_DATABASE_URL"], secret=said["VOUCH_DATABASE_PASSWORD"]))

    def worker_pids(self) -> list[int]:
        return self.services["work"].workers()

    def indexer(self) -> Service:
        return self.services["schedule"]

    def disk(self, rng: random.Random) -> tuple[Disk, str]:
        if not self.disks:
            raise RuntimeError("the disk fault needs the right to mount a disk of its own; run it as root")
        name = rng.choice(sorted(self.disks))
        return self.disks[name], f"the disk of {'MinIO' if name == 'minio' else 'PostgreSQL'}"

    def stop(self) -> None:
        super().stop()
        self.cluster.stop()
        for disk in self.disks.values():
            disk.close()


WORLDS: Mapping[str, type[World]] = {"embedded": Embedded, "server": ServerSize}
