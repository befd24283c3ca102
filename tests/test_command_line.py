"""What is wrong with a config file is said with its file and line before Snakemake loads it."""

import re

import pytest

from biomechgpt.command_line import config_files, stop_at_bad_config_files


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with a valid config.yaml, as the place that Snakemake is started in."""
    (tmp_path / "config.yaml").write_text("run: null\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def stops(*words):
    """The sentence that a command line ends with."""
    with pytest.raises(SystemExit) as caught:
        stop_at_bad_config_files(["snakemake", *words])
    return caught.value.code


@pytest.mark.parametrize(
    ("words", "files"),
    [
        ("-n --configfile a.yaml b.yaml --cores 1", ["a.yaml", "b.yaml"]),
        ("all --configfile a.yaml --configfiles b.yaml", ["a.yaml", "b.yaml"]),
        ("--configfile=a.yaml all", ["a.yaml"]),
        ("all --config run=a.yaml", []),
    ],
)
def test_config_files_are_the_words_behind_their_option(words, files):
    assert list(config_files(words.split())) == files


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "finetune: {epochs: 1}\nrun: x\nfinetune: {}\n",
            "own.yaml, line 3: .*'finetune' stands twice",
        ),
        ("run: x\nsplit:\n\tseed: 1\n", "own.yaml, line 3: .*spaces, not with tabs"),
        ("split:\n  seed: 1\n folds: 2\n", "own.yaml, line 3: .*in the same column"),
        ("# nothing\n", "own.yaml is empty; write keys of config.yaml"),
        ("- run\n", "own.yaml holds no keys; write `key: value`"),
    ],
)
def test_a_faulty_overlay_is_named_with_its_line(project, text, sentence):
    (project / "own.yaml").write_text(text)
    assert re.search(sentence, stops("--configfile", "own.yaml"))


def test_config_yaml_itself_may_hold_no_key_twice(project):
    (project / "config.yaml").write_text("run: a\nrun: b\n")
    assert "config.yaml, line 2: not valid YAML, the key 'run' stands twice" in stops(
        "--cores", "1"
    )


def test_a_target_that_is_taken_for_a_config_file_is_to_be_written_first(project):
    (project / "own.yaml").write_text("run: x\n")
    sentence = stops("--configfile", "own.yaml", "ingest_all")
    assert "write it first: snakemake ingest_all --configfile my.yaml" in sentence
    assert "no config file gone.yaml; correct" in stops("--configfile", "gone.yaml")


def test_aliases_and_good_files_pass(project):
    (project / "own.yaml").write_text("a: &a {b: 1}\nc: {<<: *a, b: 2}\n")
    stop_at_bad_config_files(["snakemake", "all", "--configfile", "own.yaml"])
