import os
import shutil
from graphlib import TopologicalSorter

import pytest

from biomechgpt import provenance
from biomechgpt.checkpoints import fingerprint, open_checkpoints
from biomechgpt.provenance import PLUMBING, code_hash, hashed_modules
from biomechgpt.versions import versions
from tests.helpers.hashed_modules import LISTING, listing, stages

ERROR_IN_CONFIG = (
    "config/base_model_checks.py",
    "must be a multiple of",
    "has to be a multiple of",
)
WIDTH_OF_BAR = ("job.py", "BAR_WIDTH = 24", "BAR_WIDTH = 32")
LINE_OF_LOG = ("tokenizer/training.py", "frames of %d trials on %s", "frames, %d trials, on %s")
WORDS_OF_SETTING = ("settings/tokenizers_section.py", "Windows a step.", "Windows in a step.")
BOUND_OF_SETTING = ("settings/tokenizers_section.py", "le=65536", "le=32768")
LENGTH_OF_ANSWERS = ("language_model/prediction.py", "NEW_TOKENS = 24", "NEW_TOKENS = 25")


@pytest.fixture
def scripts(tmp_path):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/__init__.py").write_text("")
    (tmp_path / "lib/used.py").write_text("from lib import deep\n\n\ndef f():\n    return deep.x\n")
    (tmp_path / "lib/deep.py").write_text("x = 1\n")
    (tmp_path / "lib/unused.py").write_text("y = 1\n")
    (tmp_path / "stage.py").write_text("import os\n\nfrom lib.used import f\n\nprint(f(), os)\n")
    return tmp_path


