#!/usr/bin/env python3
"""serve.py PORT [CERT KEY]: stands for Consul and Vault in the tests.

GET /v1/kv/KEY answers with the file kv/KEY of this folder, as Consul does,
and waits up to a second for a change when asked to. Any other path is the
file vault/PATH. The file `mode`, when there is one, says what goes wrong:
garbage, truncated, huge, hang, lost, a status such as 500, token:TOKEN (403
without it), or behind: a stale read finds nothing, as in a server that has not
read its log yet. Each request is a line of the file `requests`."""
import base64, http.server, json, os, ssl, sys, time


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body, index=None, length=None):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.send_header("X-Consul-KnownLeader", "true")
        self.send_header("X-Consul-LastContact", "0")
        if index:
            self.send_header("X-Consul-Index", str(index))
        self.end_headers()
        self.wfile.write(body)

    def key(self, name, query):
        path, end = "kv/" + name, time.time() + 1
        while True:
            try:
                index = os.stat(path).st_mtime_ns // 1000
                body = open(path, "rb").read()
            except OSError:
                index, body = 1, None
            asked = [q[6:] for q in query.split("&") if q.startswith("index=")]
            if not asked or asked[0] != str(index) or time.time() > end:
                break
            time.sleep(0.02)
        if body is None:
            return self.answer(404, b"", index)
        value = base64.b64encode(body).decode()
        if "recurse=" in query:
            name += "/x"
        text = json.dumps([{"Key": name, "Value": value, "ModifyIndex": index,
                            "CreateIndex": 1, "LockIndex": 0, "Flags": 0}])
        self.answer(200, text.encode(), index)

    def do_GET(self):
        path, _, query = self.path.partition("?")
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        token = self.headers.get("X-Consul-Token") or self.headers.get("X-Vault-Token") or ""
        with open("requests", "a") as f:
            f.write("%s %s %s %s\n" % (self.command, path, token or "-",
                                       self.headers.get("User-Agent")))
        try:
            mode = open("mode").read().strip()
        except OSError:
            mode = ""
        if mode == "garbage":
            return self.answer(200, b'[{"Key": \x00\xff', 5)
        if mode == "truncated":
            self.close_connection = True
            return self.answer(200, b'[{"Key":"a","Val', 5, 1000)
        if mode == "huge":
            self.close_connection = True
            self.answer(200, b'[{"Key":"a","Value":"', 5, 100 << 20)
            try:
                for _ in range(100):
                    self.wfile.write(b"A" * (1 << 20))
            except OSError:
                pass
            return
        if mode == "hang":
            time.sleep(5)
            self.close_connection = True
            return
        if mode == "lost":
            self.close_connection = True
            return
        if mode == "behind" and "stale=" in query:
            return self.answer(404, b"", 1)
        if mode.isdigit():
            return self.answer(int(mode), b"as told")
        if mode.startswith("token:") and token != mode[6:]:
            return self.answer(403, b"Permission denied")
        if path.startswith("/v1/kv/"):
            return self.key(path[7:], query)
        try:
            self.answer(200, open("vault" + path, "rb").read())
        except OSError:
            self.answer(404, b'{"errors":[]}')

    do_PUT = do_POST = do_GET

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
server.daemon_threads = True
if len(sys.argv) > 2:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
