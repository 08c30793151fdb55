"""Other processes: forked and spawned ones, other interpreters, and other programs with the same file."""

from __future__ import annotations

import multiprocessing
import os
import pathlib
import sqlite3
import subprocess
import sys
import textwrap
import warnings
from multiprocessing.connection import Connection

import pytest
import serialref
from serialref import Registry


def in_a_fork(work: object, *arguments: object) -> object:
    """What a function returns in a forked child."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    with warnings.catch_warnings():
        # From 3.12 on, where there are threads.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = context.Process(target=_call, args=(theirs, work, *arguments))
        child.start()
    theirs.close()
    result = ours.recv()
    child.join()
    assert child.exitcode == 0
    return result


def _call(pipe: Connection, work: object, *arguments: object) -> None:
    try:
        pipe.send(work(*arguments))  # type: ignore[operator]
    except BaseException as error:
        # A cause does not outlive pickling.
        pipe.send((type(error), str(error.__cause__)))


def test_a_forked_child_is_told_to_open_its_own(registry: Registry) -> None:
    tags = registry.create_group("Service tags", kind="continuous")
    tag = tags.create()
    for call in (tags.create, tags.codes, lambda: len(tags), lambda: registry.lookup(tag.code), lambda: list(tags)):
        refused = in_a_fork(call)
        assert refused == (
            serialref.StoreUnavailableError,
            "the registry was opened before this process was forked; open one in the child",
        )
    assert in_a_fork(lambda: tag.code) == tag.code and tags.create().row == 2


def _issue(path: str) -> list[str]:
    with serialref.open(path) as registry:
        group = registry.find_group("Tags")
        assert group is not None
        return [group.create().code for _ in range(50)]


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_processes_share_a_file(method: str, tmp_path: pathlib.Path) -> None:
    path = f"sqlite:{tmp_path / 'line.db'}"
    with serialref.open(path) as registry:
        registry.create_group("Tags", kind="continuous", preset="digits", length=4, order="sequential")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        with multiprocessing.get_context(method).Pool(3) as pool:
            codes = [code for issued in pool.map(_issue, [path] * 6) for code in issued]
    assert sorted(codes) == [f"{number:04}" for number in range(1, 301)]


def test_a_child_in_memory_never_repeats_its_parent() -> None:
    def draw() -> list[str]:
        return Registry().create_group("Tags", kind="batch").create_batch(10).codes()

    draw()
    child = in_a_fork(draw)
    assert isinstance(child, list) and not set(child) & set(draw())


def test_a_second_interpreter_gets_an_import_error() -> None:
    program = """
        import sys
        import serialref
        try:
            import _interpreters as interpreters
        except ImportError:
            import _xxsubinterpreters as interpreters
        code = '''
        try:
            import serialref
        except ImportError as error:
            print("refused:", error)
        else:
            print("imported")
        '''
        import textwrap
        id = interpreters.create()
        failure = interpreters.run_string(id, textwrap.dedent(code))
        assert failure is None, failure
        interpreters.destroy(id)
        print(len(serialref.Registry().create_group("Tags", kind="continuous").create().code))
    """
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stderr
    first, last = run.stdout.splitlines()
    assert first.startswith("refused:") and last == "25"


def test_the_sqlite_of_python_on_the_same_file_loses_nothing(tmp_path: pathlib.Path) -> None:
    """Opening and closing a file with a second copy of SQLite drops a process's locks, unless these are the right ones."""
    path = tmp_path / "line.db"
    with serialref.open(path, durability="program_crash") as registry:
        registry.create_group("Tags", kind="continuous", limits=serialref.GroupLimits(max_live=serialref.UNLIMITED))
    program = """
        import pathlib, sqlite3, sys
        import serialref
        path, count = pathlib.Path(sys.argv[1]), int(sys.argv[2])
        with serialref.open(path, durability="program_crash") as registry:
            tags = registry.find_group("Tags")
            for number in range(count):
                print(tags.create().code, flush=True)
                if number % 3 == 0:
                    other = sqlite3.connect(path)
                    other.execute("SELECT count(*) FROM sqlite_master").fetchone()
                    other.close()
    """
    command = [sys.executable, "-c", textwrap.dedent(program), str(path), "300"]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    acknowledged = [line for child in children for line in child.communicate(timeout=120)[0].split()]
    assert all(child.returncode == 0 for child in children) and len(acknowledged) == 900
    with serialref.open(path) as registry:
        tags = registry.find_group("Tags")
        assert tags is not None and sorted(tags.codes()) == sorted(acknowledged) and len(set(acknowledged)) == 900
    other = sqlite3.connect(path)
    assert other.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    other.close()


def test_a_program_that_has_nothing_but_the_package_works(tmp_path: pathlib.Path) -> None:
    program = "import serialref; print(serialref.__version__, serialref.Registry().create_group('A', kind='batch').create_batch(2).size)"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    run = subprocess.run(
        [sys.executable, "-I", "-W", "error", "-c", program],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert run.stdout.split()[1] == "2"
