"""From linear light to a photograph, and the disturbances a picture may have had before it came to us. All on batches, N x C x H x W."""

import torch
import torch.nn.functional as F


def expose(linear: torch.Tensor, alpha: torch.Tensor, white: torch.Tensor) -> torch.Tensor:
    """Linear light (N x 3 x H x W) -> sRGB in 0..1.

    Where `white` (N, bool) is set the ground is brought near to white, often up to clipping, as a studio does; else the middle of the picture to a middle tone.
    """
    n, device = len(linear), linear.device
    luminance = linear.mean(1).flatten(1)
    ground = torch.where(alpha.flatten(1) < 0.02, luminance, torch.nan)
    level = torch.nanquantile(ground, 0.6, dim=1)
    level = torch.where(torch.isnan(level), luminance.median(1).values, level).clamp_min(1e-3)
    aim = torch.where(white, torch.empty(n, device=device).uniform_(0.6, 1.35), torch.empty(n, device=device).uniform_(0.08, 0.6))
    gain = torch.minimum(aim / level, 2.5 / luminance.quantile(0.9, dim=1).clamp_min(1e-3))
    light = (linear * gain.view(-1, 1, 1, 1)).clamp_min(0)
    knee = torch.rand(n, 1, 1, 1, device=device) * 0.25
    light = torch.where(light > 1 - knee, 1 - knee + knee * torch.tanh((light - 1 + knee) / knee.clamp_min(1e-3)), light).clamp(0, 1)
    return torch.where(light <= 0.0031308, light * 12.92, 1.055 * light.clamp_min(1e-8) ** (1 / 2.4) - 0.055)


def reframe(picture: torch.Tensor, alpha: torch.Tensor, edge: int) -> tuple[torch.Tensor, torch.Tensor]:
    """A random crop, flip, small turn and scale of each picture, at `edge` pixels."""
    n, device = len(picture), picture.device
    zoom = torch.empty(n, device=device).uniform_(0.6, 1.1)
    angle = torch.randn(n, device=device) * 0.08
    mirror = torch.where(torch.rand(n, device=device) < 0.5, -1.0, 1.0)
    room = (1 - zoom).clamp_min(0)
    cos, sin = torch.cos(angle) * zoom, torch.sin(angle) * zoom
    shift = (torch.rand(n, 2, device=device) * 2 - 1) * room[:, None]
    theta = torch.stack([torch.stack([cos * mirror, -sin, shift[:, 0]], 1), torch.stack([sin * mirror, cos, shift[:, 1]], 1)], 1)
    grid = F.affine_grid(theta, [n, 3, edge, edge], align_corners=False)
    both = F.grid_sample(torch.cat([picture, alpha], 1), grid, mode="bilinear", padding_mode="reflection", align_corners=False)
    return both[:, :3], both[:, 3:]


def disturb(picture: torch.Tensor) -> torch.Tensor:
    """Contrast, color, vignette, blur, grain, low resolution and clipping to white."""
    n, device = len(picture), picture.device

    def some(low: float, high: float, channels: int = 1) -> torch.Tensor:
        return torch.empty(n, channels, 1, 1, device=device).uniform_(low, high)

    def maybe(share: float) -> torch.Tensor:
        return torch.rand(n, 1, 1, 1, device=device) < share

    y, x = torch.meshgrid(*[torch.linspace(-1, 1, s, device=device) for s in picture.shape[2:]], indexing="ij")
    shade = 1 - some(0, 0.25) * maybe(0.4) * (x - some(-0.5, 0.5)) ** 2 - some(0, 0.25) * maybe(0.4) * (y - some(-0.5, 0.5)) ** 2
    out = picture * shade * torch.where(maybe(0.5), some(0.92, 1.08, 3), torch.ones(1, device=device))
    grey = out.mean(1, keepdim=True)
    out = grey + (out - grey) * some(0.5, 1.3)
    out = (out - 0.5) * some(0.8, 1.2) + 0.5 + some(-0.06, 0.06)
    blurred = F.avg_pool2d(F.pad(out, (1, 1, 1, 1), mode="reflect"), 3, 1)
    out = torch.where(maybe(0.35), blurred, out)
    half = F.interpolate(F.interpolate(out, scale_factor=0.5, mode="area"), size=out.shape[2:], mode="bilinear")
    out = torch.where(maybe(0.15), half, out)
    out = out + torch.randn_like(out) * some(0, 0.03) * maybe(0.4)
    return torch.where(maybe(0.15), out * some(1.0, 1.15), out).clamp(0, 1)
