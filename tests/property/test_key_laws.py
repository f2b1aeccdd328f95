"""A key changes exactly if something that it is made from changes; a manifest vouches for every byte of itself."""

import json

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from melanoma.artifacts.folder import open_artifact, seal
from melanoma.artifacts.record import Made, Recipe
from melanoma.config.loading import load_config
from melanoma.errors import ArtifactDamaged, ConfigError
from melanoma.fingerprint import digest_value

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
INGREDIENTS = st.dictionaries(st.text(min_size=1, max_size=8).filter(lambda name: name != "stage"), JSON, max_size=5)


def canonical(value):
    return json.dumps(value, sort_keys=True)


@QUICK
@given(INGREDIENTS, INGREDIENTS)
def test_two_keys_are_equal_exactly_if_the_ingredients_are(one, other):
    assert (Recipe("s", one).key == Recipe("s", other).key) == (canonical(one) == canonical(other))


@QUICK
@given(INGREDIENTS, st.text(max_size=8), JSON)
def test_one_changed_ingredient_changes_the_key(ingredients, name, value):
    assume(name != "stage")
    assume(canonical(ingredients.get(name)) != canonical(value) or name not in ingredients)
    assert Recipe("s", ingredients | {name: value}).key != Recipe("s", ingredients).key


@QUICK
@given(JSON)
def test_a_value_that_went_through_a_file_has_the_same_digest(value):
    assert digest_value(json.loads(json.dumps(value, indent=1))) == digest_value(value)


@pytest.fixture(scope="module")
def sealed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sealed")
    (folder / "a.txt").write_text("content")
    seal(folder, Recipe("train", {"config": {"epochs": 5}}), Made({"n": [1, 2.5, "x"]}))
    (folder / "manifest.json").chmod(0o644)
    return folder, (folder / "manifest.json").read_bytes()


@QUICK
@given(st.data())
def test_any_changed_byte_of_a_manifest_is_noticed_or_means_the_same(sealed, data):
    folder, content = sealed
    place, byte = data.draw(st.integers(0, len(content) - 1)), data.draw(st.integers(0, 255))
    damaged = content[:place] + bytes([byte]) + content[place + 1 :]
    (folder / "manifest.json").write_bytes(damaged)
    try:
        same = json.loads(damaged) == json.loads(content)
    except ValueError:
        same = False
    try:
        open_artifact(folder)
    except ArtifactDamaged:
        assert not same
    else:
        assert same


@QUICK
@given(st.data())
def test_a_manifest_that_is_cut_anywhere_is_noticed(sealed, data):
    folder, content = sealed
    (folder / "manifest.json").write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    with pytest.raises(ArtifactDamaged):
        open_artifact(folder)


LINE = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=20)
KNOWN = st.sampled_from(["train.epochs", "balance.operations", "split", "validation.label_conflict", "seed"])


def refusal(setting):
    """Return what is said of a setting, or None if it is taken; any other error is a crash."""
    try:
        load_config(settings=[setting])
    except ConfigError as refused:
        return str(refused)
    return None


@QUICK
@given(LINE, LINE)
def test_whatever_is_set_is_either_taken_or_refused_in_one_line(key, value):
    message = refusal(f"{key}={value}")
    assert message is None or "\n" not in message


@QUICK
@given(KNOWN, LINE)
def test_whatever_a_known_key_is_set_to_is_either_taken_or_refused_by_its_name(key, value):
    message = refusal(f"{key}={value}")
    assert message is None or (message.startswith(("--set " + key, key)) and "\n" not in message)
