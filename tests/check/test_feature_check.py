"""A check of videos names what is wrong, how many rows were expected, and what the source alone tells."""

import copy

import numpy as np
import pytest

from biomechgpt.check.feature_check import check_features
from biomechgpt.check.feature_page import feature_page
from biomechgpt.recordings.recording import reading_with
from biomechgpt.settings.run_settings import RunSettings
from tests.helpers.paths import ROOT, read_yaml
from tests.helpers.small_model import write_motion
from tests.helpers.video_files import noise, write_cohort, write_features

CONFIG = read_yaml("config.yaml")
MAPS = sorted(ROOT.glob("resources/coordinate_maps/*.yaml"))
TASK = {"kind": "classification", "label": "gait", "options": ["a", "b"]}


def check(folder, group="person"):
    sections = copy.deepcopy(
        {key: CONFIG[key] for key in RunSettings.model_fields if key in CONFIG}
    )
    entries = [{"name": "clinic", "path": str(folder), "role": "both"}]
    sections |= {"cohorts": entries, "tasks": {"gait": TASK}}
    sections["split"] |= {"group": group} if group else {}
    settings = RunSettings.model_validate(sections)
    return check_features(entries, settings, reading_with(MAPS, settings.ingest))


def row(number, **cells):
    own = {"trial_id": f"t{number}", "participant_id": f"P{number // 2}", "file": f"m{number}.mot"}
    return own | {"video_features": f"v{number}.npy", "gait": "ab"[number % 2]} | cells


@pytest.fixture
def cohort(tmp_path):
    """Four trials of 4 s, each with features, a row every third of 30 pictures a second."""
    folder = write_cohort(tmp_path / "c", [row(number) for number in range(4)])
    for number in range(4):
        write_motion(folder / f"m{number}.mot", 4.0)
        write_features(folder / f"v{number}.npy", noise(40, seed=number))
    return folder


def sentences(checked, severity):
    return [finding.sentence for finding in checked.findings if finding.severity == severity]


def test_sound_features_pass_with_their_encoder_and_the_rows_expected(cohort):
    checked = check(cohort)
    assert checked.findings == []
    page = feature_page(checked, "table.tsv")
    assert "video_features: 4 of 4 files can be used." in page
    assert "lab/net, revision 1, 6 numbers a row, a row every 0.100 s" in page
    assert "40 to 40 rows a trial; expected 40 to 40" in page
    assert "Nothing stops the run" in page


def test_each_fault_is_named_with_its_file(cohort):
    write_features(cohort / "v0.npy", noise(160))
    write_features(cohort / "v1.npy", noise(40, seed=2))  # that of another person
    write_features(cohort / "v3.npy", noise(40, seed=3), fps=None)
    looks = " ".join(sentences(check(cohort), "look"))
    assert "length_mismatch: v0.npy: 160 rows, but 40 are expected of a trial of 4.00 s" in looks
    assert "duplicate_features: v1.npy: the same numbers as v2.npy" in looks
    assert "no_time_base: v3.npy" in looks
    assert sentences(check(cohort), "stops") == [
        "No file of the column video_features can be used."
    ]


def test_two_encoders_and_a_video_on_two_sides_would_stop_the_run(cohort):
    write_features(cohort / "v3.npy", noise(40, seed=3), encoder="lab/other")
    write_cohort(cohort, [row(number, video_id="v") for number in range(4)])
    stops = " ".join(sentences(check(cohort, "video"), "stops"))
    assert "encoder lab/other, not lab/net" in stops
    assert "video_id v stands at 2 groups of people" in stops


def test_another_crop_of_one_video_is_pointed_at(cohort):
    values = noise(40, seed=9) + 5 * np.arange(6, dtype=np.float32)
    for number, share in ((0, 1.0), (3, 1.01)):
        write_features(cohort / f"v{number}.npy", values * np.float32(share))
    assert any(
        "t0 and t3 have nearly the same" in text for text in sentences(check(cohort), "look")
    )


def test_an_encoder_that_saw_the_videos_and_a_missing_group_are_pointed_at(cohort):
    for number in range(4):
        write_features(cohort / f"v{number}.npy", noise(40, seed=number), fine_tuned_on="all clips")
    looks = " ".join(sentences(check(cohort, group=None), "look"))
    assert "fitted on all clips" in looks
    assert "split.group is missing" in looks


def test_a_scene_that_tells_the_label_does_so_on_random_clips_alone(tmp_path):
    """Ten videos of one label each, every clip of a video with the same place of the box."""
    random = np.random.default_rng(0)
    places = random.uniform(0.2, 0.8, 10)
    trials = [
        row(n, participant_id=f"P{n % 10}", video_id=f"v{n % 10}", video_features=None,
            gait="ab"[n % 10 // 5], box_x=places[n % 10])
        for n in range(60)
    ]  # fmt: skip
    folder = write_cohort(tmp_path / "c", trials)
    checked = check(folder, "video")
    (shortcut,) = checked.shortcuts
    assert (shortcut.clips, shortcut.videos) == (60, 10)
    assert shortcut.at_random.macro_f1 > 0.9
    assert shortcut.kept_apart.macro_f1 < 0.7
    page = feature_page(checked, "table.tsv")
    assert "NOT A RESULT" in page
    assert "1.00 / 1.00" in page.replace(f"{shortcut.at_random.accuracy:.2f} / ", "1.00 / ")
