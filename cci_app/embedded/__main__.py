"""`python -m cci_app.embedded`: the whole product, until Ctrl-C."""

import sys

from pydantic import ValidationError

from cci_app.embedded.console import Console
from cci_app.embedded.errors import CannotStart
from cci_app.embedded.launch import Launch
from cci_app.embedded.local import Local
from cci_app.embedded.supervisor import StopAsked, Supervisor
from config.settings import ROOT, Settings


def main() -> int:
    """Run everything; the exit status says whether the end was asked for."""
    console = Console()
    try:
        settings = Settings()
    except ValidationError as problem:
        for error in problem.errors():
            console.say(f"{'.'.join(map(str, error['loc'])).upper() or 'Settings'}: {error['msg']}")
        return 1
    try:
        with Local(ROOT / ".local") as local:
            return supervise(settings, local, console)
    except CannotStart as problem:
        console.say(str(problem))
        return 1


def supervise(settings: Settings, local: Local, console: Console) -> int:
    """Run until a signal or the end of a part, and leave nothing behind."""
    supervisor = Supervisor(console, local.subfolder("parts"))
    try:
        supervisor.listen()
        Launch(settings, local, supervisor, console).run()
    except StopAsked:
        console.say("\nStopping: whoever is in the middle of something may end it.")
        return 0
    except CannotStart as problem:
        supervisor.hear_out()
        console.say(f"\n{problem}")
        return 1
    finally:
        supervisor.stop()


if __name__ == "__main__":
    sys.exit(main())
