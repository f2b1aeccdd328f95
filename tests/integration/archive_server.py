"""A local server that speaks the ISIC Archive's API, and answers badly when it is told to."""

import base64
import hashlib
import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import numpy as np
from PIL import Image

SEARCH = "/api/v2/images/search/"


@dataclass(frozen=True)
class Reply:
    """An answer before it is sent; `sent` bytes of it leave before the line is cut."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    sent: int | None = None
    with_length: bool = True


@dataclass(frozen=True)
class Asked:
    """One request as it came in."""

    path: str
    query: dict[str, str]
    range: str | None
    user_agent: str


Fault = Callable[[Reply], Reply]


def right(reply: Reply) -> Reply:
    return reply


def status(code: int, **headers: str) -> Fault:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: Reply(code, b"no", named)


def cut(after: int) -> Fault:
    return lambda reply: replace(reply, sent=after)


def delay(seconds: float) -> Fault:
    def late(reply: Reply) -> Reply:
        time.sleep(seconds)
        return reply

    return late


def corrupt(at: int = 400) -> Fault:
    return lambda reply: replace(reply, body=reply.body[:at] + bytes(64) + reply.body[at + 64 :])


def without(*headers: str) -> Fault:
    return lambda reply: replace(reply, headers={k: v for k, v in reply.headers.items() if k not in headers})


def endless(reply: Reply) -> Reply:
    """More than was declared, and no word of how much."""
    return replace(reply, body=reply.body * 50, with_length=False)


def says(body: bytes) -> Fault:
    return lambda reply: replace(reply, body=body)


def both(first: Fault, second: Fault) -> Fault:
    return lambda reply: second(first(reply))


@dataclass
class ArchiveServer:
    """Images, the entries that describe them, and what goes wrong with the answers.

    Attributes:
        url: Of the API.
        files: Bytes by id.
        entries: What the API says, by id; a test may change it.
        order: What the search lists, in this order; an id may stand in it twice.
        page_images: How many images a page has at most.
        with_ranges: Whether partial files can be continued.
        asked: All requests.
    """

    url: str
    files: dict[str, bytes]
    entries: dict[str, Any]
    order: list[str]
    page_images: int = 3
    with_ranges: bool = True
    asked: list[Asked] = field(default_factory=list)
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    standing: dict[str, Fault] = field(default_factory=dict)

    def on(self, path: str, *faults: Fault) -> None:
        """Let the next answers for a path go wrong, one after the other."""
        self.faults[path] = list(faults)

    def always(self, path: str, fault: Fault) -> None:
        self.standing[path] = fault

    def heal(self) -> None:
        self.faults.clear()
        self.standing.clear()
        self.asked.clear()

    def paths(self, prefix: str) -> list[str]:
        return [request.path for request in self.asked if request.path.startswith(prefix)]

    def answer(self, request: Asked) -> Reply:
        self.asked.append(request)
        waiting = self.faults.get(request.path)
        fault = waiting.pop(0) if waiting else self.standing.get(request.path, right)
        return fault(self.right_answer(request))

    def right_answer(self, request: Asked) -> Reply:
        if request.path == SEARCH:
            return self._page(request)
        if request.path.startswith("/api/v2/images/"):
            return _json(self.entries[request.path.split("/")[4]])
        if request.path.startswith("/api/v2/zip-download/license-file/"):
            return Reply(200, f"the text of {request.path.split('/')[5]}".encode())
        name = request.path.removeprefix("/files/").removesuffix(".jpg")
        return self._file(self.files[name], request.range) if name in self.files else Reply(404, b"no such file")

    def _page(self, request: Asked) -> Reply:
        start = int(base64.b64decode(request.query.get("cursor", "")) or 0)
        stop = start + min(int(request.query["limit"]), self.page_images)
        cursor = base64.b64encode(str(stop).encode()).decode()
        following = f"{self.url}images/search/?{urlencode({**request.query, 'cursor': cursor})}"
        return _json(
            {
                "count": None if start else len(set(self.order)),
                "next": following if stop < len(self.order) else None,
                "previous": None,
                "results": [self.entries[name] for name in self.order[start:stop]],
            }
        )

    def _file(self, content: bytes, wanted: str | None) -> Reply:
        headers = {"ETag": f'"{hashlib.md5(content).hexdigest()}"', "Content-Type": "image/jpeg"}
        if not wanted or not self.with_ranges:
            return Reply(200, content, headers)
        start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        span = f"bytes {start}-{len(content) - 1}/{len(content)}"
        return Reply(206, content[start:], {**headers, "Content-Range": span})


@contextmanager
def running_archive(images: int = 7) -> Iterator[ArchiveServer]:
    """Run a server with some images on loopback."""
    handler = type("Handler", (_Answering,), {"do_GET": _Answering.answer_get})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    base = f"http://127.0.0.1:{server.server_port}"
    files = {f"ISIC_{number:07d}": _picture(number) for number in range(1, images + 1)}
    entries = {name: _entry(name, content, base) for name, content in files.items()}
    server.archive = ArchiveServer(f"{base}/api/v2/", files, entries, list(files))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.archive
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer_get(self) -> None:
        url = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(url.query, keep_blank_values=True).items()}
        asked = Asked(url.path, query, self.headers.get("Range"), self.headers.get("User-Agent", ""))
        reply = self.server.archive.answer(asked)
        try:
            self._send(reply)
        except OSError:  # the client is gone
            self.close_connection = True

    def _send(self, reply: Reply) -> None:
        self.send_response_only(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.with_length:
            self.send_header("Content-Length", str(len(reply.body)))
        else:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(reply.body[: reply.sent])
        self.close_connection = self.close_connection or reply.sent is not None or not reply.with_length

    def log_message(self, *_: object) -> None:
        return


def _picture(number: int) -> bytes:
    pixels = np.random.default_rng(number).integers(0, 255, (60, 80, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, format="JPEG", quality=90)
    return stream.getvalue()


def _entry(name: str, content: bytes, base: str) -> dict[str, Any]:
    number = int(name[-7:])
    return {
        "isic_id": name,
        "public": True,
        "copyright_license": ("CC-0", "CC-BY")[number % 2],
        "attribution": ("Anonymous", "Hospital Clinic", "Hospital Clinic")[number % 3],
        "files": {
            "full": {"url": f"{base}/files/{name}.jpg", "size": len(content)},
            "thumbnail_256": {"url": f"{base}/files/{name}_small.jpg", "size": 10},
        },
        "metadata": {
            "acquisition": {"image_type": "dermoscopic", "pixels_x": 80, "pixels_y": 60},
            "clinical": {
                "age_approx": 50,
                "diagnosis_1": "Malignant",
                "diagnosis_3": "Melanoma, NOS",
                "melanocytic": True,
            },
        },
    }


def _json(document: object) -> Reply:
    return Reply(200, json.dumps(document).encode(), {"Content-Type": "application/json"})
