"""A Redis server of the tests' own, on a socket in a folder, that can be killed and paused."""

import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Self

import pytest
import redis

_START_SECONDS = 30


class RedisServer:
    """One server, without a port and without anything kept on disk."""

    def __init__(self, folder: Path) -> None:
        """Start it and wait until it answers; its socket lies in the folder."""
        self._program = shutil.which("redis-server")
        if self._program is None:
            pytest.fail("these tests need a Redis server: apt-get install redis-server")
        self._folder = folder
        self.url = f"unix://{folder}/redis"
        self.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        self._process = subprocess.Popen(
            [self._program or "", "--port", "0", "--unixsocket", "redis", "--save", ""],
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
        )
        until = time.monotonic() + _START_SECONDS
        while True:
            try:
                self.client().ping()
                return
            except redis.ConnectionError:
                assert time.monotonic() < until, "it does not answer"
                time.sleep(0.01)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def pause(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def client(self) -> redis.Redis:
        """Another client than the one that is tested."""
        return redis.Redis.from_url(self.url)
