"""Prove a finished split again, from its tables alone, trusting no group id and no count that the split wrote."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from melanoma.data.examples import COPY, ORIGINAL
from melanoma.data.grouping import NEAR_DUPLICATE, group_images, name_near_duplicates
from melanoma.data.roles import ROLES, TEST, TRAIN

MOST_OFFENDERS = 5
_MOST_IMAGES = 3
_IDENTITIES = {
    "sha256": "files of the same bytes",
    "pixel_sha256": "pictures of the same pixels",
    NEAR_DUPLICATE: "near-duplicate groups",
    "duplicate_group": "published duplicate groups",
    "lesion_id": "lesions",
    "patient_id": "patients",
}


@dataclass(frozen=True)
class Claim:
    """One thing that a run claims of itself, checked.

    Attributes:
        name: Its key.
        holds: Whether it is true.
        text: What was counted.
        offenders: What breaks it, a few by name.
    """

    name: str
    holds: bool
    text: str
    offenders: tuple[str, ...] = ()


@dataclass(frozen=True)
class SplitTables:
    """The tables of a run that say where each image went.

    Attributes:
        manifest: `manifest.parquet`.
        examples: `examples.parquet`: the originals and copies that were trained on and evaluated; None of a run that
            ended before there were any.
        quarantine: `quarantine.csv`.
        images: Image files of the source when the run began.
        pairs: `near_duplicates.parquet`; None where the audit wrote none.
    """

    manifest: pd.DataFrame
    examples: pd.DataFrame | None
    quarantine: pd.DataFrame
    images: int
    pairs: pd.DataFrame | None = None


def claim(name: str, offenders: Sequence[str], text: str) -> Claim:
    """Make a claim that holds if nothing breaks it."""
    return Claim(name, not offenders, text, tuple(offenders[:MOST_OFFENDERS]))


def prove_tables(tables: SplitTables) -> tuple[Claim, ...]:
    """Check each claim of a split: nothing crosses, copies stay in training, and no image is lost.

    An image counts as being in each role that either table gives it, and a copy has the patient, lesion and picture of
    the image that it was made from. Of examples nothing is claimed where there are none yet.

    Args:
        tables: The tables of a run.

    Returns:
        The claims, of which all should hold.
    """
    placed = _placed(tables)
    again = group_images(tables.manifest)
    related = placed.assign(group=placed["source_id"].map(dict(zip(tables.manifest["image_id"], again, strict=True))))
    return (
        *(_nothing_crosses(placed, column, what) for column, what in _IDENTITIES.items()),
        _nothing_crosses(related, "group", "groups of related images"),
        _no_group_crosses_folds(tables.manifest.assign(group=again)),
        _near_duplicates_agree(tables),
        _groups_agree(tables.manifest, again),
        *(() if tables.examples is None else _examples_follow(tables.manifest, tables.examples)),
        _published_test_is_test(tables.manifest),
        _nothing_is_lost(tables),
    )


def _placed(tables: SplitTables) -> pd.DataFrame:
    """Return each place that an original or a copy has, with the identities that the manifest gives its original."""
    decided = tables.manifest[["image_id", "split"]].assign(source_id=tables.manifest["image_id"])
    used = [] if tables.examples is None else [_used(tables.examples)]
    roles = pd.concat([decided, *used]).dropna(subset=["split"])
    identities = tables.manifest.reindex(columns=["image_id", *_IDENTITIES]).rename(columns={"image_id": "source_id"})
    return roles.drop_duplicates().merge(identities, on="source_id", how="left")


def _used(examples: pd.DataFrame) -> pd.DataFrame:
    sources = examples["image_id"].where(examples["origin"] == ORIGINAL, examples["parent_id"])
    return examples[["image_id", "split"]].assign(source_id=sources)


def _nothing_crosses(placed: pd.DataFrame, column: str, what: str) -> Claim:
    known = placed[placed[column].notna()]
    roles = known.groupby(column)["split"].nunique()
    crossing = roles.index[roles > 1]
    images, copies = known["source_id"].nunique(), (known["image_id"] != known["source_id"]).sum()
    text = f"{len(crossing):,} of {len(roles):,} {what} cross; {images:,} images and {copies:,} copies checked"
    shown = [_where(name, known[known[column] == name]) for name in crossing[:MOST_OFFENDERS]]
    return claim(f"{column.removesuffix('_id')}_crosses_no_split", shown, text)


def _where(name: object, members: pd.DataFrame) -> str:
    """Name an image of each role."""
    examples = members.sort_values("image_id").drop_duplicates("split").head(_MOST_IMAGES)
    places = (f"{row.image_id} in {row.split}" for row in examples.itertuples())
    return f"{str(name)[:40]}: {', '.join(places)}"


def _no_group_crosses_folds(manifest: pd.DataFrame) -> Claim:
    folds = manifest.groupby("group")["fold"].nunique()
    crossing = folds.index[folds > 1]
    text = f"{len(crossing):,} of {int((folds > 0).sum()):,} groups of related images stand in more than one fold"
    return claim("groups_cross_no_fold", [f"group of {name}" for name in crossing], text)


def _near_duplicates_agree(tables: SplitTables) -> Claim:
    """Compare the manifest's near-duplicates with the pairs that the audit confirmed."""
    manifest = tables.manifest
    recorded = manifest.get(NEAR_DUPLICATE, pd.Series(None, index=manifest.index, dtype="object"))
    differs = recorded.fillna("") != name_near_duplicates(manifest, tables.pairs).fillna("")
    shown = [f"{image}: not as the audit's pairs say" for image in manifest.loc[differs, "image_id"]]
    confirmed = 0 if tables.pairs is None else len(tables.pairs)
    text = f"{len(shown):,} of {len(manifest):,} images differ from the {confirmed:,} near-duplicate pairs of the audit"
    return claim("near_duplicates_are_as_found", shown, text)


