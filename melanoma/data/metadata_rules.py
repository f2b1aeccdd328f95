"""When a row of metadata cannot be true, after `isic-metadata`, the validator of the ISIC Archive.

One lesion has one patient and one diagnosis; ages are human; sexes, sites and skin types are of the Archive's lists;
what is measured of melanomas only stands with melanomas. The Archive caps ages at 85; ISIC 2020 has 90, so a human age
is enough.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from melanoma.data.sites import SITES, SPECIAL_SITES
from melanoma.data.tables import map_texts, to_numbers
from melanoma.data.taxonomy import compatible, diagnosis_of, reading_of

OLDEST_YEARS = 120
SEXES = frozenset({"male", "female"})
SKIN_TYPES = frozenset({"i", "ii", "iii", "iv", "v", "vi"})
MELANOMA_FIELDS = ("mel_class", "mel_mitotic_index", "mel_thick_mm", "mel_type", "mel_ulcer")
_NOTHING = frozenset({"0", "0.0", "false", "no", "none", "not applicable"})
_READINGS_STATED = {"1": "malignant", "1.0": "malignant", "0": "benign", "0.0": "benign"}


@dataclass(frozen=True)
class Rule:
    """One rule: in which rows of a table it is broken, and how that is said."""

    broken: Callable[[pd.DataFrame], "pd.Series[bool]"]
    problem: str


def broken_rules(table: pd.DataFrame, rules: Sequence[Rule]) -> pd.DataFrame:
    """Return what breaks the rules.

    Args:
        table: Rows under ISIC names, with any index; a column that a rule needs may be absent.
        rules: `MANIFEST_RULES`, `TABLE_RULES`.

    Returns:
        ``row``, the index of a row, and ``problem`` in words, in the order of rows and rules.
    """
    found = [(row, rule.problem) for rule in rules for row in table.index[rule.broken(table)]]
    return pd.DataFrame(found, columns=["row", "problem"]).sort_values("row", kind="stable", ignore_index=True)


def _age_out_of_range(table: pd.DataFrame) -> "pd.Series[bool]":
    ages = to_numbers(_column(table, "age_approx"))
    return ages.notna() & ~ages.between(0, OLDEST_YEARS)


def _age_no_number(table: pd.DataFrame) -> "pd.Series[bool]":
    ages = _column(table, "age_approx")
    return ages.notna() & to_numbers(ages).isna()


def _not_of(column: str, known: frozenset[str]) -> Callable[[pd.DataFrame], "pd.Series[bool]"]:
    def broken(table: pd.DataFrame) -> "pd.Series[bool]":
        values = _column(table, column)
        return values.notna() & ~_plain(values).isin(known)

    return broken


def _dermoscopic_type_elsewhere(table: pd.DataFrame) -> "pd.Series[bool]":
    kinds = _column(table, "image_type")
    return _column(table, "dermoscopic_type").notna() & kinds.notna() & (_plain(kinds) != "dermoscopic")


def _differs_within_lesion(column: str) -> Callable[[pd.DataFrame], "pd.Series[bool]"]:
    def broken(table: pd.DataFrame) -> "pd.Series[bool]":
        named = pd.DataFrame({"lesion": _column(table, "lesion_id"), "value": _column(table, column)}).dropna()
        lesions = named.drop_duplicates()["lesion"]
        return _column(table, "lesion_id").isin(lesions[lesions.duplicated()])

    return broken


def _diagnoses_of_lesion_disagree(table: pd.DataFrame) -> "pd.Series[bool]":
    """Find lesions with diagnoses that cannot both be true; a finer name for the same is no disagreement."""
    lesions = _column(table, "lesion_id")
    several = _differs_within_lesion("diagnosis")(table)
    named = _column(table, "diagnosis")[several].groupby(lesions[several]).unique()
    disputed = [lesion for lesion, names in named.items() if not _all_compatible(names)]
    return lesions.isin(disputed)


def _melanoma_fields_elsewhere(table: pd.DataFrame) -> "pd.Series[bool]":
    diagnoses = _column(table, "diagnosis")
    others = {name for name in diagnoses.dropna().unique() if not compatible(name, "melanoma")}
    measured = pd.Series(False, index=table.index)
    for field in table.columns.intersection(list(MELANOMA_FIELDS)):
        values = table[field]
        measured |= values.notna() & ~_plain(values).isin(_NOTHING)
    return measured & diagnoses.isin(others)


def _reading_contradicts(table: pd.DataFrame) -> "pd.Series[bool]":
    """Find rows whose stated reading is malignant and whose diagnosis is benign, or the other way round."""
    own = map_texts(_column(table, "diagnosis"), lambda name: reading_of(diagnosis_of(name)))
    contradicted = pd.Series(False, index=table.index)
    for field in table.columns.intersection(["benign_malignant", "diagnosis_1", "iddx_1", "target", "malignant"]):
        stated = _plain(table[field]).replace(_READINGS_STATED)
        contradicted |= ((stated == "malignant") & (own == "benign")) | ((stated == "benign") & (own == "malignant"))
    return contradicted


def _all_compatible(names: Sequence[str]) -> bool:
    return all(compatible(one, other) for one in names for other in names)


def _column(table: pd.DataFrame, name: str) -> pd.Series:
    return table[name] if name in table else pd.Series(None, index=table.index, dtype="object")


def _plain(values: pd.Series) -> "pd.Series[str]":
    return map_texts(values, lambda value: str(value).strip().casefold())


MANIFEST_RULES = (
    Rule(_age_out_of_range, "age out of range"),
    Rule(_not_of("sex", SEXES), "sex neither male nor female"),
    Rule(_not_of("anatom_site_general", SITES), "anatomic site unknown to the Archive"),
    Rule(_not_of("anatom_site_special", SPECIAL_SITES), "special anatomic site unknown to the Archive"),
    Rule(_not_of("fitzpatrick_skin_type", SKIN_TYPES), "Fitzpatrick skin type not I to VI"),
    Rule(_dermoscopic_type_elsewhere, "dermoscopic type of an image that is not dermoscopic"),
    Rule(_differs_within_lesion("patient_id"), "lesion of two patients"),
    Rule(_diagnoses_of_lesion_disagree, "lesion with two diagnoses"),
)
"""Rules over what the manifest holds."""

TABLE_RULES = (
    Rule(_age_no_number, "age is no number"),
    Rule(_melanoma_fields_elsewhere, "melanoma measured where there is none"),
    Rule(_reading_contradicts, "reading contradicts the diagnosis"),
)
"""Rules over what stands in a publisher's table and never reaches the manifest."""
