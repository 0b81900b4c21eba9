"""What people call things by: B-12 is the batch of the number 12."""

from __future__ import annotations


def batch_number(text: str) -> int | None:
    """The number of a batch said as `B-12` or `12`; None for anything else."""
    digits = text.strip().upper().removeprefix("B-")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 15 else None
