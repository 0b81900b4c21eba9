"""A run: load, fault, recovery, comparison; and a series of runs over one world, begun anew where a run broke it."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from .journal import Line, commit_of
from .load import Load
from .peers import PEERS
from .screen import Screen
from .service import ROOT
from .strikes import FAULTS, Stage
from .verify import Findings, Progress, Verifier
from .world import WORLDS, World, until

LONGEST = 60.0  # seconds after recovery in which everything must have been done
PATIENCE = 150.0  # how long a run is followed to tell how long it really took


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run: the size, the faults by name, how many times each, the seed, how long an outage lasts."""

    size: str
    faults: tuple[str, ...]
    times: int
    seed: int
    minute: float = 60.0
    pages: int = 18
    workers: int = 2


def _line(plan: Plan, name: str, number: int) -> Line:
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return Line(at, plan.size, name, f"{plan.seed}-{plan.size}-{name}-{number}", commit_of(ROOT))


def run(world: World, plan: Plan, name: str, number: int) -> Line:
    """One run; its line says what happened."""
    line = _line(plan, name, number)
    branch = f"{name[:4].upper()}{number}-{int(time.time()) % 10**6}"
    rng = random.Random(line.seed)
    if name in PEERS:
        found = Findings()
        line.did = PEERS[name](world, rng, branch, found)
        line.conclude(found, [])
        return line
    return _struck(world, plan, name, rng, branch, line)


def _struck(world: World, plan: Plan, name: str, rng: random.Random, branch: str, line: Line) -> Line:
    fault, screen, found = FAULTS[name], Screen(world), Findings()
    load = Load(
        world, screen, rng, branch, pages=int(fault.load.get("pages", plan.pages)), pace=fault.load.get("pace", 0.35)
    )
    stage = Stage(world, load, screen, rng, plan.minute)
    screen.start()
    load.start()
    try:
        line.did = fault.strike(stage)
        _recover(world, load, stage, found, line)
    finally:
        load.stop()
        screen.stop()
    line.moment = round(stage.broken - screen.begin, 2)
    line.outage = round(stage.repaired - stage.broken, 1)
    line.before, line.acknowledged = stage.before, load.acknowledged
    Verifier(world, load, found).run()
    said = screen.since(line.moment - 0.1)
    felt = name != "disk" or said  # a full disk that refused no write broke nothing
    if fault.shown and felt and not any(text.startswith(("/readyz", "/system")) for text in said):
        found.wrong.append("neither /readyz nor /system said that anything was wrong")
    found.wrong += sorted({*load.rude, *screen.rude})[:5]
    line.conclude(found, said)
    return line


def _recover(world: World, load: Load, stage: Stage, found: Findings, line: Line) -> None:
    """Waits until all is archived and found; the seconds count from the repair."""
    if not load.sent(max(1.0, stage.repaired + PATIENCE - time.monotonic())):
        found.stuck.append("an operator still waits for an acknowledgement")
    progress = Progress(load, time.monotonic())
    with world.client() as client:
        whole = until(lambda: progress.whole(client), max(LONGEST, stage.repaired + PATIENCE - time.monotonic()), 0.1)
    line.recovery, line.standstill = round(time.monotonic() - stage.repaired, 1), round(progress.standstill, 1)
    if not whole or line.standstill > LONGEST:
        found.stuck.append(
            f"{line.recovery} s after recovery not all was archived and found, or it stood still for long"
        )


def series(plan: Plan, folder: Path) -> Iterator[Line]:
    """Every run of the plan, the faults in turn. A world in which a run went wrong is left for a new one."""
    world: World | None = None
    try:
        for name, number in _turns(plan):
            if world is None:
                world = _made(plan, folder)
            line = _safely(world, plan, name, number)
            yield line
            if line.verdict != "kept":
                keep_logs(world, folder / "logs" / line.seed)
                world.stop()
                world = None
    finally:
        if world is not None:
            world.stop()


def _made(plan: Plan, folder: Path) -> World:
    world = WORLDS[plan.size](folder / plan.size, plan.workers)
    try:
        world.start()
    except BaseException:
        world.stop()
        raise
    return world


def _turns(plan: Plan) -> Iterable[tuple[str, int]]:
    for number in range(1, plan.times + 1):
        for name in plan.faults:
            if name in PEERS or plan.size in FAULTS[name].sizes:
                yield name, number


def _safely(world: World, plan: Plan, name: str, number: int) -> Line:
    try:
        return run(world, plan, name, number)
    except Exception as error:
        line = _line(plan, name, number)
        line.verdict, line.findings = "broken", [f"the run itself failed: {type(error).__name__}: {error}"]
        return line


def keep_logs(world: World, place: Path) -> None:
    """Keeps what the processes wrote, for whoever looks for the cause."""
    place.mkdir(parents=True, exist_ok=True)
    for service in world.services.values():
        (place / service.log.name).write_text(world.log(service.name), encoding="utf-8")
