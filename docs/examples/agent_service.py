"""An agent of one's own in an environment of its own: serves the four functions of a module over HTTP.

It needs nothing but Python. In the environment that has what the module needs:

    AGENT_HANDLER_SECRET=a-long-random-secret python agent_service.py own_agent 8100

and beside it the product, which knows nothing of those packages:

    AGENT_HANDLER_URL=http://127.0.0.1:8100 AGENT_HANDLER_SECRET=a-long-random-secret make run

Each function is `POST /<name>` with its arguments as a JSON object; the answer is `{"result": ...}`. X-Deadline-Seconds
tells how long the caller waits, X-Reply-Within-Seconds how long the person does.
"""

import asyncio
import dataclasses
import hmac
import importlib
import inspect
import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ARGUMENTS = {
    "whatsapp_chat": ("user_id", "user_input"),
    "get_user_status": ("user_id",),
    "reset_user_conversation": ("user_id",),
    "get_contact_info": ("user_id",),
}
LONGEST_BODY = 1_000_000


def plain(value):
    """What JSON has no form for: an object of the module's own as its fields, anything else as its text."""
    if dataclasses.is_dataclass(value):
        return dataclasses.asdict(value)
    return dict(vars(value)) if hasattr(value, "__dict__") else str(value)


def make_server(module, secret, port):
    """A server of the module's functions on this machine; port 0 takes any that is free."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()

    class Functions(BaseHTTPRequestHandler):
        def do_POST(self):
            given = self.headers.get("Authorization", "").removeprefix("Bearer ")
            if not hmac.compare_digest(given.encode(), secret.encode()):
                return self.answer(401, {"error": "the secret is not the one of this service"})
            name = self.path.strip("/")
            function = getattr(module, name, None) if name in ARGUMENTS else None
            if function is None:
                return self.answer(404, {"error": f"there is no {name}"})
            length = int(self.headers.get("Content-Length", 0))
            if length > LONGEST_BODY:
                return self.answer(413, {"error": "the body is too long"})
            arguments = json.loads(self.rfile.read(length))
            try:
                result = function(*(arguments[each] for each in ARGUMENTS[name]))
                if inspect.isawaitable(result):
                    seconds = float(self.headers.get("X-Deadline-Seconds", 60))
                    result = asyncio.run_coroutine_threadsafe(result, loop).result(seconds)
            except Exception as error:
                self.log_error("%s failed: %r", name, error)
                return self.answer(500, {"error": f"{name} failed: {type(error).__name__}"})
            return self.answer(200, {"result": result})

        def answer(self, status, body):
            text = json.dumps(body, default=plain).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_request(self, code="-", size="-"):
            """Say nothing: who writes is nobody else's business."""

    return ThreadingHTTPServer(("127.0.0.1", port), Functions)


if __name__ == "__main__":
    server = make_server(importlib.import_module(sys.argv[1]), os.environ["AGENT_HANDLER_SECRET"], int(sys.argv[2]))
    sys.stdout.write(f"serving {sys.argv[1]} on http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
