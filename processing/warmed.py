"""The last that the nursery imports, after `processing.warm` and the engine."""

from __future__ import annotations

import gc

from imaging.orphans import outlive_parent

outlive_parent()  # it looks by itself from here on; the thread that asked for it may end before its process does
gc.enable()
gc.freeze()  # else each worker would copy the pages of memory that it shares, only to look for garbage on them
