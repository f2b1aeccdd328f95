"""What is installed of the extras, and what does not work without them."""

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata, version

from packaging.requirements import Requirement

from flows.doctor_check import Check, Finding, Place, ok, warning

_WITHOUT = {
    "fast": "frozen networks run on TensorFlow, at about half the rate",
    "isic": "melanoma ingest --isic cannot download",
    "mlflow": "runs are not logged to MLflow; each is whole in its own folder",
    "pretrained": "the default network has no weights; only train.method=scratch works",
    "s3": "the home cannot be in object storage",
    "tune": "melanoma tune does not start",
}


def _examine(_: Place) -> Iterator[Finding]:
    required = [Requirement(line) for line in metadata("melanoma").get_all("Requires-Dist") or ()]
    for extra in metadata("melanoma").get_all("Provides-Extra") or ():
        missing = [entry.name for entry in required if _belongs(entry, extra) and not _is_there(entry)]
        yield judge(extra, missing)


def judge(extra: str, missing: list[str]) -> Finding:
    """Say what follows from what is missing of an extra, if anything."""
    if not missing:
        return ok(f"{extra} is installed")
    without = _WITHOUT.get(extra, "what needs it does not start")
    return warning(f"{extra}: {', '.join(missing)} missing; {without}", f"pip install 'melanoma[{extra}]'")


def _belongs(requirement: Requirement, extra: str) -> bool:
    marker = requirement.marker
    return marker is not None and marker.evaluate({"extra": extra}) and not marker.evaluate({"extra": ""})


def _is_there(requirement: Requirement) -> bool:
    try:
        return requirement.specifier.contains(version(requirement.name), prereleases=True)
    except PackageNotFoundError:
        return False


CHECK = Check("extras", 30, _examine)
