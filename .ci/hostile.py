"""Requests that no well-behaved client sends, for .ci/fuzz: the same ones for the same seed.

Each generator gives the bytes that go over a connection, and how many requests those are. What is well-formed begins with an
operation of the API document and its example, so that it comes as far as the rules behind it; then something of it is
changed. What is not goes to the server below as it is.
"""

import json
import random
import urllib.parse

# What a text may be that nobody expects.
TEXTS = [
    "", " ", "\t", "0", "-1", "null", "true", "NaN", "1e400", "99999999999999999999", "-9223372036854775808", "0x10", "1_000",
    "' OR '1'='1", "'; DROP TABLE dossiers; --", "\\", "%", "_", "$1", "{}", "[]", "{{7*7}}", "${jndi:ldap://x}", "../../etc/passwd",
    "=cmd|'/c calc'!A1", "<script>alert(1)</script>", "\r\nX-Injected: yes", "\x00", "a\x00b", "\x1b[31m", "\u202e", "\u200b", "\ufeff",
    "Н51.29", "H５1.29", "e\u0301", "🏛️", "\U0010ffff", "ﷺ" * 40, "a" * 1_000, "ạ" * 20_000, "2022-02-30", "0000-01-01", "9999-12-31",
    "+262143-01-01", "-0001-01-01", "2022-02-15T24:00:00+07:00", "2022-02-15T23:59:60+07:00", "2022-02-15T10:00:00−07:00",
    "2022-02-15T10:00:00+25:00", "9999-12-31T23:59:59.999999999-23:59", "1969-12-31T23:59:59Z", ",", ",,,", "a,b", "*", "national",
    "H51", "H51.29", "H51.29.20", "1.004873", "H51.29.20-220214-0017", "H51.29-220215-0001", "processing", "working_days",
    "2022-02-15", "2022-01-01", "2022-02-14T10:00:00+07:00", "desc", "-due_on", "due_on,due_on", "csv", "ndjson",
]
NUMBERS = [0, -1, 1, 2, 200, 201, 1.5, -0.0, 1e308, 2**31 - 1, 2**31, 2**63 - 1, 2**63, -(2**63), 10**40, 0.1 + 0.2]
METHODS = ["HEAD", "OPTIONS", "TRACE", "PATCH", "DELETE", "PUT", "POST", "BREW", "get", "PROPFIND", "G" * 300, "CONNECT", "LINK", "*"]
MEDIA_TYPES = [
    "application/json", "application/json; charset=utf-16", "APPLICATION/JSON", "application/x-ndjson", "text/plain", "text/csv", "", ";",
    "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "application/json\x7f", "application/json, text/plain", "*/*",
]
HEADERS = {
    "Accept": ["*/*", "text/csv", "text/html", "application/ld+json", "x", ";q=", "*/*;q=-1", "application/json;q=nan", "," * 500, "a/b/c"],
    "Accept-Language": ["vi", "vi;q=9999", "en;q=", "*", "-", "vi-" * 300, ";;;"],
    "If-Match": ["*", "\"1.AAAAAAAAAAAAAAAA\"", "W/\"x\"", "\"", "x", "\"a\", \"b\"", "*, \"a\""],
    "If-None-Match": ["*", "\"x\"", "W/", ", ,", "\"" * 99],
    "Idempotency-Key": ["", " ", "k", "k" * 255, "k" * 256, "ключ", "\x01"],
    "Range": ["bytes=0-0", "bytes=-1", "rows=1-"],
    "X-Forwarded-For": ["127.0.0.1", "::1", "x", "1.2.3.4, , 5", "999.1.1.1"],
    "X-Access-Reason": ["Kiểm tra", "%", "%ff", "%00"],
    "X-Request-Id": ["", "x" * 200, "a b", "\x1b[0m"],
    "traceparent": ["00-" + "0" * 32 + "-" + "0" * 16 + "-00", "x", "ff-" + "a" * 32 + "-" + "b" * 16 + "-01"],
    "Authorization": ["", "Bearer", "Bearer x", "Basic eDp5", "Bearer ck_000000000000_" + "0" * 64, "bearer  ck_", "Bearer " + "x" * 7000],
    "Content-Encoding": ["gzip", "identity", "br, gzip", "x"],
    "Expect": ["100-continue", "200-ok", "\"100-continue"],
    "Connection": ["close", "keep-alive, upgrade", "x"],
    "Upgrade": ["websocket", "h2c", "TLS/1.0"],
    "Origin": ["null", "https://x.example", "\x80"],
    "Host": ["", "[::1", "x:99999", "a b", "ă"],
    "Cookie": ["a=b", "=" * 3000],
}


class Hostile:
    """A source of requests."""

    def __init__(self, seed, document, key, names):
        self.dice = random.Random(seed)
        self.key = key
        # Values of parameters in paths that lead somewhere.
        self.names = names
        self.operations = [
            (method.upper(), path, operation)
            for path, item in document["paths"].items()
            for method, operation in item.items()
        ]
        self.with_body = [it for it in self.operations if "requestBody" in it[2]]
        self.kinds = [
            (30, self.valid), (22, self.changed_body), (12, self.changed_query), (8, self.changed_bytes), (4, self.random_bytes),
            (4, self.deep), (5, self.changed_path), (3, self.odd_method), (7, self.odd_headers), (5, self.garbage),
            (1, self.pipelined), (4, self.chunked), (3, self.lying_length),
        ]

    def next(self):
        """The bytes of one or more requests, how many they are, and the name of their kind."""
        weights = [weight for weight, _ in self.kinds]
        (_, kind) = self.dice.choices(self.kinds, weights)[0]
        data, count = kind()
        return data, count, kind.__name__

    # What requests are made of.

    def text(self):
        if self.dice.random() < 0.15:
            return "".join(chr(self.dice.choice([self.dice.randrange(128), self.dice.randrange(0xD800)])) for _ in range(9))
        return self.dice.choice(TEXTS)

    def value(self):
        """A JSON value that is probably wrong."""
        return self.dice.choice([self.text, self.text, lambda: self.dice.choice(NUMBERS), lambda: self.dice.choice([None, True, False]),
                                 lambda: [], lambda: {}, lambda: [self.text()] * 3, lambda: {self.text(): self.text()}])()

    def path(self, template):
        for name in [part[1:-1] for part in template.split("/") if part.startswith("{")]:
            value = self.dice.choice(self.names.get(name, ["x"])) if self.dice.random() < 0.9 else self.text()
            template = template.replace("{" + name + "}", urllib.parse.quote(value, safe=""))
        return template

    def query(self, operation, wrong):
        pairs = []
        for parameter in operation.get("parameters", []):
            if parameter["in"] != "query" or not (parameter.get("required") or self.dice.random() < 0.25):
                continue
            example = parameter.get("example", parameter["schema"].get("example"))
            choices = parameter["schema"].get("enum") or parameter["schema"].get("items", {}).get("enum")
            if choices and example is None:
                example = self.dice.choice(choices)
            if self.dice.random() < wrong or example is None:
                example = self.text()
            if isinstance(example, list):
                example = ",".join(map(str, example))
            pairs.append((parameter["name"], str(example).lower() if isinstance(example, bool) else str(example)))
        # A whole list takes long, and is the same each time.
        if any(name == "format" for name, _ in pairs) and self.dice.random() < 0.9:
            pairs = [pair for pair in pairs if pair[0] != "limit"] + [("limit", "3")]
        return urllib.parse.urlencode(pairs)

    def body(self, operation):
        """The example of a body, and its media type."""
        content = operation["requestBody"]["content"]
        return content["application/json"]["example"]

    def request(self, method, path, body=b"", headers=(), length=True):
        """A request as it goes over the connection."""
        lines = [f"{method} {path} HTTP/1.1".encode(), b"Host: fuzz", f"Authorization: Bearer {self.key}".encode()]
        given = {name.lower() for name, _ in headers}
        lines = [line for line in lines if line.split(b":")[0].decode("latin-1").lower() not in given or b"HTTP/1.1" in line]
        lines += [name.encode() + b": " + value.encode("utf-8", "surrogateescape") for name, value in headers]
        if body and "content-type" not in given:
            lines.append(b"Content-Type: application/json")
        if length and (body or method in ("POST", "PUT", "PATCH")):
            lines.append(b"Content-Length: %d" % len(body))
        return b"\r\n".join(lines) + b"\r\n\r\n" + body

    def begun(self, operations=None, wrong=0.0):
        method, template, operation = self.dice.choice(operations or self.operations)
        query = self.query(operation, wrong)
        path = self.path(template) + ("?" + query if query else "")
        return method, path, operation

    def guard(self, operation):
        """`If-Match`, where it is needed to come further."""
        guarded = any(p["in"] == "header" and p["name"] == "If-Match" for p in operation.get("parameters", []))
        return [("If-Match", "*")] if guarded and self.dice.random() < 0.8 else []

    # Kinds of requests.

    def valid(self):
        method, path, operation = self.begun()
        body = json.dumps(self.body(operation)).encode() if "requestBody" in operation else b""
        return self.request(method, path, body, self.guard(operation)), 1

    def changed_body(self):
        method, path, operation = self.begun(self.with_body)
        body = json.loads(json.dumps(self.body(operation)))
        for _ in range(self.dice.choice([1, 1, 1, 2, 5])):
            self.change(body)
        text = json.dumps(body, ensure_ascii=self.dice.random() < 0.5)
        if self.dice.random() < 0.1:
            # What `json` does not write: doubled members, numbers beyond any type, half a pair of surrogates, comments.
            text = text.replace("{", self.dice.choice(['{"a":1,"a":2,', '{"x":-1e999,', '{"x":"\\ud800",', "{//\n", '{"x":1E+9999,']), 1)
        return self.request(method, path, text.encode("utf-8", "surrogatepass"), self.guard(operation)), 1

    def change(self, body):
        """Changes one place of a body."""
        place = body
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            if not keys:
                return
            key = self.dice.choice(keys)
            inner = place[key]
            if isinstance(inner, (dict, list)) and inner and self.dice.random() < 0.7:
                place = inner
                continue
            act = self.dice.randrange(5)
            if act == 0 and isinstance(place, dict):
                del place[key]
            elif act == 1 and isinstance(place, dict):
                place[self.text()] = self.value()
            elif act == 2 and isinstance(place, list):
                place.extend([inner] * self.dice.choice([1, 10, 500]))
            else:
                place[key] = self.value()
            return

    def changed_query(self):
        method, path, operation = self.begun(wrong=0.5)
        extra = self.dice.choice(["", "", "&x=1", "&limit=1&limit=2", "&%00=1", "&=&&", "?", "&" * 50, "&cursor=eyJhIjoxfQ", "&q=%ff%fe", "&a[]=1"])
        path = (path if "?" in path else path + "?") + extra
        body = json.dumps(self.body(operation)).encode() if "requestBody" in operation else b""
        return self.request(method, path, body, self.guard(operation)), 1

    def changed_bytes(self):
        method, path, operation = self.begun(self.with_body)
        body = bytearray(json.dumps(self.body(operation), ensure_ascii=False).encode())
        for _ in range(self.dice.choice([1, 2, 8])):
            at = self.dice.randrange(len(body))
            act = self.dice.randrange(4)
            if act == 0:
                body[at] = self.dice.randrange(256)
            elif act == 1:
                del body[at : at + self.dice.randrange(1, 9)]
            elif act == 2:
                body[at:at] = self.dice.choice([b"\x00", b"\xff\xfe", b"\xc0\x80", b"\xed\xa0\x80", b"}", b"\"", b"[" * 50, b"\xef\xbb\xbf"])
            else:
                del body[at:]
            body = body or bytearray(b"{")
        return self.request(method, path, bytes(body)), 1

    def random_bytes(self):
        method, path, _ = self.begun(self.with_body)
        body = self.dice.randbytes(self.dice.choice([1, 30, 3_000]))
        return self.request(method, path, body, [("Content-Type", self.dice.choice(MEDIA_TYPES))]), 1

    def deep(self):
        method, path, operation = self.begun(self.with_body)
        levels = self.dice.choice([50, 127, 128, 129, 5_000])
        opening, closing = self.dice.choice([("[", "]"), ('{"a":', "}"), ('{"items":[', "]}")])
        deep = opening * levels + "1" + closing * levels
        body = json.dumps(self.body(operation))
        if self.dice.random() < 0.7:
            # As one of its members.
            body = body[:-1] + ', "x": ' + deep + "}"
        else:
            body = deep
        return self.request(method, path, body.encode()), 1

    def changed_path(self):
        method, path, _ = self.begun()
        act = self.dice.randrange(8)
        at = self.dice.randrange(1, len(path) + 1)
        odd = self.dice.choice(["%00", "%ff", "%", "%2", "%zz", "//", "/../", "/./", "%2e%2e%2f", ";x=1", "\\", "#x", "%c0%af", "é", "\x7f", "%0d%0a"])
        if act < 5:
            path = path[:at] + odd + path[at:]
        elif act == 5:
            path = "http://" + self.dice.choice(["x", "", "x:0", "[::1]", "u:p@x"]) + path
        elif act == 6:
            path = self.dice.choice(["*", "x", "/" * 3_000, "/" + "a/" * 5_000, "/v1/" + "%41" * 6_000, "", "?", "/?" + "a=1&" * 4_000])
        else:
            path = path.upper()
        return self.request(method, path.replace(" ", "%20") or "/"), 1

    def odd_method(self):
        _, path, operation = self.begun()
        return self.request(self.dice.choice(METHODS), path), 1

    def odd_headers(self):
        method, path, operation = self.begun()
        names = self.dice.sample(list(HEADERS), self.dice.choice([1, 2, 4]))
        headers = [(name, self.dice.choice(HEADERS[name])) for name in names]
        act = self.dice.randrange(10)
        if act == 0:
            headers += [(f"x-{i}", "y") for i in range(self.dice.choice([60, 70, 100, 500]))]
        elif act == 1:
            headers += [("x-long", "y" * self.dice.choice([8_000, 9_000, 40_000, 140_000]))]
        elif act == 2:
            headers += headers
        body = json.dumps(self.body(operation)).encode() if "requestBody" in operation else b""
        return self.request(method, path, body, headers), 1

    def garbage(self):
        good = self.request("GET", "/health/live")
        choices = [
            self.dice.randbytes(self.dice.choice([1, 50, 2_000])),
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + self.dice.randbytes(200),
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + self.dice.randbytes(40),
            b"GET / HTTP/9.9\r\nHost: x\r\n\r\n", b"GET /health/live\r\n\r\n", b"GET  /  HTTP/1.1\r\nHost: x\r\n\r\n",
            b"GET /health/live HTTP/1.0\r\n\r\n", b"GET /health/live HTTP/1.1\r\n\r\n", b"\r\n" * 200 + good,
            good.replace(b"\r\n", b"\n"), good.replace(b"Host", b"Host "), good.replace(b"Host: fuzz", b"Host: a\r\nHost: b"),
            good.replace(b"Host: fuzz", b"Host: x\r\n folded"), good.replace(b" HTTP", b"\x00 HTTP"), good[: self.dice.randrange(1, len(good))],
            bytes(byte ^ (self.dice.random() < 0.05) * self.dice.randrange(256) for byte in good), b"\x00" * 5_000, b"A" * 140_000,
        ]
        return self.dice.choice(choices), 1

    def pipelined(self):
        count = self.dice.choice([2, 5, 16, 17, 40])
        parts = []
        for _ in range(count):
            # Never one that ends the connection, or the rest would not be asked.
            method, path, operation = self.begun(wrong=0.2)
            body = json.dumps(self.body(operation)).encode() if "requestBody" in operation else b""
            parts.append(self.request(method, path, body))
        return b"".join(parts), count

    def chunked(self):
        method, path, operation = self.begun(self.with_body)
        body = json.dumps(self.body(operation)).encode()
        half = self.dice.randrange(1, len(body))
        chunk = lambda part, size=None, end=b"\r\n": (size or b"%x" % len(part)) + b"\r\n" + part + end
        good = chunk(body[:half]) + chunk(body[half:]) + b"0\r\n\r\n"
        stream = self.dice.choice([
            good, good.upper().replace(b"0\r\n\r\n", b"0\r\nX-Trailer: 1\r\n\r\n"), chunk(body, b"%x;a=b" % len(body)) + b"0\r\n\r\n",
            chunk(body, b"ffffffffffffffff") + b"0\r\n\r\n", chunk(body, b"fffffffffffffffffff"), chunk(body, b"-1"), chunk(body, b"0x10"),
            chunk(body, b"%x " % len(body)) + b"0\r\n\r\n", chunk(body, end=b""), chunk(body) + b"0\r\n", b"0\r\n\r\n", b"zz\r\n", b"\r\n\r\n",
            b"".join(chunk(bytes([byte])) for byte in body[:300]) + b"0\r\n\r\n", chunk(body, b"%x" % (len(body) + 1)) + b"0\r\n\r\n",
        ])
        coding = self.dice.choice(["chunked"] * 6 + ["Chunked", "gzip, chunked", "chunked, chunked", "identity", "x", " chunked"])
        headers = [("Transfer-Encoding", coding)]
        if self.dice.random() < 0.2:
            headers.append(("Content-Length", self.dice.choice(["5", "0", str(len(stream))])))
        return self.request(method, path, b"", [*headers, ("Content-Type", "application/json")], length=False) + stream, 1

    def lying_length(self):
        method, path, operation = self.begun(self.with_body)
        body = json.dumps(self.body(operation)).encode()
        length = self.dice.choice([str(len(body) - 1), str(len(body) + 1), "0", "-1", "+5", "1e3", "99999999999", "18446744073709551616", "", "0x5", "5, 5"])
        return self.request(method, path, b"", [("Content-Length", length), ("Content-Type", "application/json")], length=False) + body, 1