@pytest.fixture(scope="module")
def project(root, tmp_path_factory):
    """A copy of the library and the scripts, to edit."""
    folder = tmp_path_factory.mktemp("project") / "workflow_scripts"
    shutil.copytree(root / "workflow_scripts", folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture(scope="module")
def before(project):
    return hashes(project)


def hashes(project):
    """The hash of each stage's code."""
    forget()
    return {stage: code_hash(project, f"{stage}.py") for stage in stages(project)}


def hashes_after(project, edits):
    """The same after some edits, which are undone."""
    library = project / "biomechgpt"
    texts = {name: (library / name).read_text() for name, _, _ in edits}
    try:
        for name, old, new in edits:
            assert texts[name].count(old) == 1, f"{old!r} is not once in {name}"
            (library / name).write_text(texts[name].replace(old, new))
        return hashes(project)
    finally:
        for name, text in texts.items():
            (library / name).write_text(text)


def stages_changed(before, after):
    return {stage for stage in before if before[stage] != after[stage]}


def hashed(scripts, *data):
    forget()
    return code_hash(scripts, "stage.py", data)


def forget():
    provenance._tree.cache_clear()
    provenance._local_files.cache_clear()
    provenance._content.cache_clear()


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


def test_of_plumbing_only_what_it_imports_counts(scripts, monkeypatch):
    monkeypatch.setattr(provenance, "PLUMBING", frozenset({"lib/used.py"}))
    before = hashed(scripts)
    with open(scripts / "lib/used.py", "a") as file:
        file.write("z = 2\n")
    assert hashed(scripts) == before
    (scripts / "lib/deep.py").write_text("x = 2\n")
    assert hashed(scripts) != before


@pytest.mark.parametrize(
    "edit", [ERROR_IN_CONFIG, WIDTH_OF_BAR, LINE_OF_LOG, WORDS_OF_SETTING, BOUND_OF_SETTING]
)
def test_another_word_reruns_nothing(project, before, edit):
    assert stages_changed(before, hashes_after(project, [edit])) == set()


@pytest.mark.parametrize(
    ("edit", "users"),
    [
        (LENGTH_OF_ANSWERS, {"annotate", "predict"}),
        (("tokenizer/losses.py", "SPREAD_M = 0.1", "SPREAD_M = 0.2"), {"train_tokenizer"}),
        (
            ("recordings/readers/bvh.py", "name[0]", "name[-1]"),
            {"annotate", "ingest"},
        ),
        (("splits/folds.py", "< 3", "< 4"), {"assign_folds"}),
    ],
)
def test_an_edit_that_computes_reruns_the_stages_that_use_it(project, before, edit, users):
    assert stages_changed(before, hashes_after(project, [edit])) == users


def test_an_edit_of_the_quantizer_reruns_all_that_codes_and_no_more(project, before):
    after = stages_changed(
        before, hashes_after(project, [("tokenizer/quantizer.py", "mse_loss", "l1_loss")])
    )
    assert {"train_tokenizer", "tokenize_motion", "measure_tokenizer", "finetune"} <= after
    assert not after & {"ingest", "assign_folds", "predict", "search_baseline", "evaluate"}


def test_the_number_of_threads_counts_everywhere(project, before):
    edit = ("threads.py", '"MKL_NUM_THREADS", ', "")
    assert stages_changed(before, hashes_after(project, [edit])) == set(before)


def test_another_word_throws_no_half_done_training_away(project, before, tmp_path):
    after = hashes_after(project, [ERROR_IN_CONFIG, WIDTH_OF_BAR, LINE_OF_LOG, LENGTH_OF_ANSWERS])
    for stage in ("train_tokenizer", "build_base_model", "finetune"):
        folder = open_checkpoints(tmp_path / stage, fingerprint({}, before[stage]))
        (folder / "checkpoint-250").mkdir()
        open_checkpoints(folder, fingerprint({}, after[stage]))
        assert (folder / "checkpoint-250").is_dir()


def test_an_edit_of_what_is_measured_spares_a_half_done_training_of_the_tokenizer(root):
    training = hashed_modules(root / "workflow_scripts", "biomechgpt/tokenizer/training.py")
    assert "biomechgpt/tokenizer/losses.py" in training
    assert "biomechgpt/tokenizer/measure.py" not in training


def test_the_modules_that_each_hash_reaches_are_those_written_down(root):
    expected = LISTING.read_text()
    assert listing(root / "workflow_scripts") == expected, "python -m tests.helpers.hashed_modules"


def test_plumbing_is_there(root):
    assert all((root / "workflow_scripts" / name).is_file() for name in PLUMBING)


def room(library, path):
    """The folder right in the library that a module lies in, or the module itself."""
    return path.relative_to(library).parts[0]


def test_neither_modules_nor_rooms_import_one_another_in_a_circle(root):
    scripts, library = root / "workflow_scripts", root / "workflow_scripts/biomechgpt"
    modules, rooms = TopologicalSorter(), TopologicalSorter()
    for path in library.rglob("*.py"):
        for name in provenance._tree(path)[1]:
            *_, imported = [path, *provenance._local_files(name, scripts)]
            if imported != path:
                modules.add(path, imported)
            if room(library, imported) != room(library, path):
                rooms.add(room(library, path), room(library, imported))
    modules.prepare()  # CycleError names the circle
    rooms.prepare()


def test_the_projects_own_scripts_import_nothing_relatively(root):
    for path in (root / "workflow_scripts").rglob("*.py"):
        assert "\nfrom ." not in path.read_text(), path


def test_scripts_do_not_look_at_the_config_behind_the_back_of_their_rule(root):
    for path in (root / "workflow_scripts").glob("*.py"):
        assert "snakemake.config" not in path.read_text(), path


def test_versions_name_what_results_depend_on():
    assert {"python", "torch", "xgboost", "snakemake"} <= set(versions())


def test_what_data_say_counts_and_neither_their_time_nor_a_comment_does(scripts):
    data = scripts / "words.yaml"
    absent = hashed(scripts, data)
    data.write_text("a: 1\nb: [x, y]")
    before = hashed(scripts, data)
    os.utime(data, (1, 1))
    assert hashed(scripts, data) == before != absent
    data.write_text("# why\na: 1  # m\n\nb:\n- x\n- y\n")
    assert hashed(scripts, data) == before


@pytest.mark.parametrize(
    "text", ["a: 2\nb: [x, y]", "a: '1'\nb: [x, y]", "b: [x, y]\na: 1", "a: {"]
)
def test_another_value_type_or_order_of_data_counts(scripts, text):
    data = scripts / "words.yaml"
    data.write_text("a: 1\nb: [x, y]")
    before = hashed(scripts, data)
    data.write_text(text)
    assert hashed(scripts, data) != before
