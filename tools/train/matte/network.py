"""The network: a small residual encoder with a look at the whole picture, and a decoder back to full size. About three and a half million numbers.

Plain 3 x 3 convolutions throughout: depthwise ones save arithmetic on paper and lose it again in training (bf16, channels last) and at these widths.
"""

import torch
import torch.nn.functional as F
from torch import nn

WIDTHS = (24, 40, 64, 112, 160)  # at 1/2, 1/4, 1/8, 1/16 and 1/32 of the size


def conv(inside: int, outside: int, edge: int = 3, stride: int = 1, active: bool = True) -> nn.Sequential:
    layers = [nn.Conv2d(inside, outside, edge, stride, edge // 2, bias=False), nn.BatchNorm2d(outside)]
    return nn.Sequential(*layers, nn.ReLU(inplace=True)) if active else nn.Sequential(*layers)


class Plain(nn.Module):
    """Two 3 x 3 convolutions around which the input is carried."""

    def __init__(self, width: int):
        super().__init__()
        self.body = nn.Sequential(conv(width, width), conv(width, width, active=False))

    def forward(self, x):
        return F.relu(x + self.body(x))


class Overview(nn.Module):
    """Self-attention over the smallest map: what is product is a question about the whole picture."""

    def __init__(self, width: int, heads: int = 4):
        super().__init__()
        self.heads = heads
        self.norm, self.after = nn.GroupNorm(1, width), nn.GroupNorm(1, width)
        self.qkv, self.out = nn.Conv2d(width, 3 * width, 1), nn.Conv2d(width, width, 1)
        self.place = nn.Conv2d(width, width, 3, padding=1)
        self.mlp = nn.Sequential(nn.Conv2d(width, 2 * width, 1), nn.ReLU(inplace=True), nn.Conv2d(2 * width, width, 1))

    def forward(self, x):
        x = x + self.place(x)
        n, c, h, w = x.shape
        q, k, v = self.qkv(self.norm(x)).reshape(n, 3, self.heads, c // self.heads, h * w).transpose(3, 4).unbind(1)
        seen = torch.softmax(q @ k.transpose(2, 3) * (c // self.heads) ** -0.5, dim=-1) @ v
        x = x + self.out(seen.transpose(2, 3).reshape(n, c, h, w))
        return x + self.mlp(self.after(x))


class Join(nn.Module):
    """Takes a coarser map up to the size of a finer one and merges both."""

    def __init__(self, coarse: int, fine: int):
        super().__init__()
        self.coarse, self.fine = conv(coarse, fine, 1, active=False), conv(fine, fine, 1, active=False)
        self.body = nn.Sequential(conv(fine, fine), conv(fine, fine))

    def forward(self, coarse, fine):
        up = F.interpolate(self.coarse(coarse), size=fine.shape[2:], mode="bilinear", align_corners=False)
        return self.body(F.relu(up + self.fine(fine)))


class Matte(nn.Module):
    """sRGB pictures in 0..1 (N x 3 x H x W, both sides multiples of 32) -> logits of the alpha, at full size, and in training at 1/4 and 1/16."""

    def __init__(self):
        super().__init__()
        a, b, c, d, e = WIDTHS
        self.first = nn.Sequential(conv(3, a, 3, 2), Plain(a))
        self.second = nn.Sequential(conv(a, b, 3, 2), Plain(b), Plain(b))
        self.third = nn.Sequential(conv(b, c, 3, 2), Plain(c), Plain(c), Plain(c))
        self.fourth = nn.Sequential(conv(c, d, 3, 2), *[Plain(d) for _ in range(4)])
        self.fifth = nn.Sequential(conv(d, e, 3, 2), Plain(e), Overview(e), Plain(e), Overview(e))
        self.up4, self.up3, self.up2, self.up1 = Join(e, d), Join(d, c), Join(c, b), Join(b, a)
        self.middle, self.coarse = nn.Conv2d(b, 1, 1), nn.Conv2d(d, 1, 1)
        self.detail = nn.Sequential(conv(a + 3, 16), nn.Conv2d(16, 1, 3, padding=1))

    def forward(self, picture):
        x = (picture - 0.5) * 4
        first = self.first(x)
        second = self.second(first)
        third = self.third(second)
        fourth = self.fourth(third)
        up4 = self.up4(self.fifth(fourth), fourth)
        up2 = self.up2(self.up3(up4, third), second)
        up1 = F.interpolate(self.up1(up2, first), size=picture.shape[2:], mode="bilinear", align_corners=False)
        fine = self.detail(torch.cat([up1, x], 1))
        return (fine, self.middle(up2), self.coarse(up4)) if self.training else fine


class Answer(nn.Module):
    """What is exported: the alpha in 0..1."""

    def __init__(self, matte: Matte):
        super().__init__()
        self.matte = matte

    def forward(self, picture):
        return torch.sigmoid(self.matte(picture))
