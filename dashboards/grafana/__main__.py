"""Write the dashboards that are out of date, and name them."""

import sys
from pathlib import Path

from dashboards.grafana.boards import files

for path, text in files(Path(__file__).parent / "dashboards").items():
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
        print(path.name, file=sys.stderr)
