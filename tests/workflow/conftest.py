from conftest_workflow import edited, finished  # noqa: F401
