import pytest

from melanoma.data.recognise import read_labels

IMAGES = ["data/ISIC_0000000.jpg", "data/ISIC_0000001.JPG"]


@pytest.mark.parametrize(
    "table",
    [
        "ISIC_0000000,benign\nISIC_0000001,malignant\n",
        "ISIC_0000000,0.0\nISIC_0000001,1.0\n",
        "image_id,label\nISIC_0000000,benign\nISIC_0000001,malignant\n",
        "image;anything\r\nISIC_0000000;Benign\r\nISIC_0000001;Malignant\r\n",
    ],
    ids=["no header", "test table", "header", "semicolons"],
)
def test_malignant_means_melanoma_and_benign_means_none(source, table):
    found = read_labels(source(IMAGES, truth=table))
    assert (found.layout, found.reason) == ("ISIC 2016", "truth.csv has ids and benign or malignant, in two columns")
    assert found.labels.rows["diagnosis"].tolist() == ["benign", "melanoma"]
    assert found.labels.rows["label"].str.lower().tolist() == ["benign", "malignant"]
    assert found.labels.missing_images == found.labels.unlabelled_images == ()


@pytest.mark.parametrize("table", ["image,age\nISIC_0000000,50\n", "class,count\nbenign,3\n", "a,benign\n"])
def test_other_tables_of_two_columns_are_not_it(source, table):
    found = read_labels(source(["nevus/ISIC_0000000.jpg"], notes=table))
    assert found.layout == "class folders"
