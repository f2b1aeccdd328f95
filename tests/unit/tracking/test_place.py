"""Where runs are logged to, and that nobody reads a password in a report."""

from pathlib import Path

import pytest

from melanoma.tracking.place import choose_place, prepare_place

HOME = Path("/home/of")


def test_without_an_address_it_is_a_file_in_the_home_and_has_no_page():
    place = choose_place(None, HOME, "melanoma")
    assert place.uri == place.title == "sqlite:////home/of/mlflow/mlflow.db"
    assert place.artifacts == HOME / "mlflow" / "artifacts"
    assert place.page_of("1", "r") is None


@pytest.mark.parametrize("end", ["", "/"])
def test_a_server_decides_where_files_go_and_shows_a_page(end):
    place = choose_place(f"https://somebody:secret@track.example:5000{end}", HOME, "melanoma")
    assert place.artifacts is None
    assert place.page_of("1", "r") == "https://track.example:5000/#/experiments/1/runs/r"


def test_a_password_is_in_no_title():
    for scheme in ("https", "postgresql"):
        assert "secret" not in choose_place(f"{scheme}://me:secret@db/x", HOME, "melanoma").title


def test_folders_in_a_home_are_closed_to_others(tmp_path):
    place = choose_place(None, tmp_path, "melanoma")
    prepare_place(place)
    assert [path.stat().st_mode & 0o777 for path in (tmp_path / "mlflow", place.artifacts)] == [0o700, 0o700]
