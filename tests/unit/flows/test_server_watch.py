"""A process whose server is gone for good ends with one line; one whose server comes back goes on."""

import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

# Watches a server, says so, and works until its input ends.
WATCHING = """
import sys, threading
from flows.server import is_healthy
from flows.server_watch import end_without_server, watch_server

url, looks = sys.argv[1], int(sys.argv[2])
watch_server(url)
threading.Thread(target=end_without_server, args=(url, looks, 0.01), daemon=True).start()
print("watching", flush=True)
sys.stdin.read()
print("went on", flush=True)
"""


class Healthy(BaseHTTPRequestHandler):
    asked = threading.Event()

    def do_GET(self):
        self.asked.set()
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


class Server(HTTPServer):
    allow_reuse_address = True


@pytest.fixture
def serve():
    """Start a server that says it is well; the function that it gives stops it."""
    running = []

    def start(port=0):
        server = Server(("127.0.0.1", port), Healthy)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()

        def stop():
            server.shutdown()
            thread.join()
            server.server_close()
            running.remove(stop)

        running.append(stop)
        return server.server_port, stop

    yield start
    for stop in list(running):
        stop()


def watch(port, looks):
    command = [sys.executable, "-c", WATCHING, f"http://127.0.0.1:{port}/api", str(looks)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(command, text=True, **pipes)
    assert process.stdout.readline() == "watching\n"
    return process


def test_a_process_ends_with_one_line_when_its_server_is_gone(serve):
    port, stop = serve()
    process = watch(port, looks=3)
    stop()
    process.wait(100)
    assert process.returncode == 1
    assert process.stderr.read().splitlines() == [
        f"melanoma: http://127.0.0.1:{port}/api: the Prefect server is gone; start it again, then the same run or "
        "command, which goes on from the last finished stage"
    ]
    for pipe in (process.stdin, process.stdout, process.stderr):
        pipe.close()


def test_a_process_whose_line_nobody_reads_ends_too(serve):
    port, stop = serve()
    process = watch(port, looks=3)
    process.stderr.close()
    stop()
    assert process.wait(100) == 1
    for pipe in (process.stdin, process.stdout):
        pipe.close()


def test_a_process_goes_on_when_its_server_comes_back(serve):
    port, stop = serve()
    process = watch(port, looks=100_000)
    stop()
    Healthy.asked.clear()
    serve(port)
    assert Healthy.asked.wait(100)
    out, err = process.communicate(timeout=100)
    assert (process.returncode, out, err) == (0, "went on\n", "")
