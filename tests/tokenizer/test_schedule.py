import pytest

from biomechgpt.tokenizer.schedule import FINAL_RATE_SHARE, Patience, last_step, rate_share
from tests.helpers.small_tokenizer import TINY

CFG = TINY.model_copy(update={"steps": 1000, "warmup_steps": 10, "patience_steps": 0})
PATIENT = CFG.model_copy(update={"patience_steps": 100})


def share(step, cfg, cooling_from=None):
    return rate_share(step, Patience(cooling_from=cooling_from), cfg)


def test_without_patience_a_cosine_spans_all_steps():
    assert share(0, CFG) == pytest.approx(0.1)
    assert share(500, CFG) == pytest.approx((1 + FINAL_RATE_SHARE) / 2)
    assert share(1000, CFG) == pytest.approx(FINAL_RATE_SHARE)
    patience = Patience()
    for step in range(0, 1000, 50):
        patience.note(step, 1.0, 0)
    assert last_step(patience, CFG) == 1000


def test_with_patience_the_rate_falls_once_validation_no_longer_improves():
    patience = Patience()
    for step, error in ((50, 4.0), (100, 3.0), (150, 2.98), (200, 2.975)):
        patience.note(step, error, 100)
    assert patience.cooling_from == 200
    assert last_step(patience, PATIENT) == 250
    assert share(200, PATIENT, 200) == 1.0
    assert share(250, PATIENT, 200) == pytest.approx(FINAL_RATE_SHARE)


def test_a_fall_of_one_percent_is_waited_for():
    patience = Patience()
    for step in range(50, 500, 50):
        patience.note(step, 4.0 * 0.985 ** (step // 50), 100)
    assert patience.cooling_from is None
    assert share(400, PATIENT) == 1.0


def test_the_rate_has_fallen_by_the_last_step_in_any_case():
    assert share(950, PATIENT) == 1.0
    assert share(1000, PATIENT) == pytest.approx(FINAL_RATE_SHARE)
