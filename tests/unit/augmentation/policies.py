"""Every operation with options that it takes, and random policies of them."""

from hypothesis import strategies as st

from melanoma.augmentation.augmentor import build_policy
from melanoma.config.balance import OperationConfig
from melanoma.config.operations import OPERATIONS, Choice, Colour, Number, YesOrNo

EXAMPLES = {
    "black_and_white": {},
    "crop_by_size": {"width": 20, "height": 20},
    "crop_centre": {"percentage_area": 0.8},
    "crop_random": {"percentage_area": 0.8},
    "flip_left_right": {},
    "flip_random": {},
    "flip_top_bottom": {},
    "gaussian_distortion": {"grid_width": 4, "grid_height": 4, "magnitude": 4, "corner": "bell", "method": "in"},
    "greyscale": {},
    "histogram_equalisation": {},
    "invert": {},
    "random_brightness": {"min_factor": 0.5, "max_factor": 1.5},
    "random_color": {"min_factor": 0.5, "max_factor": 1.5},
    "random_contrast": {"min_factor": 0.5, "max_factor": 1.5},
    "random_distortion": {"grid_width": 4, "grid_height": 4, "magnitude": 4},
    "random_erasing": {"rectangle_area": 0.3},
    "resize": {"width": 20, "height": 24},
    "rotate": {"max_left_rotation": 10, "max_right_rotation": 10},
    "rotate180": {},
    "rotate270": {},
    "rotate90": {},
    "rotate_random_90": {},
    "rotate_without_crop": {"max_left_rotation": 10, "max_right_rotation": 10},
    "scale": {"scale_factor": 1.5},
    "shear": {"max_shear_left": 10, "max_shear_right": 10},
    "skew": {},
    "skew_corner": {},
    "skew_left_right": {},
    "skew_tilt": {},
    "skew_top_bottom": {},
    "zoom": {"min_factor": 1.1, "max_factor": 1.5},
    "zoom_random": {"percentage_area": 0.8},
}


def policy_of(name, probability=1.0, **options):
    """Build the policy of one operation."""
    return build_policy([OperationConfig(name=name, probability=probability, options=options)])


def values_of(rule):
    """Return what an option may be: its ends as often as what lies between."""
    if isinstance(rule, Number) and rule.whole:
        return st.one_of(st.sampled_from([rule.low, rule.high]), st.integers(rule.low, rule.high))
    if isinstance(rule, Number):
        return st.floats(rule.low, rule.high, exclude_min=rule.open, allow_subnormal=False)
    if isinstance(rule, Choice):
        return st.sampled_from(rule.words)
    return {YesOrNo: st.booleans(), Colour: st.sampled_from(["white", "#c89b82"])}[type(rule)]


def operations_of(name):
    """Return random configurations of one operation."""
    table = OPERATIONS[name]
    options = st.fixed_dictionaries(
        {key: values_of(rule) for key, rule in table.needed.items()},
        optional={key: values_of(rule) for key, rule in table.optional.items()},
    )
    options = options.map(lambda given: _in_order(given, table.rising))
    return st.builds(OperationConfig, name=st.just(name), probability=st.floats(0, 1), options=options)


def _in_order(options, pair):
    if pair is None:
        return options
    low, high = sorted(options[name] for name in pair)
    return options | dict(zip(pair, (low, high), strict=True))


POLICIES = st.lists(st.sampled_from(sorted(OPERATIONS)).flatmap(operations_of), max_size=5)
