import hashlib
import importlib.metadata
import os
import subprocess
import sys

import pytest

from melanoma.fingerprint import (
    PROJECT_ROOT,
    digest_bytes,
    digest_file,
    digest_value,
    installed_versions,
    library_versions,
    source_digests,
)


@pytest.fixture
def project(tmp_path):
    """A tiny project: stage -> helper -> deep; a room of checks that stage discovers; an unrelated module."""
    files = {
        "lib/__init__.py": "",
        "lib/stage.py": "from lib.helper import f\nfrom lib.discovery import discover\ndiscover('lib.room')\n",
        "lib/helper.py": "def f():\n    import lib.deep\n    return lib.deep\n",
        "lib/deep.py": "X = 1\n",
        "lib/discovery.py": "def discover(name): ...\n",
        "lib/room/__init__.py": "",
        "lib/room/one.py": "import json\n",
        "lib/unrelated.py": "Y = 1\n",
        "lib/pages/__init__.py": "",
        "lib/pages/draw.py": "Z = 1\n",
        "lib/pages/page.html.j2": "<p>",
        "lib/pages/styles/page.css": "p {}",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def change(path, text="changed = True\n"):
    path.write_text(path.read_text() + text)
    os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns + 1))


def test_digests_are_sha256(tmp_path):
    path = tmp_path / "a file"
    path.write_bytes(b"abc" * 100_000)
    expected = subprocess.run(["sha256sum", path], capture_output=True, text=True, check=True).stdout.split()[0]
    assert digest_file(path) == digest_bytes(b"abc" * 100_000) == expected


def test_a_value_digest_is_that_of_its_sorted_compact_json():
    assert digest_value({"b": [1, None, "é"], "a": 0.1}) == digest_bytes(rb'{"a":0.1,"b":[1,null,"\u00e9"]}')


def test_a_value_digest_knows_order_and_type():
    assert digest_value([1, 2]) != digest_value([2, 1])
    assert digest_value(1) != digest_value("1")


def test_a_value_that_is_no_json_has_no_digest():
    with pytest.raises(ValueError, match="JSON compliant"):
        digest_value({"loss": float("nan")})
    with pytest.raises(TypeError, match="not JSON serializable"):
        digest_value({"path": object()})


def test_library_versions_are_those_installed_in_order():
    assert library_versions(["pillow", "numpy"]) == {
        "numpy": importlib.metadata.version("numpy"),
        "pillow": importlib.metadata.version("pillow"),
    }


def test_of_libraries_that_may_be_absent_the_absent_are_left_out():
    assert installed_versions(("numpy", "no-such-distribution")) == library_versions(("numpy",))


def test_library_versions_import_nothing():
    script = "import sys; from melanoma.fingerprint import library_versions as v; v(['tensorflow', 'numpy']); "
    script += "sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=PROJECT_ROOT, check=False).returncode == 0


def test_source_is_followed_through_imports_rooms_and_packages(project):
    digests = source_digests("lib.stage", project)
    expected = ["__init__", "deep", "discovery", "helper", "room/__init__", "room/one", "stage"]
    assert list(digests) == [f"lib/{name}.py" for name in expected]
    assert digests["lib/deep.py"] == hashlib.sha256(b"X = 1\n").hexdigest()


@pytest.mark.parametrize("name", ["stage", "helper", "deep", "discovery", "__init__", "room/one", "room/__init__"])
def test_one_changed_file_that_is_reached_changes_its_digest_alone(project, name):
    before = source_digests("lib.stage", project)
    change(project / f"lib/{name}.py")
    after = source_digests("lib.stage", project)
    assert {file for file in before if before[file] != after[file]} == {f"lib/{name}.py"}


def test_a_changed_file_that_is_not_reached_changes_nothing(project):
    before = source_digests("lib.stage", project)
    change(project / "lib/unrelated.py")
    change(project / "lib/pages/page.html.j2")
    assert source_digests("lib.stage", project) == before


def test_a_new_import_is_followed_after_the_file_was_read_before(project):
    before = source_digests("lib.stage", project)
    change(project / "lib/helper.py", "import lib.unrelated\n")
    assert set(source_digests("lib.stage", project)) - set(before) == {"lib/unrelated.py"}


def test_templates_of_a_reached_package_count(project):
    change(project / "lib/stage.py", "import lib.pages.draw\n")
    before = source_digests("lib.stage", project)
    assert {"lib/pages/page.html.j2", "lib/pages/styles/page.css"} <= set(before)
    change(project / "lib/pages/styles/page.css")
    after = source_digests("lib.stage", project)
    assert {file for file in before if before[file] != after[file]} == {"lib/pages/styles/page.css"}


def test_a_new_file_in_a_discovered_room_counts(project):
    before = source_digests("lib.stage", project)
    (project / "lib/room/two.py").write_text("import lib.unrelated\n")
    assert set(source_digests("lib.stage", project)) - set(before) == {"lib/room/two.py", "lib/unrelated.py"}


def test_a_new_package_in_a_discovered_room_counts(project):
    (project / "lib/room/three").mkdir()
    (project / "lib/room/three/__init__.py").write_text("CHECK = 3\n")
    assert "lib/room/three/__init__.py" in source_digests("lib.stage", project)


def test_a_module_beside_a_folder_of_its_name_counts(project):
    (project / "lib/deep").mkdir()
    (project / "lib/deep/template.j2").write_text("<p>")
    assert "lib/deep.py" in source_digests("lib.stage", project)


@pytest.mark.parametrize("line", ["from . import deep", "from .deep import X"])
def test_a_relative_import_is_refused_and_not_passed_over(project, line):
    (project / "lib/helper.py").write_text(f"\n{line}\n")
    with pytest.raises(ValueError, match=r"lib/helper\.py: .*relative import.* line 2.*"):
        source_digests("lib.stage", project)


def test_circular_imports_end(project):
    change(project / "lib/deep.py", "import lib.stage\n")
    assert len(source_digests("lib.stage", project)) == 7


def test_a_room_without_a_literal_name_is_refused(project):
    (project / "lib/stage.py").write_text("\ndiscover('lib.' + 'room')\n")
    with pytest.raises(
        ValueError, match=r"lib/stage\.py: discover\(\) in line 2 needs a literal package name"
    ) as refused:
        source_digests("lib.stage", project)
    assert "\n" not in str(refused.value)


def test_compiled_python_is_no_source(project):
    before = source_digests("lib.stage", project)
    (project / "lib/__pycache__").mkdir()
    (project / "lib/__pycache__/stage.cpython-311.pyc").write_bytes(b"x")
    (project / "lib/stage.pyc").write_bytes(b"x")
    assert source_digests("lib.stage", project) == before


def test_each_check_of_the_audit_is_part_of_the_validate_stage():
    digests = source_digests("melanoma.stages.validate")
    checks = {
        path.relative_to(PROJECT_ROOT).as_posix() for path in PROJECT_ROOT.glob("melanoma/validation/checks/*.py")
    }
    assert checks <= set(digests)
    assert not [name for name in digests if name.startswith(("melanoma/models", "melanoma/training", "tasks", "flows"))]
