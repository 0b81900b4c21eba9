"""PostgreSQL of Debian, as its own user where this one is root."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path

import psycopg

from .server import Server

USER, PASSWORD = "vouch", "vouch-secret"


def _binaries() -> Path:
    """The newest version's folder of programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if not found:
        raise RuntimeError("PostgreSQL is not installed; run tools/services/install.sh")
    return found[-1].parent


def _as_user(command: list[str]) -> list[str]:
    """The command under PostgreSQL's own user: it refuses to run as root."""
    if os.getuid():
        return command
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]


def _children(pid: int) -> list[int]:
    """The processes that a process has started and that still run."""
    found = Path(f"/proc/{pid}/task/{pid}/children")
    try:
        return [int(one) for one in found.read_text().split()]
    except FileNotFoundError:
        return []


class Postgres(Server):
    name = "postgresql"
    database = "vouch"
    ends_by = signal.SIGINT  # by SIGTERM it waits until its last client goes

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        fresh = not (self.data / "PG_VERSION").exists()
        if fresh:
            self._initialise()
        super().start()
        with psycopg.connect(self._conninfo("postgres"), autocommit=True) as connection:
            there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.database]).fetchone()
            if not there:
                connection.execute(f'CREATE DATABASE "{self.database}"')

    def _initialise(self) -> None:
        word = self.folder / "password"
        word.write_text(PASSWORD, encoding="ascii")
        self.data.mkdir(exist_ok=True)
        if not os.getuid():
            entry = pwd.getpwnam("postgres")
            for path in (self.folder, self.data, word):
                shutil.chown(path, entry.pw_uid, entry.pw_gid)
            self._open_parents()
        options = ["-U", USER, "-A", "scram-sha-256", f"--pwfile={word}", "-E", "UTF8", "--locale=C.UTF-8"]
        init = [str(_binaries() / "initdb"), "-D", str(self.data), *options]
        subprocess.run(_as_user(init), cwd="/", check=True, stdout=subprocess.DEVNULL)

    def _open_parents(self) -> None:
        """Lets PostgreSQL's user pass the folders above, such as pytest's, which only root may enter."""
        for parent in self.folder.resolve().parents:
            mode = parent.stat().st_mode & 0o777
            if not mode & 0o001:
                parent.chmod(mode | 0o011)

    def _signal(self, number: signal.Signals, *, whole: bool = True) -> None:
        """Each process of PostgreSQL leads a group of its own, so that a signal to the first one's reaches no other."""
        children = _children(self.pid) if whole else []
        super()._signal(number, whole=whole)
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, number)

    def command(self) -> list[str]:
        options = {
            "listen_addresses": self.host,
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "200",
        }
        flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return _as_user([str(_binaries() / "postgres"), "-D", str(self.data), *flags])

    def _conninfo(self, database: str) -> str:
        return f"host={self.host} port={self.port} user={USER} password={PASSWORD} dbname={database} connect_timeout=2"

    def ready(self) -> bool:
        with psycopg.connect(self._conninfo("postgres")):
            return True

    def fresh(self, name: str) -> dict[str, str]:
        """Makes a database of that name anew; returns the variables that point at it."""
        with psycopg.connect(self._conninfo("postgres"), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{name}"')
        return {**self.settings(), "VOUCH_DATABASE_URL": self.url(name)}

    def url(self, database: str = "") -> str:
        return f"postgresql://{USER}@{self.host}:{self.port}/{database or self.database}"

    def settings(self) -> dict[str, str]:
        return {"VOUCH_DATABASE_URL": self.url(), "VOUCH_DATABASE_PASSWORD": PASSWORD}
