"""Joint angles of made-up trials, and a tokenizer small enough to train in a second."""

import numpy as np

TINY = {
    "network": "convolutions",
    "scalar_steps": None,
    "levels": 1,
    "read_levels": 1,
    "separate_parts": False,
    "patience_steps": 0,
    "unquantised_steps": 0,
    "mirror": False,
    "posture_mixing": 0.0,
    "averaging": 0.0,
    "bfloat16": False,
    "spread_weight": 0.0,
    "position_weight": 0.0,
    "codebook_size": 32,
    "code_dim": 16,
    "width": 16,
    "depth": 2,
    "dilation_growth": 3,
    "downsampling": 4,
    "window_frames": 32,
    "batch_size": 16,
    "steps": 60,
    "learning_rate": 2e-3,
    "warmup_steps": 5,
    "velocity_weight": 0.5,
    "commitment_weight": 0.02,
    "codebook_decay": 0.9,
    "reset_below": 0.1,
    "search_rounds": 0,
    "seed": 0,
}
ZEROED, ABSENT = 6, 17  # mtp_angle_r in every trial, neck_extension in every second one


def angles(n_frames, seed):
    rng = np.random.default_rng(seed)
    phase = np.arange(n_frames)[:, None] / 30 * 2 * np.pi + rng.uniform(0, 6)
    values = 0.3 * np.sin(phase + np.arange(34)) + 0.1 * rng.normal(size=34)
    values[:, ZEROED] = 0.0
    if seed % 2:
        values[:, ABSENT] = np.nan
    return values.astype(np.float32)
