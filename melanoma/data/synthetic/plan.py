"""Who has which lesion, seen in which pictures, on which side of the split; no pixel is drawn here."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from melanoma.config.synthetic import SyntheticConfig
from melanoma.data.synthetic.picture import Subject
from melanoma.data.synthetic.traits import DIAGNOSES, Diagnosis
from melanoma.seeding import derive_seed, generator

SPLITS = ("Train", "Test")
FEWEST_PICTURES = 4
VIEWS_SHARES = (0.6, 0.22, 0.12, 0.06)
_LESIONS_PER_PATIENT = (0.62, 0.22, 0.1, 0.06)
_YOUNGEST_YEARS, _OLDEST_YEARS = 5, 85
_STRIDE = 6_180_339
_MOST_HELD_OUT = 0.8
_IN_GROUP: Mapping[str, Callable[[float, str], bool]] = {
    "nobody": lambda years, sex: False,
    "female": lambda years, sex: sex == "female",
    "male": lambda years, sex: sex == "male",
    "under 50": lambda years, sex: years < 50,
    "50 and over": lambda years, sex: years >= 50,
}


@dataclass(frozen=True)
class Lesion:
    """One lesion of one patient.

    Attributes:
        number: Its place in the plan, from 0; its look derives from it.
        diagnosis: A key of `DIAGNOSES`.
        split: "Train" or "Test".
        filed_under: The folder of its pictures; another one than its diagnosis' where it is mislabelled.
        views: In how many pictures it is seen, 1 to 4.
        site: Anatomical site, in the ISIC archive's words.
        age_years: Age that suits the diagnosis.
    """

    number: int
    diagnosis: str
    split: str
    filed_under: str
    views: int
    site: str
    age_years: float


@dataclass(frozen=True)
class Patient:
    """One patient.

    Attributes:
        number: Their place in the plan, from 0; their skin derives from it.
        age_approx: Years, in steps of 5.
        sex: "female" or "male".
        lesions: Theirs, all in one split.
    """

    number: int
    age_approx: int
    sex: str
    lesions: tuple[Lesion, ...]


@dataclass(frozen=True)
class Picture:
    """One file of the set: what it shows, where it is filed and what the publisher knows about it.

    Attributes:
        isic_id: "ISIC_9" and six digits, unique.
        split: "Train" or "Test".
        label: The folder that it is filed under.
        subject: What to draw.
        lesion_id: "IL_" and seven digits.
        patient_id: "IP_" and seven digits.
        age_approx: Years, in steps of 5.
        sex: "female" or "male".
        anatom_site_general: In the ISIC archive's words.
        fitzpatrick_skin_type: I to VI; the picture shows it, and nothing else depends on it.
    """

    isic_id: str
    split: str
    label: str
    subject: Subject
    lesion_id: str
    patient_id: str
    age_approx: int
    sex: str
    anatom_site_general: str
    fitzpatrick_skin_type: str

    def is_of(self, group: str) -> bool:
        """Tell whether the patient belongs to a group that `SyntheticConfig.harder_group` names."""
        return is_in_group(group, self.age_approx, self.sex)

    @property
    def name(self) -> str:
        """The file's path relative to the set's folder, in posix form."""
        return f"{self.split}/{self.label}/{self.isic_id}.jpg"


def plan_pictures(config: SyntheticConfig) -> tuple[Picture, ...]:
    """Plan every picture but the planted ones.

    Args:
        config: How many pictures, what share of the lesions for Test, and the seed.

    Returns:
        `config.images` pictures; no lesion and no patient stands in both splits, and every diagnosis stands in both.
    """
    lesions = [lesion for name in DIAGNOSES for lesion in _lesions_of(name, config)]
    pictures: list[Picture] = []
    for patient in _patients(lesions, config.seed):
        for lesion in patient.lesions:
            first = len(pictures)
            pictures.extend(_picture(first + view, view, lesion, patient, config.seed) for view in range(lesion.views))
    return tuple(_plant_effects(picture, config) for picture in pictures)


def is_in_group(group: str, age_years: float, sex: str) -> bool:
    """Tell whether a person belongs to a group of `melanoma.config.synthetic`."""
    return _IN_GROUP[group](age_years, sex)


def draw_age_years(diagnosis: Diagnosis, rng: np.random.Generator) -> float:
    """Draw the age of a patient with a diagnosis, in years."""
    return float(np.clip(rng.normal(*diagnosis.age_years), _YOUNGEST_YEARS, _OLDEST_YEARS))


def draw_site(diagnosis: Diagnosis, rng: np.random.Generator) -> str:
    """Draw where on the body a lesion of a diagnosis lies."""
    weights = np.array(list(diagnosis.sites.values()))
    return str(rng.choice(list(diagnosis.sites), p=weights / weights.sum()))


def isic_id(number: int, seed: int) -> str:
    """Name the picture of a number, below a million; neighbours' names lie far apart.

    Examples:
        >>> isic_id(0, 1) == isic_id(0, 1), len({isic_id(number, 1) for number in range(1000)})
        (True, 1000)
    """
    return _code("ISIC_9", number, 6, seed)


def pictures_per_diagnosis(images: int) -> dict[str, int]:
    """Divide the pictures by the diagnoses' shares, with four at the least for each; the sum is exact.

    Examples:
        >>> sum(pictures_per_diagnosis(120).values())
        120
        >>> pictures_per_diagnosis(1036)["nevus"]  # 4 + 0.30 * (1036 - 9 * 4)
        304
    """
    free = images - FEWEST_PICTURES * len(DIAGNOSES)
    wanted = {name: free * diagnosis.share for name, diagnosis in DIAGNOSES.items()}
    counts = {name: FEWEST_PICTURES + int(share) for name, share in wanted.items()}
    most_cut_first = sorted(wanted, key=lambda name: int(wanted[name]) - wanted[name])
    for name in most_cut_first[: images - sum(counts.values())]:
        counts[name] += 1
    return counts


def _lesions_of(name: str, config: SyntheticConfig) -> list[Lesion]:
    """Draw a diagnosis' lesions; the first of them go to Test."""
    rng = generator(config.seed, "lesions", name)
    views = _views(pictures_per_diagnosis(config.images)[name], rng)
    held_out = max(1, round(_held_out_share(name, config) * len(views)))
    first = list(DIAGNOSES).index(name) * config.images
    splits = ["Test" if place < held_out else "Train" for place in range(len(views))]
    lesions = [_lesion(first + place, name, splits[place], count, rng) for place, count in enumerate(views)]
    return _mislabel(lesions, held_out, config)


