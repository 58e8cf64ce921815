"""A real server on this machine that answers as an OpenAI-compatible endpoint would, well or badly, as it is told."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Said:
    """One reply: status, headers and body; `cut` promises more than it sends, `late` waits before it answers."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    late: float = 0.0


def answer(text: str | None, finish: str = "stop", tokens: tuple[int, int] = (7, 2)) -> Said:
    """A well-formed completion."""
    usage = {"prompt_tokens": tokens[0], "completion_tokens": tokens[1]}
    return Said({"choices": [{"message": {"content": text}, "finish_reason": finish}], "usage": usage})


@dataclass
class Served:
    """The server's address, and every request body and header set it was sent, in order of arrival."""

    url: str = ""
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    most: int = 0
    """The most requests that were being answered at once."""

    @property
    def questions(self) -> list[str]:
        """The last message of each request."""
        return [body["messages"][-1]["content"] for body in self.bodies]


@contextmanager
def served(reply: Callable[[str, int], Said]) -> Iterator[Served]:
    """Serve `reply(question, how often that question came before)` while the block runs."""
    seen, lock, now = Served(), threading.Lock(), [0]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            with lock:
                before = seen.questions.count(body["messages"][-1]["content"])
                seen.bodies.append(body)
                seen.headers.append({name.lower(): value for name, value in self.headers.items()})
                now[0] += 1
                seen.most = max(seen.most, now[0])
            try:
                self._send(reply(body["messages"][-1]["content"], before))
            finally:
                with lock:
                    now[0] -= 1

        def _send(self, said: Said) -> None:
            content = said.body if isinstance(said.body, bytes) else json.dumps(said.body).encode()
            if said.late:
                stopped.wait(said.late)
            try:
                self.send_response(said.status)
                for name, value in said.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(content) + (99 if said.cut else 0)))
                self.end_headers()
                self.wfile.write(content)
            except OSError:
                return
            self.close_connection = said.cut

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    stopped = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    seen.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield seen
    finally:
        stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()
