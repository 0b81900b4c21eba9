"""What the screen says: readiness and system page are looked at all the time, as an operator's wall would."""

from __future__ import annotations

import re
import threading
import time
from html import unescape
from typing import Any

import httpx2 as httpx

from .world import World

_TAG = re.compile(r"<[^>]+>")


class Screen:
    """Collects each different thing that was said of a fault, with the second (since `begin`) it was first seen."""

    def __init__(self, world: World) -> None:
        self.world, self.begin = world, time.monotonic()
        self.said: dict[str, float] = {}
        self.rude: list[str] = []
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._look, args=(look, every), daemon=True)
            for look, every in ((self._ready, 0.25), (self._system, 0.5))
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def note(self, where: str, text: str) -> None:
        self.said.setdefault(f"{where}: {' '.join(text.split())[:300]}", round(time.monotonic() - self.begin, 1))

    def since(self, moment: float) -> list[str]:
        """What was first seen at or after that second."""
        return [text for text, at in self.said.items() if at >= moment]

    def _look(self, look: Any, every: float) -> None:
        with self.world.client() as client:
            while not self._over.wait(every):
                try:
                    look(client)
                except httpx.HTTPError as error:
                    self.note("browser", f"no answer from the service ({type(error).__name__})")

    def _ready(self, client: httpx.Client) -> None:
        answer = client.get("/readyz", timeout=15.0)
        if answer.status_code != 200:
            self.note("/readyz", f"{answer.status_code} {faults_of(answer)}")

    def _system(self, client: httpx.Client) -> None:
        """The system page as people and as programs get it: every part that does not work, and what it says."""
        page = client.get("/system", timeout=15.0, headers={"Accept": "text/html"})
        if page.status_code != 200:
            self.note("/system", f"{page.status_code} {plain(page.text)}")
            if page.status_code != 503:
                self.rude.append(f"/system answered {page.status_code} while a part was broken")
            return
        answer = client.get("/api/v1/system", timeout=15.0)
        ill = [part for part in answer.json()["parts"] if not part["works"]] if answer.status_code == 200 else []
        for part in ill:
            told = "/system" if part["name"] in page.text else "/api/v1/system"
            self.note(told, f"{part['kind']} {part['title']}: {part['level']}; {part['fault']}; {part['action']}")


def faults_of(answer: httpx.Response) -> str:
    """What an answer says is wrong."""
    try:
        body = answer.json()
    except ValueError:
        return plain(answer.text)
    return str(body.get("fault") or body.get("detail") or body) if isinstance(body, dict) else str(body)


def plain(html: str) -> str:
    """The words of a piece of HTML."""
    return " ".join(
        unescape(_TAG.sub(" ", re.sub(r"<svg.*?</svg>|<style.*?</style>", " ", html, flags=re.DOTALL))).split()
    )
