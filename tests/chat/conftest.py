from small_run import *  # noqa: F403  isort: skip
from page_driver import chromium, page, server  # noqa: F401
