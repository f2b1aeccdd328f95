"""Python and the libraries, against the ranges that the project declares."""

import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata, version

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from flows.doctor_check import Check, Finding, Place, ok, problem

_MEND = "install what the lock says: make clean run, or pip install -r requirements.lock"
_REASONS = {
    "fastapi": "Prefect 3.8 refuses deployments with FastAPI 0.151 and later",
    "keras": "earlier ones load unsafe model files",
    "pillow": "earlier ones have holes that a crafted image uses",
}
_SHOWN = ("tensorflow", "keras", "prefect", "fastapi", "pillow")


def _examine(_: Place) -> Iterator[Finding]:
    declared = metadata("melanoma")
    yield _python(SpecifierSet(declared["Requires-Python"]))
    required = [Requirement(line) for line in declared.get_all("Requires-Dist") or ()]
    wrong = [finding for requirement in required if _always(requirement) and (finding := judge(requirement))]
    yield from wrong
    if not wrong:
        yield ok("libraries in range: " + ", ".join(f"{name} {version(name)}" for name in _SHOWN))


def judge(requirement: Requirement) -> Finding | None:
    """Return what is wrong with an installed library, or None.

    Args:
        requirement: Its name, and the versions that work.
    """
    reason = _REASONS.get(requirement.name.lower())
    wanted = f"{requirement.specifier}{f'; {reason}' if reason else ''}"
    try:
        found = version(requirement.name)
    except PackageNotFoundError:
        return problem(f"{requirement.name} is not installed ({wanted})", _MEND)
    if requirement.specifier.contains(found, prereleases=True):
        return None
    return problem(f"{requirement.name} {found} is not in {wanted}", _MEND)


def _python(wanted: SpecifierSet) -> Finding:
    found = platform.python_version()
    if wanted.contains(found, prereleases=True):
        return ok(f"Python {found}")
    return problem(f"Python {found} is not in {wanted}", "make the environment anew: make PYTHON=python3.11 run")


def _always(requirement: Requirement) -> bool:
    """Tell what every installation needs from what belongs to an extra."""
    return requirement.marker is None or requirement.marker.evaluate({"extra": ""})


CHECK = Check("versions", 10, _examine)
