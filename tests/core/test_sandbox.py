"""A program in a process with limits, and each limit with a program that goes past it."""

import os
import platform
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from cci_app.core.sandbox import Allowance, Exceeded, Excess, run

ALLOWED = Allowance(seconds=20.0, processor_seconds=10, memory_bytes=256 * 1024**2, output_bytes=1024**2)
linux_only = pytest.mark.skipif(platform.system() != "Linux", reason="the filter of system calls is Linux's")

Program = Callable[[str], Path]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    def write(source: str) -> Path:
        path = tmp_path / "program.py"
        path.write_text(textwrap.dedent(source))
        return path

    return write


def excess_of(path: Path, allowed: Allowance = ALLOWED, data: bytes = b"") -> Exceeded:
    with pytest.raises(Exceeded) as raised:
        run(path, [], data, allowed)
    return raised.value


def test_a_program_gets_its_input_and_arguments_and_gives_its_output(program: Program) -> None:
    path = program("import sys; print(__name__, sys.argv[1:], len(sys.stdin.buffer.read()))")
    assert run(path, ["a b", "é"], b"x" * 3_000_000, ALLOWED) == b"__main__ ['a b', '\xc3\xa9'] 3000000\n"


def test_output_comes_while_input_is_given(program: Program) -> None:
    echo = program("import sys\nfor line in sys.stdin.buffer: sys.stdout.buffer.write(line)")
    data = b"0123456789\n" * 50_000
    assert run(echo, [], data, ALLOWED) == data


def test_input_that_is_not_read_stops_nothing(program: Program) -> None:
    assert run(program("print('enough')"), [], b"x" * 3_000_000, ALLOWED) == b"enough\n"


def test_the_environment_is_empty(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    path = program("import os; print(sorted(os.environ), os.getcwd())")
    monkeypatch.setenv("A_SECRET_OF_OURS", "x")
    # The control: without the sandbox it is seen.
    seen = subprocess.run([sys.executable, "-I", str(path)], capture_output=True, check=True).stdout
    assert b"A_SECRET_OF_OURS" in seen
    assert run(path, [], b"", ALLOWED) in {b"['LANG'] /\n", b"['LANG', 'LC_CTYPE'] /\n"}


def test_one_that_never_ends_is_ended_by_the_clock(program: Program) -> None:
    began = time.monotonic()
    ended = excess_of(program("import time; time.sleep(60)"), replace(ALLOWED, seconds=1.0))
    assert ended.excess is Excess.TIME
    assert time.monotonic() - began < 10


def test_one_that_says_nothing_more_but_stays_is_ended_by_the_clock(program: Program) -> None:
    silent = program("import os, time\nfor pipe in (0, 1, 2): os.close(pipe)\ntime.sleep(60)")
    assert excess_of(silent, replace(ALLOWED, seconds=1.0)).excess is Excess.TIME


def test_one_that_turns_in_circles_is_ended_by_its_processor_time(program: Program) -> None:
    assert excess_of(program("while True: pass"), replace(ALLOWED, processor_seconds=1)).excess is Excess.PROCESSOR_TIME


def test_one_that_lets_the_signal_pass_is_ended_all_the_same(program: Program) -> None:
    deaf = program("import signal; signal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass")
    assert excess_of(deaf, replace(ALLOWED, processor_seconds=1)).code == -signal.SIGKILL


def test_one_that_asks_for_much_memory_does_not_get_it(program: Program) -> None:
    path = program("print(len(bytearray(300 * 1024**2)))")
    assert excess_of(path).excess is Excess.MEMORY
    assert run(path, [], b"", replace(ALLOWED, memory_bytes=1024**3)) == b"314572800\n"


def test_one_that_says_too_much_is_ended(program: Program) -> None:
    path = program("import sys\nwhile True: sys.stdout.write('x' * 65536)")
    assert excess_of(path).excess is Excess.OUTPUT


def test_what_it_complains_of_is_bounded_too(program: Program) -> None:
    path = program("import sys\nfor _ in range(300): sys.stderr.write('x' * 65536)\nraise LookupError('of whom it is')")
    ended = excess_of(path)
    assert (ended.excess, ended.error) == (Excess.FAULT, "LookupError")
    assert "of whom" not in str(ended)


def test_one_that_crashes_says_so(program: Program) -> None:
    assert excess_of(program("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")).excess is Excess.CRASH


def test_it_writes_no_file_and_opens_few(program: Program, tmp_path: Path) -> None:
    written = program(f"with open({str(tmp_path / 'left')!r}, 'w') as file: file.write('x' * 10)")
    assert excess_of(written).error == "OSError"
    assert (tmp_path / "left").stat().st_size == 0
    many = program("files = [open(__file__) for _ in range(100)]")
    assert excess_of(many).error == "OSError"
    assert run(many, [], b"", replace(ALLOWED, open_files=200)) == b""


def test_what_it_leaves_behind_is_killed(program: Program) -> None:
    path = program("""
        import os, time
        child = os.fork()
        if child == 0:
            for pipe in (0, 1, 2):
                os.close(pipe)
            time.sleep(60)
        print(child)
        """)
    left = int(run(path, [], b"", ALLOWED))
    until = time.monotonic() + 5
    while psutil.pid_exists(left) and psutil.Process(left).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < until
        time.sleep(0.01)


@linux_only
@pytest.mark.parametrize(
    "source",
    [
        "import socket; socket.socket()",
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import os; os.execv('/bin/true', ['true'])",
        "import os; os.fork() or os.setsid(); os.setpgid(0, 0)",
    ],
)
def test_no_way_leads_out(program: Program, source: str) -> None:
    assert excess_of(program(source)).error == "PermissionError"


@linux_only
def test_it_ends_with_the_process_that_asked(program: Program, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    stays = program(f"open({str(begun)!r}, 'w').close(); import time; time.sleep(60)")
    asking = (
        "from pathlib import Path; from cci_app.core.sandbox import Allowance, run;"
        f"run(Path({str(stays)!r}), [], b'', Allowance(60.0, 10, 2**28, 100))"
    )
    process = subprocess.Popen([sys.executable, "-c", asking], cwd=Path(__file__).parents[2])
    until = time.monotonic() + 15
    try:
        while not begun.exists():
            assert time.monotonic() < until
            time.sleep(0.05)
        children = psutil.Process(process.pid).children()
        assert children
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []
