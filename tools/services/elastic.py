"""Elasticsearch 8, laid out from Maven Central (see `elasticsearch/`)."""

from __future__ import annotations

import json
import urllib.request

from .server import HERE, Server, home


class Elastic(Server):
    name = "elasticsearch"
    index = "vouch"
    heap = "512m"

    def command(self) -> list[str]:
        return [str(HERE / "elasticsearch" / "start.sh"), str(self.folder / "data"), str(self.port)]

    def environment(self) -> dict[str, str]:
        return {"ES_HOME": str(home() / "elasticsearch"), "ES_HEAP": self.heap}

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def ready(self) -> bool:
        with urllib.request.urlopen(f"{self.url}/_cluster/health", timeout=2) as answer:
            return json.load(answer)["status"] in {"green", "yellow"}

    def settings(self) -> dict[str, str]:
        return {"VOUCH_INDEX_URL": f"{self.url}/{self.index}"}
