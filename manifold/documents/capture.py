"""Scanners and cameras: a page as it arrives as a picture, at a difficulty of 1 to 5."""

import cv2
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from manifold.documents import paper
from manifold.documents.plan import Difficulty
from manifold.documents.raster import Grain, Picture

_STAMPS = ("PAID", "RECEIVED", "BEZAHLT", "EINGANG", "PAYE", "PAGADO", "PAGATO", "BETAALD", "COPY")


_BITONAL_DPI = 200
"""Below it, black and white loses the points and commas of amounts."""


class Scanner(Struct, frozen=True):
    """How a scanner spoils a page."""

    dpi: int
    """Dots per inch."""
    skew: float
    """Largest slant in degrees."""
    blur: float
    """Standard deviation in pixels."""
    noise: float
    """Standard deviation in shades."""
    quality: int
    """Of the JPEG."""
    paper: int
    """Shade of the paper."""
    marks: float
    """Probability of each of a stamp, a scribble, a fold, a streak."""


class Camera(Struct, frozen=True):
    """How a photo spoils a page."""

    long_side: int
    """Pixels of the picture's longer side."""
    rotation: float
    """Largest rotation in degrees."""
    perspective: float
    """Largest shift of a corner, in parts of the width."""
    curl: float
    """Bend of the paper, in parts of the width."""
    blur: float
    """Standard deviation in pixels."""
    shake: int
    """Length of the motion blur in pixels."""
    light: float
    """How uneven the light is, 0 to 1."""
    shadow: float
    """Strength of the shadow across it, 0 to 1."""
    noise: float
    """Standard deviation in shades."""
    quality: int
    """Of the JPEG."""
    marks: float
    """Probability of each of a stamp, a scribble, a stain; folds and creases come with it."""


SCANNERS: dict[Difficulty, Scanner] = {
    1: Scanner(300, 0.1, 0.0, 1, 93, 255, 0.0),
    2: Scanner(240, 0.5, 0.5, 3, 82, 252, 0.1),
    3: Scanner(200, 1.2, 0.6, 6, 68, 246, 0.25),
    4: Scanner(150, 2.2, 0.7, 10, 50, 238, 0.4),
    5: Scanner(110, 3.5, 0.7, 14, 35, 228, 0.5),
}
CAMERAS: dict[Difficulty, Camera] = {
    1: Camera(2800, 1, 0.01, 0.0, 0.4, 0, 0.08, 0.0, 1, 92, 0.0),
    2: Camera(2400, 3, 0.03, 0.004, 0.6, 0, 0.18, 0.15, 3, 84, 0.1),
    3: Camera(2100, 6, 0.05, 0.008, 0.8, 2, 0.3, 0.3, 5, 74, 0.2),
    4: Camera(1900, 10, 0.08, 0.014, 0.9, 3, 0.42, 0.42, 8, 60, 0.35),
    5: Camera(1700, 15, 0.11, 0.02, 1.0, 4, 0.55, 0.55, 12, 42, 0.5),
}


def scanned(picture: Picture, scanner: Scanner, chance: Grain) -> Picture:
    """A page on a flat bed."""
    picture = _marked(picture, scanner.marks, chance)
    if scanner.paper < 255:
        picture = _tinted(picture, scanner.paper)
    angle = float(chance.uniform(-scanner.skew, scanner.skew))
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1)
    picture = _image(
        cv2.warpAffine(picture, turn, (width, height), borderValue=(scanner.paper,) * 3)
    )
    if float(chance.random()) < scanner.marks:
        column = int(chance.uniform(0.05, 0.95) * width)
        picture[:, column : column + max(1, width // 900)] //= 2
    picture = _blurred(picture, scanner.blur)
    picture = _noisy(picture, scanner.noise, chance)
    kind = float(chance.random())
    if kind < 0.2 and scanner.dpi >= _BITONAL_DPI:
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        _, hard = cv2.threshold(grey, 150, 255, cv2.THRESH_BINARY)
        return _image(cv2.cvtColor(hard, cv2.COLOR_GRAY2BGR))
    if kind < 0.6:
        return _image(cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR))
    return picture


def photographed(picture: Picture, camera: Camera, thermal: bool, chance: Grain) -> Picture:
    """A page on a table; `thermal` paper fades."""
    picture = _marked(picture, camera.marks, chance)
    if camera.marks:
        picture = paper.crumpled(picture, camera.marks * 0.1, chance)
        if float(chance.random()) < camera.marks:
            picture = paper.stained(picture, chance)
        if thermal:
            picture = paper.faded(picture, camera.marks * 0.9, chance)
    picture = _tinted(picture, 244 - int(20 * camera.light))
    picture = _bent(picture, camera.curl, chance)
    picture = _on_a_table(picture, camera, chance)
    picture = _lighted(picture, camera, chance)
    picture = _shaken(_blurred(picture, camera.blur), camera.shake, chance)
    return _noisy(picture, camera.noise, chance)


def _marked(picture: Picture, probability: float, chance: Grain) -> Picture:
    if float(chance.random()) < probability:
        picture = paper.folded(picture, int(chance.integers(1, 3)), 0.12, chance)
    if float(chance.random()) < probability:
        picture = paper.stamped(picture, _STAMPS[int(chance.integers(len(_STAMPS)))], chance)
    if float(chance.random()) < probability:
        picture = paper.scribbled(picture, chance)
    return picture


def _tinted(picture: Picture, shade: int) -> Picture:
    warm = np.array([shade - 6, shade - 2, shade], np.float32) / 255
    return np.clip(picture.astype(np.float32) * warm, 0, 255).astype(np.uint8)


def _bent(picture: Picture, curl: float, chance: Grain) -> Picture:
    if not curl:
        return picture
    height, width = picture.shape[:2]
    rows, columns = paper.grid(height, width)
    phase, waves = float(chance.uniform(0, 6)), float(chance.uniform(0.6, 1.4))
    across = columns + curl * width * np.sin(rows / height * 3 * waves + phase)
    down = rows + curl * width * 0.6 * np.sin(columns / width * 3 + phase)
    return _image(
        cv2.remap(
            picture,
            across.astype(np.float32),
            down.astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
    )


def _on_a_table(picture: Picture, camera: Camera, chance: Grain) -> Picture:
    """The page in perspective, with a table around it."""
    height, width = picture.shape[:2]
    # Nobody holds the camera so far away that the letters of a long receipt vanish.
    down = int(camera.long_side * max(1.0, min(1.7, height / width / 2.2)))
    across = int(down * max(0.5, min(1.0, width / height * 1.15)))
    scale = 0.88 * min(across / width, down / height)
    middle = np.array([across / 2, down / 2], np.float32)
    box = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    angle = np.deg2rad(float(chance.uniform(-camera.rotation, camera.rotation)))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]], np.float32)
    corners = (box - box.mean(axis=0)) * scale @ turn.T
    corners += chance.uniform(-1, 1, (4, 2)).astype(np.float32) * camera.perspective * width * scale
    reach = np.abs(corners).max(axis=0) / (middle * 0.985)
    target = (corners / max(1.0, float(reach.max())) + middle).astype(np.float32)
    table = _table(down, across, chance)
    bend = cv2.getPerspectiveTransform(box, target)
    seen = cv2.warpPerspective(picture, bend, (across, down), flags=cv2.INTER_AREA)
    whole = np.full((height, width), 255, np.uint8)
    cover = cv2.warpPerspective(whole, bend, (across, down))
    soft = np.asarray(cv2.GaussianBlur(cover, (0, 0), 1.2), np.float32)[..., None] / 255
    mixed = seen.astype(np.float32) * soft + table.astype(np.float32) * (1 - soft)
    return np.clip(mixed, 0, 255).astype(np.uint8)


def _table(height: int, width: int, chance: Grain) -> Picture:
    """Wood, cloth or stone."""
    colours = ((60, 90, 130), (90, 90, 95), (40, 45, 50), (150, 165, 175), (70, 60, 110))
    base = np.array(colours[int(chance.integers(len(colours)))], np.float32)
    rough = chance.normal(0, 1, (6, 60)).astype(np.float32)
    grained = np.asarray(cv2.resize(rough, (width, height), interpolation=cv2.INTER_LINEAR))
    fine = chance.standard_normal((height, width), np.float32) * 4
    return np.clip(base + (grained * 9 + fine)[..., None], 0, 255).astype(np.uint8)


def _lighted(picture: Picture, camera: Camera, chance: Grain) -> Picture:
    height, width = picture.shape[:2]
    rows, columns = paper.grid(height, width)
    direction = float(chance.uniform(0, 6.283))
    slope = (columns / width - 0.5) * np.cos(direction) + (rows / height - 0.5) * np.sin(direction)
    shade: NDArray[np.float32] = (1 - camera.light * (0.5 + slope) * 0.8).astype(np.float32)
    if camera.shadow:
        edge = float(chance.uniform(-0.25, 0.25))
        across = (columns / width - 0.5) * np.sin(direction) - (rows / height - 0.5) * np.cos(
            direction
        )
        soft = 1 / (1 + np.exp(-(across - edge) * float(chance.uniform(12, 60))))
        shade *= (1 - camera.shadow * soft).astype(np.float32)
    lit: Picture = np.clip(picture.astype(np.float32) * shade[..., None], 0, 255).astype(np.uint8)
    return lit


def _blurred(picture: Picture, deviation: float) -> Picture:
    return _image(cv2.GaussianBlur(picture, (0, 0), deviation)) if deviation else picture


def _shaken(picture: Picture, length: int, chance: Grain) -> Picture:
    if length < 2:
        return picture
    kernel = np.zeros((length, length), np.float32)
    if float(chance.random()) < 0.5:
        kernel[length // 2, :] = 1 / length
    else:
        np.fill_diagonal(kernel, 1 / length)
    return _image(cv2.filter2D(picture, -1, kernel))


def _noisy(picture: Picture, deviation: float, chance: Grain) -> Picture:
    grainy = chance.standard_normal(picture.shape[:2], np.float32) * np.float32(deviation)
    return np.clip(picture.astype(np.float32) + grainy[..., None], 0, 255).astype(np.uint8)


def _image(values: object) -> Picture:
    return np.asarray(values, np.uint8)
