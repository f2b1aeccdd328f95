"""The visible traits of a lesion, and how each of the nine diagnoses shows them: one record per diagnosis.

The choice of traits follows the ABCD rule (Stolz et al. 1994) and the pattern analysis of the consensus meeting on
dermoscopy (Argenziano et al. 2003, doi:10.1067/mjd.2003.281). The ranges are stylised: they make the diagnoses differ
in the traits that dermatologists read, and overlap as hard cases do. They are no epidemiology.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Generic, NamedTuple, TypeVar

Value = TypeVar("Value")


class Range(NamedTuple):
    """How often a trait is present, and how strong it then is.

    Attributes:
        presence: Probability in [0, 1].
        low: Weakest, in the trait's unit.
        high: Strongest.
    """

    presence: float
    low: float
    high: float


@dataclass(frozen=True)
class Traits(Generic[Value]):
    """Every trait: of one lesion as a number, of a diagnosis as a `Range`. Strengths run from 0, absent, to 1.

    Attributes:
        asymmetry: Coarse distortion of the outline, in lesion radii.
        irregularity: Fine distortion of the outline, in lesion radii.
        edge: Width of the border's fade, in lesion radii; small is sharp.
        melanin: Mean optical density of brown: 0.3 light brown, 1 dark brown, 2 black.
        mottling: Standard deviation of the brown relative to its mean.
        redness: Mean optical density of blood inside the lesion.
        network: Pigment network, a honeycomb of brown lines.
        ridges: Fingerprint-like parallel brown lines.
        globules: Brown dots and globules.
        streaks: Radial brown lines at the border.
        black_patch: Blotch of black.
        red_patch: Blotch of red.
        white_patch: Blotch of scar-like white off the centre.
        veil: Blue-white veil, confluent and without structure.
        nests: Blue-grey ovoid nests.
        arborising: Sharp, branching red vessels.
        dotted_vessels: Small red points.
        lacunae: Red to purple lakes.
        scale: White flakes on the surface.
        keratin: Yellow central plug.
        follicles: Pale follicle openings in regular rows, as of a strawberry.
        milia: Milia-like cysts, bright points.
        comedones: Comedo-like openings, dark pits.
        white_centre: Central white patch.
    """

    asymmetry: Value
    irregularity: Value
    edge: Value
    melanin: Value
    mottling: Value
    redness: Value
    network: Value
    ridges: Value
    globules: Value
    streaks: Value
    black_patch: Value
    red_patch: Value
    white_patch: Value
    veil: Value
    nests: Value
    arborising: Value
    dotted_vessels: Value
    lacunae: Value
    scale: Value
    keratin: Value
    follicles: Value
    milia: Value
    comedones: Value
    white_centre: Value


@dataclass(frozen=True)
class Diagnosis:
    """One class of the synthetic set.

    Attributes:
        share: Its share of the pictures; all shares sum to 1.
        age_years: Mean and standard deviation of the patients' age.
        sites: Relative frequency of each anatomical site.
        mimics: Diagnoses that it is mistaken for.
        traits: How it looks.
    """

    share: float
    age_years: tuple[float, float]
    sites: Mapping[str, float]
    mimics: tuple[str, ...]
    traits: Traits[Range]


TRAIT_NAMES = tuple(field.name for field in fields(Traits))
_ABSENT = Range(0, 0, 0)
_SUN_EXPOSED = {"head/neck": 6, "upper extremity": 2, "lower extremity": 1, "torso": 1.5}
_ANYWHERE = {
    "torso": 5, "lower extremity": 2.5, "upper extremity": 2, "head/neck": 1, "palms/soles": 0.4, "oral/genital": 0.1
}  # fmt: skip


def _traits(**shown: tuple[float, float] | tuple[float, float, float]) -> Traits[Range]:
    """Fill in a diagnosis: (low, high) for what is always there, (presence, low, high) for what may be."""
    ranges = {name: Range(*span) if len(span) == 3 else Range(1, *span) for name, span in shown.items()}
    return Traits(**{name: ranges.get(name, _ABSENT) for name in TRAIT_NAMES} | ranges)


DIAGNOSES: Mapping[str, Diagnosis] = {
    "actinic keratosis": Diagnosis(
        0.07, (70, 9), _SUN_EXPOSED,
        ("squamous cell carcinoma", "pigmented benign keratosis"),
        _traits(
            asymmetry=(0.08, 0.22), irregularity=(0.06, 0.16), edge=(0.3, 0.6), melanin=(0.0, 0.15),
            mottling=(0.1, 0.4), redness=(0.3, 0.65), follicles=(0.85, 0.4, 1), scale=(0.7, 0.3, 0.9),
            dotted_vessels=(0.2, 0.2, 0.6),
        ),
    ),
    "basal cell carcinoma": Diagnosis(
        0.13, (68, 12), _SUN_EXPOSED, ("squamous cell carcinoma", "melanoma"),
        _traits(
            asymmetry=(0.06, 0.2), irregularity=(0.03, 0.1), edge=(0.12, 0.35), melanin=(0.0, 0.12),
            mottling=(0.1, 0.4), redness=(0.15, 0.4), arborising=(0.9, 0.5, 1), nests=(0.65, 0.4, 1),
            red_patch=(0.35, 0.3, 0.8), white_patch=(0.3, 0.2, 0.6),
        ),
    ),
    "dermatofibroma": Diagnosis(
        0.03, (48, 12), {"lower extremity": 6, "upper extremity": 2, "torso": 1}, ("nevus",),
        _traits(
            asymmetry=(0.02, 0.08), irregularity=(0.01, 0.04), edge=(0.3, 0.55), melanin=(0.2, 0.45),
            mottling=(0.05, 0.2), redness=(0.05, 0.2), white_centre=(0.95, 0.5, 1), network=(0.8, 0.25, 0.6),
            dotted_vessels=(0.2, 0.2, 0.5),
        ),
    ),
    "melanoma": Diagnosis(
        0.15, (62, 15), _ANYWHERE, ("nevus", "nevus", "seborrheic keratosis"),
        _traits(
            asymmetry=(0.12, 0.3), irregularity=(0.08, 0.18), edge=(0.06, 0.22), melanin=(0.6, 1.3),
            mottling=(0.3, 0.6), redness=(0.0, 0.2), network=(0.6, 0.3, 0.9), globules=(0.55, 0.3, 0.9),
            streaks=(0.5, 0.4, 1), black_patch=(0.6, 0.4, 1), red_patch=(0.3, 0.2, 0.6),
            white_patch=(0.35, 0.3, 0.8), veil=(0.65, 0.4, 1), dotted_vessels=(0.2, 0.2, 0.5),
        ),
    ),
    "nevus": Diagnosis(
        0.30, (42, 15), _ANYWHERE, ("melanoma", "pigmented benign keratosis", "dermatofibroma"),
        _traits(
            asymmetry=(0.02, 0.1), irregularity=(0.01, 0.05), edge=(0.12, 0.4), melanin=(0.35, 0.95),
            mottling=(0.05, 0.22), redness=(0.0, 0.12), network=(0.75, 0.4, 1), globules=(0.4, 0.3, 0.9),
        ),
    ),
    "pigmented benign keratosis": Diagnosis(
        0.14, (62, 12), {"head/neck": 3, "torso": 3, "upper extremity": 2, "lower extremity": 1},
        ("seborrheic keratosis", "nevus", "actinic keratosis"),
        _traits(
            asymmetry=(0.08, 0.22), irregularity=(0.08, 0.17), edge=(0.02, 0.1), melanin=(0.25, 0.6),
            mottling=(0.08, 0.3), redness=(0.0, 0.12), ridges=(0.85, 0.4, 1), milia=(0.2, 0.2, 0.5),
            scale=(0.15, 0.1, 0.4),
        ),
    ),
    "seborrheic keratosis": Diagnosis(
        0.06, (67, 11), {"torso": 5, "head/neck": 3, "upper extremity": 1, "lower extremity": 1},
        ("pigmented benign keratosis", "melanoma"),
        _traits(
            asymmetry=(0.05, 0.16), irregularity=(0.03, 0.09), edge=(0.02, 0.07), melanin=(0.45, 1.1),
            mottling=(0.12, 0.35), redness=(0.0, 0.1), milia=(0.85, 0.4, 1), comedones=(0.85, 0.4, 1),
            ridges=(0.35, 0.3, 0.7), keratin=(0.2, 0.2, 0.5), veil=(0.1, 0.2, 0.5),
        ),
    ),
    "squamous cell carcinoma": Diagnosis(
        0.08, (73, 10), _SUN_EXPOSED, ("actinic keratosis", "basal cell carcinoma"),
        _traits(
            asymmetry=(0.08, 0.22), irregularity=(0.05, 0.13), edge=(0.12, 0.35), melanin=(0.0, 0.2),
            mottling=(0.15, 0.4), redness=(0.35, 0.8), keratin=(0.85, 0.5, 1), scale=(0.6, 0.3, 0.8),
            dotted_vessels=(0.75, 0.4, 1), red_patch=(0.4, 0.3, 0.8), white_patch=(0.3, 0.3, 0.7),
        ),
    ),
    "vascular lesion": Diagnosis(
        0.04, (52, 18), _ANYWHERE, ("basal cell carcinoma", "melanoma"),
        _traits(
            asymmetry=(0.03, 0.14), irregularity=(0.02, 0.08), edge=(0.04, 0.18), melanin=(0.0, 0.1),
            mottling=(0.05, 0.3), redness=(0.4, 1.1), lacunae=(0.92, 0.5, 1), black_patch=(0.12, 0.3, 0.7),
            veil=(0.15, 0.2, 0.5), scale=(0.1, 0.1, 0.4),
        ),
    ),
}  # fmt: skip
