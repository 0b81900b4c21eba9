"""`make bench`: prints the benchmark table. `python -m bench ingest accuracy …` chooses among its parts."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from . import accuracy, forms, hosts, ingest, peers, search, storing

OUT = Path(__file__).parent / "out"
PARTS = {
    "ingest": ingest.run,
    "peers": peers.part,
    "accuracy": accuracy.run,
    "forms": forms.run,
    "search": search.run,
    "storing": storing.run,
    "hosts": hosts.run,
}


def rows(figures: object, prefix: str = "") -> list[tuple[str, str]]:
    """Nested figures as flat rows of name and value."""
    if isinstance(figures, dict):
        return [row for name, value in figures.items() for row in rows(value, f"{prefix}{name} ")]
    return [(prefix.strip(), str(figures))]


def report(parts: dict[str, object]) -> None:
    """Prints one table of figures; JSON goes to bench/out/."""
    OUT.mkdir(exist_ok=True)
    table = Table("part", "figure", "value")
    for name, figures in parts.items():
        (OUT / f"{name}.json").write_text(json.dumps(figures, indent=1, ensure_ascii=False), encoding="utf-8")
        for key, value in rows(figures):
            table.add_row(name, key, value)
    Console(width=110).print(table)


def main(names: list[str]) -> None:
    """Runs the named parts, or all, and reports them."""
    parts: dict[str, object] = {}
    OUT.mkdir(exist_ok=True)
    for name in names or list(PARTS):
        with tempfile.TemporaryDirectory(dir=OUT) as scratch:
            parts[name] = PARTS[name](Path(scratch))
    report(parts)


if __name__ == "__main__":
    main(sys.argv[1:])
