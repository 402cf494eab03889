"""From nothing to files for a shop, with Python's standard library alone: sign up, key, webhook, import, batch of scenes, download.

packshot serve                                   # with PACKSHOT_WEBHOOK_ADDRESSES=anywhere, to be told on this machine
python3 docs/quickstart/quickstart.py OUT        # API=http://127.0.0.1:8080
"""

import base64
import hashlib
import hmac
import io
import json
import os
import sys
import threading
import time
import urllib.request
import uuid
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

API = os.environ.get("API", "http://127.0.0.1:8080")
PRODUCTS = Path(__file__).resolve().parents[2] / "fixtures/products"
CATALOG = """sku,title,category,width_cm,photo
MOKA,"Moka pot, 6 cups",kitchen,17,moka-pot.jpg
TEA,Tea carton,food,8,tea-carton.jpg
"""


def ask(path, bearer="", body=None, files=None, **headers):
    """What the API answers: JSON as values, anything else as bytes. A mistake is an HTTPError, whose body says what is wrong."""
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    data = None
    if bearer:
        headers["Authorization"] = f"Bearer {bearer}"
    if body is not None:
        data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
    if files is not None:
        mark = uuid.uuid4().hex
        head = '--{}\r\nContent-Disposition: form-data; name="file"; filename="{}"\r\n\r\n'
        data = b"".join(head.format(mark, name).encode() + content + b"\r\n" for name, content in files) + f"--{mark}--\r\n".encode()
        headers["Content-Type"] = f"multipart/form-data; boundary={mark}"
    with urllib.request.urlopen(urllib.request.Request(API + path, data, headers)) as answer:
        content = answer.read()
        return json.loads(content) if answer.headers.get_content_type() == "application/json" else content


def until(path, key, status="completed"):
    """Reads a resource until it stands at `status`."""
    while (resource := ask(path, key))["status"] != status:
        time.sleep(0.5)
    return resource


class Receiver(BaseHTTPRequestHandler):
    """Hears of events, and believes only those that are signed with the endpoint's secret."""

    secret, heard = "", []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        signed = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode() + body
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        wanted = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        genuine = any(hmac.compare_digest(wanted, given) for given in self.headers["webhook-signature"].split())
        if genuine and abs(time.time() - int(self.headers["webhook-timestamp"])) < 300:
            self.heard.append(json.loads(body))
        self.send_response(204 if genuine else 400)
        self.end_headers()

    def log_message(self, *_):
        pass


def main(out):
    # Sign up, sign in, and make a key, which is shown once.
    email, password = f"bob-{uuid.uuid4().hex[:8]}@example.com", "correct horse battery"
    ask("/v1/accounts", body={"email": email, "password": password, "organization": "Bob & Co"})
    token = ask("/v1/sessions", body={"email": email, "password": password})["access_token"]
    key = ask("/v1/api_keys", token, {"name": "quick-start"})["secret"]

    # Be told of what happens.
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/"
    Receiver.secret = ask("/v1/webhook_endpoints", token, {"address": address, "events": ["batch.completed"]})["secret"]

    # Import products and photos: a manifest and a ZIP.
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ["moka-pot.jpg", "tea-carton.jpg"]:
            archive.write(PRODUCTS / name, name)
    files = [("catalog.csv", CATALOG.encode()), ("photos.zip", packed.getvalue())]
    imported = until(f"/v1/imports/{ask('/v1/imports', key, files=files)['id']}", key)
    print({name: imported[name] for name in ["total", "accepted", "failed", "skipped"]})

    # What would a batch come to? Then start it: two scenes of each product, in templates that suit it.
    wanted = {"subjects": {"import": imported["id"]}, "recipe": [{"kind": "scene", "count": 2}], "budget": 4}
    quote = ask("/v1/quotes", key, wanted)
    print({name: quote[name] for name in ["products", "pictures", "minutes"]})
    batch = ask("/v1/batches", key, wanted, Idempotency_Key="quick-start")
    batch = until(f"/v1/batches/{batch['id']}", key)
    print(batch["progress"], batch["usable_rate"])
    deadline = time.time() + 30
    while not Receiver.heard and time.time() < deadline:
        time.sleep(0.1)
    print([event["type"] for event in Receiver.heard])

    # Download what passed.
    out.mkdir(parents=True, exist_ok=True)
    for result in ask("/v1/results?limit=100", key)["data"]:
        if file := result["files"]["channels"].get("web"):
            (out / f"{result['id']}.jpg").write_bytes(ask(file, key))
    print(sorted(path.name for path in out.iterdir()))
    return 0 if Receiver.heard else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "out/quickstart")))
