"""The motion tokenizer's network: a convolutional encoder, codebooks, a mirrored decoder.

The architecture `convolutions` is that of T2M-GPT (arXiv 2301.06052), which BiomechGPT names as its
own, written from the papers' description. `patches` does all its work at a quarter of the frame
rate or less: four frames are one position from the first layer to the last.
"""

import torch
from torch import Tensor, nn

from biomechgpt.body.coordinates import ARM_JOINTS, JOINT_NAMES, LEG_JOINTS, TRUNK_JOINTS
from biomechgpt.settings.tokenizers_section import TokenizerSettings
from biomechgpt.tokenizer.quantizer import ResidualQuantizer
from biomechgpt.tokenizer.scalar import ScalarQuantizer

PATCH_FRAMES = 4
PARTS = (LEG_JOINTS, TRUNK_JOINTS, ARM_JOINTS)


class ResidualBlock(nn.Module):
    """x + conv1(act(conv3(act(x)))), the first convolution dilated."""

    def __init__(self, width: int, dilation: int):
        super().__init__()
        self.layers = nn.Sequential(
            nn.ReLU(),
            nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation),
            nn.ReLU(),
            nn.Conv1d(width, width, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x)


def _residual_blocks(cfg: TokenizerSettings) -> list[nn.Module]:
    """Widest dilation first, in the encoder as in the decoder."""
    dilations = [cfg.dilation_growth**level for level in reversed(range(cfg.depth))]
    return [ResidualBlock(cfg.width, dilation) for dilation in dilations]


def _halvings(factor: int) -> int:
    return factor.bit_length() - 1


