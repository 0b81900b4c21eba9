"""The peers of `bench.peers`: bare RapidOCR, bare Tesseract, OCRmyPDF. They are installed by hand beside the project
and run as commands; nothing of them is imported."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.peers_watch import Watched, watched

PROCESSES = 2
VENV = Path(os.environ.get("VOUCH_PEERS", Path.home() / ".cache" / "vouch-peers"))
HOW = (
    "apt-get install tesseract-ocr tesseract-ocr-chi-sim ghostscript unpaper; "
    f"python3 -m venv {VENV} && {VENV}/bin/pip install ocrmypdf 'rapidocr==3.10.*' openvino "
    "(VOUCH_PEERS names another place)"
)
_READER = Path(__file__).parent / "peers_reader.py"


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a contestant: its pages, what it took, and, where that is told, its start-up: the seconds before each
    process had its networks ready and a page done, and the pages that were done by then."""

    pages: int
    took: Watched
    startup: float = 0.0
    startup_pages: int = 0


def halves(files: Sequence[Path]) -> list[list[str]]:
    """The files dealt out to the processes."""
    shares = [[str(path) for path in files[at::PROCESSES]] for at in range(PROCESSES)]
    return [share for share in shares if share]


def read_by(python: str, kind: str, files: Sequence[Path], env: dict[str, str] | None = None) -> Turn:
    """The files read by `peers_reader` in two processes, each once it has read its first file to warm up."""
    words = [[python, str(_READER), kind, *share] for share in halves(files)]
    took = watched(words, {"OMP_NUM_THREADS": "1", **(env or {})})
    begun = statistics.fmean(json.loads(line)["begun"] for line in took.said.splitlines())
    return Turn(len(files), took, begun - took.begun)


class RapidOcr:
    """RapidOCR's own pipeline, two processes."""

    name = "RapidOCR, bare"

    def missing(self) -> str:
        """What is not there, or nothing."""
        python = VENV / "bin" / "python"
        if not python.exists():
            return f"{python} is not there"
        asked = subprocess.run([str(python), "-c", "import rapidocr, openvino"], check=False, capture_output=True)
        return "rapidocr or openvino is not installed there" if asked.returncode else ""

    def turn(self, files: Sequence[Path], scratch: Path) -> Turn:
        """Reads the files."""
        return read_by(str(VENV / "bin" / "python"), "rapidocr", files, {"HOME": str(scratch)})


class Tesseract:
    """The tesseract command with a list of files, so that it loads its data once; two processes of one thread."""

    name = "Tesseract, bare"

    def missing(self) -> str:
        """What is not there, or nothing."""
        return _no_tesseract()

    def turn(self, files: Sequence[Path], scratch: Path) -> Turn:
        """Reads the files to text."""
        words = []
        for at, share in enumerate(halves(files)):
            names = scratch / f"list{at}.txt"
            names.write_text("\n".join(share) + "\n", encoding="utf-8")
            words.append(["tesseract", str(names), str(scratch / f"text{at}"), "-l", "chi_sim", "txt"])
        return Turn(len(files), watched(words, {"OMP_THREAD_LIMIT": "1"}))


@dataclass(frozen=True, slots=True)
class OcrMyPdf:
    """OCRmyPDF over one PDF of the turn's pages, two jobs; the PDF is made before the clock runs."""

    name: str
    options: tuple[str, ...]

    def missing(self) -> str:
        """What is not there, or nothing."""
        if not (VENV / "bin" / "ocrmypdf").exists():
            return f"{VENV}/bin/ocrmypdf is not there"
        needed = ("gs", "unpaper") if "--clean" in self.options else ("gs",)
        lacking = [name for name in needed if not shutil.which(name)]
        return f"{', '.join(lacking)} not found" if lacking else _no_tesseract()

    def turn(self, files: Sequence[Path], scratch: Path) -> Turn:
        """Makes a searchable PDF of the files."""
        pdf = scratch / "turn.pdf"
        subprocess.run([str(VENV / "bin" / "img2pdf"), *map(str, files), "-o", str(pdf)], check=True)
        words = [str(VENV / "bin" / "ocrmypdf"), "--quiet", "--jobs", str(PROCESSES), "-l", "chi_sim", *self.options]
        return Turn(len(files), watched([[*words, str(pdf), str(scratch / "done.pdf")]], {"OMP_THREAD_LIMIT": "1"}))


def _no_tesseract() -> str:
    if not shutil.which("tesseract"):
        return "tesseract not found"
    said = subprocess.run(["tesseract", "--list-langs"], check=False, capture_output=True, text=True).stdout
    return "" if "chi_sim" in said.split() else "tesseract has no chi_sim"


PEERS = (
    RapidOcr(),
    Tesseract(),
    OcrMyPdf("OCRmyPDF", ()),
    OcrMyPdf("OCRmyPDF, cleaning", ("--deskew", "--clean", "--rotate-pages")),
)
