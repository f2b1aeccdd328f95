"""From the problems of single rows to the images that these rows describe."""

import pandas as pd

from melanoma.validation.finding import Evidence


def problem_images(evidence: Evidence, kind: str) -> dict[str, str]:
    """Return the images that rows with one kind of problem describe, each with its problems in words.

    Args:
        evidence: With `Labels.row_problems`.
        kind: Such as ``duplicate_id``.

    Returns:
        Words by image; an id that no image of the manifest has stands for itself.
    """
    rows = evidence.row_problems[evidence.row_problems["kind"] == kind]
    named = rows.merge(evidence.manifest[["image_id", "isic_id"]], on="isic_id", how="left")
    images = named["image_id"].fillna(named["isic_id"])
    return join_words(pd.DataFrame({"image": images, "problem": named["problem"]}))


def join_words(problems: pd.DataFrame) -> dict[str, str]:
    """Join the problems of each image: ``image`` and ``problem`` to words by image, each problem once."""
    words: dict[str, str] = {}
    for image, problem in problems.drop_duplicates().itertuples(index=False):
        words[image] = f"{words[image]}; {problem}" if image in words else problem
    return words