def encoder(cfg: TokenizerSettings, n_joints: int) -> nn.Sequential:
    """(B, J, T) -> (B, code_dim, T / downsampling)."""
    width, factor = cfg.width, cfg.downsampling
    if cfg.network == "patches":
        patch = min(PATCH_FRAMES, factor)
        first = nn.Conv1d(n_joints, width, 2 * patch, stride=patch, padding=patch // 2)
        layers: list[nn.Module] = [first, *_residual_blocks(cfg)]
        factor //= patch
    else:
        layers = [nn.Conv1d(n_joints, width, 3, padding=1), nn.ReLU()]
    for _ in range(_halvings(factor)):
        layers += [nn.Conv1d(width, width, 4, stride=2, padding=1), *_residual_blocks(cfg)]
    return nn.Sequential(*layers, nn.Conv1d(width, cfg.code_dim, 3, padding=1))


def decoder(cfg: TokenizerSettings, n_joints: int) -> nn.Sequential:
    """(B, code_dim, L) -> (B, J, L * downsampling)."""
    width, factor = cfg.width, cfg.downsampling
    layers: list[nn.Module] = [nn.Conv1d(cfg.code_dim, width, 3, padding=1)]
    if cfg.network == "patches":
        patch = min(PATCH_FRAMES, factor)
        for _ in range(_halvings(factor // patch)):
            layers += [*_residual_blocks(cfg), nn.ConvTranspose1d(width, width, 4, 2, padding=1)]
        last = nn.ConvTranspose1d(width, n_joints, 2 * patch, patch, padding=patch // 2)
        return nn.Sequential(*layers, *_residual_blocks(cfg), last)
    layers.append(nn.ReLU())
    for _ in range(_halvings(factor)):
        layers += [*_residual_blocks(cfg), nn.Upsample(scale_factor=2)]
        layers += [nn.Conv1d(width, width, 3, padding=1)]
    layers += [nn.Conv1d(width, width, 3, padding=1), nn.ReLU()]
    return nn.Sequential(*layers, nn.Conv1d(width, n_joints, 3, padding=1))


class Branch(nn.Module):
    """Encoder, codebooks and decoder of some joints."""

    def __init__(self, cfg: TokenizerSettings, joints: list[int]):
        super().__init__()
        self.joints = joints
        self.encoder = encoder(cfg, len(joints))
        self.quantizer = ScalarQuantizer(cfg) if cfg.scalar_steps else ResidualQuantizer(cfg)
        self.decoder = decoder(cfg, len(joints))


class MotionTokenizer(nn.Module):
    """Normalised joint angles to tokens and back. `cfg` is one entry of the config's `tokenizers`.

    A step of `downsampling` frames becomes `tokens_per_step` tokens: the levels that are read, one
    after the other, of the whole body or of legs, trunk and arms in turn. Every codebook has its
    own numbers: the token of code c of the k-th codebook of a step is k * codebook_size + c.
    """

    def __init__(self, cfg: TokenizerSettings, n_joints: int):
        super().__init__()
        joints = parts() if cfg.separate_parts else [list(range(n_joints))]
        self.branches = nn.ModuleList(Branch(cfg, part) for part in joints)
        self.n_joints, self.downsampling = n_joints, cfg.downsampling
        self.codebook_size, self.bfloat16 = cfg.codebook_size, cfg.bfloat16
        self.tokens_per_step = sum(branch.quantizer.read_levels for branch in self.branches)
        self.vocabulary_size = self.tokens_per_step * self.codebook_size
        # Off while a training begins without codes (`unquantised_steps`).
        self.register_buffer("quantised", torch.tensor(cfg.unquantised_steps == 0))

    def forward(self, normalised: Tensor) -> tuple[Tensor, Tensor]:
        """(B, T, J) -> its reconstruction (B, T, J) and the commitment loss.

        With `bfloat16` the convolutions are in bfloat16 while training; codebooks never are.
        """
        reconstruction = torch.zeros_like(normalised)
        commitment = normalised.new_zeros(())
        in_bfloat16 = self.bfloat16 and self.training
        autocast = torch.autocast(normalised.device.type, torch.bfloat16, enabled=in_bfloat16)
        for branch in self.branches:
            with autocast:
                latents = branch.encoder(normalised[:, :, branch.joints].mT).float()
            if self.quantised:
                latents, _, distance = branch.quantizer(latents)
                commitment = commitment + distance / len(self.branches)
            with autocast:
                reconstruction[:, :, branch.joints] = branch.decoder(latents).mT.float()
        return reconstruction, commitment

    def latents(self, normalised: Tensor) -> list[Tensor]:
        """(B, T, J) -> the latents of every branch (B * L, code_dim), before they are quantised."""
        encoded = [b.encoder(normalised[:, :, b.joints].mT) for b in self.branches]
        return [latents.movedim(1, 2).flatten(0, 1) for latents in encoded]

    def encode(self, normalised: Tensor) -> Tensor:
        """One whole trial (T, J) -> its tokens (T // downsampling * tokens_per_step,)."""
        return self.tokens(self.codes(normalised))

    @torch.inference_mode()
    def codes(self, normalised: Tensor) -> list[Tensor]:
        """One whole trial (T, J) -> for every branch the codes nearest to its latents (L, levels)."""
        latents = [branch.encoder(normalised.T[None, branch.joints]) for branch in self.branches]
        return [
            branch.quantizer(branch_latents).codes[0]
            for branch, branch_latents in zip(self.branches, latents, strict=True)
        ]

    def tokens(self, codes: list[Tensor]) -> Tensor:
        """The codes (L, levels) of every branch as tokens (L * tokens_per_step,)."""
        return (torch.cat(codes, dim=1) + self._first_tokens()).flatten()

    @torch.inference_mode()
    def decode(self, tokens: Tensor) -> Tensor:
        """Tokens (L * tokens_per_step,) -> normalised joint angles (L * downsampling, J)."""
        codes = tokens.view(-1, self.tokens_per_step) - self._first_tokens()  # (L, S)
        normalised = torch.zeros(len(codes) * self.downsampling, self.n_joints, device=codes.device)
        first = 0
        for branch in self.branches:
            last = first + branch.quantizer.read_levels
            vectors = branch.quantizer.vectors().view(last - first, self.codebook_size, -1)
            levels = zip(vectors, codes[:, first:last].T, strict=True)
            latents = sum(
                nn.functional.embedding(level_codes, table) for table, level_codes in levels
            )
            normalised[:, branch.joints] = branch.decoder(latents.T[None])[0].T
            first = last
        return normalised

    def code_vectors(self) -> Tensor:
        """The vector that each token stands for: (vocabulary_size, code_dim)."""
        return torch.cat([branch.quantizer.vectors() for branch in self.branches])

    def _first_tokens(self) -> Tensor:
        """The number of the first token of each codebook of a step."""
        device = self.quantised.device
        return torch.arange(self.tokens_per_step, device=device) * self.codebook_size


def tokens_per_step(cfg: TokenizerSettings) -> int:
    """Tokens of the stream that a tokenizer of this config makes of `downsampling` frames."""
    return cfg.read_levels * (len(PARTS) if cfg.separate_parts else 1)


def parts() -> list[list[int]]:
    """The joints of legs, trunk and arms, by their place in `JOINT_NAMES`."""
    return [[JOINT_NAMES.index(name) for name in part] for part in PARTS]
