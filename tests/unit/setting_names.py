"""Names of settings in the environment, as files of others have them."""

from typing import Any

from pydantic import BaseModel

from connectors.settings import Settings


def is_setting(variable: str) -> bool:
    """Whether a variable of the environment sets anything: those that do not are passed over."""
    model: Any = Settings
    for name in variable.removeprefix("MANIFOLD_").lower().split("__"):
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            return True  # inside of a mapping, as of kafka's own settings
        if name not in model.model_fields:
            return False
        model = model.model_fields[name].annotation
    return True
