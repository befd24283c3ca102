"""What config.yaml may hold, a pydantic model a section; ground floor, without torch or pandas."""
