from melanoma.config.train import TrainConfig
from melanoma.config.validate import ValidateConfig
from melanoma.stages.given_files import find_given_files, find_given_weights


def find(**files):
    return find_given_files(ValidateConfig(**{name: str(path) for name, path in files.items()}))


def test_nothing_given_is_nothing_in_the_key():
    assert find() is None


def test_the_digest_follows_the_content_and_the_use_of_each_file_and_not_its_place(tmp_path):
    one, same, other = (tmp_path / name for name in ("one", "same", "other"))
    for path, text in ((one, "x"), (same, "x"), (other, "y")):
        path.write_text(text)
    assert find(reference_labels=one).digest == find(reference_labels=same).digest
    different = [
        find(reference_labels=one),
        find(reference_labels=other),
        find(expectations=one),
        find(reference_labels=one, expectations=one),
    ]
    assert len({files.digest for files in different}) == 4


def test_weights_are_known_by_their_content(tmp_path):
    path = tmp_path / "weights"
    path.write_bytes(b"x")
    assert find_given_weights(TrainConfig()) is None
    # the sha256 of the letter x
    expected = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    assert find_given_weights(TrainConfig(weights=str(path))).digest == expected
