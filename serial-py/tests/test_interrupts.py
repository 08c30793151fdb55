"""Ctrl-C during long work, and what the interpreter does at its end."""

from __future__ import annotations

import pathlib
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest
import serialref


def interrupted(work: str, tmp_path: pathlib.Path, seconds: float = 0.5) -> tuple[float, str]:
    """Runs a program, interrupts it after a while, and says how long it took to answer and what it said."""
    prelude = """
        import io, os, signal, sys, threading, time
        import serialref
        from serialref import Limits, stores

        # A program that was started in the background may have been told to ignore it.
        signal.signal(signal.SIGINT, signal.default_int_handler)

        def answered(work):
            sent = []
            def interrupt():
                time.sleep(SECONDS)
                sent.append(time.perf_counter())
                os.kill(os.getpid(), signal.SIGINT)
            threading.Thread(target=interrupt, daemon=True).start()
            try:
                work()
            except KeyboardInterrupt:
                print("answered", time.perf_counter() - sent[0], flush=True)
            else:
                print("never", flush=True)
    """
    program = textwrap.dedent(prelude).replace("SECONDS", str(seconds)) + textwrap.dedent(work)
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert run.returncode == 0, run.stderr
    first, *rest = run.stdout.splitlines()
    assert first.startswith("answered"), run.stdout
    return float(first.split()[1]), "\n".join(rest)


# Generous, because the machine may be busy: what is not answered takes many seconds.
SOON = 0.1


def soon(work: str, tmp_path: pathlib.Path, seconds: float = 0.5) -> str:
    times = []
    for _ in range(3):
        took, said = interrupted(work, tmp_path, seconds)
        times.append(took)
        if took < SOON:
            return said
    raise AssertionError(f"an interruption was answered after {min(times):.3f} s")


def test_a_huge_batch_is_interrupted(tmp_path: pathlib.Path) -> None:
    soon(
        """
        registry = serialref.Registry(limits=Limits.unlimited())
        group = registry.create_group("Many", kind="batch")
        def work():
            while True:
                group.create_batch(5_000_000)
        answered(work)
        """,
        tmp_path,
    )


def test_reading_and_exporting_are_interrupted(tmp_path: pathlib.Path) -> None:
    for work in ("group.codes()", "list(group)", "group.export(io.BytesIO(), format='csv')", "group.__arrow_c_stream__()"):
        soon(
            f"""
            registry = serialref.Registry(limits=Limits.unlimited())
            group = registry.create_group("Many", kind="batch")
            group.create_batch(1_000_000)
            def work():
                while True:
                    {work}
            answered(work)
            """,
            tmp_path,
            seconds=0.8,
        )


def test_an_import_is_interrupted_while_it_is_read(tmp_path: pathlib.Path) -> None:
    soon(
        """
        group = serialref.Registry().create_group("Many", kind="batch", preset="digits", length=12)
        class Endless:
            def __init__(self): self.number = 0
            def read(self, size):
                lines = "".join(f"{self.number + line:012}\\n" for line in range(4000))
                self.number += 4000
                return ("code\\n" if self.number == 4000 else "") + lines
        answered(lambda: group.review_import(Endless(), format="csv"))
        """,
        tmp_path,
    )


def test_waiting_for_a_busy_file_is_interrupted_and_nothing_is_lost(tmp_path: pathlib.Path) -> None:
    said = soon(
        """
        import sqlite3
        path = f"busy-{time.time_ns()}.db"
        registry = serialref.open("sqlite:" + path)
        tags = registry.create_group("Service tags", kind="continuous")
        tags.create()
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        answered(tags.create)
        other.execute("ROLLBACK")
        other.close()
        code = tags.create().code
        print(code in registry, tags.issued in (2, 3))
        """,
        tmp_path,
    )
    assert said == "True True"


def test_a_store_in_python_is_interrupted_where_it_is(tmp_path: pathlib.Path) -> None:
    store = pathlib.Path(__file__).resolve().parents[2] / "examples" / "python"
    soon(
        f"""
        sys.path.insert(0, {str(store)!r})
        from custom_store import DictStore
        class Slow(DictStore):
            def append(self, plan):
                while True:
                    time.sleep(0.01)
        tags = serialref.Registry(Slow()).create_group("Service tags", kind="continuous")
        answered(tags.create)
        """,
        tmp_path,
    )


def test_the_interpreter_ends_while_calls_and_iterators_are_under_way(tmp_path: pathlib.Path) -> None:
    program = """
        import sys, threading, time
        import serialref
        registry = serialref.open("sqlite:line.db")
        tags = registry.create_group("Service tags", kind="continuous", limits=serialref.GroupLimits(max_live=serialref.UNLIMITED))
        def issue():
            while True:
                tags.create()
        threading.Thread(target=issue, daemon=True).start()
        iterator = iter(tags)
        try:
            raise serialref.GroupNotFoundError("kept until the end", group_id=1)
        except serialref.Error as error:
            sys.kept = (registry, tags, iterator, error, tags.delete([]))
        time.sleep(0.2)
    """
    for _ in range(3):
        (tmp_path / "line.db").unlink(missing_ok=True)
        run = subprocess.run(
            [sys.executable, "-W", "error", "-c", textwrap.dedent(program)],
            cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert (run.returncode, run.stderr) == (0, "")


def test_a_signal_handler_runs_while_a_call_waits(tmp_path: pathlib.Path) -> None:
    import sqlite3

    registry = serialref.open(tmp_path / "line.db")
    tags = registry.create_group("Service tags", kind="continuous")
    other = sqlite3.connect(tmp_path / "line.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    handled: list[float] = []

    def handler(number: int, frame: object) -> None:
        handled.append(time.perf_counter())
        other.execute("ROLLBACK")

    before = signal.signal(signal.SIGUSR1, handler)
    try:
        threading.Timer(0.3, lambda: signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)).start()
        assert tags.create().row == 1 and len(handled) == 1
    finally:
        signal.signal(signal.SIGUSR1, before)
        other.close()


def test_an_interruption_of_progress_comes_through(tmp_path: pathlib.Path) -> None:
    group = serialref.Registry().create_group("Tags", kind="batch")
    group.create_batch(100)

    def stop(done: int) -> None:
        raise SystemExit(7)

    with pytest.raises(SystemExit) as caught:
        group.export(tmp_path / "labels.csv", progress=stop)
    assert caught.value.code == 7
