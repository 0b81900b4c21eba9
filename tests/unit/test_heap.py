"""What pages took and freed goes back to the machine."""

import numpy as np

from processing.heap import give_back, resident

SMALL, MANY = 60_000, 2_000  # bytes of arrays that the C library keeps in its heap, and how many


def test_freed_memory_goes_back_once_there_is_too_much() -> None:
    held = [np.ones(SMALL, np.uint8) for _ in range(MANY)]
    last = np.ones(SMALL, np.uint8)  # above the holes: without being asked, the library gives back nothing below it
    del held
    before = resident()
    give_back(most=before * 2)
    assert resident() > before - SMALL * MANY // 2
    give_back(most=0)
    assert resident() < before - SMALL * MANY // 2
    assert last.all()
