"""The pytest plugin in projects of other teams, each in a process of its own."""

import shutil
from pathlib import Path

import pytest

pytest_plugins = "pytester"

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "contracts" / "python"


def test_the_worked_example_passes(pytester: pytest.Pytester) -> None:
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(EXAMPLE, pytester.path, dirs_exist_ok=True, ignore=ignored)
    result = pytester.runpytest_subprocess("-q")
    passed = result.parseoutcomes()
    assert passed.keys() == {"passed"}
    assert passed["passed"] > 200, "every message of invoice.decision is a test"


def test_a_reader_that_forgets_an_optional_field_is_told_which(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.manifold_topic("invoice.settled")
        def test_reads(manifold_message):
            assert manifold_message.json["source"]["topic"]
        """
    )
    result = pytester.runpytest_subprocess("-q")
    result.stdout.fnmatch_lines(
        [
            "*- invoice.settled: source=null -*",
            "source is null.",
        ]
    )


def test_a_producer_is_told_what_is_wrong_without_a_traceback_of_ours(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.manifold_topic("invoice.settled")
        def test_sends(manifold_contract):
            manifold_contract.check({"request_id": "r-1", "vendor": "V-1"})
        """
    )
    result = pytester.runpytest_subprocess("-q")
    result.stdout.fnmatch_lines(
        [
            "E *not what invoice.settled carries (InvoiceSettled version 1):",
            "E *vendor is not a field of InvoiceSettled: did you mean vendor_id?",
            "E *invoice_id is missing",
        ]
    )
    assert "contract.py" not in result.stdout.str()


@pytest.mark.parametrize(
    ("marker", "told"),
    [
        (
            "",
            'say which topic it is about, as in @pytest.mark.manifold_topic("invoice.decision")',
        ),
        ('@pytest.mark.manifold_topic("invoice.decisions")', "did you mean invoice.decision?"),
    ],
)
@pytest.mark.parametrize("fixture", ["manifold_message", "manifold_contract"])
def test_a_topic_that_is_not_named_or_not_known(
    pytester: pytest.Pytester, marker: str, told: str, fixture: str
) -> None:
    pytester.makepyfile(f"import pytest\n{marker}\ndef test_it({fixture}): pass")
    result = pytester.runpytest_subprocess("-q")
    assert result.ret != pytest.ExitCode.OK
    assert told in "\n".join([*result.outlines, *result.errlines])


def test_other_contracts_than_those_that_come_with_it(pytester: pytest.Pytester) -> None:
    import schemas

    copy = shutil.copytree(Path(schemas.__file__).parent, pytester.path / "agreed")
    (copy / "topics" / "invoice.settled.yaml").rename(copy / "topics" / "invoice.ended.yaml")
    pytester.makeini("[pytest]\nmanifold_schemas = agreed")
    pytester.makepyfile(
        "def test_it(manifold_contracts): assert 'invoice.ended' in manifold_contracts"
    )
    pytester.runpytest_subprocess("-q").assert_outcomes(passed=1)


def test_who_does_not_use_it_imports_nothing_of_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_it():
            assert "manifold.pytest_plugin" in sys.modules
            others = {"connectors", "operators", "fastavro", "msgspec", "yaml", "confluent_kafka"}
            assert not others & set(sys.modules)
        """
    )
    pytester.runpytest_subprocess("-q").assert_outcomes(passed=1)


def test_five_packages_are_enough(pytester: pytest.Pytester) -> None:
    """As docs/contracts.md promises to those who do not want all of Manifold installed."""
    allowed = {"connectors", "manifold", "operators", "schemas"}
    allowed |= {"avro", "fastavro", "msgspec", "yaml", "pytest", "_pytest"}
    pytester.makepyfile(
        f"""
        import sys
        import pytest

        before = set(sys.modules)

        @pytest.mark.manifold_topic("invoice.settled")
        def test_it(manifold_message, manifold_contract, manifold_registry):
            manifold_contract.check(manifold_message.value)
            ours = {{name.partition(".")[0] for name in set(sys.modules) - before}}
            installed = {{name for name in ours - sys.stdlib_module_names if name[:1] != "_"}}
            assert installed - {{"cython_runtime", __name__}} <= {allowed | {"typing_extensions"}!r}
        """
    )
    result = pytester.runpytest_subprocess("-q")
    assert result.ret == pytest.ExitCode.OK, result.stdout.str()
