"""`manifold token`: access tokens for one machine's own development."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from connectors.development_key import signed
from connectors.settings import Settings
from manifold.cli.output import EXIT_USAGE, Failed, complain, explained

_SCOPES = ("submit", "read", "review", "admin")  # those of web.principal, whose import takes long
_LASTS = re.compile(r"(\d{1,6})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@explained()
def token(
    subject: Annotated[str, typer.Option(metavar="NAME", help="Who it is for.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(metavar="SCOPE", help=f"{', '.join(_SCOPES)}; may be repeated."),
    ] = None,
    tenant: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose invoices it is for.")
    ] = None,
    lasts: Annotated[
        str, typer.Option("--for", metavar="TIME", help="How long: 90s, 15m, 1h or 7d.")
    ] = "1h",
    key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Instead of web.tokens.development_key.")
    ] = None,
) -> None:
    """Print an access token, signed with a key of this machine's own.

    `manifold serve` believes it only with MANIFOLD_WEB__TOKENS__DEVELOPMENT=true, and with the same
    key. For anything but development, let an issuer of OAuth 2 sign tokens (web.tokens.issuer).
    """
    settings = Settings.load().web.tokens
    scopes = scope or []
    for each in scopes:
        if each not in _SCOPES:
            raise Failed(f"There is no scope {each}: there are {', '.join(_SCOPES)}.", EXIT_USAGE)
    if tenant is not None and settings.tenant_claim is None:
        raise Failed(
            "This installation has one tenant only: set web.tokens.tenant_claim, as to “tenant”.",
            EXIT_USAGE,
        )
    belongs = None if tenant is None else (str(settings.tenant_claim), tenant)
    text = signed(
        key or settings.development_key,
        subject,
        [settings.scope_prefix + each for each in scopes],
        subject_claim=settings.subject_claim,
        audience=settings.audience,
        lasts=_lasts(lasts),
        tenant=belongs,
    )
    if not settings.development:
        complain("`manifold serve` believes it with MANIFOLD_WEB__TOKENS__DEVELOPMENT=true only.")
    typer.echo(text)


def _lasts(text: str) -> timedelta:
    found = _LASTS.fullmatch(text)
    if found is None or int(found[1]) == 0:
        raise Failed(f"--for {text}: write 90s, 15m, 1h or 7d.", EXIT_USAGE)
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
