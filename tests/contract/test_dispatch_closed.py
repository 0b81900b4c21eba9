"""A broker that closes a worker's connection while it works on a page: the worker is back when the page is done."""

from __future__ import annotations

import multiprocessing
import threading
import time
from multiprocessing.queues import Queue
from pathlib import Path

import pytest

from archive.address import Address
from processing.dispatch import Wake, open_dispatch
from tools.services import Rabbit

SPAWN = multiprocessing.get_context("spawn")
CLOSE_ALL = "[exit(Connection, kill) || Connection <- rabbit_networking:connections()], ok."
SOON = 40.0  # seconds, far fewer than those after which missing heartbeats would tell


def _serve(where: Address, gate: Path, worked: Queue[int]) -> None:
    def work(page: int | None) -> bool:
        worked.put(page or 0)
        while not gate.exists():
            time.sleep(0.05)
        return True

    open_dispatch(where).consume(work, threading.Event())


@pytest.mark.servers
def test_a_connection_closed_during_a_page_is_made_anew_at_once(rabbit_server: Rabbit, tmp_path: Path) -> None:
    known = rabbit_server.settings()
    mine = {"centres": "closed=*", "queue": "closed"}
    where = Address(known["VOUCH_BROKER_URL"], secret=known["VOUCH_BROKER_PASSWORD"], options=mine)
    gate, worked = tmp_path / "gate", SPAWN.Queue()
    worker = SPAWN.Process(target=_serve, args=(where, gate, worked), daemon=True)
    worker.start()
    try:
        sender = open_dispatch(where)
        sender.send([Wake(1, "0102"), Wake(2, "0102")])
        first = worked.get(timeout=60)
        rabbit_server.control("eval", CLOSE_ALL)
        gate.touch()
        seen = {worked.get(timeout=SOON), worked.get(timeout=SOON)}
        assert {first, *seen} == {1, 2}
    finally:
        worker.kill()
        worker.join()
