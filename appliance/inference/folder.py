"""Where the model files lie: inside the package of a wheel, at the top of a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def models_folder() -> Path:
    """Return ``appliance/_models`` if a wheel installed it, else ``models/`` beside the package."""
    installed = _PACKAGE / "_models"
    return installed if installed.is_dir() else _PACKAGE.parent / "models"
