"""Run folders in object storage: a run's record as it goes, its other files when it has ended.

runs/<run id>/run.json, and each file of the run's folder under its name
runs/latest                 the id of the last finished run
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath

from melanoma.artifacts.bucket import Bucket

_ROOM = "runs"


class BucketRuns:
    """The runs of one home in object storage.

    Attributes:
        record: The name of a run's record in its folder.
        latest: The name of the object that holds the id of the last finished run.
    """

    def __init__(self, bucket: Bucket, record: str, latest: str) -> None:
        self._bucket, self.record, self.latest = bucket, record, latest

    def read_records(self, wanted: Callable[[str], bool]) -> dict[str, bytes]:
        """Return the records of the runs whose ids are wanted, by id."""
        ids = [entry for entry in self._bucket.entries(_ROOM) if entry != self.latest and wanted(entry)]
        names = {f"{_ROOM}/{run_id}/{self.record}": run_id for run_id in ids}
        return {names[name]: content for name, content in self._bucket.read_all(list(names)).items()}

    def read_latest(self) -> str | None:
        """Return the id of the last finished run, if there is one."""
        content = self._bucket.read(f"{_ROOM}/{self.latest}")
        return content.decode(errors="replace").strip() if content else None

    def write_latest(self, run_id: str) -> None:
        """Name the last finished run."""
        self._bucket.write(f"{_ROOM}/{self.latest}", run_id.encode())

    def write_record(self, folder: Path) -> None:
        """Write the record of a run."""
        self._bucket.write(f"{_ROOM}/{folder.name}/{self.record}", (folder / self.record).read_bytes())

    def write_files(self, folder: Path) -> None:
        """Write all files of a run but its record, as far as they are not there yet."""
        there = self._bucket.sizes(f"{_ROOM}/{folder.name}")
        for name, path in self._files_in(folder).items():
            if there.get(name) != path.stat().st_size:
                self._bucket.upload(path, f"{_ROOM}/{folder.name}/{name}")

    def fetch_files(self, folder: Path) -> None:
        """Bring the files of a run that are not here yet."""
        here = {name: path.stat().st_size for name, path in self._files_in(folder).items()}
        for name, size in self._sizes(folder.name).items():
            if here.get(name) != size:
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                arriving = target.with_name(f".{target.name}.{os.getpid()}")
                if self._bucket.download(f"{_ROOM}/{folder.name}/{name}", arriving):
                    arriving.replace(target)

    def address_of(self, run_id: str, name: str) -> str:
        """Return where a file of a run is, for people."""
        return f"{self._bucket.address}/{_ROOM}/{run_id}/{name}"

    def _sizes(self, run_id: str) -> Mapping[str, int]:
        """Return what there is of a run but its record; names that lead out of its folder are none of ours."""
        found = self._bucket.sizes(f"{_ROOM}/{run_id}")
        inside = [
            name for name in found if not {"", ".."} & set(PurePosixPath(name).parts) and not name.startswith("/")
        ]
        return {name: found[name] for name in inside if name != self.record}

    def _files_in(self, folder: Path) -> dict[str, Path]:
        paths = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
        return {name: path for name, path in paths.items() if name != self.record and not path.name.startswith(".")}
