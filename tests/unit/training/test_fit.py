"""Several networks in one: what each of them sees, and that nobody trains on what is measured."""

import numpy as np
import pytest

from melanoma.errors import ConfigError

pytestmark = pytest.mark.xdist_group("tensorflow")


@pytest.fixture
def trained_on(monkeypatch, tiny):
    """Replace training by a network that was built; remember what each was to be trained on."""
    from melanoma.models.network import Shape
    from melanoma.training import fit
    from melanoma.training.assemble import assemble_network
    from melanoma.training.member import Trained

    requests = []

    def train_member(request, tell):
        requests.append(request)
        tell("epoch 1/1", 1.0)
        network = assemble_network(Shape(8, 2), request.config).network
        history = {"epochs": [], "best_epoch": 1, "stopped_early": False, "parameters": 0}
        return Trained(network, history | {"training_images": 0, "validation_images": 0})

    monkeypatch.setattr(fit, "train_member", train_member)
    return requests


def run(request):
    from melanoma.training.fit import train_network

    told = []
    return train_network(request, lambda text, share: told.append((text, share))), told


def ids(examples):
    return set(examples.rows["image_id"])


def test_members_over_folds_watch_the_originals_of_their_fold_and_never_see_validation_rows(make_request, trained_on):
    request = make_request(members=3, members_over="folds", views=2)
    rows = request.training.rows
    rows.loc[rows.index % 4 == 0, "origin"] = "copy"
    trained, told = run(request)
    for fold, member in enumerate(trained_on):
        assert (member.training.rows["fold"] != fold).all()
        assert ids(member.validation) == set(
            rows.loc[(rows["fold"] == fold) & (rows["origin"] == "original"), "image_id"]
        )
        assert not ids(member.training) & ids(member.validation)
        assert not ids(member.training) & ids(request.validation)
    assert set.union(*(ids(member.training) for member in trained_on)) == ids(request.training)
    assert told == [(f"network {n}/3 · epoch 1/1", pytest.approx(n / 3)) for n in (1, 2, 3)]
    assert (trained.network.name, len(trained.history["members"])) == ("average", 3)
    assert trained.history["parameters"] == 3 * (4 * 27 + 4 * 4 + 2 * 4 + 2)  # conv, norm, dense, its bias


def test_members_over_seeds_differ_in_seed_and_workbench_and_the_first_is_the_one_without_others(
    make_request, trained_on, tmp_path
):
    run(make_request(seed=5, workbench=tmp_path, members=3))
    assert trained_on[0].seed == 5
    assert len({member.seed for member in trained_on}) == 3
    assert [member.workbench.name for member in trained_on] == ["member-1", "member-2", "member-3"]
    assert all(ids(member.validation) == ids(trained_on[0].validation) for member in trained_on)


@pytest.mark.parametrize(("folds", "made"), [(None, "no folds"), (2, "2 folds")])
def test_members_over_folds_need_as_many_folds(make_request, trained_on, folds, made):
    request = make_request(members=3, members_over="folds")
    number = np.arange(24) % folds if folds else None
    request.training.rows["fold"] = number
    with pytest.raises(
        ConfigError, match=f"^train.members: 3 over folds, but the split made {made}; set split.folds to 3"
    ):
        run(request)
