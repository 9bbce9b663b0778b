"""A server for the published pages on this machine, which tells open pages when to load again.

Standard library only. It serves the folder of reports to this machine alone, and adds a script to the pages it sends;
the files stay as they are.
"""

import json
import threading
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from brandops.errors import UserError

EVENTS = "/.watch"
_ALIVE_SECONDS = 15  # how often an open connection is tried, so that closed pages are noticed
_SCRIPT = """
<script>
(() => {
  const mine = VERSION;
  new EventSource("EVENTS").onmessage = (event) => {
    const state = JSON.parse(event.data);
    if (state.version !== mine) { location.reload(); return; }
    document.getElementById("watch-failure")?.remove();
    if (!state.failure) return;
    const box = document.createElement("pre");
    box.id = "watch-failure";
    box.setAttribute("role", "alert");
    box.style.cssText = "position:fixed;inset:auto 0 0 0;max-height:40vh;overflow:auto;margin:0;padding:1em;"
      + "background:#7a1010;color:#fff;white-space:pre-wrap;z-index:9999";
    box.textContent = state.failure;
    document.body.append(box);
  };
})();
</script>
"""


class Server:
    """Serves `folder`; what open pages are told changes with `show` and `failed`."""

    def __init__(self, folder: Path, port: int) -> None:
        """Start serving on `port` (0: any that is free).

        Raises
        ------
        UserError
            The port is taken.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self.state, self.changed, self.open = {"version": "", "failure": ""}, threading.Condition(), True
        try:
            self._http = ThreadingHTTPServer(("127.0.0.1", port), partial(_Handler, self, directory=str(folder)))
        except OSError as error:
            raise UserError(f"PORT={port}: {error.strerror}; name another, or 0 for any that is free") from None
        self._http.daemon_threads = True
        self.address = f"http://localhost:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def show(self, version: str) -> None:
        """Say that what is published is `version`: pages that show another load again."""
        self._tell(version=version, failure="")

    def failed(self, failure: str) -> None:
        """Say what went wrong: open pages show it until it is mended."""
        self._tell(failure=failure)

    def close(self) -> None:
        """Stop serving."""
        with self.changed:
            self.open = False
            self.changed.notify_all()
        self._http.shutdown()
        self._http.server_close()

    def _tell(self, **news: str) -> None:
        with self.changed:
            self.state = {**self.state, **news}
            self.changed.notify_all()


class _Handler(SimpleHTTPRequestHandler):
    """Sends files as they are, pages with the script that listens."""

    def __init__(self, server: Server, *args: object, **kwargs: object) -> None:
        self.watching = server
        super().__init__(*args, **kwargs)

    def do_GET(self) -> None:
        """Answer a request."""
        host = self.headers.get("Host", "").rpartition(":")[0]
        if host not in ("localhost", "127.0.0.1"):
            self.send_error(HTTPStatus.FORBIDDEN)  # another site's name that leads here must not read reports
        elif self.path == EVENTS:
            self._events()
        elif "/." in self.path:
            self.send_error(HTTPStatus.NOT_FOUND)
        else:
            self._page() or super().do_GET()

    def _page(self) -> bool:
        version = self.watching.state["version"]  # before the page is read: at worst it loads once too often
        path = Path(self.translate_path(self.path))
        if path.is_dir() and self.path.split("?")[0].endswith("/"):
            path = path / "index.html"
        if path.suffix != ".html" or not path.is_file():
            return False
        script = _SCRIPT.replace("VERSION", json.dumps(version)).replace("EVENTS", EVENTS)
        text, end, rest = path.read_text(encoding="utf-8").rpartition("</body>")
        page = (f"{text}{script}{end}{rest}" if end else f"{rest}{script}").encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)
        return True

    def _events(self) -> None:
        """Send the state now and whenever it changes, until the page is closed."""
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        sent, watching = None, self.watching
        try:
            while watching.open:
                with watching.changed:
                    if watching.state is sent:
                        watching.changed.wait(_ALIVE_SECONDS)
                    state = watching.state
                news = f"data: {json.dumps(state)}\n\n" if state is not sent else ": alive\n\n"
                self.wfile.write(news.encode())
                self.wfile.flush()
                sent = state
        except OSError:
            pass  # the page was closed

    def end_headers(self) -> None:
        """No answer is kept by the browser."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Requests are nobody's business; what goes wrong shows in the page."""
