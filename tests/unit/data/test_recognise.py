import pytest

from melanoma.data.listing import list_source
from melanoma.data.recognise import read_labels
from melanoma.errors import SourceError


def test_class_folders_are_recognised(image_folder):
    recognised = read_labels(list_source(image_folder))
    assert (recognised.layout, recognised.reason) == ("class folders", "6 class folders, under Test and Train")
    assert len(recognised.labels.rows) == 48


def test_a_ham10000_table_goes_before_the_folders_that_its_images_stand_in(tmp_path):
    (tmp_path / "HAM10000_images").mkdir()
    (tmp_path / "HAM10000_images/ISIC_0000001.jpg").write_bytes(b"x")
    (tmp_path / "labels.csv").write_text("image_id,lesion_id,dx\nISIC_0000001,HAM_1,mel\n")
    recognised = read_labels(list_source(tmp_path))
    assert recognised.layout == "HAM10000"
    assert recognised.labels.rows["diagnosis"].tolist() == ["melanoma"]


def test_a_folder_of_loose_images_is_refused_with_what_to_do(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"x")
    with pytest.raises(SourceError) as refused:
        read_labels(list_source(tmp_path))
    known = "HAM10000, ISIC 2018, ISIC 2019, ISIC 2020, ISIC 2017, ISIC 2016, ISIC Archive, ISIC 2024 or class folders"
    remedy = "put each image in a folder named for its diagnosis"
    assert str(refused.value) == f"{tmp_path}: not laid out as {known}; {remedy}"


def test_a_table_whose_ids_match_no_file_is_refused_with_what_to_do(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"x")
    (tmp_path / "labels.csv").write_text("image_id,lesion_id,dx\nISIC_0000001,HAM_1,mel\n")
    with pytest.raises(SourceError) as refused:
        read_labels(list_source(tmp_path))
    expected = "labels.csv has image_id, lesion_id and dx, but no image has a label in it; check that ids match"
    assert str(refused.value) == f"{tmp_path}: {expected}"


def test_metadata_under_two_names_of_one_column_is_read(image_folder):
    (image_folder / "metadata.csv").write_text("image_id,isic_id,sex\nx,ISIC_0000000,male\n")
    rows = read_labels(list_source(image_folder)).labels.rows.set_index("isic_id")
    assert rows.loc["ISIC_0000000", "sex"] == "male"


def test_a_table_that_labels_nothing_gives_way_to_class_folders(image_folder):
    (image_folder / "labels.csv").write_text("image_id,lesion_id,dx\nISIC_9999999,HAM_1,mel\n")
    recognised = read_labels(list_source(image_folder))
    assert (recognised.layout, len(recognised.labels.rows)) == ("class folders", 48)


@pytest.mark.parametrize("content", [b"", b"\0\0\0", b"a,b\n1,2,3\n4,5\n", b'"open\n', b"\x81\xff"])
def test_a_stray_file_that_is_no_table_ends_nothing(image_folder, content):
    (image_folder / "Train/nevus/notes.csv").write_bytes(content)
    recognised = read_labels(list_source(image_folder))
    assert (recognised.layout, len(recognised.labels.rows)) == ("class folders", 48)


def test_a_broken_table_that_the_layout_needs_is_named(tmp_path):
    (tmp_path / "ISIC_0000001.jpg").write_bytes(b"x")
    (tmp_path / "labels.csv").write_text('image_id,lesion_id,dx\nISIC_0000001,HAM_1,mel\n"open,1,2\n')
    with pytest.raises(SourceError, match=r"labels\.csv: not a CSV table \(.+\); mend or remove it$"):
        read_labels(list_source(tmp_path))


def test_without_any_layout_a_broken_table_is_named(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"x")
    (tmp_path / "labels.csv").write_bytes(b"\0\0")
    with pytest.raises(SourceError, match=r"; mend labels\.csv, which is no CSV table, or put each image in a folder"):
        read_labels(list_source(tmp_path))


