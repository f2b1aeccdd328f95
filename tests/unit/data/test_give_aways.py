"""What tells the diagnosis never reaches the manifest, whatever layout it comes in."""

import pytest

from melanoma.data.labels import COLUMNS, GIVE_AWAYS, gives_away
from melanoma.data.listing import list_source
from melanoma.data.recognise import read_labels
from melanoma.discovery import discover

LAYOUTS = {module.LAYOUT.name for module in discover("melanoma.data.layouts")}
LEAKING = sorted(
    {
        *GIVE_AWAYS,
        *(f"diagnosis_{level}" for level in range(1, 6)),
        *(f"iddx_{level}" for level in (1, 2, 3, 4, 5, "full")),
        *(f"mel_{field}" for field in ("class", "mitotic_index", "thick_mm", "type", "ulcer")),
    }
)
LABELLING = {
    "HAM10000": {"lesion_id": "L", "dx": "mel"},
    "ISIC 2016": {"label": "malignant"},
    "ISIC 2017": {"melanoma": "1", "seborrheic_keratosis": "0"},
    "ISIC 2018": {code: str(int(code == "MEL")) for code in ("MEL", "NV", "BCC", "AKIEC", "BKL", "DF", "VASC")},
    "ISIC 2019": {code: str(int(code == "MEL")) for code in ("MEL", "NV", "BCC", "AK", "BKL", "DF", "VASC", "SCC")},
    "ISIC 2020": {"patient_id": "P", "diagnosis": "melanoma", "benign_malignant": "malignant", "target": "1"},
    "ISIC 2024": {"patient_id": "P", "target": "1"},
    "ISIC Archive": {"diagnosis_1": "Malignant", "attribution": "A", "copyright_license": "CC-0"},
    "class folders": {},
}


def test_every_layout_is_tried():
    assert set(LABELLING) == LAYOUTS


def test_no_column_of_the_manifest_gives_the_answer_away():
    assert [column for column in COLUMNS if gives_away(column)] == []


@pytest.mark.parametrize("column", LEAKING)
def test_what_tells_the_diagnosis_is_on_the_list(column):
    assert gives_away(column)


@pytest.mark.parametrize("layout", sorted(LABELLING))
def test_no_layout_lets_a_value_through_that_tells_the_diagnosis(layout, tmp_path):
    (tmp_path / "melanoma").mkdir()
    (tmp_path / "melanoma/ISIC_0000001.jpg").write_bytes(b"x")
    named = {"isic_id": "ISIC_0000001"}
    (tmp_path / "labels.csv").write_text(as_csv(named | _leaking(layout) | LABELLING[layout]))
    (tmp_path / "more.csv").write_text(as_csv(named | {"dx_type": "LEAK", "mel_type": "LEAK"}))
    found = read_labels(list_source(tmp_path))
    assert found.layout == layout
    assert list(found.labels.rows.columns) == list(COLUMNS)
    assert "LEAK" not in found.labels.rows.to_csv()


def as_csv(row):
    return f"{','.join(row)}\n{','.join(row.values())}\n"


def _leaking(layout):
    """Return further columns of the labelling table, without those by which a layout is recognised or labels."""
    if layout == "ISIC 2016":
        return {}  # its table has two columns
    levels = {name for name in LEAKING if name.startswith(("diagnosis_", "iddx_"))} - {"diagnosis_confirm_type"}
    return {name: "LEAK" for name in LEAKING if name not in levels | {"target", "malignant", "dx", "benign_malignant"}}
