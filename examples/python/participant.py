"""A participant with nothing but Python's standard library: the seats of one show, in one SQLite file.

    python3 participant.py <port> <database file> [<seats, default 1000>]

With SECRETS in its environment (what `npm run participant-secret` prints; two of them while one replaces the other) it
refuses every request that was not signed with one of them; with URLS (the prepare URLs that it is called by) also what
was signed for another, who may share the secret.

POST /prepare, /commit, /rollback as the coordinator sends them, with a payload {"seats": 2}.
GET /prepared?limit&cursor lists what it said yes to and has not been told the end of.

- Each request is one database transaction, on disk (synchronous = FULL) before the answer leaves.
- BEGIN IMMEDIATE lets one in at a time: repeats that arrive together are answered one after the other.
- It remembers what it said and did, so every repeat gets the answer of the first time, also after a restart.
- It remembers a rollback that came before its prepare, and refuses that prepare; and any prepare after decideBy.
- What it said yes to it keeps until it is told, however long that takes: there is no timer here.
"""
import base64
import hmac
import json
import os
import signal
import sqlite3
import sys
import threading
import time
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

PORT, FILE, SEATS = int(sys.argv[1]), sys.argv[2], int((sys.argv[3:] or [1000])[0])
SECRETS = [base64.b64decode(each.removeprefix("whsec_")) for each in os.environ.get("SECRETS", "").split()]
AUDIENCES = [url.rsplit("/", 1)[0] + "/" for url in os.environ.get("URLS", "").split()]
LARGEST_BODY = 64 * 1024
SCHEMA = """PRAGMA journal_mode = WAL;
    CREATE TABLE IF NOT EXISTS show (free INTEGER NOT NULL CHECK (free >= 0));
    CREATE TABLE IF NOT EXISTS bookings (
        id TEXT PRIMARY KEY, tx TEXT, name TEXT, payload TEXT, seats INTEGER, state TEXT, at TEXT);"""


def prepare(db, call, held):
    """Takes the seats and keeps them for this transaction. A lack of seats is remembered, like a rollback."""
    payload = json.dumps(call.get("payload"), sort_keys=True)
    if held:
        return (200, "yes") if held[0] != "rolledback" and payload == held[2] else (409, f"{held[0]} before")
    if now() > call["decideBy"]:  # both are RFC 3339 in UTC with milliseconds: as text they compare as time
        return 409, "too late"
    seats = call["payload"].get("seats") if isinstance(call.get("payload"), dict) else None
    if type(seats) is not int or not 1 <= seats <= 1_000_000:
        return 400, 'the payload must be {"seats": <1 to 1000000>}'
    taken = db.execute("UPDATE show SET free = free - ? WHERE free >= ?", (seats, seats)).rowcount == 1
    remember(db, call, "prepared" if taken else "rolledback", seats, payload)
    return (200, "yes") if taken else (409, f"fewer than {seats} seats are free")


def commit(db, call, held):
    if not held or held[0] == "rolledback":
        return 409, "not prepared"
    remember(db, call, "committed", *held[1:])
    return 200, "committed"


def rollback(db, call, held):
    state, seats, payload = held or (None, 0, None)
    if state == "committed":
        return 409, "committed"
    if state == "prepared":
        db.execute("UPDATE show SET free = free + ?", (seats,))
    remember(db, call, "rolledback", seats, payload)
    return 200, "rolled back"


def remember(db, call, state, seats, payload):
    row = (key_of(call), call["transactionId"], call["participant"], payload, seats, state, now())
    db.execute("INSERT OR REPLACE INTO bookings VALUES (?, ?, ?, ?, ?, ?, ?)", row)


def key_of(call):  # a service may take part twice in a transaction: its name belongs to the key
    return f"{call['transactionId']}/{call['participant']}"


def now():
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def open_database():
    db = sqlite3.connect(FILE, timeout=30, isolation_level=None)  # BEGIN and COMMIT stand in the code
    db.execute("PRAGMA synchronous = FULL")
    return db


