"""Serves images.py's files on 127.0.0.1: the part of the registry API that pulls need."""
import hashlib, http.server, json, os, re, sys

ROOT, PORT = sys.argv[1:3]  # ROOT/NAME/{manifests/{TAG,DIGEST},blobs/DIGEST}


class Registry(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path in ("/v2", "/v2/"):
            return self.answer(200, "application/json", b"{}")
        match = re.fullmatch(r"/v2/([a-z0-9-]+)/(manifests|blobs)/([\w.:-]+)", self.path)
        path = match and os.path.join(ROOT, *match.groups())
        if not path or not os.path.isfile(path):
            code = "MANIFEST_UNKNOWN" if "/manifests/" in self.path else "BLOB_UNKNOWN"
            errors = {"errors": [{"code": code, "message": "not here"}]}
            return self.answer(404, "application/json", json.dumps(errors).encode())
        with open(path, "rb") as file:
            body = file.read()
        is_manifest = match[2] == "manifests"
        kind = json.loads(body)["mediaType"] if is_manifest else "application/octet-stream"
        self.answer(200, kind, body, "sha256:" + hashlib.sha256(body).hexdigest())

    do_HEAD = do_GET

    def answer(self, status, kind, body, digest=None):
        self.send_response(status)
        self.send_header("Docker-Distribution-API-Version", "registry/2.0")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if digest:
            self.send_header("Docker-Content-Digest", digest)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


http.server.ThreadingHTTPServer(("127.0.0.1", int(PORT)), Registry).serve_forever()
