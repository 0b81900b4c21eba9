"""What scanners and hands do to paper: skew, turns, borders, shadows, folds, ink that spreads, noise, JPEG."""

from __future__ import annotations

from random import Random

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]


def _dimmed(image: Image, level: npt.NDArray[np.float32]) -> Image:
    """The image times `level` (H×W, 1 keeps it)."""
    return np.asarray(cv2.multiply(image, cv2.merge([level] * 3), dtype=cv2.CV_8U), np.uint8)


def _shade(image: Image, rng: Random) -> Image:
    """A shadow that falls from one edge or corner."""
    height, width = image.shape[:2]
    angle = rng.uniform(0, 2 * np.pi)
    rows, columns = np.mgrid[0:64, 0:64].astype(np.float32)
    ramp = np.cos(angle) * columns + np.sin(angle) * rows
    ramp = (ramp - ramp.min()) / (ramp.max() - ramp.min())
    level = (1 - rng.uniform(0.12, 0.38) * np.clip((ramp - 0.45) * 2, 0, 1)).astype(np.float32)
    return _dimmed(image, np.asarray(cv2.resize(level, (width, height)), np.float32))


def _fold(image: Image, rng: Random) -> Image:
    """A fold across the paper: a dark line with a light one beside it."""
    height, width = image.shape[:2]
    level = np.ones((height, width), np.float32)
    if rng.random() < 0.5:
        at = int(width * rng.uniform(0.25, 0.75))
        ends = (at, 0), (at + rng.randint(-20, 20), height)
    else:
        at = int(height * rng.uniform(0.25, 0.75))
        ends = (0, at), (width, at + rng.randint(-20, 20))
    cv2.line(level, *ends, rng.uniform(0.6, 0.8), rng.randint(2, 5))
    (x, y), (u, v) = ends
    cv2.line(level, (x + 4, y + 4), (u + 4, v + 4), 1.07, 4)
    return _dimmed(image, np.asarray(cv2.GaussianBlur(level, (0, 0), 1.6), np.float32))


def _grain(image: Image, rng: Random) -> Image:
    """Paler or dimmer paper, and the sensor's noise."""
    image = np.asarray(cv2.convertScaleAbs(image, alpha=rng.uniform(0.82, 1.0), beta=rng.uniform(0, 22)), np.uint8)
    noise = np.random.default_rng(rng.getrandbits(32)).standard_normal(image.shape[:2], np.float32)
    flecks = (noise * rng.uniform(0, 7)).astype(np.int16)
    return np.asarray(cv2.add(image, cv2.merge([flecks] * 3), dtype=cv2.CV_8U), np.uint8)


def _place(image: Image, rng: Random) -> Image:
    """The sheet on the scanner's bed: turned by up to 4° on black, grey or paper-coloured ground."""
    height, width = image.shape[:2]
    angle = rng.uniform(-4, 4) if rng.random() < 0.8 else rng.uniform(-0.4, 0.4)
    margin = rng.uniform(0.0, 0.05)
    spread = abs(np.sin(np.radians(angle)))
    out_w = int(width * (1 + margin) + height * spread)
    out_h = int(height * (1 + margin) + width * spread)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    turn[:, 2] += ((out_w - width) / 2, (out_h - height) / 2)
    ground = rng.choice(((12, 12, 12), (28, 26, 24), (246, 246, 246), (255, 255, 255), (215, 216, 214)))
    return np.asarray(
        cv2.warpAffine(
            image, turn, (out_w, out_h), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=ground
        ),
        np.uint8,
    )


def _ink(image: Image, rng: Random) -> Image:
    """Ink that is a little faint or a little fat, and the lens's blur."""
    if rng.random() < 0.15:
        image = np.asarray(cv2.erode(image, np.ones((2, 2), np.uint8)), np.uint8)
    blur = rng.uniform(0.0, 0.95)
    return np.asarray(cv2.GaussianBlur(image, (0, 0), blur), np.uint8) if blur > 0.35 else image


def worn(image: Image, rng: Random, turns: bool = True) -> Image:
    """A scan of the sheet `image` (H×W×3 BGR): the same text, a person can still read every word of it."""
    placed = _place(_ink(image, rng), rng)
    if rng.random() < 0.3:
        placed = _shade(placed, rng)
    if rng.random() < 0.2:
        placed = _fold(placed, rng)
    out = _grain(placed, rng)
    if rng.random() < 0.12:
        out = np.asarray(cv2.cvtColor(cv2.cvtColor(out, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR), np.uint8)
    if turns and rng.random() < 0.1:
        out = np.asarray(np.rot90(out, rng.choice((1, 2, 3))).copy(), np.uint8)
    return out


def jpeg(image: Image, rng: Random) -> bytes:
    """The scan as a JPEG file of quality 55 to 90."""
    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, rng.randint(55, 90)])
    if not done:
        raise ValueError("a page could not be written as JPEG; look at its size")
    return data.tobytes()
