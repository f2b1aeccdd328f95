"""Whatever a set and a model call their diagnoses, each has one name or a reason, and no probability is lost."""

from hypothesis import given
from hypothesis import strategies as st

from melanoma.data.challenge_form import challenge_columns
from melanoma.data.class_mapping import map_classes
from melanoma.data.taxonomy import READINGS

names = st.sampled_from([*sorted(READINGS), "rash", "wart"])
sets = st.lists(names, unique=True, max_size=12)
models = st.lists(names, unique=True, min_size=1, max_size=9)


@given(sets, models)
def test_each_diagnosis_has_a_name_among_the_classes_or_a_reason(diagnoses, classes):
    mapping = map_classes(diagnoses, classes)
    assert sorted([*mapping.of_data, *mapping.unmapped]) == sorted(diagnoses)
    assert set(mapping.of_data.values()) <= set(mapping.classes)
    assert all(mapping.unmapped.values())


@given(sets, models)
def test_each_class_of_the_model_goes_into_one_common_class_and_none_is_empty(diagnoses, classes):
    mapping = map_classes(diagnoses, classes)
    assert list(mapping.of_model) == classes
    assert set(mapping.of_model.values()) == set(mapping.classes)
    assert len(set(mapping.classes)) == len(mapping.classes)


@given(models)
def test_a_set_in_the_models_own_words_is_taken_as_it_is_where_no_word_covers_another(classes):
    mapping = map_classes(classes, classes)
    assert all(mapping.of_data.get(name, name) == name for name in classes)
    assert mapping.classes == tuple(classes)


@given(models)
def test_each_class_stands_in_one_column_of_the_challenges_form(classes):
    named = [name for of in challenge_columns(classes).values() for name in of]
    assert sorted(named) == sorted(classes)
