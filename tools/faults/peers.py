"""What a peer does wrong unprovoked: a cut JPEG taken as a success, copies sent at once kept twice."""

from __future__ import annotations

import random
import threading
import time
from typing import Any

import httpx2 as httpx

from .paper import cut_jpeg, papers
from .verify import QUARANTINED, Findings
from .world import World, until

COPIES = 4


def _post(client: httpx.Client, batch: str, name: str, data: bytes) -> dict[str, Any]:
    answer = client.post(f"/api/v1/batches/{batch}/files", files={"file": (name, data)})
    answer.raise_for_status()
    return dict(answer.json()["files"][0])


def _batch(client: httpx.Client, branch: str) -> str:
    day = {"branch_no": branch, "teller_no": "T9", "business_date": "2026-03-09"}
    return str(client.post("/api/v1/batches", json=day).raise_for_status().json()["id"])


def _pages(client: httpx.Client, batch: str) -> list[dict[str, Any]]:
    return list(client.get(f"/api/v1/batches/{batch}/pages").raise_for_status().json()["pages"])


def _ended(client: httpx.Client, batch: str) -> bool:
    return all(page["state"] in ("done", QUARANTINED) for page in _pages(client, batch))


def cut(world: World, rng: random.Random, branch: str, found: Findings) -> str:
    """A JPEG cut to a third: refused with a reason, or quarantined with its cause."""
    with world.client() as client:
        batch, paper = _batch(client, branch), cut_jpeg(rng, "cut.jpg")
        answer = _post(client, batch, paper.name, paper.data)
        if answer["refused"]:
            return f"refused: {answer['reason']}, {answer['detail']}"
        if not until(lambda: _ended(client, batch), 60.0, every=0.2):
            found.stuck.append(f"{batch}/{paper.name}")
        page = _pages(client, batch)[0]
        if page["state"] != QUARANTINED or not page["cause"]:
            found.wrong.append(f"a JPEG cut to a third is {page['state']} {page['cause']}")
        return f"{page['state']}: {page['cause']}"


def copies(world: World, rng: random.Random, branch: str, found: Findings) -> str:
    """The same file sent by several threads at once: one identity, one page, one record."""
    paper = next(one for one in papers(rng, 4, cut=False) if len(one.truth) == 1)
    together, answers = threading.Barrier(COPIES), []

    def send() -> None:
        with world.client() as mine:
            mine.get("/healthz")
            together.wait()
            answers.append(_post(mine, batch, paper.name, paper.data)["id"])

    with world.client() as client:
        batch = _batch(client, branch)
        threads = [threading.Thread(target=send) for _ in range(COPIES)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        until(lambda: _ended(client, batch), 60.0, every=0.2)
        _compare_copies(client, batch, answers, paper.truth[0]["payer_account"], found)
    return f"{COPIES} copies at once were answered as {len(set(answers))} file"


def _compare_copies(client: httpx.Client, batch: str, answers: list[int], account: str, found: Findings) -> None:
    if len(answers) != COPIES:
        found.lost.append(f"{COPIES - len(answers)} copies were not answered")
    if len(set(answers)) != 1:
        found.doubled.append(f"copies were answered as files {sorted(set(answers))}")
    pages = _pages(client, batch)
    if [page["state"] for page in pages] != ["done"]:
        found.doubled.append(f"copies became pages {[page['state'] for page in pages]}")
    deadline = time.monotonic() + 60.0
    total = 0
    while total != 1 and time.monotonic() < deadline:
        total = client.get("/api/v1/search", params={"q": account}).raise_for_status().json()["total"]
        time.sleep(0.1)
    if total != 1:
        found.doubled.append(f"copies are found {total} times")


PEERS = {"cut": cut, "copies": copies}
WHAT = {"cut": "a JPEG cut to a third is sent", "copies": f"{COPIES} copies of one file are sent at once"}
