"""What is written about the module: docstrings, examples, the README."""

from __future__ import annotations

import dataclasses
import datetime
import doctest
import enum
import inspect
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import types
import uuid
from collections.abc import Iterator

import pytest
import serialref

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples" / "python"


def documented() -> Iterator[tuple[str, object]]:
    """Everything that is public, with its name."""
    for module in (serialref, serialref.stores, serialref.testing):
        yield module.__name__, module
        for name in module.__all__:
            thing = getattr(module, name)
            yield f"{module.__name__}.{name}", thing
            if not inspect.isclass(thing):
                continue
            for member in dir(thing):
                value = inspect.getattr_static(thing, member)
                is_ours = not member.startswith("_") and any(
                    member in vars(kind) for kind in thing.__mro__ if kind.__module__.startswith("serialref")
                )
                if is_ours and (callable(value) or hasattr(value, "__get__")) and not isinstance(value, enum.Enum):
                    yield f"{module.__name__}.{name}.{member}", getattr(thing, member)


THINGS = {name: thing for name, thing in documented() if not isinstance(thing, (enum.Enum, str, int))}


def test_everything_public_has_a_docstring() -> None:
    spoken = {name: inspect.getdoc(thing) or "" for name, thing in THINGS.items() if not isinstance(thing, types.UnionType)}
    # A dataclass without one has its signature in its place.
    assert [name for name, text in spoken.items() if not text or text.startswith(f"{name.split('.')[-1]}(")] == []


@pytest.mark.parametrize("name", [name for name, thing in THINGS.items() if ">>>" in (inspect.getdoc(thing) or "")])
def test_examples_in_docstrings_run(name: str) -> None:
    names = {
        "serialref": serialref, "uuid": uuid, "datetime": datetime, "io": io, "json": json, "pathlib": pathlib,
        "tempfile": tempfile, "dataclasses": dataclasses,
    }  # fmt: skip
    text = inspect.getdoc(THINGS[name]) or ""
    test = doctest.DocTestParser().get_doctest(text, names, name, None, 0)
    told: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.IGNORE_EXCEPTION_DETAIL | doctest.ELLIPSIS)
    runner.run(test, out=told.append)
    assert test.examples and not runner.failures, "".join(told)


@pytest.mark.parametrize("program", sorted({path.name for path in EXAMPLES.glob("*.py")} - {"custom_store.py"}))
def test_examples_run(program: str, tmp_path: pathlib.Path) -> None:
    environment = {**os.environ, "PYTHONWARNINGS": "error"}
    for _ in range(2):
        # The second time what the first has made is there again.
        run = subprocess.run(
            [sys.executable, str(EXAMPLES / program)],
            cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=100, check=False,
        )  # fmt: skip
        assert run.returncode == 0, run.stderr
        assert run.stdout


def test_the_readme_shows_the_example() -> None:
    example = (EXAMPLES / "hello.py").read_text(encoding="utf-8")
    shown = example.split('"""', 2)[2].strip()
    for readme in (ROOT / "README.md", ROOT / "serial-py" / "README.md"):
        blocks = re.findall(r"```python\n(.*?)```", readme.read_text(encoding="utf-8"), re.DOTALL)
        assert shown in [block.strip() for block in blocks], f"{readme} shows another program than hello.py"


@pytest.mark.parametrize("page", ["python.md", "code-space.md"])
def test_code_in_the_guides_runs(page: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / page).read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, object] = {}
    assert blocks
    for block in blocks:
        exec(compile(block, f"docs/{page}", "exec"), names)
