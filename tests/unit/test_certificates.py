"""When certificates of the Kafka client expire."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connectors.certificates import expiries

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def certificate(days: int) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "broker")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(BEGAN)
        .not_valid_after(BEGAN + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()


def test_of_a_chain_the_first_to_expire_counts(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text(certificate(300) + certificate(90))
    found = dict(expiries({"ssl.ca.location": str(file), "ssl.certificate.pem": certificate(10)}))
    assert found == {
        "ssl.ca.location": (BEGAN + timedelta(days=90)).timestamp(),
        "ssl.certificate.pem": (BEGAN + timedelta(days=10)).timestamp(),
    }


@pytest.mark.parametrize("content", [b"no certificate", None])
def test_what_cannot_be_read_is_left_out(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    assert not dict(expiries({"ssl.ca.location": str(file)}))


def test_without_tls_there_are_none() -> None:
    assert not dict(expiries({"bootstrap.servers": "a:9092"}))
