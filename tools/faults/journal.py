"""The log of the series: one line of JSON a run, and the page of Markdown that is made of them."""

from __future__ import annotations

import json
import re
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

from .verify import Findings

HEAD, FOUND = (Path(__file__).with_name(name) for name in ("head.md", "found.md"))


@dataclass(slots=True)
class Line:
    """One run. Times in seconds: `moment` from the start of the load to the fault, `outage` to the repair, `recovery`
    from the repair until all was archived and found (the rest of the load included), `standstill` the longest time
    after the last acknowledgement in which nothing moved."""

    time: str
    size: str
    fault: str
    seed: str
    commit: str = ""
    did: str = ""
    moment: float = 0.0
    outage: float = 0.0
    recovery: float = 0.0
    standstill: float = 0.0
    before: int = 0
    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    stuck: int = 0
    wrong: int = 0
    verdict: str = ""
    screen: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)

    def conclude(self, found: Findings, said: Sequence[str]) -> None:
        """Takes over what the comparison found and what the screen said."""
        self.lost, self.doubled = len(found.lost), len(found.doubled)
        self.stuck, self.wrong = len(found.stuck), len(found.wrong)
        self.verdict = "kept" if found.clean else "BROKEN"
        self.screen, self.findings = list(said)[:12], found.lines[:20]

    def text(self) -> str:
        """One line for a terminal."""
        counts = f"lost {self.lost} doubled {self.doubled} stuck {self.stuck} wrong {self.wrong}"
        return (
            f"{self.time} {self.size:8} {self.fault:18} {self.verdict:6} at {self.moment:4.1f} s, outage"
            f" {self.outage:4.1f} s, whole after {self.recovery:5.1f} s; {counts}; {self.did}; seed {self.seed}"
        )


def commit_of(root: Path) -> str:
    """The commit that is run, empty outside a working copy."""
    words = ["git", "-C", str(root), "rev-parse", "--short", "HEAD"]
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    return done.stdout.strip()


def append(path: Path, line: Line) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(line), ensure_ascii=False) + "\n")


def read(paths: Iterable[Path]) -> list[Line]:
    return [Line(**json.loads(row)) for path in paths for row in path.read_text(encoding="utf-8").splitlines() if row]


def report(lines: Sequence[Line]) -> str:
    """The page: a summary by size and fault, what the screen said, and every run."""
    head, found = (path.read_text(encoding="utf-8") for path in (HEAD, FOUND))
    return "\n".join([head, *_summary(lines), "", found, *_screens(lines), "", *_runs(lines)])


def _groups(lines: Sequence[Line]) -> dict[tuple[str, str], list[Line]]:
    groups: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in lines:
        groups[line.size, line.fault].append(line)
    return groups


def _row(*cells: object) -> str:
    return f"| {' | '.join(_cell(str(cell)) for cell in cells)} |"


def _table(head: str, rows: Iterable[str]) -> list[str]:
    """A table; names that begin with `#` are columns of figures."""
    names = head.split(", ")
    rule = "|".join("--:" if name.startswith("#") else "---" for name in names)
    return [_row(*(name.removeprefix("#") for name in names)), f"|{rule}|", *rows]


def _summary(lines: Sequence[Line]) -> list[str]:
    rows = []
    for (size, fault), all_ in _groups(lines).items():
        counts = [sum(getattr(one, name) for one in all_) for name in ("lost", "doubled", "stuck", "wrong")]
        took, stood = [one.recovery for one in all_], max(one.standstill for one in all_)
        kept = sum(one.verdict == "kept" for one in all_)
        rows.append(
            _row(size, fault, len(all_), kept, *counts, f"{median(took):.1f}", f"{max(took):.1f}", f"{stood:.1f}")
        )
    head = (
        "size, fault, #runs, #kept, #lost, #doubled, #stuck, #wrong, #whole after (median s), #most s, #still (most s)"
    )
    return [f"## Summary: {len(lines)} runs", "", *_table(head, rows)]


def _screens(lines: Sequence[Line]) -> list[str]:
    """What was said of each fault, by whom: the two things said most often."""
    found = ["## What the screen said meanwhile", ""]
    for (size, fault), all_ in _groups(lines).items():
        said = Counter(_plain(text) for one in all_ for text in one.screen)
        found.append(f"- **{fault}** ({size})" + ("" if said else ": nothing that lasted long enough to be seen"))
        for where in ("/readyz", "/system", "upload", "search", "browser"):
            ranked = [(text, count) for text, count in said.most_common() if text.startswith(f"{where}:")]
            found += [f"  - {_cell(text)} ({count}×)" for text, count in ranked[:2]]
    return found


def _runs(lines: Sequence[Line]) -> list[str]:
    rows = [
        _row(
            *(one.time[:19], one.size, one.fault, one.did, one.moment, one.outage, one.recovery),
            *(one.before, one.acknowledged),
            *(one.lost, one.doubled, one.stuck, one.wrong, one.verdict, one.commit, one.seed),
        )
        for one in lines
    ]
    notes = [f"- {one.seed}: {'; '.join(map(_cell, one.findings))}" for one in lines if one.findings]
    head = "time (UTC), size, fault, what was done, #at s, #outage s, #whole after s, #acknowledged before, #and in all"
    table = _table(f"{head}, #lost, #doubled, #stuck, #wrong, verdict, commit, seed", rows)
    return ["## Every run", "", *table, *(["", "### Runs that broke a promise", "", *notes] if notes else [])]


_VARIES = (
    (re.compile(r"127\.0\.0\.1:\d+"), "host:port"),
    (re.compile(r"port \d+"), "port"),
    (re.compile(r"for \d+ s\b"), "for some s"),
    (re.compile(r"\b\d+ [KMG]?B\b"), "some MB"),
    (re.compile(r"(?<=[ /])(/[\w.-]+)+(?=/data)"), "…"),
)


def _plain(text: str) -> str:
    """A text without what differs from run to run: ports, folders, seconds."""
    for varying, said in _VARIES:
        text = varying.sub(said, text)
    return text


def _cell(text: str) -> str:
    return text.replace("|", "/").replace("\n", " ")
