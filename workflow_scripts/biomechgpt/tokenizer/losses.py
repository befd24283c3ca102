"""What the motion tokenizer is trained to make small."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from biomechgpt.body.joint_errors import SquaredErrors
from biomechgpt.settings.tokenizers_section import TokenizerSettings
from biomechgpt.tokenizer.network import MotionTokenizer
from biomechgpt.tokenizer.positions import limb_ends
from biomechgpt.tokenizer.statistics import Statistics, joint_weights, normalise

POSITION_SPREAD_M = 0.1  # the unit in which places are compared, as angles are in their spread


class Losses(NamedTuple):
    """The parts of the training loss, each a scalar in units of the normalised angles."""

    reconstruction: Tensor
    velocity: Tensor
    commitment: Tensor
    position: Tensor


def losses_of(
    model: MotionTokenizer,
    windows: np.ndarray,
    real: Tensor,
    statistics: Statistics,
    cfg: TokenizerSettings,
) -> Losses:
    """Smooth L1 on angles and on their finite difference, over observed live joints only.

    `windows` (B, T, J) in rad, `real` (B, T) which frames are no padding. A joint weighs as its
    `joint_weights` says. With a `position_weight` the places of feet and hands are compared too.
    """
    device = next(model.parameters()).device
    observed = torch.from_numpy(~np.isnan(windows) & statistics.live) & real[..., None]  # (B, T, J)
    observed = observed.to(device)
    target = torch.from_numpy(normalise(windows, statistics)).to(device)
    reconstruction, commitment = model(target)
    both = observed[:, 1:] & observed[:, :-1]
    weight = torch.from_numpy(joint_weights(statistics, cfg.spread_weight)).to(device)
    return Losses(
        masked_smooth_l1(reconstruction, target, observed, weight),
        masked_smooth_l1(reconstruction.diff(dim=1), target.diff(dim=1), both, weight),
        commitment,
        _position_loss(reconstruction, target, observed, statistics)
        if cfg.position_weight
        else commitment.new_zeros(()),
    )


def _position_loss(
    value: Tensor, target: Tensor, observed: Tensor, statistics: Statistics
) -> Tensor:
    """Of feet and hands in every second frame; a joint that is not observed is the same in both."""
    std, mean = (
        torch.from_numpy(part).to(value.device)
        for part in (statistics.std_rad, statistics.mean_rad)
    )
    made, known = (
        limb_ends(part[:, ::2].flatten(0, 1) * std + mean)
        for part in (torch.where(observed, value, target), target)
    )
    return functional.smooth_l1_loss(made / POSITION_SPREAD_M, known / POSITION_SPREAD_M)


def masked_smooth_l1(value: Tensor, target: Tensor, mask: Tensor, weight: Tensor) -> Tensor:
    """Smooth L1 of what `mask` (B, T, J) marks, averaged over it, times the `weight` (J,) of joints."""
    loss = functional.smooth_l1_loss(value, target, reduction="none")
    return (loss * mask * weight).sum() / mask.sum().clamp_min(1)


@torch.inference_mode()
def live_error_deg(
    model: MotionTokenizer, trials: list[np.ndarray], statistics: Statistics
) -> float:
    """Mean over live joints of the RMSE of each, in degrees, of whole trials (T, J) in rad."""
    device, step = next(model.parameters()).device, model.downsampling
    errors_rad = SquaredErrors(len(statistics.live))
    model.eval()
    for angles_rad in trials:
        whole = angles_rad[: len(angles_rad) // step * step]
        if not len(whole):
            continue
        target = normalise(whole, statistics)
        made = model(torch.from_numpy(target)[None].to(device))[0][0].cpu().numpy()
        errors_rad.add(np.where(np.isnan(whole), np.nan, (made - target) * statistics.std_rad))
    seen = statistics.live & (errors_rad.n_frames > 0)
    return float(np.rad2deg(errors_rad.rmse()[seen]).mean())
