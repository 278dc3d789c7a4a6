"""`manifold serve`: the web application."""

from typing import Annotated

import typer

from connectors import logs
from manifold.cli.options import Bootstrap, Extra, load_settings
from manifold.cli.output import console, explained


@explained()
def serve(
    host: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Instead of the setting web.host.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65_535, help="Instead of the setting web.port.")
    ] = None,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Serve the ingest API, and the pages on which people see and review invoices.

    Stops on Ctrl-C, after the requests under way. `GET /openapi.json` describes the API.
    """
    settings = load_settings(bootstrap, extra)
    given = {"host": host, "port": port}
    web = settings.web.model_copy(update={k: v for k, v in given.items() if v is not None})
    settings = settings.model_copy(update={"web": web})
    logs.configure(as_json=settings.log_json)
    # The libraries of the web take a third of a second to import.
    from manifold.serving import serve as serve_until_stopped

    console(stderr=True).print(f"http://{web.host}:{web.port}/", soft_wrap=True)
    serve_until_stopped(settings)