def _groups_agree(manifest: pd.DataFrame, again: "pd.Series[str]") -> Claim:
    differs = (manifest["group_id"] != again).to_numpy()
    shown = [
        f"{row.image_id}: group {row.group_id}, found {found}"
        for row, found in zip(manifest[differs].itertuples(), again[differs], strict=True)
    ]
    text = f"{len(shown):,} of {len(manifest):,} images are in another group than their patient, lesion and picture say"
    return claim("groups_are_as_recorded", shown, text)


def _examples_follow(manifest: pd.DataFrame, examples: pd.DataFrame) -> tuple[Claim, ...]:
    """Check what training and evaluation used against what the split decided."""
    return _copies_stay_in_training(examples), _examples_agree(manifest, examples)


def _copies_stay_in_training(examples: pd.DataFrame) -> Claim:
    copies = examples[examples["origin"] == COPY]
    roles = dict(zip(examples["image_id"], examples["split"], strict=True))
    of_parent = copies["parent_id"].map(roles).fillna("no role")
    outside = copies.assign(of_parent=of_parent)[(copies["split"] != TRAIN) | (of_parent != TRAIN)]
    shown = [f"{row.image_id} in {row.split}, its parent in {row.of_parent}" for row in outside.itertuples()]
    text = f"{len(shown):,} of {len(copies):,} augmented copies are outside training or have a parent outside training"
    return claim("copies_stay_in_training", shown, text)


def _examples_agree(manifest: pd.DataFrame, examples: pd.DataFrame) -> Claim:
    """Compare the roles that the split decided with those that training and evaluation used."""
    used = examples[examples["origin"] == ORIGINAL].set_index("image_id")["split"]
    decided = manifest.set_index("image_id")["split"].dropna()
    both = pd.DataFrame({"decided": decided, "used": used}).fillna("no role").sort_index()
    differs = both[both["decided"] != both["used"]]
    shown = [
        f"{row.Index}: {row.decided} in the manifest, {row.used} among the examples" for row in differs.itertuples()
    ]
    text = f"{len(shown):,} of {len(both):,} images were used in another role than the manifest gives them"
    return claim("images_are_used_in_their_role", shown, text)


def _published_test_is_test(manifest: pd.DataFrame) -> Claim:
    published = manifest[(manifest["publisher_split"] == TEST) & manifest["split"].notna()]
    elsewhere = published[published["split"] != TEST]
    shown = [f"{row.image_id} in {row.split}" for row in elsewhere.itertuples()]
    text = f"{len(shown):,} of {len(published):,} images of the publisher's test set have another role"
    return claim("published_test_is_test", shown, text)


def _nothing_is_lost(tables: SplitTables) -> Claim:
    """Look for each image of the source in exactly one of: a role, excluded with a reason, quarantine."""
    manifest = tables.manifest
    has_role, is_excluded = manifest["split"].notna(), manifest["excluded_because"].notna()
    shown = [
        *(f"{image}: listed twice" for image in _twice(tables)),
        *(f"{image}: neither a role nor a reason" for image in manifest.loc[~has_role & ~is_excluded, "image_id"]),
        *(f"{image}: excluded, and yet has a role" for image in manifest.loc[has_role & is_excluded, "image_id"]),
        *(f"{image}: no such role" for image in manifest.loc[has_role & ~manifest["split"].isin(ROLES), "image_id"]),
    ]
    listed = len(manifest) + len(tables.quarantine)
    if listed != tables.images:
        shown.append(f"the source had {tables.images:,} images, manifest and quarantine list {listed:,}")
    text = (
        f"{tables.images:,} images in the source: {int(has_role.sum()):,} with a role, "
        f"{int(is_excluded.sum()):,} excluded with a reason, {len(tables.quarantine):,} in quarantine"
    )
    return claim("every_image_is_accounted_for", shown, text)


def _twice(tables: SplitTables) -> list[str]:
    listed = pd.concat([tables.manifest["image_id"], tables.quarantine["image_id"]])
    return sorted(listed[listed.duplicated()].unique())
