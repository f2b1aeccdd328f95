"""The same picture again under another form: turned, mirrored, recoloured, re-encoded, resized, slightly cropped."""

import pandas as pd

from melanoma.config.validate import ValidateConfig
from melanoma.data.grouping import group_images
from melanoma.validation.finding import Check, Evidence, Finding
from melanoma.validation.near_duplicates import PAIR_COLUMNS, find_near_duplicates


def find(evidence: Evidence, config: ValidateConfig) -> Finding:
    """Find near-duplicates; merged, they stay on one side of the split; excluded, one of each set stays."""
    manifest = evidence.manifest
    pairs = find_near_duplicates(manifest, evidence.pixels)
    both = pd.concat([pairs, pairs.rename(columns={"image_id": "other_id", "other_id": "image_id"})], ignore_index=True)
    concerned = manifest[manifest["image_id"].isin(both["image_id"])].sort_values("image_id")
    return Finding(
        images=tuple(concerned["image_id"]),
        severity="warning",
        action=config.near_duplicate,
        excluded=_surplus(concerned, pairs),
        remedy="Keep one of each set, or keep a set on one side of the split; copies of a picture are not independent.",
        details=_details(both, manifest.set_index("image_id")),
        pairs=pairs,
    )


def _surplus(concerned: pd.DataFrame, pairs: pd.DataFrame) -> tuple[str, ...]:
    """Return all but one image of each connected set; a test image stays before a training image."""
    sets = concerned.assign(
        later=concerned["publisher_split"] != "test",
        picture=group_images(concerned, ("sha256", "pixel_sha256"), pairs),
    ).sort_values(["later", "image_id"])
    return tuple(sorted(sets.loc[sets["picture"].duplicated(), "image_id"]))


def _details(both: pd.DataFrame, known: pd.DataFrame) -> dict[str, str]:
    """Tell for each image its most similar near-duplicate, and what makes the pair grave."""
    closest = both.sort_values(["image_id", "similarity", "other_id"], ascending=[True, False, True])
    told = closest.drop_duplicates("image_id")
    return {
        image: f"{relation} form of {other} (similarity {similarity:.2f}){_gravity(known.loc[image], known.loc[other])}"
        for image, other, relation, similarity in told[list(PAIR_COLUMNS)].itertuples(index=False, name=None)
    }


def _gravity(one: pd.Series, other: pd.Series) -> str:
    sides = {one["publisher_split"] == "test", other["publisher_split"] == "test"}
    texts = (
        f"; two diagnoses: {one['diagnosis']} / {other['diagnosis']}" if one["diagnosis"] != other["diagnosis"] else "",
        "; in train and test: split leaves the training image out" if len(sides) == 2 else "",
    )
    return "".join(texts)


CHECK = Check("near_duplicate", find, rank=65)
