"""The Prefect UI as its user sees it: `melanoma serve` in a fresh home, a run by its form, a retry, a schedule.

One server and two runs, in the order of the tests; each step is a fixture of the module.
"""

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from melanoma.config.synthetic import SyntheticConfig
from melanoma.data.synthetic.dataset import draw_dataset
from tests.browser.opened_page import SCREENS, keep_screen
from tests.prefect_api import TERMINAL, ask
from tests.processes import free_port, wait_for

pytestmark = pytest.mark.xdist_group("prefect-ui")
LOOK_S = 60
RUNS_BEFORE = 2  # the one that failed, and its retry
SEED = 7
SMALL = (
    "robustness.enabled=false",
    "explain.enabled=false",
)
STAGES = ("ingest", "validate", "split", "balance", "train", "evaluate", "robustness", "explain", "report")
DONE_BEFORE_FAILURE = STAGES[:5]


@dataclass
class Screen:
    """The UI in a browser, the API behind it, and the hosts that the browser asked."""

    page: object
    address: str
    serving: subprocess.Popen
    hosts: set[str] = field(default_factory=set)

    def ask(self, path, body=None, method=None):
        return ask(f"{self.address}/api", path, body, method)

    def wait(self, condition):
        return wait_for(condition, self.serving)

    def deployments(self):
        return {entry["name"]: entry for entry in self.ask("/deployments/filter", {})}

    def wait_for_run(self, deployment, count=1):
        """Return the last run of a deployment once it has been started so often and has ended."""
        wanted = {"flow_runs": {"deployment_id": {"any_": [deployment["id"]]}}, "sort": "START_TIME_DESC"}

        def ended():
            return [
                run
                for run in self.ask("/flow_runs/filter", wanted)
                if run["state_type"] in TERMINAL and run["run_count"] == count
            ]

        return self.wait(ended)[0]

    def states(self, run):
        """Return the names of the last states of a run's stages."""
        tasks = self.ask("/task_runs/filter", {"flow_runs": {"id": {"any_": [run["id"]]}}, "sort": "END_TIME_DESC"})
        states = {}
        for task in tasks:
            states.setdefault(task["name"].split(" · ")[0], task["state_name"])
        return states

    def artifact(self, run, key):
        wanted = {"flow_runs": {"id": {"any_": [run["id"]]}}, "artifacts": {"key": {"any_": [key]}}}
        return self.ask("/artifacts/filter", {**wanted, "sort": "CREATED_DESC"})[0]

    def open(self, path, *texts):
        """Open a page and wait until it shows some texts."""
        self.page.goto(f"{self.address}{path}")
        self.see(*texts)

    def see(self, *texts):
        for text in texts:
            self.page.get_by_text(text).first.wait_for(timeout=LOOK_S * 1000)

    def keep_graph(self, name):
        self.page.locator("canvas").first.wait_for()
        if os.environ.get(SCREENS):
            self.page.wait_for_timeout(2000)  # it draws itself in
        keep_screen(self.page, name)

    def open_artifact(self, run, key, *texts):
        self.open(f"/artifacts/artifact/{self.artifact(run, key)['id']}", *texts)
        keep_screen(self.page, f"ui-artifact-{key}")


@pytest.fixture(scope="module")
def command(tmp_path_factory, make_command):
    return make_command(tmp_path_factory.mktemp("ui"))


@pytest.fixture(scope="module")
def data(command, drawn_set, copy_of_set):
    return copy_of_set(drawn_set, command.user / "clinic")


@pytest.fixture(scope="module")
def screen(chromium, command, data, start_lasting):
    """`melanoma serve` in a fresh home, started as a user does from a folder of their own, and a browser on its UI."""
    port = free_port()
    program = [sys.executable, "-m", "flows.command_line", "serve", "--data", str(data), "--port", str(port)]
    options = {"end_by": signal.SIGTERM, "env": command.environment, "cwd": command.user}
    serving = start_lasting([*program, *command.quick(*SMALL)], command.user / "serve.log", **options)
    context = chromium.new_context(viewport={"width": 1400, "height": 1000})
    shown = Screen(context.new_page(), f"http://127.0.0.1:{port}", serving)
    context.on("request", lambda request: shown.hosts.add(urlsplit(request.url).netloc))
    shown.wait(lambda: len(shown.deployments()) >= 2)
    yield shown
    context.close()


