"""What several tests use. They run against the installed package, never against the source tree."""

from __future__ import annotations

import os
import pathlib
import sys
import uuid
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


#: An empty database for these tests; ``cargo xtask python`` starts a server and names one.
DATABASE = os.environ.get("SERIALREF_TEST_POSTGRES")


@pytest.fixture
def schema() -> str:
    """A part of the database that no other test uses."""
    return f"test_{uuid.uuid4().hex}"


@pytest.fixture(params=["memory", "sqlite", "python", *(["postgres"] if DATABASE else [])])
def registry(request: pytest.FixtureRequest, tmp_path: pathlib.Path, schema: str) -> Iterator[serialref.Registry]:
    """An empty registry: in memory, in a file, in a store written in Python, and on a server where there is one."""
    if request.param == "memory":
        opened = serialref.Registry()
    elif request.param == "sqlite":
        opened = serialref.open(tmp_path / "line.db", durability="program_crash")
    elif request.param == "python":
        from custom_store import DictStore

        opened = serialref.Registry(DictStore())
    else:
        opened = serialref.open(str(DATABASE), schema=schema)
    with opened:
        yield opened


@pytest.fixture
def pumps(registry: serialref.Registry) -> serialref.Group:
    return registry.create_group("Pump AX-100", kind="batch", preset="digits", length=6, order="sequential")


@pytest.fixture
def tags(registry: serialref.Registry) -> serialref.Group:
    return registry.create_group("Service tags", kind="continuous")
