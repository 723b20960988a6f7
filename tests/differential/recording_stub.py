"""An API server that only remembers: every request is kept in `requests`.

POST and PATCH are answered with the object that was sent plus a uid, a watch
with a stream that has already ended (Spark before 3.3 opens one, even if it
does not wait for the application), other reads with 404. That is all that
spark-submit needs to go through with a submission.
"""
import http.server
import itertools
import json
import threading


class RecordingStub:
    """Listens on a free port of 127.0.0.1 from construction until close()."""

    def __init__(self):
        self.requests = []
        uids = itertools.count(1)
        recorded = self.requests

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def body(self):
                if "chunked" not in self.headers.get("Transfer-Encoding", ""):
                    size = int(self.headers.get("Content-Length") or 0)
                    return self.rfile.read(size)
                out = b""
                while size := int(self.rfile.readline().strip(), 16):
                    out += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return out

            def answer(self):
                text = self.body()
                if self.command in ("POST", "PATCH", "PUT"):
                    recorded.append({"method": self.command,
                                     "path": self.path.split("?")[0],
                                     "object": json.loads(text)})
                    reply = json.loads(text)
                    meta = reply.setdefault("metadata", {})
                    meta["uid"] = "uid-%d" % next(uids)
                    meta["resourceVersion"] = "1"
                    meta.setdefault("namespace", self.path.split("/")[4])
                    code = 201 if self.command == "POST" else 200
                elif "watch=true" in self.path:
                    reply, code = None, 200
                else:
                    reply = {"kind": "Status", "apiVersion": "v1",
                             "status": "Failure", "reason": "NotFound",
                             "code": 404, "message": "not found"}
                    code = 404
                data = json.dumps(reply).encode() if reply else b""
                self.send_response(code)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, *_):
                pass  # a client that has gone away

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever,
                                        daemon=True)
        self._thread.start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
