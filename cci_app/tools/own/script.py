"""A tool that is a program of whoever runs the installation, in the sandbox."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from cci_app.core.errors import InvalidInput
from cci_app.core.sandbox import Allowance, Exceeded, Excess, run
from cci_app.tools.arguments import SchemaArguments
from cci_app.tools.own.fields import ScriptToolFields
from cci_app.tools.ports import Tool, ToolContext, ToolFailed, ToolKind, ToolResult

_MEMORY: Final = 512 * 1024 * 1024
_OUTPUT: Final = 256 * 1024
_PROCESSOR_SECONDS: Final = 10


def allowed_scripts(folder: Path | None) -> dict[str, Path]:
    """The programs that tools may name, by their names without `.py`."""
    return {path.stem: path.resolve() for path in sorted(folder.glob("*.py"))} if folder else {}


def script_tool(name: str, fields: ScriptToolFields, *, folder: Path | None) -> Tool:
    """The tool of a program. Raises InvalidInput for one that is not allowed."""
    program = allowed_scripts(folder).get(fields.script)
    if program is None:
        raise InvalidInput(
            f"there is no script {fields.script} in TOOL_SCRIPTS_PATH", details={"script": ["Is not allowed."]}
        )

    def work(context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        allowed = Allowance(context.deadline.left(), _PROCESSOR_SECONDS, _MEMORY, _OUTPUT)
        try:
            written = run(program, [], json.dumps(dict(arguments)).encode(), allowed).decode("utf-8", "replace")
        except Exceeded as error:
            told = "it took too long" if error.excess in {Excess.TIME, Excess.PROCESSOR_TIME} else "it failed"
            raise ToolFailed(f"the script gave no answer: {told} ({error.excess})") from error
        try:
            return ToolResult(json.loads(written))
        except (ValueError, RecursionError):
            return ToolResult(written.strip())

    return Tool(
        name=name,
        description=fields.description,
        arguments=SchemaArguments(fields.arguments),
        run=work,
        kind=ToolKind.SCRIPT,
        writes=fields.writes,
        seconds=fields.seconds,
        examples=fields.examples,
        label=fields.label,
    )
