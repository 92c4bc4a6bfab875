"""`python -m cci_app.embedded.commands 'db upgrade' seed`: commands of the product, in one process.

Loading the product takes longer than any of its commands. What each of them prints comes as one JSON list at the end.
"""

import io
import json
import shlex
import sys
from contextlib import redirect_stdout

import click
from flask.cli import FlaskGroup

from cci_app import start


def main(commands: list[str]) -> int:
    """Run the commands in turn until one fails."""
    app = start()
    flask = FlaskGroup(create_app=lambda: app, load_dotenv=False)
    printed = []
    for command in commands:
        with redirect_stdout(io.StringIO()) as output:
            try:
                flask.main(shlex.split(command), prog_name="flask", standalone_mode=False)
            except click.ClickException as problem:
                problem.show()
                return problem.exit_code
        printed.append(output.getvalue().strip())
    sys.stdout.write(json.dumps(printed))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
