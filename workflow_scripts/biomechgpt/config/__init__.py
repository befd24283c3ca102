"""The whole of config.yaml: checked before anything runs. No stage imports this room."""
