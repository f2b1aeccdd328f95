"""The commands that use a trained model: `melanoma predict` and `melanoma evaluate`."""

import json

from flows.model_request import EvaluateRequest, ExportRequest, PredictRequest
from flows.request import name_sources, require_sources
from flows.start import FlowStart, prepare_home, start_flow
from flows.terminal import keep_noise_out, say


def predict(request: PredictRequest) -> None:
    """Predict images by a trained model, and write a table.

    They are read as the model's own images were: turned upright, sRGB, its size. The table has the image, a probability
    per diagnosis and the most probable one. Where the model is a run, it also has what that has frozen: the decision on
    melanoma at a threshold chosen on validation, and the set of diagnoses that holds the true one as often as was asked
    for. It says where it abstains, and why: a poor picture (blank, too small, no dermoscopy), or one unlike the model's
    own. A model that takes age, sex or site is told by --metadata; what it is not told is unknown to it. Images that
    cannot be read are listed beside the table, in one that ends with .failed.csv, with the reason. Exit codes: 0 at
    least one was predicted, 1 none or an error, 2 usage.
    """
    from melanoma.stages.found_model import find_model
    from melanoma.stages.predict_order import PredictOrder, check_order

    found = find_model(request.model, request.home.absolute())
    tables = tuple(request.metadata or ())
    check_order(PredictOrder(found, tuple(request.images), request.out, request.form, tables, request.maps))
    from flows.model_summary import describe_predictions

    home = prepare_home(request.home)
    title = f"{request.model} · {' + '.join(str(path) for path in request.images)}"
    flow = start_flow(FlowStart("flows.predict", "predict_images", title, request.as_json), home)
    record = flow(request.model, request.images, request.out, request.form, home, request.metadata, request.maps)
    say(json.dumps(record, indent=1, ensure_ascii=False) if request.as_json else describe_predictions(record))


def export(request: ExportRequest) -> None:
    """Write a trained model as an ONNX or a LiteRT file, which other programs, phones and small computers run.

    It takes images, float32 in 0..255, with metadata beside them if the model takes any, and gives probabilities.
    Both are compared on drawn pictures; where a probability differs by more than 0.0001, nothing is written. What goes
    in, by name and column, and what comes out is said by a JSON file beside it. Exit codes: 0 ok, 1 error, 2 usage.
    """
    from melanoma.stages.export_model import ExportOrder, check_order, export_model
    from melanoma.stages.found_model import find_model

    order = ExportOrder(find_model(request.model, request.home.absolute()), request.out, request.form)
    check_order(order)
    home = prepare_home(request.home)
    keep_noise_out(home)
    record = export_model(order)
    if request.as_json:
        say(json.dumps(record, indent=1, ensure_ascii=False))
        return
    parity = record["parity"]
    gap = f"{parity['largest_difference']:.1e}"
    say(f"{record['out']}: probabilities as the model's within {gap}, on {parity['images']} pictures")
    say(f"{record['record']}: its inputs, classes, size and fit")


def evaluate(request: EvaluateRequest) -> None:
    """Score a trained model on labelled images that it was not made from, such as another hospital's.

    Every readable labelled image is scored; nothing is split or chosen. Diagnoses are mapped to the model's by the
    taxonomy; those that cannot be are listed and left out, and so are images that the model was trained or chosen on,
    where its run is known. Means over classes are over those that the set has; a prediction of another one is a miss.
    The threshold for melanoma is the run's. Exit codes: 0 ok, 1 error, 2 usage.
    """
    from melanoma.stages.found_model import find_model

    config = request.load_config()
    find_model(request.model, request.home.absolute())
    require_sources(request.data)
    from flows.model_summary import describe_evaluation, evaluation_json

    home = prepare_home(request.home)
    title = f"{request.model} · {name_sources(request.data)}"
    flow = start_flow(FlowStart("flows.evaluate", "evaluate_model", title, request.as_json), home)
    sources = [source.absolute() for source in request.data]
    record = flow(request.model, sources, config, home, request.keep_known)
    found = evaluation_json(home, record)
    say(json.dumps(found, indent=1, ensure_ascii=False) if request.as_json else describe_evaluation(found))
