"""`python -m cci_app.embedded.part gunicorn ...`: a program as a part of ours, which ends when it has ended.

An interpreter that ends takes its objects apart one by one: a second of processor time in each of our processes, spent
on memory that the system takes back at once, while somebody who pressed Ctrl-C waits.
"""

import atexit
import os
import runpy
import sys
from typing import NoReturn


def leave(asked: str | int | None) -> NoReturn:
    """End this process with a status as `sys.exit` reads it; what asked to be called at the end is called."""
    if isinstance(asked, str):
        sys.stderr.write(f"{asked}\n")
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1 if isinstance(asked, str) else (asked or 0) & 0xFF)


def main() -> NoReturn:
    """Run the module that the first argument names; the processes that it forks end the same way."""
    del sys.argv[0]
    try:
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    except SystemExit as end:
        leave(end.code)
    leave(0)


if __name__ == "__main__":
    main()
