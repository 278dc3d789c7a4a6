"""RapidOCR: good on photos and receipts, and there wherever Manifold is."""

import os
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt
from rapidocr import RapidOCR
from rapidocr.utils.output import RapidOCROutput
from rapidocr.utils.process_img import get_rotate_crop_image

from connectors.documents.engine import Failed, NotThere
from connectors.documents.raster import Grey
from operators.extraction.page import Box, Reader, Word

Quadrilateral: TypeAlias = npt.NDArray[np.float32]
"""Four corners: of a line's beginning above, end above, end below, beginning below."""

_LONG_SIDE, _LONGEST_SIDE, _SHORT_SIDE = 2000, 4000, 736
"""Pixels of the long side above which a page is made smaller before it is read; more when the
short side would have less than the last."""
_UPRIGHT_LINE = 2.5
"""Heights in widths from which a line runs up or down; narrower ones are a sign or two."""
_HEAD = 4
"""Heights of a line that are looked at to see whether it stands on its head."""
_PLAIN = {0xFEE0 + sign: sign for sign in range(0x21, 0x7F)} | {0x3000: " ", 0xFFE5: "¥"}
"""Full-width signs of its Chinese, for those that they are in ours."""
_MAJORITY = 0.4
"""How far the lines that stand on their heads have to outweigh the others, 0 to 1."""
_NARROW, _WIDE = frozenset("iIl1jtfr.,:;!|'()[]{}·- "), frozenset("mMwWOQ@%€&ÄÖÜ")


class RapidOcr:
    """RapidOCR with the models of its wheel; one per process, since it holds 200 MB."""

    reader: Reader = "RAPIDOCR"

    def __init__(self, threads: int = 2) -> None:
        """`threads`: that it may use. Raises NotThere when its models are missing."""
        models = {
            task: next(
                (
                    str(file)
                    for file in files("rapidocr").joinpath("models").iterdir()
                    if f"_{task}_" in file.name
                ),
                None,
            )
            for task in ("det", "cls", "rec")
        }
        if None in models.values():
            raise NotThere("RapidOCR came without its models: install the package rapidocr anew.")
        self._engine = _Lines(
            params={
                **{f"{task.title()}.model_path": path for task, path in models.items()},
                "Global.log_level": "error",
                "Global.use_cls": False,
                "EngineConfig.onnxruntime.intra_op_num_threads": min(threads, os.cpu_count() or 1),
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )

    def read(self, pixels: Grey, dpi: float) -> tuple[Word, ...]:
        """The words in an image, their boxes in pixels; raises Failed."""
        short, long = sorted(pixels.shape)
        wanted = min(_LONGEST_SIDE, round(_SHORT_SIDE * long / short))
        self._engine.max_side_len = max(_LONG_SIDE, wanted)
        try:
            found = self._engine(cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR))
        except Exception as error:  # its own and onnxruntime's share no base
            raise Failed("RapidOCR gave up on the page") from error
        if not isinstance(found, RapidOCROutput) or found.boxes is None or not found.txts:
            return ()
        lines = zip(found.boxes, found.txts, found.scores or (), strict=True)
        return tuple(
            word for box, text, sure in lines for word in split(box, text.translate(_PLAIN), sure)
        )

    def stand_on_heads(self, lines: Sequence[Grey]) -> bool:
        """Whether most of some lines, cut out of a page, stand on their heads."""
        heads = [
            cv2.cvtColor(line[:, : _HEAD * line.shape[0]], cv2.COLOR_GRAY2BGR) for line in lines
        ]
        try:
            _, result = self._engine.cls_and_rotate(heads)
        except Exception:  # as above; pages that cannot be told are left as they are
            return False
        votes = [score if "180" in label else -score for label, score in result.cls_res or ()]
        return sum(votes) > _MAJORITY * len(votes)


class _Lines(RapidOCR):
    """Takes narrow boxes for single digits, not for lines that run down the page."""

    def crop_text_regions(
        self, img: npt.NDArray[np.uint8], det_boxes: npt.NDArray[np.float32]
    ) -> list[npt.NDArray[np.uint8]]:
        return [_cut(img, box) for box in det_boxes]


def _cut(image: npt.NDArray[np.uint8], box: Quadrilateral) -> npt.NDArray[np.uint8]:
    cut = np.asarray(get_rotate_crop_image(image, box.copy()), np.uint8)
    width, height = _sides(box)
    turned_by_library = int(height) >= 1.5 * int(width)
    if turned_by_library and height < _UPRIGHT_LINE * width:
        return np.rot90(cut, -1)
    return cut


def _sides(box: Quadrilateral) -> tuple[float, float]:
    upper_left, upper_right, lower_right, lower_left = box
    width = max(np.linalg.norm(upper_right - upper_left), np.linalg.norm(lower_right - lower_left))
    height = max(np.linalg.norm(lower_left - upper_left), np.linalg.norm(lower_right - upper_right))
    return float(width), float(height)


def split(box: Quadrilateral, text: str, sure: float) -> Iterator[Word]:
    """The words of a line, their places in proportion to how wide their signs usually are.

    >>> box = np.array([[0, 0], [90, 0], [90, 10], [0, 10]], np.float32)
    >>> [(round(word.box.left), round(word.box.right)) for word in split(box, "aaa aa", 1)]
    [(0, 49), (57, 90)]
    """
    widths = [_width(sign) for sign in text]
    ends = np.cumsum([0.0, *widths]) / (sum(widths) or 1.0)
    width, height = _sides(box)
    upper_left, upper_right, lower_right, lower_left = box
    if height >= _UPRIGHT_LINE * width:
        upper_left, upper_right, lower_right, lower_left = (
            upper_right,
            lower_right,
            lower_left,
            upper_left,
        )
    start = 0
    for word in text.split():
        start = text.index(word, start)
        first, last = float(ends[start]), float(ends[start + len(word)])
        corners = np.array(
            [
                upper_left + (upper_right - upper_left) * first,
                upper_left + (upper_right - upper_left) * last,
                lower_left + (lower_right - lower_left) * first,
                lower_left + (lower_right - lower_left) * last,
            ]
        )
        (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
        place = Box(float(left), float(top), float(right), float(bottom))
        yield Word(word, place, float(sure))
        start += len(word)


def _width(sign: str) -> float:
    return 0.5 if sign in _NARROW else 1.5 if sign in _WIDE else 1.0
