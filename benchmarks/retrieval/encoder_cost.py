"""What the encoder costs a process: its memory, its file, the time of a question."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from cci_app.language.encoder import word_table
from cci_app.language.encoder.encoding import encoded

MOST_MEGABYTES, MOST_MILLISECONDS = 120, 40

# In a process of its own, which has opened nothing yet.
_MEMORY = """
import sys
from pathlib import Path

from cci_app.language.encoder.encoding import encoded

def resident(kind):
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.split(":")[0] in kind)

before = [resident(("Rss",)), resident(("Private_Dirty",))]
for line in sys.stdin:
    encoded(line)
print(*(after - earlier for after, earlier in zip([resident(("Rss",)), resident(("Private_Dirty",))], before)))
"""


def cost(questions: Sequence[str]) -> tuple[str, bool]:
    """A line of figures, and whether they are within bounds."""
    size = Path(word_table.__file__).with_name("words.table").stat().st_size / 1e6
    child = subprocess.run(
        [sys.executable, "-c", _MEMORY],
        input="\n".join(questions),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    resident, own = (int(kilobytes) / 1000 for kilobytes in child.stdout.split())
    encoded(questions[0])
    times = []
    for question in questions:
        begun = time.perf_counter()
        encoded(question)
        times.append(1000 * (time.perf_counter() - begun))
    middle = statistics.median(times)
    memory = f"{resident:.0f} MB more memory, {own:.0f} MB of it the process's own"
    told = f"{size:.1f} MB file, {memory}, {middle:.2f} ms a question (median)"
    return f"encoder   {told}", resident < MOST_MEGABYTES and middle < MOST_MILLISECONDS
