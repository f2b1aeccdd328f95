"""Digests: of bytes, of files, of plain values, and of the source that a stage reaches by import."""

import ast
import hashlib
import importlib.metadata
import json
import os
import pkgutil
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parent.parent


def digest_bytes(content: bytes) -> str:
    """Return the sha256 of some bytes as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def digest_file(path: Path) -> str:
    """Return the sha256 of a file's content, read in bounded memory."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digest_files(paths: Sequence[Path]) -> list[str]:
    """Return the sha256 of each file, read side by side.

    Raises:
        OSError: If a file cannot be read; it names the file.
    """
    with ThreadPoolExecutor() as pool:
        return list(pool.map(digest_file, paths))


def digest_value(value: object) -> str:
    """Return the sha256 of a JSON value; the order of keys does not matter.

    Examples:
        >>> digest_value({"a": 1, "b": 2}) == digest_value({"b": 2, "a": 1})
        True
    """
    return digest_bytes(json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode())


def library_versions(names: Iterable[str]) -> dict[str, str]:
    """Return the installed version of each distribution, without importing any."""
    return {name: importlib.metadata.version(name) for name in sorted(names)}


def installed_versions(names: Iterable[str]) -> dict[str, str]:
    """Return the version of each distribution that is installed; the others are left out."""
    known = {name: list(importlib.metadata.distributions(name=name)) for name in sorted(names)}
    return {name: found[0].version for name, found in known.items() if found}


def keras_backend() -> str:
    """Return what Keras computes with, by its own rules and without importing it: an artifact is of one backend."""
    if given := os.environ.get("KERAS_BACKEND"):
        return given
    settings = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras"), "keras.json")
    try:
        return str(json.loads(settings.read_text())["backend"])
    except (OSError, ValueError, KeyError):
        return "tensorflow"


def source_digests(entry: str, root: Path = PROJECT_ROOT) -> dict[str, str]:
    """Return the digest of every project file that a module reaches by import.

    Followed are import statements wherever they stand, packages on the way to a module, and literal
    ``discover("package")`` calls. The other files of a reached package (templates) count as its source.

    Args:
        entry: The dotted name of the module to start from, such as ``melanoma.stages.train``.
        root: The folder that holds the project's packages.

    Returns:
        For each file, its path relative to the root, and its sha256.
    """
    reached: dict[str, str] = {}
    waiting = [entry]
    seen: set[str] = set()
    while waiting:
        module = waiting.pop()
        if module in seen:
            continue
        seen.add(module)
        for path in _files_of(module, root):
            name = path.relative_to(root).as_posix()
            if name in reached:
                continue
            reached[name] = digest_file(path)
            imports = _imports(path, path.stat().st_mtime_ns) if path.suffix == ".py" else ()
            waiting.extend(module for name in imports for module in _expand(name, root))
    return dict(sorted(reached.items()))


def _files_of(module: str, root: Path) -> Iterator[Path]:
    """Yield a module's file, and the `__init__` and data files of each package on the way to it."""
    parts = module.split(".")
    target = root.joinpath(*parts)
    is_package = (target / "__init__.py").is_file()
    file = target / "__init__.py" if is_package else target.with_suffix(".py")
    if not file.is_file():
        return
    yield file
    for depth in range(1, len(parts) + is_package):
        package = root.joinpath(*parts[:depth])
        yield package / "__init__.py"
        yield from _data_files(package)


def _data_files(folder: Path) -> Iterator[Path]:
    """Yield the files of a package that are not Python, not those of the packages inside it."""
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.suffix not in {".py", ".pyc"}:
            yield path
        elif path.is_dir() and path.name != "__pycache__" and not (path / "__init__.py").exists():
            yield from _data_files(path)


def _expand(name: str, root: Path) -> list[str]:
    """Turn ``package.*`` into the package and each module in it; any other name stays."""
    if not name.endswith(".*"):
        return [name]
    package = name.removesuffix(".*")
    modules = sorted(entry.name for entry in pkgutil.iter_modules([str(root.joinpath(*package.split(".")))]))
    return [package, *(f"{package}.{module}" for module in modules)]


@cache
def _imports(path: Path, mtime_ns: int) -> tuple[str, ...]:
    """Return the dotted names that a file may import; a name that is no module is dropped later."""
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names.extend(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                message = f"{path}: relative import in line {node.lineno}; use the whole name, so that it is keyed"
                raise ValueError(message)
            names.append(str(node.module))
            names.extend(f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and _is_discover(node):
            names.append(_discovered(node, path))
    return tuple(names)


def _is_discover(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id == "discover" and bool(node.args)


def _discovered(node: ast.Call, path: Path) -> str:
    argument = node.args[0]
    if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
        message = f"{path}: discover() in line {node.lineno} needs a literal package name, so that its files are keyed"
        raise ValueError(message)
    return argument.value + ".*"
