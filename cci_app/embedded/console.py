"""One console for many parts: every line carries the name of who said it."""

import subprocess
import sys
import threading
from typing import IO

COLOURS = {"web": 32, "worker": 33, "beat": 35, "redis": 36, "postgres": 34}
WIDTH = max(map(len, COLOURS))


class Console:
    """Prints whole lines from several threads; goes on in silence when nobody listens any more."""

    def __init__(self, stream: IO[str] | None = None) -> None:
        self._stream = stream or sys.stdout
        self._coloured = self._stream.isatty()
        self._lock = threading.Lock()

    def say(self, text: str = "") -> None:
        """Print our own words."""
        with self._lock:
            try:
                self._stream.write(f"{text}\n")
                self._stream.flush()
            except (OSError, ValueError):  # the terminal or the pipe is gone; the parts still have to be stopped
                pass

    def follow(self, name: str, process: "subprocess.Popen[bytes]") -> threading.Thread:
        """Print what a part says until it closes its output."""
        thread = threading.Thread(target=self._relay, args=(name, process), daemon=True, name=f"console-{name}")
        thread.start()
        return thread

    def _relay(self, name: str, process: "subprocess.Popen[bytes]") -> None:
        prefix = f"{name:<{WIDTH}} |"
        if self._coloured:
            prefix = f"\033[{COLOURS.get(name, 0)}m{prefix}\033[0m"
        if process.stdout is None:
            return
        with process.stdout as lines:
            for line in lines:
                self.say(f"{prefix} {line.decode('utf-8', 'replace').rstrip()}")
