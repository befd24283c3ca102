from small_model import *  # noqa: F403
