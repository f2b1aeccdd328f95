from melanoma.data.isic_archive.journal import Journal


def test_pages_are_read_back_in_order(tmp_path):
    journal = Journal(tmp_path / "j", "r")
    journal.append("a", {"x": [1]})
    journal.append("b", {"y": "é\n"})
    assert list(Journal(tmp_path / "j", "r").read()) == [("a", {"x": [1]}), ("b", {"y": "é\n"})]


def test_a_journal_that_is_not_there_has_no_page(tmp_path):
    assert list(Journal(tmp_path / "j", "r").read()) == []


def test_a_line_that_was_cut_is_cut_off_and_does_not_spoil_the_next(tmp_path):
    journal = Journal(tmp_path / "j", "r")
    journal.append("a", 1)
    journal.append("b", 2)
    journal.path.write_bytes(journal.path.read_bytes()[:-1])
    assert list(journal.read()) == [("a", 1)]
    journal.append("c", 3)
    assert list(journal.read()) == [("a", 1), ("c", 3)]


def test_pages_of_another_search_are_dropped(tmp_path):
    Journal(tmp_path / "j", "other").append("a", 1)
    journal = Journal(tmp_path / "j", "r")
    assert list(journal.read()) == []
    assert journal.path.read_bytes() == b""
