"""A Prometheus of one's own, in which time may pass faster."""

import json
import re
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import yaml

CONFIGURED = Path(__file__).parents[2] / "dashboards" / "prometheus"
FASTER = 60
"""A minute of a rule is a second here: what it looks back on, and for how long it must hold."""

_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_SPAN = re.compile(r"(?<=\[)\d+[smhd](?=\])|(?<=offset )\d+[smhd]\b")


def hastened(query: str, faster: int = FASTER) -> str:
    """A query that looks back on a sixtieth of the time.

    >>> hastened("a[5m] unless a offset 1d")
    'a[5s] unless a offset 1440s'
    """
    return _SPAN.sub(lambda found: _shortened(found[0], faster), query)


def _shortened(span: str, faster: int) -> str:
    return f"{max(1, int(span[:-1]) * _SECONDS[span[-1]] // faster)}s"


def _rules(path: Path, faster: int) -> Any:
    told = yaml.safe_load(path.read_text(encoding="utf-8"))
    for group in told["groups"]:
        group["interval"] = "1s"
        for rule in group["rules"]:
            rule["expr"] = hastened(rule["expr"], faster)
            if "for" in rule:
                rule["for"] = _shortened(rule["for"], faster)
    return told


def _found(wheres: Sequence[int] | Path) -> Any:
    if isinstance(wheres, Path):
        return {"file_sd_configs": [{"files": [str(wheres)]}]}
    return {"static_configs": [{"targets": [f"127.0.0.1:{port}" for port in wheres]}]}


def _remember(folder: Path, past: str) -> None:
    told = folder.with_suffix(".openmetrics")
    told.write_text(f"{past}# EOF\n", encoding="utf-8")
    command = ("promtool", "tsdb", "create-blocks-from", "openmetrics", told, folder)
    subprocess.run(command, check=True, capture_output=True)


class Prometheus:
    """Scrapes every second, by the configuration and the rules of `dashboards/`, hastened."""

    def __init__(
        self,
        folder: Path,
        targets: Mapping[str, Sequence[int] | Path],
        *,
        faster: int = FASTER,
        past: str = "",
    ) -> None:
        """`targets`: ports on this machine by job, or the file that lists them as they change.

        `faster`: 1 leaves the rules as they are. `past`: what it remembers, as OpenMetrics.
        """
        (folder / "rules").mkdir(parents=True)
        if past:
            _remember(folder / "data", past)
        for path in (CONFIGURED / "rules").glob("*.yml"):
            (folder / "rules" / path.name).write_text(yaml.safe_dump(_rules(path, faster)))
        configuration = yaml.safe_load((CONFIGURED / "prometheus.yml").read_text(encoding="utf-8"))
        configuration["global"] |= {"scrape_interval": "1s", "evaluation_interval": "1s"}
        del configuration["alerting"]
        configuration["scrape_configs"] = [
            {"job_name": job, "scrape_timeout": "1s", **_found(wheres)}
            for job, wheres in targets.items()
        ]
        (folder / "prometheus.yml").write_text(yaml.safe_dump(configuration))
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.url = f"http://127.0.0.1:{free.getsockname()[1]}"
        self._log = folder / "prometheus.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [
                    "prometheus",
                    f"--config.file={folder / 'prometheus.yml'}",
                    f"--storage.tsdb.path={folder / 'data'}",
                    f"--web.listen-address={self.url.removeprefix('http://')}",
                ],
                stdout=log,
                stderr=log,
            )
        self.began = time.time()

    def answers(self) -> bool:
        """Whether it has started."""
        assert self._process.poll() is None, self._log.read_text()
        with suppress(OSError), urllib.request.urlopen(f"{self.url}/-/ready", timeout=5):
            return True
        return False

    def ask(self, query: str) -> list[tuple[Mapping[str, str], float]]:
        """What it says now: labels and value of each series."""
        found = self._get("query", query=query)["result"]
        return [(each["metric"], float(each["value"][1])) for each in found]

    def whole(self, query: str) -> list[Any]:
        """What it says of each second since it began; labels and values of each series."""
        return self.between(query, self.began, time.time())

    def between(self, query: str, begin: float, end: float) -> list[Any]:
        """The same of the seconds from one Unix time to another."""
        found: list[Any] = self._get("query_range", query=query, start=begin, end=end, step=1)[
            "result"
        ]
        return found

    def rules(self) -> list[Any]:
        """Every rule with how it does."""
        return [rule for group in self._get("rules")["groups"] for rule in group["rules"]]

    def firing(self, alert: str, **labels: str) -> bool:
        """Whether an alert fires, of what has these labels."""
        told = self.ask(f'ALERTS{{alertname="{alert}", alertstate="firing"}}')
        return any(labels.items() <= found.items() for found, _ in told)

    def alerts(self) -> list[Any]:
        """Every alert that fires, with its annotations."""
        found = self._get("alerts")["alerts"]
        return [alert for alert in found if alert["state"] == "firing"]

    def _get(self, path: str, **parameters: object) -> Any:
        asked = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return json.load(answer)["data"]

    def __enter__(self) -> Self:
        """Started."""
        return self

    def __exit__(self, *_: object) -> None:
        """Ended."""
        self._process.terminate()
        self._process.wait()
