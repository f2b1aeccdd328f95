"""The user's terminal: our own lines, and nobody else's noise."""

import logging
import os
import sys
import warnings
from pathlib import Path
from typing import NoReturn, TextIO

from flows.exposure import CLIENT_AUTH, SERVER_AUTH

NOISE_LOG = "noise.log"
_ENVIRONMENT = {
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "PREFECT_CLIENT_MAX_RETRIES": "60",  # each soon after the last; see flows/prefect_server.py
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",  # seconds; see deployments/automations/crash-zombie-runs.yaml
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    # Kept in memory, as is the default, who runs a deployment is forgotten with the server: its run would be ended, and
    # after a power cut the place of a run that is gone would stay taken for ever.
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "90",
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "1",  # TensorFlow leaves it out where a processor has no AVX-512; see docs/adr/0017
    "MPLBACKEND": "agg",
}


def prepare_environment(home: Path) -> None:
    """Set what Prefect, TensorFlow and Great Expectations read when they are imported; what the user has set stays.

    Args:
        home: Where the project keeps its files; Prefect's own go beside them.
    """
    defaults = {"MELANOMA_HOME": str(home), "PREFECT_HOME": str(home / "prefect"), **_ENVIRONMENT}
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
    if SERVER_AUTH in os.environ:  # what our servers ask for, our clients have to say
        os.environ.setdefault(CLIENT_AUTH, os.environ[SERVER_AUTH])
    warnings.simplefilter("ignore")


def keep_noise_out(home: Path) -> None:
    """Send what native libraries write to the terminal into a log file, and let only our own tasks speak.

    Native code writes to the process' descriptors, where no Python setting reaches it.

    Args:
        home: The log file is ``noise.log`` in it.
    """
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    terminal_out, terminal_err = _reopened(sys.stdout), _reopened(sys.stderr)
    noise = os.open(home / NOISE_LOG, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for descriptor in (1, 2):
        os.dup2(noise, descriptor)
    os.close(noise)
    sys.stdout, sys.stderr = terminal_out, terminal_err


def show_progress() -> None:
    """Write what our tasks tell, and our own warnings, to the terminal's standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("  %(message)s"))
    handler.addFilter(_is_ours)
    for name in ("prefect.task_runs", "prefect.flow_runs", "melanoma"):
        logging.getLogger(name).addHandler(handler)


def say(text: str) -> None:
    """Write one line to standard output."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    """Write one line to standard error."""
    sys.stderr.write(f"melanoma: {' '.join(text.split())}\n")
    sys.stderr.flush()


def end_at_once(text: str) -> NoReturn:
    """Write one line to standard error and end this process hard, with code 1, though nobody may read the line."""
    try:
        complain(text)
    finally:
        os._exit(1)


def _reopened(stream: TextIO) -> TextIO:
    stream.flush()
    return os.fdopen(os.dup(stream.fileno()), "w", encoding="utf-8", errors="replace", buffering=1)


def _is_ours(record: logging.LogRecord) -> bool:
    """Tell lines of our tasks from those of Prefect's engine, which uses the same loggers."""
    return record.name.startswith("melanoma") or (
        Path(record.pathname).parent.name == "tasks" and record.exc_info is None
    )
