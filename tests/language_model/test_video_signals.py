"""Signals planted in the video and in the body of simulated trials are told apart.

That both together answer what is in neither takes minutes: presets/planted_signals.yaml.
"""

import csv

import numpy as np
import pytest

from biomechgpt.chat.asking import BODY_ALONE, open_chat
from biomechgpt.errors import InputError
from biomechgpt.language_model.annotation import annotate
from biomechgpt.language_model.description import read_description
from biomechgpt.language_model.finetuning import finetune
from biomechgpt.language_model.model_folder import load_model
from biomechgpt.questions.predictions import read_predictions
from biomechgpt.settings.video_section import SHOWINGS
from biomechgpt.video.scaled_videos import load_videos
from tests.helpers.motion_files import MAPS
from tests.helpers.planted_videos import (
    QUESTIONS,
    SOURCE,
    WIDTH,
    clip,
    macro_f1,
    planted_run,
    write_planted,
)
from tests.helpers.small_model import write_motion
from tests.helpers.video_files import noise, write_cohort, write_features


@pytest.fixture(scope="module")
def planted(tmp_path_factory, sources):
    folder = tmp_path_factory.mktemp("planted")
    written = write_planted(folder / "signals", sources)
    finetune(written, planted_run(10), folder / "model", "code")
    return folder / "model", written


def test_each_modality_answers_what_was_planted_in_it_and_nothing_else(planted, tmp_path):
    folder, written = planted
    both = macro_f1(folder, written, tmp_path / "both")
    assert min(both["lit"], both["up"]) > 0.95
    alone = {name: macro_f1(folder, written, tmp_path / name, name) for name in SHOWINGS}
    assert alone["video-alone"]["lit"] > 0.95
    assert alone["body-alone"]["up"] > 0.95
    for name, task in (
        ("video-alone", "up"),
        ("body-alone", "lit"),
        ("video-swapped", "lit"),
        ("body-swapped", "up"),
    ):
        assert alone[name][task] < 0.7
    assert max(scores["differ"] for scores in alone.values()) < 0.7
    assert alone["video-swapped"]["up"] > 0.95
    assert read_predictions([tmp_path / "video-alone"])["variant"].unique() == ["v-video-alone"]


def test_videos_of_other_trials_tell_nothing(sources, tmp_path):
    written = write_planted(tmp_path / "shuffled", sources, shuffled=True)
    finetune(written, planted_run(3), tmp_path / "model", "code")
    scores = macro_f1(tmp_path / "model", written, tmp_path / "p")
    assert scores["lit"] < 0.7


def test_the_model_folder_knows_which_features_it_reads_and_refuses_others(planted):
    folder, _ = planted
    names = {path.name for path in folder.iterdir()}
    assert {"video", "video_reader.safetensors"} <= names
    assert read_description(folder).video.queries == 4
    assert load_videos(folder / "video").source.encoder == "simulated"
    loaded, angles = load_model(folder), np.zeros((60, 34), np.float32)
    assert loaded.motion(np.array([1, 2]), angles, clip(9)).shows_video
    assert not loaded.motion(np.array([1, 2]), angles).shows_video
    other = clip(9)._replace(source=SOURCE.model_copy(update={"revision": "2"}))
    with pytest.raises(InputError, match=r"T9: .* revision 2, not 1.*with simulated"):
        loaded.motion(np.array([1, 2]), angles, other, "T9")


def test_videos_scaled_for_another_fold_are_refused(planted, sources, tmp_path):
    folder, written = planted
    other = write_planted(tmp_path / "other", sources, shuffled=True)
    with pytest.raises(InputError, match="scaled for another model"):
        macro_f1(folder, written._replace(videos=other.videos), tmp_path / "p")


@pytest.fixture
def recordings(tmp_path):
    """Two recordings of 4 s, the first with features of the encoder that the model knows."""
    rows = [
        {"trial_id": n, "participant_id": n, "file": f"{n}.mot", "video_features": v}
        for n, v in (("a", "a.npy"), ("b", None))
    ]
    folder = write_cohort(tmp_path / "new", rows)
    for name in "ab":
        write_motion(folder / f"{name}.mot", 4.0)
    kind = {"encoder": SOURCE.encoder, "revision": SOURCE.revision, "pooling": SOURCE.pooling}
    write_features(folder / "a.npy", noise(30, WIDTH), **kind, stride_frames=4)
    return folder


def annotated(model, folder):
    annotate(model, folder, MAPS, folder / "answers.tsv", folder / "issues.tsv")
    with (folder / "answers.tsv").open() as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_annotations_say_what_was_seen_and_refuse_another_encoder_by_name(planted, recordings):
    rows = annotated(planted[0], recordings)
    seen = {row["trial_id"]: row["modalities"] for row in rows}
    assert seen == {"a": "video and body", "b": "body"}
    write_features(recordings / "a.npy", noise(30, WIDTH), encoder="lab/other", stride_frames=4)
    with pytest.raises(InputError, match=r"^a: .* encoder lab/other, not simulated"):
        annotated(planted[0], recordings)


def test_the_chat_reads_a_video_that_is_named_and_says_when_there_is_none(planted, recordings):
    chat = open_chat(planted[0])
    trial = chat.read_file(recordings / "a.mot").trial
    assert BODY_ALONE in chat.ask(trial, QUESTIONS["up"]).warnings
    with_video = chat.with_video(trial, recordings / "a.npy")
    assert chat.motion(with_video).shows_video
    assert BODY_ALONE not in chat.ask(with_video, QUESTIONS["up"]).warnings
    write_features(recordings / "b.npy", noise(90, WIDTH), stride_frames=4)
    with pytest.raises(InputError, match=r"b\.npy: length_mismatch: 90 rows, but 30 are expected"):
        chat.with_video(trial, recordings / "b.npy")
    write_features(recordings / "b.npy", noise(30, WIDTH), stride_frames=4)
    with pytest.raises(InputError, match="encoder lab/net, not simulated"):
        chat.motion(chat.with_video(trial, recordings / "b.npy"))
