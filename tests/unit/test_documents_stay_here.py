"""Reading documents tells nobody about it."""

import os
import subprocess
import sys
from pathlib import Path

ENGINE = "import onnxruntime, time; onnxruntime.SessionOptions(); time.sleep(1)"


def left_in_home(program: str, home: Path) -> list[Path]:
    home.mkdir()
    subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        env={"HOME": str(home), "PATH": os.environ["PATH"]},
        cwd=Path(__file__).parents[2],
    )
    return [path for path in home.rglob("*") if path.is_file()]


def test_the_engine_leaves_no_identifier_of_this_machine(tmp_path: Path) -> None:
    assert left_in_home(f"import connectors.documents.rapid; {ENGINE}", tmp_path / "ours") == []
    assert left_in_home(ENGINE, tmp_path / "alone"), "the engine has nothing to be kept from"
