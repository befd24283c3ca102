"""The versions of what results depend on."""

import platform
from importlib.metadata import version

PACKAGES = (
    "snakemake torch transformers peft bitsandbytes numpy pandas pyarrow scipy scikit-learn xgboost"
)


def versions() -> dict[str, str]:
    """The versions of Python and of the packages that results depend on."""
    return {"python": platform.python_version()} | {
        name: version(name) for name in PACKAGES.split()
    }
