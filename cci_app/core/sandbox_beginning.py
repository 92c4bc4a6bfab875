"""A program, not a module: gives up what `sandbox.run` allows no program, and becomes the one that it is told.

Its arguments are the limits as JSON, the program and the program's own arguments.
"""

import ctypes
import json
import platform
import resource
import runpy
import signal
import struct
import sys
from contextlib import suppress

_KILLED_WITH_PARENT, _NO_NEW_PRIVILEGES, _SYSTEM_CALLS = 1, 38, 22  # prctl(2): PR_SET_PDEATHSIG and so on
_BY_FILTER = 2
# What the kernel calls the architecture, and its numbers of setpgid, setsid, socket, execve, execveat: no way out of
# the group that is killed, no connection, no other program. io_uring_setup, which goes past all of them, is 425.
_REFUSED = {
    "x86_64": (0xC000003E, (109, 112, 41, 59, 322, 425)),
    "aarch64": (0xC00000B7, (154, 157, 198, 221, 281, 425)),
}
# Numbers from here on are those of another way to call on x86_64.
_OTHER_NUMBERS = 0x40000000
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER_AT, _ARCHITECTURE_AT = 0, 4
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050001  # SECCOMP_RET_ALLOW; SECCOMP_RET_ERRNO with EPERM


def _limit(processor: int, memory: int, files: int) -> None:
    """Bound what this process may take. At the harder limit of processor time it cannot catch the signal."""
    limits = {
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_FSIZE: (0, 0),
        resource.RLIMIT_NOFILE: (files, files),
        resource.RLIMIT_CPU: (processor, processor + 1),
        resource.RLIMIT_AS: (memory, memory),
    }
    for which, bounds in limits.items():
        # macOS refuses some of them; there the caller's wall clock remains.
        with suppress(ValueError, OSError):
            resource.setrlimit(which, bounds)


def _filter(architecture: int, refused: tuple[int, ...]) -> bytes:
    """The kernel's little program over each system call (seccomp(2)): these numbers are refused, the others allowed."""
    steps = [(_LOAD, 0, 0, _ARCHITECTURE_AT), (_EQUAL, 1, 0, architecture), (_RETURN, 0, 0, _REFUSE)]
    steps += [(_LOAD, 0, 0, _NUMBER_AT), (_AT_LEAST, len(refused) + 1, 0, _OTHER_NUMBERS)]
    steps += [(_EQUAL, len(refused) - place, 0, number) for place, number in enumerate(refused)]
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def _close_in() -> None:
    """On Linux: end with the parent, and be refused what would lead out of here. Elsewhere nothing."""
    if platform.system() != "Linux" or platform.machine() not in _REFUSED:
        return
    program = _filter(*_REFUSED[platform.machine()])
    steps = ctypes.create_string_buffer(program, len(program))
    described = struct.pack("@HP", len(program) // 8, ctypes.addressof(steps))
    control = ctypes.CDLL(None).prctl
    # An older kernel, or one that is emulated, may know none of it: the limits above hold there too.
    control(_KILLED_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
    control(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    control(_SYSTEM_CALLS, _BY_FILTER, ctypes.create_string_buffer(described, len(described)), 0, 0)


def main() -> None:
    """Give up everything that is not needed, and run the program."""
    limits, program, *arguments = sys.argv[1:]
    _limit(**json.loads(limits))
    _close_in()
    sys.argv = [program, *arguments]
    runpy.run_path(program, run_name="__main__")


if __name__ == "__main__":
    main()
