"""Reading YAML by libyaml, where PyYAML was built with it: ten times as fast as in Python."""

from __future__ import annotations

from typing import Any

import yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(text: str) -> Any:
    """What a YAML text says, in plain Python types. yaml.YAMLError where it is none."""
    return yaml.load(text, _LOADER)  # noqa: S506 - both loaders are safe ones