def _held_out_share(name: str, config: SyntheticConfig) -> float:
    """Return the share of a diagnosis' lesions that goes to Test: more of a rare one where Test has another mix."""
    if config.test_mix == 0:
        return config.test_share
    ranked = sorted(DIAGNOSES, key=lambda one: -DIAGNOSES[one].share)
    rarity = 2 * ranked.index(name) / (len(ranked) - 1) - 1
    return min(config.test_share * (1 + config.test_mix * rarity), _MOST_HELD_OUT)


def _mislabel(lesions: list[Lesion], held_out: int, config: SyntheticConfig) -> list[Lesion]:
    """File a share of the Train lesions, rounded down, under a diagnosis that they are mistaken for."""
    chosen = set(range(held_out, held_out + int(config.mislabelled_share * (len(lesions) - held_out))))
    return [
        replace(lesion, filed_under=_mistake(lesion, config.seed)) if place in chosen else lesion
        for place, lesion in enumerate(lesions)
    ]


def _mistake(lesion: Lesion, seed: int) -> str:
    mimics = DIAGNOSES[lesion.diagnosis].mimics
    return mimics[generator(seed, "mislabelled", lesion.number).integers(len(mimics))]


def _plant_effects(picture: Picture, config: SyntheticConfig) -> Picture:
    """Draw a picture of the harder group more faintly, and one of Test with Test's camera."""
    subject = picture.subject
    if picture.is_of(config.harder_group):
        subject = replace(subject, fading=config.harder_fading)
    if picture.split == "Test":
        subject = replace(subject, camera=config.test_camera)
    return replace(picture, subject=subject)


def _views(images: int, rng: np.random.Generator) -> list[int]:
    """Divide a diagnosis' pictures among its lesions, three at the least."""
    views: list[int] = []
    while left := images - sum(views):
        views.append(min(left, max(1, images // 3), int(rng.choice(4, p=VIEWS_SHARES)) + 1))
    return views


def _lesion(number: int, name: str, split: str, views: int, rng: np.random.Generator) -> Lesion:
    diagnosis = DIAGNOSES[name]
    age_years = draw_age_years(diagnosis, rng)
    return Lesion(number, name, split, name, views, draw_site(diagnosis, rng), age_years)


def _patients(lesions: list[Lesion], seed: int) -> Iterator[Patient]:
    """Give lesions of one split and of similar age to one patient, 1 to 4 at a time."""
    rng, number = generator(seed, "patients"), 0
    for split in SPLITS:
        by_age = sorted((lesion for lesion in lesions if lesion.split == split), key=lambda lesion: lesion.age_years)
        while by_age:
            count = int(rng.choice(4, p=_LESIONS_PER_PATIENT)) + 1
            age_approx = 5 * round(by_age[0].age_years / 5)
            yield Patient(number, age_approx, str(rng.choice(["female", "male"])), tuple(by_age[:count]))
            by_age, number = by_age[count:], number + 1


def _picture(number: int, view: int, lesion: Lesion, patient: Patient, seed: int) -> Picture:
    subject = Subject(
        lesion.diagnosis,
        derive_seed(seed, "patient", patient.number),
        derive_seed(seed, "lesion", lesion.number),
        derive_seed(seed, "view", lesion.number, view),
    )
    return Picture(
        isic_id=isic_id(number, seed),
        split=lesion.split,
        label=lesion.filed_under,
        subject=subject,
        lesion_id=_code("IL_", lesion.number, 7, seed),
        patient_id=_code("IP_", patient.number, 7, seed),
        age_approx=patient.age_approx,
        sex=patient.sex,
        anatom_site_general=lesion.site,
        fitzpatrick_skin_type=subject.fitzpatrick_skin_type,
    )


def _code(prefix: str, number: int, digits: int, seed: int) -> str:
    """Name a number one to one: the stride shares no factor with a power of ten."""
    places = 10**digits
    return f"{prefix}{(derive_seed(seed, prefix) + number * _STRIDE) % places:0{digits}d}"
