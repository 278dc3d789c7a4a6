"""Who is let in follows from the settings, and what makes no sense is refused with a sentence."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import HTTPConnection

from connectors.settings import InvalidSettings, Redis, Settings
from connectors.web_settings import Web
from manifold.admission import Admission, admission
from web.access.sign_in import SignInArea
from web.pages.rendering import Pages
from web.problem import Problem

ISSUER = {"issuer": "https://login.example"}


def admitted(folder: Path, **web: Any) -> Admission:
    given: dict[str, Any] = {"sign_in": {}, **web}
    given["sign_in"] = {"keys": folder / "session.json", **given["sign_in"]}
    return admission(Settings(web=Web.model_validate(given), redis=Redis()), Pages())


def status(made: Admission, headers: tuple[tuple[bytes, bytes], ...] = ()) -> int:
    scope = {"type": "http", "method": "GET", "path": "/", "headers": headers, "client": None}
    try:
        asyncio.run(made.access(HTTPConnection(scope)))
    except Problem as problem:
        return problem.status
    return 200


def test_without_an_issuer_everybody_is_let_in_on_this_machine(tmp_path: Path) -> None:
    assert status(admitted(tmp_path)) == 200
    assert status(admitted(tmp_path, host="::1")) == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "manifold.example"])
def test_and_on_no_other(tmp_path: Path, host: str) -> None:
    with pytest.raises(InvalidSettings, match="issuer"):
        admitted(tmp_path, host=host)
    assert status(admitted(tmp_path, host=host, tokens=ISSUER)) == 401
    assert status(admitted(tmp_path, host=host, everybody=True)) == 200


def test_with_an_issuer_nobody_is_let_in_without_a_token(tmp_path: Path) -> None:
    made = admitted(tmp_path, tokens=ISSUER, everybody=True)
    assert status(made) == 401
    assert status(made, ((b"authorization", b"Bearer x"),)) == 401
    assert not any(isinstance(area, SignInArea) for area in made.areas)
    assert not (tmp_path / "session.json").exists(), "no key is made that nothing needs"


def test_browsers_sign_in_where_that_is_set(tmp_path: Path) -> None:
    sign_in = {"client_id": "manifold", "public_url": "https://manifold.example"}
    made = admitted(tmp_path, host="0.0.0.0", tokens=ISSUER, sign_in=sign_in)
    assert any(isinstance(area, SignInArea) for area in made.areas)
    assert (tmp_path / "session.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("web", "why"),
    [
        ({"tokens": {"issuer": "http://login.example"}}, "https"),
        ({"tokens": {**ISSUER, "keys": "http://login.example/keys"}}, "https"),
        ({"tokens": {**ISSUER, "keys": "/nowhere.json"}}, "JWKS"),
        ({"tokens": ISSUER, "sign_in": {"client_id": "m"}}, "public_url"),
        (
            {
                "tokens": ISSUER,
                "sign_in": {"client_id": "m", "public_url": "http://manifold.example"},
            },
            "https",
        ),
    ],
)
def test_what_is_not_safe_is_refused(tmp_path: Path, web: dict[str, Any], why: str) -> None:
    with pytest.raises(InvalidSettings, match=why):
        admitted(tmp_path, **web)


@pytest.mark.parametrize("algorithm", ["none", "HS256", "HS512", "rs256"])
def test_only_signatures_of_private_keys_can_be_configured(algorithm: str) -> None:
    with pytest.raises(ValueError, match="algorithms"):
        Web.model_validate({"tokens": {**ISSUER, "algorithms": [algorithm]}})
