"""The web server: few processes of many threads, forked from one that has loaded everything."""

import os
import resource
import socket
import tempfile
from typing import Any

from pydantic import ValidationError

from config.settings import get_settings, told

_OPEN_FILES = 8192

try:
    _settings = get_settings()
except ValidationError as error:
    raise SystemExit(f"cannot start: {told(error)}") from error


def _check_host(host: str) -> None:
    """End where this machine cannot listen at that address, whatever the port: gunicorn would try for long."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM)[0]
        socket.create_server(address[:2], family=family).close()
    except OSError as error:
        said = "cannot start: WEB_HOST: this machine cannot listen there"
        raise SystemExit(f"{said} ({error.strerror}): write 127.0.0.1, 0.0.0.0 or ::") from error


_check_host(_settings.web_host)

# Before the application loads: prometheus-client looks at the variable when it is imported.
if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="cci-metrics-")
    get_settings.cache_clear()


def _connections() -> int:
    """How many each process holds, idle ones included: each takes a file, or two while its body is on disk."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = _OPEN_FILES if most == resource.RLIM_INFINITY else min(most, _OPEN_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
    return max(files // 2 - 256, threads + 1)


bind = _settings.web_bind
worker_class = "config.web.worker.WebWorker"
workers = _settings.web_workers
threads = _settings.web_threads
worker_connections = _connections()
# The worker sends files as it does everything else: no faster than they are read, and without a thread.
sendfile = False
preload_app = True
# A stopping process lets its turns end; a push may take its time.
graceful_timeout = 60
timeout = 120
keepalive = 30
# Its heartbeat files belong in memory: on a disk that stalls they look like a dead worker.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108, PTH112
# gunicorn would open a control socket in the home folder.
control_socket_disable = True
accesslog = None
loglevel = "warning"


def post_fork(server: Any, worker: Any) -> None:
    """Begin as a process of one's own."""
    import wsgi

    wsgi.after_fork(wsgi.app)
    wsgi.begin_to_learn(wsgi.app)


def worker_exit(server: Any, worker: Any) -> None:
    """Finish what was begun."""
    import wsgi

    wsgi.before_exit(wsgi.app)


def child_exit(server: Any, worker: Any) -> None:
    """Take a dead process out of the figures."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
