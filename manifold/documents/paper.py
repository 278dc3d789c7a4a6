"""What happens to paper: folds, creases, stamps, pens, stains, fading."""

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from manifold.documents.raster import Grain, Picture

Plane: TypeAlias = NDArray[np.float32]
"""A number for each pixel, or for each row or column."""


def grid(height: int, width: int) -> tuple[Plane, Plane]:
    """Numbers of the rows, one below another, and of the columns, side by side."""
    rows, columns = np.ogrid[0:height, 0:width]
    return rows.astype(np.float32), columns.astype(np.float32)


def folded(picture: Picture, count: int, strength: float, chance: Grain) -> Picture:
    """Folds across the paper: a shade on one side, light on the other."""
    height, width = picture.shape[:2]
    shade = np.ones((height, width), np.float32)
    for number in range(count):
        across = number % 2 == 0
        length = height if across else width
        at = length * float(chance.uniform(0.25, 0.75))
        slant = float(chance.uniform(-0.02, 0.02))
        rows, columns = grid(height, width)
        distance = rows - at - slant * columns if across else columns - at - slant * rows
        reach = length * 0.02
        shade += strength * np.exp(-np.abs(distance) / reach) * np.sign(distance) * 0.5
        shade -= strength * np.exp(-((distance / 2.0) ** 2)) * 0.6
    return _lit(picture, shade)


def crumpled(picture: Picture, strength: float, chance: Grain) -> Picture:
    """Soft creases all over."""
    height, width = picture.shape[:2]
    rough = chance.normal(0, 1, (14, 10)).astype(np.float32)
    shade = cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC)
    return _lit(picture, 1 + strength * np.asarray(shade, np.float32))


def faded(picture: Picture, strength: float, chance: Grain) -> Picture:
    """Print that has gone pale, more in some places than in others."""
    height, width = picture.shape[:2]
    rough = chance.uniform(0.4, 1.0, (8, 3)).astype(np.float32)
    pale = cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC)[..., None]
    ink = 255 - picture.astype(np.float32)
    return _clipped(255 - ink * (1 - strength * np.asarray(pale, np.float32)))


def stamped(picture: Picture, text: str, chance: Grain) -> Picture:
    """A stamp with a text in a frame, slanted, through which the print can be read."""
    height, width = picture.shape[:2]
    scale = width / 900
    layer = np.zeros((int(150 * scale) + 8, int(360 * scale) + 8), np.uint8)
    thick = max(1, round(3 * scale))
    (long, tall), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_DUPLEX, 1.4 * scale, thick)
    middle = (layer.shape[1] // 2, layer.shape[0] // 2)
    frame = (long // 2 + round(14 * scale), tall // 2 + round(16 * scale))
    corner = (max(2, middle[0] - frame[0]), max(2, middle[1] - frame[1]))
    other = (min(layer.shape[1] - 3, middle[0] + frame[0]), middle[1] + frame[1])
    cv2.rectangle(layer, corner, other, 255, thick)
    cv2.putText(layer, text, (middle[0] - long // 2, middle[1] + tall // 2),
                cv2.FONT_HERSHEY_DUPLEX, 1.4 * scale, 255, thick, cv2.LINE_AA)  # fmt: skip
    angle = float(chance.uniform(-18, 18))
    turn = cv2.getRotationMatrix2D((float(middle[0]), float(middle[1])), angle, 0.9)
    turned = cv2.warpAffine(layer, turn, (layer.shape[1], layer.shape[0]))
    colour = ((40, 40, 190), (150, 60, 30), (60, 110, 40))[int(chance.integers(3))]
    left = int(chance.uniform(0.05, 0.9) * max(1, width - layer.shape[1]))
    top = int(chance.uniform(0.1, 0.85) * max(1, height - layer.shape[0]))
    return _inked(picture, np.asarray(turned, np.uint8), left, top, colour, 0.6)


def scribbled(picture: Picture, chance: Grain) -> Picture:
    """A few strokes of a pen, as a signature or a tick."""
    height, width = picture.shape[:2]
    layer = np.zeros((height // 10, width // 4), np.uint8)
    steps = np.arange(0, 1, 0.01)
    pulses = chance.uniform(2, 7, 3)
    x = steps + 0.06 * np.sin(pulses[0] * 6 * steps)
    y = 0.5 + 0.3 * np.sin(pulses[1] * 5 * steps) * np.cos(pulses[2] * 3 * steps)
    points = np.stack([x * layer.shape[1] * 0.9, y * layer.shape[0]], axis=1).astype(np.int32)
    cv2.polylines(layer, [points], False, 255, max(1, width // 500), cv2.LINE_AA)
    left = int(chance.uniform(0.05, 0.7) * width)
    top = int(chance.uniform(0.1, 0.85) * height)
    return _inked(picture, layer, left, top, (140, 50, 20), 0.85)


def stained(picture: Picture, chance: Grain) -> Picture:
    """The ring that a cup leaves."""
    height, width = picture.shape[:2]
    radius = width * float(chance.uniform(0.06, 0.12))
    layer = np.zeros((height, width), np.uint8)
    middle = (int(chance.uniform(0.1, 0.9) * width), int(chance.uniform(0.1, 0.9) * height))
    cv2.circle(layer, middle, int(radius), 255, max(2, int(radius * 0.12)), cv2.LINE_AA)
    soft = cv2.GaussianBlur(layer, (0, 0), radius * 0.05)
    return _inked(picture, np.asarray(soft, np.uint8), 0, 0, (70, 110, 150), 0.35)


def _inked(
    picture: Picture,
    layer: NDArray[np.uint8],
    left: int,
    top: int,
    colour: tuple[int, int, int],
    opacity: float,
) -> Picture:
    """A layer of ink multiplied into the picture, so that what is below stays visible."""
    made = picture.copy()
    part = made[top : top + layer.shape[0], left : left + layer.shape[1]].astype(np.float32)
    shade = layer[: part.shape[0], : part.shape[1], None].astype(np.float32)
    cover = shade * np.float32(opacity / 255)
    absorbed = cover * (1 - np.array(colour, np.float32) / 255)
    inked = (part * (1 - absorbed)).astype(np.float32)
    made[top : top + part.shape[0], left : left + part.shape[1]] = _clipped(inked)
    return made


def _lit(picture: Picture, shade: Plane) -> Picture:
    return _clipped(picture.astype(np.float32) * shade[..., None])


def _clipped(values: Plane) -> Picture:
    return np.clip(values, 0, 255).astype(np.uint8)
