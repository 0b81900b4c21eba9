"""An OCR engine for tests whose import never ends: it makes the file that VOUCH_TEST_IMPORTING names, and waits."""

from __future__ import annotations

import os
import time
from pathlib import Path

if "VOUCH_TEST_IMPORTING" in os.environ:
    Path(os.environ["VOUCH_TEST_IMPORTING"]).touch()
    while True:
        time.sleep(60)


class StuckEngine:
    """Never made."""
