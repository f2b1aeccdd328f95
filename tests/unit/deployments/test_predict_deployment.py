"""The deployment of batches of predictions asks for images and a table, and knows a model."""

import inspect
from pathlib import Path

import pytest
import yaml
from prefect.exceptions import ParameterTypeError
from prefect.flows import load_flow_from_entrypoint

pytestmark = pytest.mark.xdist_group("tensorflow")
FOLDER = Path(__file__).resolve().parents[3] / "deployments"
DEPLOYMENTS = yaml.safe_load((FOLDER / "prefect.yaml").read_text())["deployments"]
(ENTRY,) = (entry for entry in DEPLOYMENTS if entry["name"] == "predict")


@pytest.fixture(scope="module")
def flow():
    return load_flow_from_entrypoint(ENTRY["entrypoint"], use_placeholder_flow=False)


def test_what_it_gives_are_parameters_of_the_flow_and_what_is_left_to_ask_for_are_images_and_table(flow):
    parameters = inspect.signature(flow.fn).parameters
    assert set(ENTRY["parameters"]) <= set(parameters)
    needed = {name for name, one in parameters.items() if one.default is inspect.Parameter.empty}
    assert needed - set(ENTRY["parameters"]) == {"images", "out"}


def test_the_form_takes_texts_and_refuses_a_form_of_table_that_there_is_not(flow):
    asked = {**ENTRY["parameters"], "images": ["clinic/"], "out": "p.csv"}
    taken = flow.validate_parameters(asked)
    assert (taken["images"], taken["out"], taken["maps"]) == ([Path("clinic")], Path("p.csv"), None)
    with pytest.raises(ParameterTypeError, match="form"):
        flow.validate_parameters(asked | {"form": "xml"})
