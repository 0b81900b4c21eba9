"""Faults, once each: real processes killed or cut off under load keep every promise. `make faults` runs the series."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.faults.series import Plan, run
from tools.faults.world import WORLDS, World


def started(size: str) -> Iterator[World]:
    """A world in a folder that is not pytest's, which every further session of pytest shuts to PostgreSQL's user."""
    with tempfile.TemporaryDirectory(prefix="vouch-faults-") as folder:
        world = WORLDS[size](Path(folder) / size)
        try:
            world.start()
            yield world
        finally:
            world.stop()


@pytest.fixture(scope="module")
def embedded() -> Iterator[World]:
    yield from started("embedded")


@pytest.fixture(scope="module")
def server() -> Iterator[World]:
    yield from started("server")


def broken_promises(world: World, fault: str) -> list[str]:
    """What one run of a fault found, at moments of chance; the seed stands in a failure's text."""
    plan = Plan(world.size, (fault,), 1, seed=int(time.time()), minute=6.0)
    line = run(world, plan, fault, 1)
    return [f"{line.seed}: {text}" for text in line.findings]


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["queued", "api", "store"])
def test_the_embedded_size_keeps_what_it_acknowledged(embedded: World, fault: str) -> None:
    assert broken_promises(embedded, fault) == []


@pytest.mark.slow
@pytest.mark.parametrize("peer", ["cut", "copies"])
def test_the_embedded_size_takes_no_cut_file_and_keeps_copies_once(embedded: World, peer: str) -> None:
    assert broken_promises(embedded, peer) == []


@pytest.mark.servers
@pytest.mark.parametrize("fault", ["queued", "postgresql", "store"])
def test_the_server_size_keeps_what_it_acknowledged(server: World, fault: str) -> None:
    assert broken_promises(server, fault) == []


@pytest.mark.servers
def test_the_server_size_keeps_copies_once(server: World) -> None:
    assert broken_promises(server, "copies") == []
