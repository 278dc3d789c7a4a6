"""Pages from templates: everything in them is escaped, a name that is not given is an error.

`AREA/NAME` is `web/AREA/templates/NAME`; `static("AREA/NAME")` in a template is the address of
`web/AREA/static/NAME`. Pages hold no script and no style of their own: the content security policy
lets browsers take them from this server only.
"""

from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FunctionLoader, StrictUndefined
from msgspec import Struct
from starlette.requests import HTTPConnection

from web.pages.formats import FILTERS
from web.pages.statics import Statics
from web.principal import Principal, Scope
from web.problem import Problem

ROOT = Path(__file__).parent.parent
"""Where the areas are."""


class Place(Struct, frozen=True):
    """A place that the navigation leads to."""

    path: str
    label: str
    scope: Scope
    """What somebody needs to go there."""


PLACES = (
    Place("/board", "Board", "read"),
    Place("/requests", "Requests", "read"),
    Place("/review", "Review", "review"),
    Place("/letters", "Dead letters", "admin"),
    Place("/policy", "Policy", "admin"),
)
"""The navigation."""


class Pages:
    """Renders the templates of all areas."""

    def __init__(self, root: Path = ROOT) -> None:
        self.statics = Statics(root)
        """What the pages refer to: an area of its own."""
        self._environment = Environment(
            loader=FunctionLoader(_loading(root)),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(FILTERS)
        self._environment.globals["static"] = self.statics.address

    def page(
        self,
        request: Request,
        template: str,
        *,
        who: Principal | None = None,
        status: int = 200,
        headers: dict[str, str] | None = None,
        **values: Any,
    ) -> HTMLResponse:
        """A template as an answer. `who` is told who they are, and where they may go.

        The CSRF token is that of `request.state.csrf_token`, where who proves identities puts it.
        """
        text = self.part(request, template, who=who, **values)
        # What pages show is for the one who asked.
        kept = {"Cache-Control": "no-store", **(headers or {})}
        return HTMLResponse(text, status, kept)

    def part(
        self, request: Request, template: str, *, who: Principal | None = None, **values: Any
    ) -> str:
        """The text of a template, as for a part of a page."""
        return self._environment.get_template(template).render(
            request=request,
            who=who,
            places=[place for place in PLACES if who is not None and who.may(place.scope)],
            here=request.url.path,
            csrf_token=getattr(request.state, "csrf_token", ""),
            **values,
        )

    def telling(self, request: Request, problem: Problem) -> HTMLResponse | None:
        """A problem as people read it; None for programs."""
        if not wants_page(request):
            return None
        return self.page(
            request,
            "pages/problem.html",
            who=getattr(request.state, "principal", None),
            status=problem.status,
            headers=problem.headers(),
            problem=problem,
        )


def wants_page(connection: HTTPConnection) -> bool:
    """Whether who asks would rather have a page than data: a browser, not a program."""
    return _share(connection, "text/html") > _share(connection, "application/json")


def _share(connection: HTTPConnection, media_type: str) -> float:
    """How much a media type is wanted, by `Accept` (RFC 9110, 12.5.1); the closest entry counts."""
    main, _, _ = media_type.partition("/")
    closest = {media_type: 2, f"{main}/*": 1, "*/*": 0}
    found: tuple[int, float] = (-1, 0.0)
    for entry in connection.headers.get("accept", "*/*").split(","):
        name, *parameters = (part.strip() for part in entry.split(";"))
        near = closest.get(name.lower(), -1)
        if near <= found[0]:
            continue
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    quality = float(parameter[2:])
                except ValueError:
                    quality = 0.0
        found = near, quality
    return found[1]


def _loading(root: Path) -> Any:
    def load(name: str) -> tuple[str, str, Any] | None:
        area, _, rest = name.partition("/")
        path = root / area / "templates" / rest
        if not path.is_file():
            return None
        changed = path.stat().st_mtime
        return path.read_text("utf-8"), str(path), lambda: path.stat().st_mtime == changed

    return load
