"""Builds the native codec when Manifold is installed or packed into a wheel."""

import runpy
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class NativeCodec(BuildHookInterface):
    """Adds the extension to what is built; without a C compiler there is none."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the extension beside its sources."""
        native = runpy.run_path(f"{self.root}/connectors/native/build.py")
        try:
            built = native["build"]()
        except native["NotBuilt"] as error:
            self.app.display_warning(f"The native codec is not built: {error}")
            return
        build_data["artifacts"].append(str(built.relative_to(self.root)))
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
