"""Augmentor's operations: what each is called, which options it takes, and in which range.

The ranges are Augmentor's own where it has some. Where it has none, or lets through what fails on a picture later, they
are set so that every operation works on every picture of at least 32 px and takes a bounded amount of memory.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

Value = bool | int | float | str


class Rule(Protocol):
    """What an option may be; its text says so."""

    def accepts(self, value: Value) -> bool:
        """Tell whether a value may be given."""
        ...


@dataclass(frozen=True)
class Number:
    """A number in a range; ``open`` leaves out the lower end."""

    low: float
    high: float
    whole: bool = False
    open: bool = False

    def accepts(self, value: Value) -> bool:
        """Tell whether a value is such a number; yes and no are none."""
        if isinstance(value, bool | str) or (self.whole and not isinstance(value, int)):
            return False
        return self.low <= value <= self.high and not (self.open and value == self.low)

    def __str__(self) -> str:
        start = f"above {self.low:g} up" if self.open else f"from {self.low:g}"
        return f"{'whole ' if self.whole else ''}number {start} to {self.high:g}"


@dataclass(frozen=True)
class Choice:
    """One of some words."""

    words: tuple[str, ...]

    def accepts(self, value: Value) -> bool:
        """Tell whether a value is one of the words."""
        return isinstance(value, str) and value in self.words

    def __str__(self) -> str:
        return " or ".join(self.words)


@dataclass(frozen=True)
class YesOrNo:
    """True or false."""

    def accepts(self, value: Value) -> bool:
        """Tell whether a value is true or false."""
        return isinstance(value, bool)

    def __str__(self) -> str:
        return "true or false"


@dataclass(frozen=True)
class Colour:
    """A colour by its name or in hexadecimal digits."""

    def accepts(self, value: Value) -> bool:
        """Tell whether Pillow knows such a colour."""
        from PIL import ImageColor  # heavy beside the rest of the configuration, and seldom wanted

        try:
            return isinstance(value, str) and len(ImageColor.getrgb(value)) == 3
        except ValueError:
            return False

    def __str__(self) -> str:
        return "colour such as white or #c89b82"


@dataclass(frozen=True)
class Options:
    """The options of one operation: those that it needs, those that may be left out, and a pair in rising order."""

    needed: Mapping[str, Rule]
    optional: Mapping[str, Rule]
    rising: tuple[str, str] | None = None

    def find_problem(self, given: Mapping[str, Value]) -> str | None:
        """Return what is wrong with some options, or None."""
        rules = {**self.needed, **self.optional}
        for name, value in given.items():
            if name not in rules:
                return f"there is no option {name}{suggest(name, rules)}"
            if not rules[name].accepts(value):
                return f"{name} is {value!r}"
        missing = [name for name in self.needed if name not in given]
        if missing:
            return f"{missing[0]} is missing"
        if self.rising and float(given[self.rising[0]]) > float(given[self.rising[1]]):
            return f"{self.rising[0]} is above {self.rising[1]}"
        return None

    def __str__(self) -> str:
        texts = [f"{name} ({rule})" for name, rule in self.needed.items()]
        texts += [f"{name} ({rule}; may be left out)" for name, rule in self.optional.items()]
        return ", ".join(texts) or "no options"


def suggest(name: str, known: Mapping[str, object]) -> str:
    """Return a question that names up to three known names like one, or nothing."""
    close = difflib.get_close_matches(name.lower(), known, n=3)
    return f"; did you mean {' or '.join(close)}?" if close else ""


def _takes(needed: Mapping[str, Rule] | None = None, **optional: Rule) -> Options:
    return Options(needed or {}, optional)


_NONE = _takes()
_ROTATION = Number(0, 25)
_SHEAR = Number(0, 25, open=True)
_SIZE = Number(2, 4096, whole=True)
_AREA = Number(0.1, 0.99)  # Augmentor wants less than the whole
_CROP = _takes({"percentage_area": _AREA}, randomise_percentage_area=YesOrNo())
_SKEW = _takes(magnitude=Number(0, 1, open=True))
_FACTOR = Number(0, 10)
_STRENGTH = Options({"min_factor": _FACTOR, "max_factor": _FACTOR}, {}, ("min_factor", "max_factor"))
_ZOOM = Number(0.1, 5)
_GRID = {"grid_width": Number(2, 32, whole=True), "grid_height": Number(2, 32, whole=True)}
_MAGNITUDE = Number(0, 100, whole=True)
_CENTRE, _SPREAD = Number(0, 1), Number(0.001, 10)

OPERATIONS: Mapping[str, Options] = {
    "black_and_white": _takes(threshold=Number(0, 255)),
    "crop_by_size": _takes({"width": _SIZE, "height": _SIZE}, centre=YesOrNo()),
    "crop_centre": _CROP,
    "crop_random": _CROP,
    "flip_left_right": _NONE,
    "flip_random": _NONE,
    "flip_top_bottom": _NONE,
    "gaussian_distortion": _takes(
        {
            **_GRID,
            "magnitude": _MAGNITUDE,
            "corner": Choice(("bell", "ul", "ur", "dl", "dr")),
            "method": Choice(("in", "out")),
        },
        mex=_CENTRE,
        mey=_CENTRE,
        sdx=_SPREAD,
        sdy=_SPREAD,
    ),
    "greyscale": _NONE,
    "histogram_equalisation": _NONE,
    "invert": _NONE,
    "random_brightness": _STRENGTH,
    "random_color": _STRENGTH,
    "random_contrast": _STRENGTH,
    "random_distortion": _takes({**_GRID, "magnitude": _MAGNITUDE}),
    "random_erasing": _takes({"rectangle_area": Number(0.1, 1)}),  # the rectangle is a tenth of the picture at least
    "resize": _takes(
        {"width": _SIZE, "height": _SIZE}, resample_filter=Choice(("NEAREST", "BILINEAR", "BICUBIC", "ANTIALIAS"))
    ),
    "rotate": _takes({"max_left_rotation": _ROTATION, "max_right_rotation": _ROTATION}),
    "rotate180": _NONE,
    "rotate270": _NONE,
    "rotate90": _NONE,
    "rotate_random_90": _NONE,
    "rotate_without_crop": _takes(
        {"max_left_rotation": Number(0, 180), "max_right_rotation": Number(0, 180)},
        expand=YesOrNo(),
        fillcolor=Colour(),
    ),
    "scale": _takes({"scale_factor": Number(1, 5, open=True)}),
    "shear": _takes({"max_shear_left": _SHEAR, "max_shear_right": _SHEAR}),
    "skew": _SKEW,
    "skew_corner": _SKEW,
    "skew_left_right": _SKEW,
    "skew_tilt": _SKEW,
    "skew_top_bottom": _SKEW,
    "zoom": Options({"min_factor": _ZOOM, "max_factor": _ZOOM}, {}, ("min_factor", "max_factor")),
    "zoom_random": _CROP,
}

_FEEDS = "it feeds a training loop; copies are made by balance.mode and balance.images_per_class"
_SAMPLES = "it starts Augmentor's own run; copies are made by balance.mode and balance.images_per_class"
_FILES = "it is about files on disk; copies are kept as arrays"
_MASKS = "it pairs pictures with masks, and a classifier has none"
_EDITS = "it edits a pipeline in Python; list the operations themselves, in their order"
NO_OPERATIONS: Mapping[str, str] = {
    "add_further_directory": _FILES,
    "add_operation": _EDITS,
    "categorical_labels": "it codes labels; labels come from the data",
    "generator_threading_tests": _FEEDS,
    "generator_threading_tests_with_matrix_data": _FEEDS,
    "get_ground_truth_paths": _MASKS,
    "ground_truth": _MASKS,
    "image_generator": _FEEDS,
    "keras_generator": _FEEDS,
    "keras_generator_from_array": _FEEDS,
    "keras_preprocess_func": _FEEDS,
    "process": _SAMPLES,
    "remove_operation": _EDITS,
    "sample": _SAMPLES,
    "sample_with_array": _SAMPLES,
    "set_save_format": _FILES,
    "set_seed": "it seeds all threads at once; each copy has a seed of its own, from `seed`",
    "status": "it prints what a pipeline holds",
    "torch_transform": _FEEDS,
}
