import os

import pytest

from biomechgpt import provenance
from biomechgpt.provenance import code_hash, versions


@pytest.fixture
def scripts(tmp_path):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/__init__.py").write_text("")
    (tmp_path / "lib/used.py").write_text("from lib import deep\n\n\ndef f():\n    return deep.x\n")
    (tmp_path / "lib/deep.py").write_text("x = 1\n")
    (tmp_path / "lib/unused.py").write_text("y = 1\n")
    (tmp_path / "stage.py").write_text("import os\n\nfrom lib.used import f\n\nprint(f(), os)\n")
    return tmp_path


def hashed(scripts):
    provenance._tree.cache_clear()
    provenance._local_files.cache_clear()
    return code_hash(scripts / "stage.py")


def test_comments_docstrings_and_layout_mean_nothing(scripts):
    before = hashed(scripts)
    body = 'def f():\n    """Doc."""\n    return (\n        deep.x\n    )\n'
    text = '"""What it is."""\n\n# why\nfrom lib import deep\n\n\n' + body
    (scripts / "lib/used.py").write_text(text)
    assert hashed(scripts) == before


@pytest.mark.parametrize("changed", ["stage.py", "lib/used.py", "lib/deep.py", "lib/__init__.py"])
def test_every_module_that_is_reached_counts(scripts, changed):
    before = hashed(scripts)
    with open(scripts / changed, "a") as file:
        file.write("z = 2\n")
    assert hashed(scripts) != before


def test_modules_that_are_not_reached_do_not_count(scripts):
    before = hashed(scripts)
    (scripts / "lib/unused.py").write_text("y = 2\n")
    assert hashed(scripts) == before


def test_the_projects_own_scripts_import_nothing_relatively(root):
    for path in (root / "workflow_scripts").rglob("*.py"):
        assert "\nfrom ." not in path.read_text(), path


def test_scripts_do_not_look_at_the_config_behind_the_back_of_their_rule(root):
    for path in (root / "workflow_scripts").glob("*.py"):
        assert "snakemake.config" not in path.read_text(), path


def test_tokenizer_room_reaches_the_tokenizer_stage_and_not_the_simulator(root):
    scripts = root / "workflow_scripts"
    reached = provenance._reachable(scripts / "train_tokenizer.py", scripts)
    names = {path.relative_to(scripts).as_posix() for path in reached}
    assert "biomechgpt/tokenizer/network.py" in names
    assert not any("simulator" in name or "language_model" in name for name in names)


def test_versions_name_what_results_depend_on():
    assert {"python", "torch", "xgboost", "snakemake"} <= set(versions())


def test_the_content_of_data_counts_and_its_time_does_not(scripts):
    data = scripts / "words.yaml"
    absent = code_hash(scripts / "stage.py", [data])
    data.write_text("a: 1")
    before = code_hash(scripts / "stage.py", [data])
    os.utime(data, (1, 1))
    assert code_hash(scripts / "stage.py", [data]) == before != absent
    data.write_text("a: 2")
    assert code_hash(scripts / "stage.py", [data]) != before
