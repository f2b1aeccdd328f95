"""What goes wrong in MLflow is one line that says what to do."""

import pytest

from melanoma.errors import UsageError
from melanoma.tracking import store
from melanoma.tracking.place import choose_place


def test_without_mlflow_it_says_what_to_install_and_makes_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(store, "find_spec", lambda name: None)
    with (
        pytest.raises(UsageError, match=r"tracking: MLflow is not installed; pip install 'melanoma\[mlflow\]'"),
        store.open_store(choose_place(None, tmp_path, "melanoma")),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("(sqlite3.OperationalError) database is locked\n[SQL: INSERT", "is locked by another process; try again"),
        ("unable to open database file", "cannot be written; see who owns the file and its folder"),
        ("[Errno 28] No space left on device: '/x'", "has no space left; free some"),
        ("Failed to resolve 'track.example' ([Errno -2] Name or service not known)", "does not answer (no such host)"),
        ("Max retries exceeded: SSLError(CERTIFICATE_VERIFY_FAILED)", "has a certificate that is not trusted"),
        ("something new\nwith a second line", "does not take it: something new"),
        ("", "does not take it: OSError"),
    ],
)
def test_each_trouble_has_its_line(said, reason):
    found = store._explain(OSError(said))
    assert found.startswith(reason)
    assert "\n" not in found


def test_a_long_text_is_cut():
    assert len(store._explain(OSError("x" * 1000))) < 250
