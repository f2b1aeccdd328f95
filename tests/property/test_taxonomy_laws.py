"""Names of diagnoses: naming is idempotent, and compatibility is symmetric and reflexive, for any text."""

from hypothesis import given
from hypothesis import strategies as st

from melanoma.data.taxonomy import READINGS, class_of, coarser_names, compatible, diagnosis_of, reading_of

LABELS = st.one_of(st.sampled_from(sorted(READINGS)), st.text(max_size=30))


@given(LABELS)
def test_a_diagnosis_names_itself(label):
    assert diagnosis_of(diagnosis_of(label)) == diagnosis_of(label)
    assert class_of(class_of(label)) == class_of(label)


@given(LABELS)
def test_case_and_surrounding_space_mean_nothing(label):
    assert diagnosis_of(f" {label.upper()} ") == diagnosis_of(label.upper().casefold())


@given(LABELS)
def test_every_label_is_compatible_with_itself_and_with_its_class(label):
    assert compatible(label, label)
    assert compatible(label, class_of(label))


@given(LABELS, LABELS)
def test_compatibility_has_no_direction(one, other):
    assert compatible(one, other) == compatible(other, one)


@given(st.sampled_from(sorted(READINGS)), st.sampled_from(sorted(READINGS)))
def test_a_malignant_and_a_benign_name_are_never_compatible(one, other):
    if {reading_of(one), reading_of(other)} == {"malignant", "benign"}:
        assert not compatible(one, other)


@given(LABELS)
def test_what_covers_a_name_is_compatible_with_it(label):
    diagnosis = diagnosis_of(label)
    assert all(compatible(diagnosis, coarse) for coarse in coarser_names(diagnosis))
