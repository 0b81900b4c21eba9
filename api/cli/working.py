"""`vouch work`, `vouch schedule`: the workers of one host, and the chores, where several hosts share servers."""

from __future__ import annotations

import os
import signal
import threading
from typing import Annotated

import typer

from api.cli.console import Usage, say, told
from api.cli.opening import awaited, settings
from api.settings import Settings

LOOK = 2.0  # seconds between two notes of what the process does


def work(
    processes: Annotated[
        int,
        typer.Option("--processes", min=0, max=64, help="Worker processes; 0: VOUCH_WORKERS, by default one a core."),
    ] = 0,
    queue: Annotated[
        str, typer.Option("--queue", help="The queue to serve, such as a centre's; else VOUCH_QUEUE.")
    ] = "",
) -> None:
    """Run the workers of this host until Ctrl-C. Any number of hosts may; they come and go as they like."""
    with told(False):
        chosen = _of_servers({"workers": processes, "queue": queue})
        stopping = _stopping()
        with awaited(chosen, stopping) as archive:
            from api.wiring import build_supervisor
            from processing.nursery import end_nursery
            from processing.parts import Beat, host

            supervisor = build_supervisor(chosen, archive)
            beat = Beat(archive.catalogue, f"work@{host()}-{os.getpid()}", "work")
            supervisor.start()
            beat.start()
            say(f"{chosen.workers} workers serve the queue {chosen.queue} of {chosen.broker}; Ctrl-C stops them")
            while not stopping.wait(LOOK):
                beat.say(supervisor.fault, seats=chosen.workers, alive=supervisor.alive, queue=chosen.queue)
            supervisor.stop()
            end_nursery()
            beat.stop()


def schedule() -> None:
    """Do the chores until Ctrl-C: index, match, wake workers, export. Of several one does each; another takes over."""
    with told(False):
        chosen = _of_servers({})
        stopping = _stopping()
        with awaited(chosen, stopping) as archive:
            from api.wiring import build_schedule
            from processing.chores import Chores
            from processing.dispatch import open_dispatch
            from processing.parts import Beat, host

            name = f"schedule@{host()}-{os.getpid()}"
            dispatch = open_dispatch(chosen.broker)
            chores = Chores(archive.catalogue, build_schedule(chosen, archive, dispatch, stopping), name)
            beat = Beat(archive.catalogue, name, "schedule")
            chores.start()
            beat.start()
            say(f"chores of {chosen.catalogue}; Ctrl-C stops them")
            stopping.wait()
            chores.stop()
            beat.stop()
            dispatch.close()


def _of_servers(said: dict[str, object]) -> Settings:
    """The settings, with what the command line says instead. Usage where they are those of the embedded size."""
    chosen = settings({name: value for name, value in said.items() if value})
    if chosen.embedded:
        raise Usage(
            "VOUCH_BROKER_URL is not set: on a data folder `vouch serve` and `vouch ingest` run the workers and the"
            " chores themselves; set the URLs of the servers to share the work among hosts"
        )
    return chosen


def _stopping() -> threading.Event:
    """Set by SIGTERM or Ctrl-C."""
    asked = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked.set())
    return asked
