"""What samples have in common is what a form prints."""

import numpy as np

from imaging.model import Box, Page
from ocr.extract.runs import Run
from ocr.known.dark import dark
from ocr.known.observe import Sample
from ocr.known.wording import wording

HANDLERS = ("石熙东", "孙娟", "莫风")


def sample(handler: str) -> Sample:
    """A white page on which a label and its value were read as one."""
    page = Page(np.full((1160, 1650, 3), 255, np.uint8), 200.0)
    text = f"经办人:{handler}"
    xs = tuple(400.0 + 30 * k for k in range(len(text)))
    run = Run(text, xs, (0.99,) * len(text), (False,) * len(text), Box(385, 300, 30 * len(text), 36), -1)
    return Sample(page, page, dark(page), "cash_deposit", {}, {}, {}, {}, (run,))


def test_the_label_of_a_value_that_nobody_names_is_printed() -> None:
    samples = [sample(handler) for handler in HANDLERS]
    still, blank = [np.eye(2, 3)] * 3, np.zeros((580, 825), np.uint8)
    (word,) = wording(samples, still, still, blank, [blank] * 3)
    assert word.text == "经办人:"
    assert word.box.w < 20  # mm: the name behind it is no part of it
