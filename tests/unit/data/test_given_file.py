import pytest

from melanoma.data.given_file import look_at
from melanoma.errors import SourceError, UsageError


def test_a_file_is_known_by_its_content_wherever_it_is(tmp_path):
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("x")
    one, other = (look_at(str(tmp_path / name), "key") for name in ("a.csv", "b.csv"))
    assert one.sha256 == other.sha256
    assert one.read() == b"x"


@pytest.mark.parametrize("path", ["nowhere.csv", ".", "bad\0name"])
def test_what_cannot_be_read_is_refused_under_the_key_that_names_it(tmp_path, monkeypatch, path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"^validation\.reference_labels: .*cannot be read \(.+\); give a file"):
        look_at(path, "validation.reference_labels")


def test_a_file_that_changes_under_the_run_is_noticed(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("x")
    given = look_at(str(path), "key")
    path.write_text("y")
    with pytest.raises(SourceError, match=r"a\.csv: was changed while the run was reading it; run again$"):
        given.read()
    path.unlink()
    with pytest.raises(SourceError, match=r"a\.csv: cannot be read \(No such file or directory\); put it back"):
        given.read()
