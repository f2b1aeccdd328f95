"""Stage: judge a challenger against the champion on frozen test rows, and write the page that says why."""

from importlib.metadata import version
from typing import Any

import pandas as pd

from melanoma.config.evaluate import EvaluateConfig
from melanoma.config.gates import GatesConfig
from melanoma.data.roles import TEST
from melanoma.evaluation.figure import NotEvaluated
from melanoma.evaluation.operating_point import OperatingPoint
from melanoma.evaluation.part import read_rules
from melanoma.evaluation.parts import operating_point
from melanoma.fingerprint import digest_file
from melanoma.models.forward import Forward, fast_forward
from melanoma.registry.decision import Decision, decide, refuse_unseen
from melanoma.registry.drift import DriftTest
from melanoma.registry.frozen_rows import FrozenRows, choose_frozen_rows, digest_test_rows
from melanoma.registry.gate import Contender, GateResult, Match, judge_gates
from melanoma.reporting.promotion_page import render_promotion_page
from melanoma.seeding import derive_seed
from melanoma.stages.challenge import Challenge
from melanoma.stages.champion import Champion
from melanoma.stages.drift_of_new import NewImages, find_drift
from melanoma.stages.external_match import pair_external
from melanoma.stages.files import DECISION, MANIFEST, METRICS, MODEL, PREDICTIONS, PROMOTION_PAGE
from melanoma.stages.job import Built, Job, Summary, write_json
from melanoma.stages.rates import Rounds, measure_rates
from melanoma.training.model_file import LoadedModel, load_model


def build(job: Job) -> Built:
    """Judge, and write down the decision with everything that it rests on."""
    challenge = job.given(Challenge)
    manifest = pd.read_parquet(job.inputs["split"].path(MANIFEST))
    loaded = load_model(job.inputs["train"].path(MODEL))
    document: Summary = {
        "challenger": _describe_challenger(job, manifest, loaded),
        "champion": challenge.champion.describe() if challenge.champion else None,
        "changes": challenge.changes.to_json() if challenge.changes else None,
    }
    tests: tuple[DriftTest, ...] = ()
    if challenge.champion:
        judged, tests = _judge_against(job, challenge.champion, manifest, loaded)
        document |= judged
    else:
        document |= _judge_alone(job)
    write_json(job.folder / DECISION, document)
    page = render_promotion_page(version("melanoma"), document, tests)
    (job.folder / PROMOTION_PAGE).write_text(page, encoding="utf-8")
    return Built(document)


def _describe_challenger(job: Job, manifest: pd.DataFrame, loaded: LoadedModel) -> Summary:
    model = job.inputs["train"]
    return {
        "run_id": model.made_by.get("run_id"),
        "model_sha256": digest_file(model.path(MODEL)),
        "network": loaded.info.network,
        "test_rows_sha256": digest_test_rows(manifest),
        "test_images": int((manifest["split"] == TEST).sum()),
    }


def _judge_alone(job: Job) -> Summary:
    """Judge the first challenger of a home, on all its test rows."""
    tested = _tested(job)
    match = _match(job, Contender(tested, _point(job)), None)
    external, judged = _judge_external(job)
    decision = decide([*judge_gates(match, job.section(GatesConfig)), *judged])
    facts = {"rows": None, "drift": None, "external": external, "judged_images": len(tested)}
    return {**decision.to_json(), **facts}


def _judge_against(
    job: Job, champion: Champion, manifest: pd.DataFrame, loaded: LoadedModel
) -> tuple[Summary, tuple[DriftTest, ...]]:
    rows = choose_frozen_rows(manifest, champion.manifest)
    theirs = load_model(champion.model.path)
    forward = fast_forward(theirs.network)
    external, of_external = _judge_external(job)
    decision = _decide(job, champion, rows, (loaded, forward), of_external)
    job.progress("comparing new images with those that the champion was trained on")
    drift = find_drift(NewImages(job.inputs["ingest"], manifest, champion, theirs, forward, job.seed))
    judged = {"rows": rows.to_json(), "drift": drift.document, "external": external, "judged_images": len(rows.pairs)}
    return {**decision.to_json(), **judged}, drift.tests


def _decide(
    job: Job,
    champion: Champion,
    rows: FrozenRows,
    networks: tuple[LoadedModel, Forward],
    external: tuple[GateResult, ...],
) -> Decision:
    if rows.pairs.empty:
        return refuse_unseen(
            f"none of the {rows.challenger_test} test images is among the {rows.champion_test} that the champion was "
            "judged on"
        )
    job.progress(f"judging both on the same {len(rows.pairs):,} test images")
    mine, theirs = _measure(job, champion, networks)
    challenger = Contender(_pick(_tested(job), rows.pairs["image_id"]), _point(job), mine)
    named = dict(zip(rows.pairs["champion_id"], rows.pairs["image_id"], strict=True))
    earlier = _pick(champion.read_predictions(), rows.pairs["champion_id"])
    renamed = earlier.assign(image_id=earlier["image_id"].map(named))
    match = _match(job, challenger, Contender(renamed, champion.model.point, theirs))
    return decide([*judge_gates(match, job.section(GatesConfig)), *external])


def _judge_external(job: Job) -> tuple[list[Summary], tuple[GateResult, ...]]:
    """Judge on each registered set by the same gates; return what is said of the sets, and the results."""
    challenge, config = job.given(Challenge), job.section(GatesConfig)
    sets, results = [], list[GateResult]()
    for scored in challenge.external:
        rows = pair_external(scored)
        sets.append(rows.document)
        if rows.challenger is None:
            continue
        job.progress(f"judging on {len(rows.challenger):,} images of {rows.title}")
        champion = None
        if challenge.champion and rows.champion is not None:
            champion = Contender(rows.champion, challenge.champion.model.point)
        match = _match(job, Contender(rows.challenger, _point(job)), champion)
        results += judge_gates(match, config, on=rows.title)
    return sets, tuple(results)


def _measure(job: Job, champion: Champion, networks: tuple[LoadedModel, Forward]) -> tuple[Rounds, Rounds]:
    if not job.section(GatesConfig).latency.enabled:
        return (), ()
    loaded, theirs = networks
    both = [(fast_forward(loaded.network), loaded.info), (theirs, champion.model.info)]
    mine, other = measure_rates(both, job.clock)
    return mine, other


def _match(job: Job, challenger: Contender, champion: Contender | None) -> Match:
    return Match(challenger, champion, job.section(EvaluateConfig), derive_seed(job.seed, "bootstrap", TEST))


def _tested(job: Job) -> pd.DataFrame:
    predictions = pd.read_parquet(job.inputs["evaluate"].path(PREDICTIONS))
    return predictions[predictions["split"] == TEST].reset_index(drop=True)


def _point(job: Job) -> OperatingPoint | NotEvaluated:
    rule: Any = read_rules(job.inputs["evaluate"].read_json(METRICS))[operating_point.NAME]
    return rule if isinstance(rule, NotEvaluated) else operating_point.read_point(rule)


def _pick(predictions: pd.DataFrame, names: "pd.Series[str]") -> pd.DataFrame:
    return predictions.set_index("image_id").loc[names.tolist()].reset_index()
