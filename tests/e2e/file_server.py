"""Serves a few files over HTTP to the pods of the sandbox."""
import http.server
import threading


class FileServer:
    """files: {name: bytes}. asked: the names that somebody got."""

    def __init__(self, address, files):
        self.asked = asked = set()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # pylint: disable=invalid-name
                name = self.path.lstrip("/")
                if name not in files:
                    self.send_error(404)
                    return
                asked.add(name)
                self.send_response(200)
                self.send_header("Content-Length", str(len(files[name])))
                self.end_headers()
                self.wfile.write(files[name])

            def log_message(self, *_):  # pylint: disable=arguments-differ
                pass

        self._server = http.server.ThreadingHTTPServer((address, 0), Handler)
        self.url = f"http://{address}:{self._server.server_port}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever,
                         daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
