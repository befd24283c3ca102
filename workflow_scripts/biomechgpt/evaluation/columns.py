"""The columns of the long tables, in their order; docs/contracts.md says what they mean."""

_SIZE = ("n_participants", "n_trials")
_KEY, _TASK = ("split", "task", "kind", "variant"), ("task", "kind", "variant")
_BOUNDS = ("low", "high")
_VERDICTS = ("verdict", "p", "n_comparisons", "adjusted_p", "adjusted_verdict")
COLUMNS = {
    "metrics": (
        *(*_KEY, "seed", "reading", "metric", "label", "value", "sd", *_BOUNDS, *_SIZE, "n_seeds"),
    ),
    "comparisons": (
        *(*_KEY, "other", "metric", "difference", *_BOUNDS, *_VERDICTS, *_SIZE),
        *("n_seeds", "other_n_seeds"),
    ),
    "confusions": (*_KEY, "seed", "reading", "truth", "answer", "unreadable", "trials"),
    "unreadable": (*_KEY, "answers", "unreadable", "no_text", "off_list", *_SIZE),
    "t_intervals": (*_TASK, "other", "measure", "value", *_BOUNDS, "verdict", "n_participants"),
    "phrasings": (
        *(*_TASK, "metric", "held_out", "seen", "difference", *_BOUNDS, *_VERDICTS, *_SIZE),
    ),
    "calibration": (
        *("fold", *_TASK, "seed", "number", "n_temperature", "temperature", "n_conformal", "level"),
        *("limit", "status", "n_published", "published_limit"),
    ),
    "reliability": (
        *("task", "variant", "reading", "bin", "confidence", "accuracy", *_BOUNDS),
        *("n_answers", "n_participants"),
    ),
    "prediction_sets": (
        *("task", "variant", "method", "level", "label", "coverage", *_BOUNDS, "trial_coverage"),
        *("mean_size", "single_share", "n_options", *_SIZE, "n_seeds"),
    ),
    "number_intervals": (
        *("task", "variant", "method", "level", "coverage", *_BOUNDS, "trial_coverage"),
        *("mean_width", "label_range", *_SIZE, "n_seeds"),
    ),
    "risk_coverage": (*_TASK, "target", "answered", "risk", *_BOUNDS, *_SIZE),
    "notes": ("task", "variant", "note", "detail"),
    "number_choices": (
        "fold",
        "task",
        "variant",
        "number",
        "mae_mean",
        "mae_median",
        "n_participants",
    ),
    "participants": (*_TASK, "participant_id", "reading", "metric", "value", "n", "n_seeds"),
}
