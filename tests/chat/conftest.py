from small_run import *  # noqa: F403  isort: skip
from browser import chromium  # noqa: F401
from page_driver import page, server  # noqa: F401
