"""Opening a store of obstore's from an address and options."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from obstore.exceptions import BaseError
from obstore.store import LocalStore, MemoryStore, from_url
from pydantic import SecretStr

from connectors.settings import InvalidSettings

if TYPE_CHECKING:
    from obstore.store import ClientConfig, ObjectStore

_BUCKETS = ("s3", "gs", "az")
_CLIENT_OPTIONS = frozenset(
    "allow_http allow_invalid_certificates http1_only http2_only proxy_url proxy_ca_certificate "
    "proxy_excludes root_certificate user_agent".split()
)
"""Those of the HTTP client; all other options belong to the kind of store."""
_LONGEST_CONNECT = 5.0


def opened(url: str, options: Mapping[str, SecretStr], attempt_limit: float) -> "ObjectStore":
    """A store that tries everything once and gives up after so many seconds.

    Raises InvalidSettings, which names the option that is wrong and shows no value.
    """
    scheme = url.partition("://")[0]
    try:
        if scheme == "file":
            return LocalStore.from_url(url, mkdir=True)
        if scheme == "memory":
            return MemoryStore()
        if scheme in _BUCKETS:
            return _bucket(url, options, attempt_limit)
    except (BaseError, OSError) as error:
        cause = str(error).partition("\n")[0]
        raise InvalidSettings(f"documents.url or documents.options: {cause}") from None
    except BaseException as error:
        # What a panic in obstore becomes, for such an option; it is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise InvalidSettings(
            "documents.options: those of the HTTP client are written without the store's name, "
            "as in allow_http"
        ) from None
    raise InvalidSettings(
        f"documents.url: {scheme}:// is no store of documents; "
        "write a folder, file:///, s3://, gs://, az:// or memory://"
    )


def _bucket(url: str, options: Mapping[str, SecretStr], attempt_limit: float) -> "ObjectStore":
    client: ClientConfig = {
        "timeout": timedelta(seconds=attempt_limit),
        "connect_timeout": timedelta(seconds=min(_LONGEST_CONNECT, attempt_limit)),
    }
    config: Any = {}  # obstore types the options of each kind of store apart
    for name, value in options.items():
        if name in _CLIENT_OPTIONS:
            client[name] = value.get_secret_value()  # type: ignore[literal-required]  # one of its names
        else:
            config[name] = value.get_secret_value()
    return from_url(
        url,
        config=config,
        client_options=client,
        retry_config={"max_retries": 0, "retry_timeout": timedelta(seconds=attempt_limit)},
    )
