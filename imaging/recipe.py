"""The recipe: which stages a page goes through, and the fold that runs them."""

from __future__ import annotations

from functools import reduce

from imaging.geometry import Geometry, geometry
from imaging.model import Page, Stage
from imaging.stages.background import background
from imaging.stages.blank import blank
from imaging.stages.orient import turned
from imaging.stages.quality import quality
from imaging.stages.stamps import Stamps, split_stamps
from imaging.stages.straighten import straighten

__all__ = ["READING", "RECIPE", "Geometry", "geometry", "reading_stream", "run", "turned"]

RECIPE: tuple[Stage, ...] = (straighten, blank, quality)
"""From the decoded page to the colour master that access copies are made of. `straighten` is `orient`, `crop` and
`deskew` in one."""

READING: tuple[Stage, ...] = (background,)
"""From the colour master to the page that stamps are split from and that is read."""


def run(page: Page, recipe: tuple[Stage, ...] = RECIPE) -> Page:
    """The page after every stage of the recipe, in order."""
    return reduce(lambda done, stage: stage(done), recipe, page)


def reading_stream(page: Page) -> Stamps:
    """The processed page as OCR gets it: its paper even and white, its stamps split off."""
    return split_stamps(run(page, READING))