@pytest.fixture(scope="module")
def failed(screen, command):
    """A run that was started by the form of `full` with another seed, and that could not write its evaluation."""
    full = screen.deployments()["full"]
    screen.open(f"/deployments/deployment/{full['id']}", "full")
    screen.page.get_by_role("button", name="Run", exact=True).click()
    screen.page.get_by_text("Custom run").click()
    screen.see("Every random choice derives from it", "What to do, stage by stage")
    seed = screen.page.locator(".p-label", has_text="Seed (Optional)").last.locator("input")
    seed.fill(str(SEED))
    keep_screen(screen.page, "ui-form")
    (command.home / "artifacts").mkdir(exist_ok=True)
    (command.home / "artifacts" / "evaluate").touch()  # a file where a folder has to be
    screen.page.get_by_role("button", name="Submit").click()
    return screen.wait_for_run(full)


@pytest.fixture(scope="module")
def retried(screen, command, failed):
    """The same run after its user has mended the home and clicked Retry."""
    (command.home / "artifacts" / "evaluate").unlink()
    screen.open(f"/runs/flow-run/{failed['id']}", failed["name"])
    screen.page.get_by_role("button", name="Retry").click()
    screen.page.get_by_role("dialog").get_by_role("button", name="Retry").click()
    return screen.wait_for_run(screen.deployments()["full"], count=2)


@pytest.fixture(scope="module")
def retrained(screen, command, data, retried, tmp_path_factory):
    """A retraining that its schedule started after images were added, against the first run as champion."""
    (record,) = [entry["run_id"] for entry in command.status() if entry["status"] == "finished"]
    promoted = command("promote", record)
    assert promoted.code == 0, promoted.err
    more = tmp_path_factory.mktemp("more") / "set"
    draw_dataset(more, SyntheticConfig(images=72, size_px=64, seed=9))
    for number, path in enumerate(sorted(more.glob("T*/*/*.jpg"))):
        shutil.copy(path, data / path.parent.relative_to(more) / f"ISIC_{8_000_000 + number}.jpg")
    weekly = screen.deployments()["weekly-retrain"]
    soon = (datetime.now(UTC) + timedelta(seconds=10)).isoformat()
    schedule = {"interval": 60, "anchor_date": soon, "timezone": "UTC"}
    (made,) = screen.ask(f"/deployments/{weekly['id']}/schedules", [{"active": True, "schedule": schedule}])
    screen.wait(lambda: len(command.status()) == RUNS_BEFORE + 1)
    screen.ask(f"/deployments/{weekly['id']}/schedules/{made['id']}", method="DELETE")  # once is enough
    return screen.wait_for_run(weekly)


def test_the_deployments_are_shown_with_their_schedules(screen):
    screen.open("/deployments", "full", "weekly-retrain", "Ready")
    keep_screen(screen.page, "ui-deployments")
    weekly = screen.deployments()["weekly-retrain"]
    screen.open(f"/deployments/deployment/{weekly['id']}", "At 03:00 AM, only on Monday", "flows.retrain.retrain")
    keep_screen(screen.page, "ui-weekly-retrain")
    wanted = {"flow_runs": {"deployment_id": {"any_": [weekly["id"]]}, "state": {"name": {"any_": ["Scheduled"]}}}}
    planned = screen.wait(lambda: screen.ask("/flow_runs/filter", wanted))
    screen.open(f"/deployments/deployment/{weekly['id']}?tab=Upcoming", planned[0]["name"], "Scheduled")
    keep_screen(screen.page, "ui-upcoming")