@pytest.mark.parametrize("depth", ["", "deep/", "deep/er/"])
def test_tables_and_images_may_stand_at_any_depth(tmp_path, depth):
    (tmp_path / depth).mkdir(parents=True, exist_ok=True)
    (tmp_path / depth / "t.csv").write_text("image_id,lesion_id,dx\nISIC_0000001,HAM_1,mel\n")
    (tmp_path / "x/y").mkdir(parents=True)
    (tmp_path / "x/y/ISIC_0000001.JPEG").write_bytes(b"x")
    assert read_labels(list_source(tmp_path)).labels.rows["diagnosis"].tolist() == ["melanoma"]


def test_a_table_in_another_encoding_is_read_and_the_reason_says_so(tmp_path):
    (tmp_path / "ISIC_0000001.jpg").write_bytes(b"x")
    (tmp_path / "t.csv").write_bytes("image_id,lesion_id,dx,note\nISIC_0000001,HAM_1,mel,clínico\n".encode("cp1252"))
    recognised = read_labels(list_source(tmp_path))
    assert recognised.reason == "t.csv has image_id, lesion_id and dx, read as Windows-1252"


def problems_of(tmp_path, rows, *images):
    for name in images:
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "t.csv").write_text("image_id,lesion_id,dx,sex\n" + rows)
    labels = read_labels(list_source(tmp_path)).labels
    return labels, labels.row_problems.to_numpy().tolist()


def test_equal_rows_of_one_id_are_said_and_label_once(tmp_path):
    rows = "ISIC_0000001,L,mel,male\nISIC_0000001,L,mel,\n"
    labels, problems = problems_of(tmp_path, rows, "ISIC_0000001.jpg")
    assert labels.rows[["diagnosis", "sex"]].to_numpy().tolist() == [["melanoma", "male"]]
    assert problems == [["ISIC_0000001", "duplicate_id", "2 rows that say the same"]]


def test_rows_of_one_id_with_two_diagnoses_label_nothing(tmp_path):
    rows = "ISIC_0000001,L,mel,male\nISIC_0000001,L,nv,male\nISIC_0000002,M,nv,male\nISIC_0000002,M,NV,female\n"
    labels, problems = problems_of(tmp_path, rows, "ISIC_0000001.jpg", "ISIC_0000002.jpg")
    assert labels.rows[["isic_id", "diagnosis", "sex"]].to_numpy().tolist() == [["ISIC_0000002", "nevus", "male"]]
    assert labels.unlabelled_images == ("ISIC_0000001.jpg",)
    assert problems == [
        ["ISIC_0000001", "duplicate_id", "2 rows that differ in label, diagnosis"],
        ["ISIC_0000002", "duplicate_id", "2 rows that differ in label, sex"],
    ]


def test_ids_that_look_alike_are_said_and_match_where_they_can(tmp_path):
    labels, problems = problems_of(tmp_path, "ISIC_0000001,L,mel,male\n", "isic_0000001.jpg")
    assert labels.rows["diagnosis"].tolist() == ["melanoma"]
    assert problems == [
        ["ISIC_0000001", "similar_id", "also written isic_0000001"],
        ["isic_0000001", "similar_id", "also written ISIC_0000001"],
    ]


def test_a_table_of_a_part_of_the_images_in_class_folders_is_metadata(image_folder):
    (image_folder / "ham.csv").write_text("image_id,lesion_id,dx\nISIC_0000000,HAM_1,mel\n")
    recognised = read_labels(list_source(image_folder))
    assert (recognised.layout, len(recognised.labels.rows)) == ("class folders", 48)


def test_a_table_of_all_images_goes_before_the_folders_that_they_stand_in(tmp_path):
    (tmp_path / "nevus").mkdir()
    (tmp_path / "nevus/ISIC_0000001.jpg").write_bytes(b"x")
    (tmp_path / "t.csv").write_text("image_id,lesion_id,dx\nISIC_0000001,HAM_1,mel\n")
    recognised = read_labels(list_source(tmp_path))
    assert (recognised.layout, recognised.labels.rows["diagnosis"].tolist()) == ("HAM10000", ["melanoma"])
