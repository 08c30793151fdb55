"""What several tests use. They run against the installed package, never against the source tree."""

from __future__ import annotations

import pathlib
import sys
from collections.abc import Iterator

import pytest
import serialref

HERE = pathlib.Path(__file__).resolve().parent

# The store that is an example is tested, and used, by several tests.
sys.path.insert(0, str(HERE.parents[1] / "examples" / "python"))


def pytest_configure() -> None:
    source = HERE.parent / "python"
    installed = pathlib.Path(serialref.__file__).resolve()
    if source in installed.parents:
        raise pytest.UsageError(f"the tests are for the installed package, and this is {installed}")


@pytest.fixture(params=["memory", "sqlite"])
def registry(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> Iterator[serialref.Registry]:
    """An empty registry, in memory and in a file."""
    if request.param == "memory":
        opened = serialref.Registry()
    else:
        opened = serialref.open(tmp_path / "line.db", durability="program_crash")
    with opened:
        yield opened


@pytest.fixture
def pumps(registry: serialref.Registry) -> serialref.Group:
    return registry.create_group("Pump AX-100", kind="batch", preset="digits", length=6, order="sequential")


@pytest.fixture
def tags(registry: serialref.Registry) -> serialref.Group:
    return registry.create_group("Service tags", kind="continuous")