def answer(phase, call):
    db = open_database()
    try:
        db.execute("BEGIN IMMEDIATE")
        held = db.execute("SELECT state, seats, payload FROM bookings WHERE id = ?", (key_of(call),)).fetchone()
        status, text = {"prepare": prepare, "commit": commit, "rollback": rollback}[phase](db, call, held)
        db.execute("COMMIT")
        return status, {"vote" if (phase, status) == ("prepare", 200) else "detail": text}
    except sqlite3.OperationalError as error:  # busy, or the disk is full: not now
        return 503, {"detail": str(error)}
    finally:
        db.close()  # without a COMMIT nothing has happened


def prepared(limit, cursor):
    db = open_database()
    query = "SELECT id, tx, name, at FROM bookings WHERE state = 'prepared' AND id > ? ORDER BY id LIMIT ?"
    rows = db.execute(query, (cursor, limit + 1)).fetchall()
    db.close()
    page = [{"transactionId": tx, "participant": name, "preparedAt": at} for _, tx, name, at in rows[:limit]]
    return {"prepared": page, "next": rows[limit - 1][0]} if len(rows) > limit else {"prepared": page}


def signed(headers, body):
    """Two signatures: one of the body, and one that also names whom the request is for. The second is looked at where it came."""
    if not SECRETS:
        return True
    audience, of_audience = headers.get("Transaction-Audience"), headers.get("Transaction-Audience-Signature")
    if not verified(headers, headers.get("Webhook-Signature", ""), body):
        return False
    if audience is None or of_audience is None:
        return not AUDIENCES
    return (not AUDIENCES or audience in AUDIENCES) and verified(
        headers, of_audience, audience.encode("latin-1") + b"\n" + body)


def verified(headers, signatures, content):
    """Standard Webhooks: HMAC-SHA256 over id, time and content; within five minutes, so none is played again. `signatures`
    is a list, one for each secret that the coordinator signs with: any of them may be by a secret that is ours."""
    sent_id, sent_at = (headers.get(f"Webhook-{name}", "").encode("latin-1") for name in ("Id", "Timestamp"))
    if not sent_at.isdigit() or abs(time.time() - int(sent_at)) > 300:
        return False
    signed_bytes = b".".join([sent_id, sent_at, content])
    right = [b"v1," + base64.b64encode(hmac.digest(secret, signed_bytes, "sha256")) for secret in SECRETS]
    given = signatures.encode("latin-1").split()
    return any(hmac.compare_digest(one, each) for one in given for each in right)


class Participant(BaseHTTPRequestHandler):
    protocol_version, wbufsize, timeout = "HTTP/1.1", -1, 30  # connections are kept; an answer leaves in one piece

    def do_POST(self):
        phase, length = urlsplit(self.path).path.strip("/"), self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            self.close_connection = True  # the body is not read
            return self.reply(413, {"detail": f"Content-Length must be given, at most {LARGEST_BODY}"})
        body = self.rfile.read(int(length))
        if not signed(self.headers, body):
            return self.reply(401, {"detail": "not signed for this participant, or not within five minutes"})
        if phase not in ("prepare", "commit", "rollback"):
            return self.reply(404, {"detail": "there are /prepare, /commit, /rollback, and GET /prepared"})
        try:
            call = json.loads(body)
            texts = ["transactionId", "participant"] + ["decideBy"] * (phase == "prepare")
            right = call["phase"] == phase and all(isinstance(call[name], str) for name in texts)
        except (ValueError, KeyError, TypeError):
            right = False
        self.reply(*(answer(phase, call) if right else (400, {"detail": "not a request of a coordinator"})))

    def do_GET(self):
        url = urlsplit(self.path)
        if not signed(self.headers, b""):
            return self.reply(401, {"detail": "not signed for this participant, or not within five minutes"})
        asked = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path != "/prepared":
            return self.reply(404, {"detail": "there is /prepared"})
        limit = int(asked["limit"]) if asked.get("limit", "").isdecimal() else 100
        self.reply(200, prepared(max(1, min(limit, 1000)), asked.get("cursor", "")))

    def reply(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


if __name__ == "__main__":
    keeper = open_database()  # kept open: whoever closes last copies the whole log into the file
    keeper.executescript(SCHEMA)
    keeper.execute("INSERT INTO show SELECT ? WHERE NOT EXISTS (SELECT * FROM show)", (SEATS,))
    server = ThreadingHTTPServer(("127.0.0.1", PORT), Participant)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"listening on {server.server_port}", flush=True)
    server.serve_forever()
