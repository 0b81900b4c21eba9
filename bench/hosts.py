"""Two worker hosts in network namespaces at one set of servers beside one pool of two processes, and a cable cut."""

from __future__ import annotations

import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tools.services import Elastic, Minio, Postgres, Rabbit

from .ingest import BRANCH, DAY, TELLER, make_pages
from .networks import NET, Networks

PATIENCE = 600.0
VOUCH = str(Path(sys.executable).parent / "vouch")
Worker = subprocess.Popen[bytes]


class OpenPostgres(Postgres):
    """PostgreSQL that lets in who comes over the bridge."""

    def _initialise(self) -> None:
        super()._initialise()
        with (self.data / "pg_hba.conf").open("a", encoding="ascii") as known:
            known.write(f"host all all {NET}.0/24 scram-sha-256\n")


@dataclass
class Site:
    """The servers, the hosts, the scheduler, and the pages that are fed again and again."""

    net: Networks
    environment: dict[str, str]
    folder: Path
    pages: int
    conninfo: str

    def ask(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.conninfo, autocommit=True) as connection:
            return connection.execute(statement, values).fetchall()  # type: ignore[call-overload,no-any-return]

    def ready(self) -> int:
        """How many workers have noted that they are at work."""
        return int(
            self.ask("SELECT count(*) FROM part WHERE kind = 'worker' AND expires_at > now() at time zone 'utc'")[0][0]
        )

    @contextmanager
    def working(self, *processes: int) -> Iterator[list[Worker]]:
        """Workers on the first hosts, as many processes on each as said, until all of them have loaded their engine."""
        started = [
            self.net.start(host, [VOUCH, "work", "--processes", str(count)], self.environment)
            for host, count in zip(self.net.hosts, processes, strict=False)
        ]
        try:
            until(lambda: self.ready() == sum(processes))
            yield started
        finally:
            end(started)
            until(lambda: self.ready() == 0)

    @contextmanager
    def fed(self) -> Iterator[int]:
        """The new batch into which the pages are captured meanwhile; ends when each of them is done."""
        before = self.last()
        words = ["--branch", BRANCH, "--teller", TELLER, "--date", DAY.isoformat(), "--new-batch"]
        feeding = subprocess.Popen(
            [VOUCH, "ingest", str(self.folder), *words],
            env={**os.environ, **self.environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            until(lambda: self.last() > before)
            yield self.last()
            until(lambda: self.done(self.last()) == self.pages)
        finally:
            end([feeding])  # it would wait for the index, which is not what is measured

    def seconds(self, batch: int) -> float:
        """From the first page's capture to the last page's end."""
        statement = "SELECT max(done_at) - min(queued_at), bool_and(state = 'done') FROM page WHERE batch_id = %s"
        (span, whole), *_ = self.ask(statement, batch)
        if not whole:
            raise RuntimeError(f"batch {batch} has pages that are not done")
        return float(span.total_seconds())

    def last(self) -> int:
        return int(self.ask("SELECT coalesce(max(id), 0) FROM batch")[0][0])

    def done(self, batch: int) -> int:
        return int(self.ask("SELECT count(*) FROM page WHERE batch_id = %s AND state = 'done'", batch)[0][0])


def until(happened: Callable[[], bool], patience: float = PATIENCE) -> None:
    deadline = time.monotonic() + patience
    while not happened():
        if time.monotonic() > deadline:
            raise RuntimeError("a state that was waited for never came")
        time.sleep(0.1)


def end(processes: list[Worker]) -> None:
    """Asks processes to end, and ends them."""
    for process in processes:
        process.send_signal(signal.SIGTERM)
    for process in processes:
        try:
            process.wait(40.0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def site(out: Path, pages: int, seed: int) -> Iterator[Site]:
    """Everything started; all of it ends with the block."""
    with ExitStack() as stack:
        net = stack.enter_context(Networks(2))
        postgres = OpenPostgres(out / "postgres", host=net.address)
        servers = (postgres, Rabbit(out / "rabbit", host=net.address), Minio(out / "minio", host=net.address))
        environment = {"VOUCH_DATA": str(out / "data")}
        for server in (*servers, Elastic(out / "elastic")):
            stack.callback(server.stop)
            server.start()
            environment |= server.settings()
        folder = out / "pages"
        make_pages(folder, pages, seed)
        password = environment["VOUCH_DATABASE_PASSWORD"]
        made = Site(net, environment, folder, pages, f"{postgres.url()}?password={password}&connect_timeout=5")
        scheduler = subprocess.Popen([VOUCH, "schedule"], env={**os.environ, **environment}, stderr=subprocess.DEVNULL)
        stack.callback(end, [scheduler])
        until(lambda: postgres_migrated(made))
        yield made


def postgres_migrated(made: Site) -> bool:
    try:
        made.ask("SELECT name FROM part LIMIT 1")
    except psycopg.errors.UndefinedTable:
        return False
    return True


def throughput(made: Site, *processes: int) -> float:
    """Seconds that the pages take with these workers."""
    with made.working(*processes):
        with made.fed() as batch:
            pass
        return made.seconds(batch)


def cut(made: Site) -> dict[str, float]:
    """Cuts one host off at a third of the pages: how long its pages were delayed, and when it was back at work."""
    with made.working(1, 1) as (_, lost):
        with made.fed() as batch:
            until(lambda: made.done(batch) >= made.pages // 3)
            held, moment = _held(made, lost)
            made.net.cut(made.net.hosts[1])
        (at,) = made.ask("SELECT max(done_at) FROM page WHERE id = ANY(%s)", held)[0]
        made.net.mend(made.net.hosts[1])
        begin = time.monotonic()
        with made.fed():
            _held(made, lost)
            back = time.monotonic() - begin
    return {"pages_held": len(held), "delay_s": round((at - moment).total_seconds(), 1), "back_after_s": round(back, 1)}


def _held(made: Site, lost: Worker) -> tuple[list[int], Any]:
    """The pages that a host works on, and the time, as soon as there are some."""
    found: list[tuple[Any, ...]] = []
    statement = "SELECT id, now() at time zone 'utc' FROM page WHERE state = 'running' AND worker LIKE %s"
    until(lambda: bool(found.extend(made.ask(statement, f"%-{lost.pid}-%")) or found))
    return [row[0] for row in found], found[0][1]


def run(out: Path, pages: int = 80, repeats: int = 3, seed: int = 20260310) -> dict[str, object]:
    """The figures: pages a second of one pool of two and of two hosts of one, interleaved; their ratio; the cut."""
    if os.getuid() or not shutil.which("ip"):
        return {"not run": "network namespaces need root and iproute2"}
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the hosts go away in any case
    with site(out, pages, seed) as made:
        throughput(made, 2)  # fills caches: the compiled networks, and the store, which keeps equal bytes once
        rounds = [(throughput(made, 2), throughput(made, 1, 1)) for _ in range(repeats)]
        lost = cut(made)
    pool, hosts = (statistics.median(times) for times in zip(*rounds, strict=True))
    return {
        "pages": pages,
        "pool_pages_per_second": round(pages / pool, 2),
        "hosts_pages_per_second": round(pages / hosts, 2),
        "ratio": round(pool / hosts, 3),
        "ratios": [round(one / two, 3) for one, two in rounds],
        "cut": lost,
    }


def main() -> int:
    import argparse
    import tempfile

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=80)
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vouch-hosts-") as scratch:
        Path(scratch).chmod(0o755)
        figures = run(Path(scratch), asked.pages, asked.repeats)
    print(json.dumps(figures, indent=1))
    return 0 if float(str(figures.get("ratio", 0))) >= 0.95 else 1


if __name__ == "__main__":
    sys.exit(main())
