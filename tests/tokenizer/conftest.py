from conftest_tokenizer import shard, tiny_cfg  # noqa: F401
