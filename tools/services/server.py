"""A server as a process group of its own: started on a free port and a folder, stopped, killed, started again."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
STARTS_WITHIN = 120.0


def home() -> Path:
    """The folder where the servers are installed; installs what is missing there. RuntimeError where that fails."""
    done = subprocess.run([str(HERE / "install.sh")], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise RuntimeError("the servers could not be installed; what went wrong stands above")
    return Path(done.stdout.strip().splitlines()[-1])


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nobody listens at, below those that the system gives to outgoing connections: one of these would
    take it while a server is down."""
    while True:
        port = 12_000 + secrets.randbelow(20_000)
        with socket.socket() as listener, contextlib.suppress(OSError):
            listener.bind((host, port))
            return port


class Server:
    """One server. A subclass gives the command, the environment and the question whether it is ready."""

    name = "server"
    ends_by = signal.SIGTERM

    def __init__(self, folder: Path, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.folder, self.host, self.port = folder, host, port or free_port(host)
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)

    def command(self) -> list[str]:
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return {}

    def ready(self) -> bool:
        """Whether it answers; any error counts as no."""
        raise NotImplementedError

    def settings(self) -> dict[str, str]:
        """The VOUCH_* variables that point at it."""
        raise NotImplementedError

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        assert self._process is not None, f"{self.name} was never started"
        return self._process.pid

    def start(self) -> None:
        """Starts it and waits until it answers. RuntimeError with the end of its log where it does not."""
        with (self.folder / f"{self.name}.log").open("ab") as log:
            self._process = subprocess.Popen(
                self.command(),
                env={**os.environ, **self.environment()},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + STARTS_WITHIN
        while not self._answers():
            if not self.alive or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"{self.name} did not start:\n{self.log()[-3000:]}")
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            return self.ready()
        except Exception:
            return False

    def log(self) -> str:
        return (self.folder / f"{self.name}.log").read_text(encoding="utf-8", errors="replace")

    def stop(self, patience: float = 20.0) -> None:
        """Asks it to end, then ends it."""
        if self._process is None:
            return
        self._signal(self.ends_by, whole=False)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(patience)
        self.kill()

    def kill(self) -> None:
        """Ends it and every process that it started, at once, as a power cut would."""
        if self._process is not None:
            self._signal(signal.SIGKILL)
            self._process.wait()

    def pause(self) -> None:
        """Lets it hang: it accepts connections and never answers. Returns when its last thread stands still."""
        self._signal(signal.SIGSTOP)
        deadline = time.monotonic() + STARTS_WITHIN
        while not self._stands():
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} does not stand still")
            time.sleep(0.01)

    def _stands(self) -> bool:
        threads = Path(f"/proc/{self.pid}/task").iterdir()
        return all((one / "stat").read_text().rpartition(")")[2].split()[0] == "T" for one in threads)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals, *, whole: bool = True) -> None:
        assert self._process is not None
        try:
            if whole:
                os.killpg(self._process.pid, number)
            else:
                os.kill(self._process.pid, number)
        except ProcessLookupError:
            return
