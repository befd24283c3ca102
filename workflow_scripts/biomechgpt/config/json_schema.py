"""The JSON schema of config.yaml, which editors complete and underline by.

python -m biomechgpt.config.json_schema > schemas/config.schema.yaml
"""

from typing import Any

import yaml
from pydantic.json_schema import GenerateJsonSchema

from biomechgpt.config.whole import Config


class _WithoutDefaults(GenerateJsonSchema):
    """Values stand in config.yaml alone; fields need no title and keep their order."""

    def default_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: dict[str, Any]) -> bool:
        return False

    def sort(self, value: dict[str, Any], parent_key: str | None = None) -> dict[str, Any]:
        return value


def config_schema() -> dict[str, Any]:
    """The schema of the whole config, draft 2020-12."""
    return Config.model_json_schema(schema_generator=_WithoutDefaults)


if __name__ == "__main__":
    print(
        yaml.safe_dump(config_schema(), sort_keys=False, default_flow_style=None, width=110), end=""
    )
