import sys

import pytest

from melanoma.discovery import discover


@pytest.fixture
def room(tmp_path, monkeypatch):
    folder = tmp_path / "a_room_of_tests"
    folder.mkdir()
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    yield folder
    for name in [name for name in sys.modules if name.startswith(folder.name)]:
        del sys.modules[name]


def test_every_module_of_a_room_is_found_by_name_in_order(room):
    for name in ("second", "first", "third"):
        (room / f"{name}.py").write_text(f"NAME = {name!r}\n")
    (room / "notes.txt").write_text("not a module")
    assert [module.NAME for module in discover(room.name)] == ["first", "second", "third"]


def test_an_empty_room_has_nothing(room):
    assert discover(room.name) == ()


def test_a_room_that_does_not_exist_is_an_error():
    with pytest.raises(ModuleNotFoundError, match="no_such_room"):
        discover("no_such_room")


def test_the_checks_of_the_audit_are_found():
    names = {module.__name__.rpartition(".")[2] for module in discover("melanoma.validation.checks")}
    assert {"exact_duplicate", "label_conflict", "image_in_train_and_test"} <= names
