"""RapidOCR: good on photos and receipts, and there wherever Manifold is."""

import logging
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from onnxruntime import InferenceSession, SessionOptions  # type: ignore[import-untyped]  # it has no types
from rapidocr import RapidOCR
from rapidocr.ch_ppocr_det.utils import DetPreProcess
from rapidocr.ch_ppocr_rec.typings import TextRecInput
from rapidocr.ch_ppocr_rec.utils import CTCLabelDecode
from rapidocr.utils.process_img import get_rotate_crop_image

from connectors.documents.engine import Failed, NotThere
from connectors.documents.levelled import LINE_HEIGHT, Quadrilateral, Quadrilaterals, sides
from connectors.documents.line_strips import widened
from connectors.documents.line_words import UPRIGHT_LINE, words_of
from connectors.documents.raster import Grey
from connectors.documents.signs import LineSigns, Steps, signs_of
from connectors.documents.weights import without_tiny_weights
from operators.extraction.doubtful import Line
from operators.extraction.page import Box, Reader, Word

RECOGNISER = Path(__file__).parent / "models" / "PP-OCRv6_rec_small_latin_int8.onnx"
"""The recogniser of lines, with the signs of our languages and in 8 bits: `bench/recogniser.py`
makes it of the one in RapidOCR's wheel, which takes twice the time."""
MADE_FROM = "made_from"
"""Where the model says of which one, by its SHA-256, it was made."""
_CORES = os.cpu_count() or 1
_COARSE = 480_000
"""Pixels at which lines are looked for first, to see how high they are."""
_FINE = 28.0
"""Pixels that a line is high when all lines are looked for: more takes time and finds no more."""
_FINE_PIXELS, _FINEST = 1_500_000, 18.0
"""Pixels from which they are looked for a little smaller, down to the last height: much larger
images take far longer than they are larger."""
_SMALLEST = 64
"""Pixels of a side that an image is given at least."""
_SURE = 0.5
"""Confidence from which a line is taken for text."""
_HEAD = 4
"""Heights of a line that are looked at to see whether it stands on its head."""
_MAJORITY = 0.4
"""How far the lines that stand on their heads have to outweigh the others, 0 to 1."""


class RapidOcr:
    """RapidOCR with its models; one per process, since it holds 200 MB."""

    reader: Reader = "RAPIDOCR"

    def __init__(self, threads: int = 2) -> None:
        """`threads`: that it may use. Raises NotThere when its models are missing."""
        logging.getLogger("RapidOCR").setLevel(logging.ERROR)
        self._engine = _Lines(
            params={
                "Global.log_level": "error",
                "Rec.rec_batch_num": 1,  # what is filled up to the longest of several takes time
                "Rec.rec_img_shape": [3, 48, 160],
            }
        )
        threads = min(threads, _CORES)
        self._engine.readers = threads
        self._engine.cfg._set_flag("allow_objects", True)
        # Lines are so small that several at a time are faster than several threads for each.
        detector = without_tiny_weights(packaged("det").read_bytes())
        models = (("Det", detector, threads), ("Cls", packaged("cls"), 1), ("Rec", RECOGNISER, 1))
        for task, model, each in models:
            self._engine.cfg[task].session = _session(model, each)

    def lines(self, pixels: Grey, *, quickly: bool = True) -> Quadrilaterals:
        """Where lines of text are in an image; quickly, small print may be missing."""
        scale = min(1.0, (_COARSE / pixels.size) ** 0.5) if quickly else _fine(pixels)
        try:
            return self._engine.found(np.asarray(pixels, np.uint8), scale)
        except Exception as error:  # its own and onnxruntime's share no base
            raise Failed("RapidOCR gave up on the page") from error

    def read(self, pixels: Grey, dpi: float, language: str | None = None) -> tuple[Word, ...]:
        """The words in an image, their boxes in pixels; raises Failed.

        Lines are best `LINE_HEIGHT` pixels high. It reads every language at once.
        """
        return self.recognised(pixels, self.lines(pixels, quickly=False))

    def read_lines(
        self, pixels: Grey, dpi: float, lines: Sequence[Line], language: str | None = None
    ) -> tuple[Word, ...]:
        """The words on some lines of an image, all boxes in pixels; raises Failed."""
        parts = [_corners(part, pixels) for line in lines for part in line]
        return self.recognised(pixels, np.array(parts, np.float32))

    def recognised(self, pixels: Grey, lines: Quadrilaterals) -> tuple[Word, ...]:
        """The words on lines whose places are known, their boxes in pixels; raises Failed."""
        image = _coloured(pixels)
        try:
            found = self._engine.recognised([_cut(image, line) for line in lines])
        except Exception as error:  # as above
            raise Failed("RapidOCR gave up on the page") from error
        return tuple(
            word
            for box, line in zip(lines, found, strict=True)
            if line.confidence >= _SURE
            for word in words_of(box, line)
        )

    def stand_on_heads(self, lines: Sequence[Grey]) -> bool:
        """Whether most of some lines, cut out of a page, stand on their heads."""
        heads = [_coloured(line[:, : _HEAD * line.shape[0]]) for line in lines]
        try:
            _, result = self._engine.cls_and_rotate(heads)
        except Exception:  # as above; pages that cannot be told are left as they are
            return False
        votes = [score if "180" in label else -score for label, score in result.cls_res or ()]
        return sum(votes) > _MAJORITY * len(votes)


