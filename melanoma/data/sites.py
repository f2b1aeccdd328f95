"""Where on the body a lesion is, in the words of the ISIC Archive.

HAM10000 writes finer places. ISIC 2019 carries them over with mistakes (1,022 images of the abdomen stand under
"head/neck", 234 of unknown site under "anterior torso"), so they are mapped here by what they mean.
"""

SITES = frozenset(
    {
        "head/neck",
        "upper extremity",
        "lower extremity",
        "torso",
        "anterior torso",
        "posterior torso",
        "lateral torso",
        "palms/soles",
        "oral/genital",
    }
)
SPECIAL_SITES = frozenset({"acral nos", "nail nos", "fingernail", "toenail", "acral palms or soles", "oral or genital"})
_MEANT = {
    "abdomen": "anterior torso",
    "acral": "palms/soles",
    "anogenital region": "oral/genital",
    "back": "posterior torso",
    "chest": "anterior torso",
    "ear": "head/neck",
    "face": "head/neck",
    "foot": "lower extremity",
    "genital": "oral/genital",
    "hand": "upper extremity",
    "head and neck": "head/neck",
    "neck": "head/neck",
    "scalp": "head/neck",
    "trunk": "torso",
}


def site_of(place: str) -> str:
    """Return the Archive's name of a place; an unknown one stays as it stands.

    Args:
        place: Such as HAM10000's ``localization``, in any case.

    Examples:
        >>> site_of("scalp"), site_of("Head/Neck"), site_of("left arm")
        ('head/neck', 'head/neck', 'left arm')
    """
    plain = " ".join(place.casefold().split())
    known = _MEANT.get(plain, plain)
    return known if known in SITES else place
