"""gunicorn's worker of threads, with a door that closes behind those who already wait at it."""

from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]


class WebWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn carries no types
    """Takes in every connection that was made before its end, and lets no other be made.

    gunicorn's own keeps its sockets open until the last request is answered: whoever connects meanwhile is not refused,
    which a proxy or a client would take for a reason to try again, but cut off without an answer.
    """

    def set_accept_enabled(self, enabled: bool) -> None:
        """Begin or cease to take in connections; for good when the process is to end."""
        super().set_accept_enabled(enabled)
        if not enabled and not self.alive:
            for listener in self.sockets:
                self._take_in_all(listener)
                listener.close()

    def _take_in_all(self, listener: object) -> None:
        before = -1
        while self.nr_conns != before:
            before = self.nr_conns
            self.accept(listener)