def test_a_run_by_the_form_takes_its_changed_parameter_and_says_why_it_failed(screen, command, failed):
    assert failed["state_name"] == "Failed"
    assert failed["parameters"]["config"]["seed"] == SEED
    states = screen.states(failed)
    wanted = {**dict.fromkeys(DONE_BEFORE_FAILURE, "Completed"), "evaluate": "Failed"}
    assert {stage: states.get(stage) for stage in wanted} == wanted
    assert not {"robustness", "explain", "report"} & set(states)
    (entry,) = command.status()
    digest = command.record(entry["run_id"])["data_digest"][:8]
    assert failed["name"] == f"clinic · cnn · grouped · {digest}"
    screen.open(f"/runs/flow-run/{failed['id']}", failed["name"], "Failed", f"data {digest}", "split: done in")
    keep_screen(screen.page, "ui-failed")
    screen.open_artifact(failed, "run", f"Run {entry['run_id']}: failed", "FileExistsError")


def test_a_retry_from_the_ui_reuses_what_was_finished(screen, retried, failed):
    assert (retried["id"], retried["state_name"]) == (failed["id"], "Completed")
    states = screen.states(retried)
    assert {stage: states[stage] for stage in STAGES} == {
        stage: "Cached" if stage in DONE_BEFORE_FAILURE else "Completed" for stage in STAGES
    }


def test_the_page_of_a_run_shows_its_graph_and_all_that_it_left(screen, retried):
    screen.open(f"/runs/flow-run/{retried['id']}", retried["name"], "Completed", "cnn")
    screen.keep_graph("ui-run")
    screen.page.locator(".p-tab", has_text="Task Runs").click()
    screen.see("train · cnn", "Cached")
    keep_screen(screen.page, "ui-task-runs")
    screen.page.locator(".p-tab", has_text="Artifacts").click()
    screen.see("confusion-matrix", "What was predicted for each diagnosis, on test rows", "metrics")
    keep_screen(screen.page, "ui-artifacts")


@pytest.mark.parametrize(
    ("key", "texts"),
    [
        ("findings", ["label_conflict", "critical"]),
        ("metrics", ["Balanced accuracy", "Melanoma sensitivity"]),
        ("summary", ["test balanced accuracy", "report.html"]),
        ("train-progress", ["epoch 2/2 · accuracy", "Progress: 100%"]),
        ("run", ["finished", "clinic", "Cached", "melanoma report"]),
    ],
)
def test_an_artifact_is_readable(screen, retried, key, texts):
    screen.open_artifact(retried, key, *texts)


@pytest.mark.parametrize("key", ["confusion-matrix", "training-curves"])
def test_a_picture_is_shown(screen, retried, key):
    screen.open_artifact(retried, key)
    picture = screen.page.locator("img[src^='data:image/png']")
    picture.wait_for()
    assert picture.evaluate("image => image.naturalWidth") > 500


def test_a_reused_stage_leads_to_the_task_run_that_made_it(screen, retried):
    wanted = {"flow_runs": {"id": {"any_": [retried["id"]]}}, "artifacts": {"key": {"any_": ["reused"]}}}
    links = screen.ask("/artifacts/filter", wanted)
    assert len(links) == len(DONE_BEFORE_FAILURE)
    (link,) = [entry for entry in links if "decides train has" in entry["description"]]
    screen.open(f"/artifacts/artifact/{link['id']}")
    with screen.page.context.expect_page() as opened:
        screen.page.get_by_text("train of run").click()
    opened.value.get_by_text("train: done in").wait_for()
    keep_screen(opened.value, "ui-made-by")
    opened.value.close()


def test_a_scheduled_retraining_judges_its_challenger_and_the_ui_shows_it(screen, command, retrained):
    assert retrained["auto_scheduled"]
    run_id = command.status()[-1]["run_id"]
    decided = command.record(run_id)["promotion"]["action"]
    assert retrained["state_name"] == ("Completed" if decided == "promote" else "Failed")
    screen.open(f"/runs/flow-run/{retrained['id']}", retrained["name"], "weekly-retrain")
    screen.keep_graph("ui-retrained")
    screen.open_artifact(retrained, "source", "79 new")
    screen.open_artifact(retrained, "gates", "balanced_accuracy", "melanoma_sensitivity", "verdict")
    screen.open_artifact(retrained, "promotion", f"The challenger is {decided}d", "promotion.html")
    screen.open_artifact(retrained, "run", run_id)


def test_the_browser_asked_nobody_but_the_server(screen, retrained):
    assert screen.hosts - {""} == {urlsplit(screen.address).netloc}  # pictures within a page have no host
