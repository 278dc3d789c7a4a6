"""When the certificates that the Kafka client is given expire."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from cryptography import x509

from connectors.logs import Log

log = Log(__name__)

_FILES = ("ssl.certificate.location", "ssl.ca.location")
_TEXTS = ("ssl.certificate.pem", "ssl.ca.pem")


def expiries(kafka: Mapping[str, str]) -> Iterator[tuple[str, float]]:
    """librdkafka settings that name certificates, and when the first of these expires, Unix time.

    What cannot be read is left out and logged: whether it is good enough, the client says itself.
    """
    for setting in (*_FILES, *_TEXTS):
        given = kafka.get(setting)
        if given is None or given == "probe":
            continue
        try:
            pem = Path(given).read_bytes() if setting in _FILES else given.encode()
            found = x509.load_pem_x509_certificates(pem)
        except (OSError, ValueError) as error:
            log.warning(
                "it is not known when a certificate expires",
                setting=setting,
                because=type(error).__name__,
            )
            continue
        yield setting, min(each.not_valid_after_utc.timestamp() for each in found)
