"""Where the tools of assistants are made, once for an assistant, and given out for each turn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cci_app.core.daemon_threads import DaemonThreads
from cci_app.knowledge.answers.quoting import DocumentAnswerer
from cci_app.tools.built_in.desk import Desk, ToolOptions
from cci_app.tools.built_in.registry import make_tools
from cci_app.tools.own.equipping import tools_of
from cci_app.tools.ports import Tool
from cci_app.tools.running import Toolbox
from config.settings import Settings

# Tools that hang keep their thread for a while.
_THREADS_PER_TURN = 4


@dataclass(frozen=True, slots=True)
class Equipment:
    """The tools of one assistant."""

    tools: Sequence[Tool]
    threads: DaemonThreads
    own_tools: Sequence[str] = ()
    servers: Sequence[str] = ()

    def toolbox(self, organisation_id: int) -> Toolbox:
        """Those that there are for an organisation's turn."""
        return Toolbox([*self.tools, *tools_of(organisation_id, self.own_tools, self.servers)], self.threads)


class Workshop:
    """Makes the tools of one application. Safe to share between threads."""

    def __init__(self, settings: Settings) -> None:
        self._threads = DaemonThreads("tool", settings.agent_pool_size * _THREADS_PER_TURN)

    def toolbox(self, tools: Sequence[Tool]) -> Toolbox:
        """A toolbox of those tools, for one turn."""
        return Toolbox(tools, self._threads)

    def equip(
        self,
        options: Mapping[str, ToolOptions],
        own_tools: Sequence[str] = (),
        servers: Sequence[str] = (),
        *,
        own_names: Sequence[str],
        assistant: str | None,
        words_itself: bool,
    ) -> Equipment:
        """The tools of an assistant: ours by the options of its file, and by name those that its organisation keeps."""
        desk = Desk(DocumentAnswerer(own_names, assistant), words_itself)
        return Equipment(make_tools(options, desk), self._threads, own_tools, servers)
