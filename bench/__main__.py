"""`make bench`: prints the benchmark table. `python -m bench [ingest] [accuracy]` chooses."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from . import accuracy, ingest

PARTS = {"ingest": ingest.run, "accuracy": accuracy.run}


def rows(figures: object, prefix: str = "") -> list[tuple[str, str]]:
    """Nested figures as flat rows of name and value."""
    if isinstance(figures, dict):
        return [row for name, value in figures.items() for row in rows(value, f"{prefix}{name} ")]
    return [(prefix.strip(), str(figures))]


def main(names: list[str]) -> None:
    """Runs the named parts, or all, and prints one table of figures; JSON goes to bench/out/."""
    out = Path(__file__).parent / "out"
    out.mkdir(exist_ok=True)
    table = Table("part", "figure", "value")
    for name in names or list(PARTS):
        with tempfile.TemporaryDirectory(dir=out) as scratch:
            figures = PARTS[name](Path(scratch))
        (out / f"{name}.json").write_text(json.dumps(figures, indent=1, ensure_ascii=False), encoding="utf-8")
        for key, value in rows(figures):
            table.add_row(name, key, value)
    Console(width=110).print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
