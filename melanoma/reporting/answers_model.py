"""What a run's report holds of its model and how it was trained, for the items of reporting guidelines."""

from melanoma.reporting.checklist import Answer, filled, partly
from melanoma.reporting.evidence import Evidence
from melanoma.reporting.names import plain_name, within_sentence
from melanoma.reporting.number_text import count_text, decimal_text, share_text, value_text

_RATES = ("optimizer", "learning_rate", "batch_size", "loss", "class_weights", "sampler", "augment", "dropout")


def tell_network(evidence: Evidence) -> Answer:
    """Which network, and where it is in full."""
    history = evidence.history
    digest = _digest(evidence, "train")
    if "network" not in history or not digest:
        return partly("The network was not recorded.")
    parameters = f", {count_text(history['parameters'])} parameters" if "parameters" in history else ""
    return filled(f"Training: {history['network']}{parameters}; model.keras of the artifact {digest} holds it whole.")


def tell_predictors(evidence: Evidence) -> Answer:
    """What the model is given."""
    size_px = evidence.config.get("ingest", {}).get("size_px")
    if size_px is None:
        return partly("Pixels only; their size was not recorded.")
    return filled(f"Configuration, ingest: the {size_px} x {size_px} pixels of one image; no age, sex, site or text.")


def tell_training(evidence: Evidence) -> Answer:
    """How the network was trained."""
    history, train = evidence.history, evidence.config.get("train", {})
    if not history.get("epochs") or not train:
        return partly("No training history or no configuration of it was recorded.")
    if history.get("method") == "head":
        told = (
            f"{history.get('head', 'linear')} head on frozen features, {len(history['epochs'])} strengths of L2 tried"
        )
        return filled(f"Training and Configuration, train: {told}; seed {_seed(evidence)}.")
    settings = ", ".join(f"{name.replace('_', ' ')} {_setting(train[name])}" for name in _RATES if name in train)
    return filled(f"Training and Configuration, train: {settings}; seed {_seed(evidence)}.")


def tell_start(evidence: Evidence) -> Answer:
    """Which weights training starts from."""
    method = evidence.history.get("method")
    if method is None:
        return partly("How weights were set at the start was not recorded.")
    if method == "scratch":
        return filled(f"Training: random weights, seed {_seed(evidence)}.")
    return filled(f"Training, method {method}: pretrained weights of {evidence.history['network']}; see Versions.")


def tell_choice(evidence: Evidence) -> Answer:
    """How the kept weights were chosen."""
    history = evidence.history
    if "best_epoch" not in history:
        return partly("Which weights were kept was not recorded.")
    steps, count = "strengths" if history.get("steps_are") == "l2" else "epochs", len(history.get("epochs", ()))
    if not history.get("chosen_by"):
        return filled(f"Training: the weights of the last of {count} {steps}, chosen by nothing; test took no part.")
    number = f"number {history['best_epoch']} of {count} {steps}"
    figure = within_sentence(plain_name(history["chosen_by"]))
    return filled(f"Training: the weights of {number}, chosen by the {figure} of validation images; test took no part.")


def tell_ensemble(evidence: Evidence) -> Answer:
    """Whether several models are joined."""
    members = evidence.config.get("train", {}).get("members")
    if members is None:
        return partly("The number of members was not recorded.")
    return filled(f"Configuration, train: {'one model, no ensemble' if members == 1 else f'{members} members'}.")


def tell_output(evidence: Evidence) -> Answer:
    """What the model puts out, and at which threshold it is read."""
    point = evidence.split("test").get("operating_point", {})
    output = f"a probability for each of {len(evidence.classes)} diagnoses"
    if "threshold" not in point or "target_sensitivity" not in point:
        return partly(f"Results: {output}; no threshold was frozen.")
    return filled(
        f"Results, Operating point: {output}; {point['class']} from {decimal_text(point['threshold'])} on, chosen on "
        f"{point['chosen_on']} to find {share_text(point['target_sensitivity'])}."
    )


def tell_software(evidence: Evidence) -> Answer:
    """Which libraries were used."""
    if not evidence.versions:
        return partly("The versions of libraries were not recorded.")
    return filled(
        f"Provenance, Versions: {', '.join(f'{name} {number}' for name, number in evidence.versions.items())}."
    )


def tell_code(evidence: Evidence) -> Answer:
    """Which code made the figures, and where it is."""
    digests = [row["code"] for row in evidence.provenance if row["stage"] == "evaluate" and row.get("code")]
    if not digests:
        return partly(f"melanoma {evidence.version}; the digest of its source files was not recorded.")
    return partly(
        f"Provenance: melanoma {evidence.version}, source files {digests[0][:12]}; say where readers find this code."
    )


def tell_use(evidence: Evidence) -> Answer:
    """How the model is loaded and used."""
    digest = _digest(evidence, "train")
    if not digest:
        return partly("MODEL_CARD.md, How to use; the model's digest was not recorded.")
    return filled(f"MODEL_CARD.md, How to use: the file model.keras of the artifact {digest}, in safe mode.")


def tell_instruments(evidence: Evidence) -> Answer:
    """With which software the test was made; the devices that took the images are not recorded."""
    return partly(f"{tell_software(evidence).text} Name cameras and dermatoscopes.")


def tell_outputs(evidence: Evidence) -> Answer:
    """Where the model's outputs are kept."""
    digest = _digest(evidence, "evaluate")
    if not digest:
        return partly("predictions.parquet has each output; its digest was not recorded.")
    return filled(f"Provenance: predictions.parquet of the artifact {digest}; melanoma verify recomputes all figures.")


def _digest(evidence: Evidence, stage: str) -> str:
    return next((str(row["digest"])[:12] for row in evidence.provenance if row["stage"] == stage), "")


def _setting(value: object) -> str:
    return "none" if value == "none" else value_text(value)


def _seed(evidence: Evidence) -> str:
    return value_text(evidence.config.get("seed"))
