"""The forms in which a model is exported. A new one is a row here, and the module that it names."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, cast

from melanoma.errors import UsageError

if TYPE_CHECKING:
    import keras

    from melanoma.models.inputs import Floats, Inputs

FormatName: TypeAlias = Literal["litert", "onnx"]


class Converter(Protocol):
    """A module of `melanoma.models` that knows one form.

    Attributes:
        IMAGES_AT_ONCE: How many images a file takes at once; None: any number.
        convert: Takes a network that computes in float32, gives the file's content.
        run: Takes the content and inputs, gives probabilities, [n, classes], by another program than Keras.
    """

    IMAGES_AT_ONCE: int | None
    convert: Callable[["keras.Model"], bytes]
    run: Callable[[bytes, "Inputs"], "Floats"]


@dataclass(frozen=True)
class ExportFormat:
    """One form.

    Attributes:
        name: Its name.
        suffix: How its files end.
        module: What converts and carries out; imported only then, for it needs Keras.
        needs: Packages beyond those that are always installed.
        extra: The extra of this project that brings them.
    """

    name: FormatName
    suffix: str
    module: str
    needs: tuple[str, ...] = ()
    extra: str = ""

    def load(self) -> Converter:
        """Import what converts and carries out."""
        return cast("Converter", import_module(self.module))


FORMATS = (
    ExportFormat("litert", ".tflite", "melanoma.models.litert"),
    ExportFormat("onnx", ".onnx", "melanoma.models.onnx_file", ("onnx", "tf2onnx", "onnxruntime"), "onnx"),
)


def choose_format(out: Path, name: FormatName | None) -> ExportFormat:
    """Return the form that was asked for by its name, or else by how the file's name ends.

    Args:
        out: The file to write.
        name: The form's name; None: the file's name tells.

    Raises:
        UsageError: If both say nothing or different things, or what the form needs is not installed.
    """
    found = next((form for form in FORMATS if form.suffix == out.suffix), None)
    if found is None or (name and found.name != name):
        wanted = [form for form in FORMATS if name in (None, form.name)]
        endings = " or ".join(f"{form.suffix} ({form.name})" for form in wanted)
        raise UsageError(f"--out {out}: the file's name must end in {endings}; give such a name")
    missing = [package for package in found.needs if find_spec(package) is None]
    if missing:
        raise UsageError(f"--out {out}: {', '.join(missing)} is not installed; install melanoma[{found.extra}]")
    return found
