import pytest

from melanoma.config.train import TrainConfig

pytestmark = pytest.mark.xdist_group("tensorflow")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"method": "scratch"}, [(0, 20, False)]),
        ({"method": "finetune"}, [(0, 2, True), (2, 20, False)]),
        ({"method": "finetune", "frozen_epochs": 0}, [(0, 20, False)]),
        ({"method": "finetune", "epochs": 1}, [(0, 1, True)]),
    ],
)
def test_fine_tuning_teaches_the_head_first_and_all_epochs_are_in_one_phase(settings, expected):
    from melanoma.training.phases import plan_phases

    phases = plan_phases(TrainConfig(**settings))
    assert [(phase.first, phase.stop, phase.is_frozen) for phase in phases] == expected
