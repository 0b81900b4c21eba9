"""What reading needs of the package's data, made ready once: processes forked afterwards share it."""

from __future__ import annotations

from ocr.calibration import fitted
from ocr.extract.lexicon import by_length, longest_first
from ocr.forms import catalogue


def make_ready() -> None:
    """Reads the catalogue, the calibration and the labels, for which each worker would else wait."""
    catalogue()
    fitted()
    longest_first()
    by_length()
