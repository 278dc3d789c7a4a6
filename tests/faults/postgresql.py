"""A PostgreSQL server on this machine that can be killed, and whose disk can be full.

The database lies in a tablespace. As root that is a file system of its own in memory, made no
larger than it is filled when it shall be full; its write-ahead log lies beside it and is not
affected. Without root nothing can be mounted and `can_be_full` is False.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg

_SIZE = "4g"
_NAME = "manifold"
_START_SECONDS = 30


class PostgreSQL:
    """A server with one empty database."""

    def __init__(self) -> None:
        """Start it."""
        self._binaries = _binaries()
        self._home = Path(tempfile.mkdtemp(prefix="manifold-pg-"))
        self._user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        self._space = self._home / "space"
        self._space.mkdir()
        self.can_be_full = os.getuid() == 0 and _mounted(self._space)
        if os.getuid() == 0:
            for each in (self._home, self._space):
                shutil.chown(each, self._user, self._user)
        try:
            self._run("initdb", "--username=postgres", "--auth=trust", "--no-sync")
            self.start()
            with psycopg.connect(self._server, autocommit=True) as connection:
                connection.execute(f"CREATE TABLESPACE apart LOCATION '{self._space}'".encode())
                connection.execute(f"CREATE DATABASE {_NAME} TABLESPACE apart".encode())
        except BaseException:
            self.close()
            raise

    @property
    def url(self) -> str:
        """The database's, as the setting `database.url` has it."""
        return f"postgresql+psycopg://postgres@/{_NAME}?host={self._home}"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = f"-k {self._home} -c listen_addresses='' -c max_connections=200 -c fsync=off"
        until = time.monotonic() + _START_SECONDS
        while True:
            try:
                self._run("pg_ctl", "start", "-w", f"--log={self._home / 'log'}", f"-o{options}")
                return
            except subprocess.CalledProcessError:
                # Processes of a server that was killed hold on to its memory for a moment.
                if time.monotonic() > until:
                    raise

    def kill(self) -> None:
        """End all its processes as a power cut would."""
        with suppress(OSError, psutil.NoSuchProcess):
            server = psutil.Process(int((self._data / "postmaster.pid").read_text().split()[0]))
            children = server.children(recursive=True)
            for process in (server, *children):
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            psutil.wait_procs([server, *children], timeout=_START_SECONDS)

    def fill(self) -> None:
        """Leave no room for another page of a table."""
        until = time.monotonic() + _START_SECONDS
        while True:
            try:
                self._resize(str(shutil.disk_usage(self._space).used))
                return
            except subprocess.CalledProcessError:
                # Somebody has written between the look and the change.
                if time.monotonic() > until:
                    raise

    def free(self) -> None:
        """Give it room again."""
        self._resize(_SIZE)

    def close(self) -> None:
        """End it and delete what it held."""
        self.kill()
        subprocess.run(["umount", "--lazy", self._space], capture_output=True)
        shutil.rmtree(self._home, ignore_errors=True)

    @property
    def _data(self) -> Path:
        return self._home / "data"

    @property
    def _server(self) -> str:
        return f"postgresql://postgres@/postgres?host={self._home}"

    def _resize(self, size: str) -> None:
        options = f"remount,size={size}"
        subprocess.run(["mount", "-o", options, self._space], check=True, capture_output=True)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._binaries / program, "-D", self._data, *arguments],
            user=self._user if os.getuid() == 0 else None,
            cwd=self._home,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )


def _mounted(folder: Path) -> bool:
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "manifold-faults", str(folder)]
    return subprocess.run(mount, capture_output=True).returncode == 0


def _binaries() -> Path:
    found = shutil.which("initdb")
    candidates = [Path(found).resolve()] if found else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    if not candidates:
        raise RuntimeError(
            "the fault run needs a PostgreSQL server: deploy/kafka/requirements tests"
        )
    return candidates[0].parent
