"""Evidence of whole runs, invented."""

import pytest

from tests.unit.reporting.evidence_factory import build_evidence, empty_evidence, hostile_evidence, leaking_evidence


@pytest.fixture(scope="session")
def sound():
    return build_evidence()


@pytest.fixture(scope="session")
def leaking():
    return leaking_evidence()


@pytest.fixture(scope="session")
def empty():
    return empty_evidence()


@pytest.fixture(scope="session")
def hostile():
    return hostile_evidence()
