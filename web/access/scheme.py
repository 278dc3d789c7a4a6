"""What the OpenAPI document says of access tokens."""

from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase
from starlette.requests import HTTPConnection


class AccessToken(SecurityBase):
    """Declares the scheme; who asks is found out elsewhere."""

    def __init__(self) -> None:
        """A JWT in `Authorization`."""
        self.model = HTTPBearer(
            bearerFormat="JWT",
            description="An access token of this installation's issuer, with the scopes named.",
        )
        self.scheme_name = "accessToken"

    async def __call__(self, connection: HTTPConnection) -> None:
        """Nothing: a dependency has to be callable."""