def packaged(task: str) -> Path:
    """A model of RapidOCR's wheel: `det`, `cls` or `rec`; raises NotThere."""
    models = files("rapidocr").joinpath("models").iterdir()
    path = next((str(file) for file in models if f"_{task}_" in file.name), None)
    if path is None:
        raise NotThere("RapidOCR came without its models: install the package rapidocr anew.")
    return Path(path)


def _session(model: Path | bytes, threads: int) -> InferenceSession:
    """A model, with threads that rest while they wait: RapidOCR's own take a core each for that."""
    options = SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.enable_mem_pattern = False  # lines have many widths, and memory for each was kept
    options.log_severity_level = 4
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return InferenceSession(model, options, providers=["CPUExecutionProvider"])


class _Lines(RapidOCR):
    """Its two models, each for itself, and what the second one says of every sign."""

    readers = 1
    """How many lines are recognised at a time."""

    @cached_property
    def _side_by_side(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self.readers, thread_name_prefix="lines")

    def found(self, image: npt.NDArray[np.uint8], scale: float) -> Quadrilaterals:
        """The lines of text in a grey image that is looked at smaller or larger."""
        height, width = image.shape[:2]
        below, beside = max(0, _SMALLEST - height), max(0, _SMALLEST - width)
        if below or beside:
            image = np.pad(image, ((0, below), (0, beside)), mode="edge")
        detector = self._load_det_model()  # type: ignore[no-untyped-call]  # RapidOCR leaves it untyped
        detector.limit_type = "max" if scale < 1 else "min"
        bound = (max if scale < 1 else min)(image.shape[:2])
        detector.limit_side_len = max(_SMALLEST, round(bound * scale))
        detector.get_preprocess = lambda: _Grey(
            detector.limit_side_len, detector.limit_type, detector.mean, detector.std
        )
        boxes = detector(image).boxes
        return np.zeros((0, 4, 2), np.float32) if boxes is None else np.asarray(boxes, np.float32)

    def recognised(self, lines: list[npt.NDArray[np.uint8]]) -> list[LineSigns]:
        """What some lines say."""
        if not lines:
            return []
        recogniser = self._load_rec_model()  # type: ignore[no-untyped-call]  # RapidOCR leaves it untyped
        if not isinstance(recogniser.postprocess_op, _Signs):
            recogniser.postprocess_op = _Signs(recogniser.postprocess_op.character)
        halves = [lines[number :: self.readers] for number in range(self.readers)]
        inputs = [TextRecInput(img=half, return_word_box=True) for half in halves if half]
        found = [iter(each.word_results) for each in self._side_by_side.map(recogniser, inputs)]
        return [next(found[number % self.readers]) for number in range(len(lines))]


class _Grey(DetPreProcess):
    """Scales the 256 levels of a grey image, not each of its points three times."""

    def __call__(self, img: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        small = np.asarray(self.resize(img), np.uint8)
        levels = np.arange(256, dtype=np.float32)[:, np.newaxis] * self.scale
        colours = ((levels - self.mean) / self.std).astype(np.float32).T
        given = [np.asarray(cv2.LUT(small, colour), np.float32) for colour in colours]
        return np.stack(given)[np.newaxis]


class _Signs(CTCLabelDecode):
    """Keeps where each sign stands, and finds the blanks that were left out."""

    def __init__(self, characters: list[str]) -> None:
        self.character = characters

    def __call__(  # type: ignore[override]  # its callers give just these
        self,
        preds: Steps,
        return_word_box: bool = False,
        *,
        wh_ratio_list: Sequence[float],
        max_wh_ratio: float,
    ) -> tuple[list[tuple[str, float]], list[LineSigns]]:
        found = [
            signs_of(steps, self.character, ratio / max_wh_ratio)
            for steps, ratio in zip(preds, wh_ratio_list, strict=True)
        ]
        return [(line.text, line.confidence) for line in found], found


def _fine(pixels: Grey) -> float:
    """How much smaller an image is looked at when all its lines are looked for."""
    room = (_FINE_PIXELS / pixels.size) ** 0.5
    return float(min(_FINE / LINE_HEIGHT, max(room, _FINEST / LINE_HEIGHT)))


def _coloured(pixels: Grey) -> npt.NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR), np.uint8)


def _corners(part: Box, pixels: Grey) -> list[list[float]]:
    """Of a part of a line, with room around its letters."""
    height, width = pixels.shape
    wide = widened(part)
    left, right = max(0.0, wide.left), min(float(width), wide.right)
    top, bottom = max(0.0, wide.top), min(float(height), wide.bottom)
    return [[left, top], [right, top], [right, bottom], [left, bottom]]


def _cut(image: npt.NDArray[np.uint8], box: Quadrilateral) -> npt.NDArray[np.uint8]:
    """A line; narrow boxes are single digits, not lines that run down the page."""
    cut = np.asarray(get_rotate_crop_image(image, box.copy()), np.uint8)
    width, height = sides(box)
    turned_by_library = int(height) >= 1.5 * int(width)
    if turned_by_library and height < UPRIGHT_LINE * width:
        return np.rot90(cut, -1)
    return cut
