"""The service under test: its release binary as a process, and plain HTTP to it."""

import http.client
import os
import pathlib
import subprocess
import time

from .database import Failed, free_port


class Service:
    """A running `congkhai serve`. `settings` are environment variables on top of its own."""

    def __init__(self, binary, log, settings, database_url=None, data_dir=None):
        self.port = free_port()
        # Without a data key no dossiers are taken; what it seals here is no secret.
        environment = {"CONGKHAI_DATA_KEY": "00" * 32, **os.environ, **settings, "CONGKHAI_BIND": f"127.0.0.1:{self.port}"}
        environment.pop("DATABASE_URL", None)
        if database_url:
            environment["DATABASE_URL"] = database_url
        if data_dir:
            environment["CONGKHAI_DATA_DIR"] = str(data_dir)
        self.log = pathlib.Path(log)
        self.started = time.monotonic()
        with open(self.log, "ab") as out:
            self.process = subprocess.Popen([binary, "serve"], env=environment, stdout=out, stderr=out)
        self.pid = self.process.pid

    def wait(self, seconds=60):
        """Waits until it is ready; says how long that took since its start."""
        while time.monotonic() < self.started + seconds:
            try:
                if self.get("/health/ready")[0] == 200:
                    return time.monotonic() - self.started
            except OSError:
                pass
            if self.process.poll() is not None:
                break
            time.sleep(0.002)
        raise Failed(f"the service is not ready: see {self.log}")

    def request(self, method, path, headers=None, body=None):
        """Status, headers and body of one answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def get(self, path, headers=None):
        """The same for GET."""
        return self.request("GET", path, headers)

    def stop(self):
        """Stops it and waits; connections to the database are then closed."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=90)
