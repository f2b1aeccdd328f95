from melanoma.artifacts.folder import open_artifact, seal
from melanoma.artifacts.record import Made, Recipe
from melanoma.fingerprint import digest_value
from melanoma.stages.report_origin import describe_origin

SOURCE = {"melanoma/a.py": "0" * 64, "melanoma/b.py": "1" * 64}
RECIPE = Recipe("evaluate", {"source": SOURCE, "config": {"evaluate": {"resamples": 9}}, "inputs": {"train": "f" * 64}})
MADE = Made(made_by={"run_id": "a run", "task_run_id": "a task run", "seconds": 1.5})


def origin_of(folder, recipe):
    folder.mkdir()
    (folder / "metrics.json").write_text("{}")
    seal(folder, recipe, MADE)
    return describe_origin(open_artifact(folder))


def test_an_origin_names_maker_code_settings_and_inputs_as_the_sealed_manifest_does(tmp_path):
    origin = origin_of(tmp_path / "evaluate", RECIPE)
    assert (origin["stage"], origin["key"], origin["task_run_id"]) == ("evaluate", RECIPE.key, "a task run")
    assert (origin["code"], origin["code_files"]) == (digest_value(SOURCE), 2)
    assert (origin["sections"], origin["inputs"]) == (["evaluate"], {"train": "f" * 64})
    assert origin["seed"] is None


def test_the_digest_of_the_code_changes_with_a_source_file_and_the_seed_is_told(tmp_path):
    changed = Recipe("evaluate", {**RECIPE.ingredients, "source": {**SOURCE, "melanoma/b.py": "2" * 64}, "seed": 7})
    origin = origin_of(tmp_path / "evaluate", changed)
    assert origin["code"] != digest_value(SOURCE)
    assert origin["seed"] == 7
