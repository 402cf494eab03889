"""The measures by their reference implementations: scikit-image, colour-science, OpenCV, scipy, and the evaluation code of the benchmarks that
defined them, rewritten in numpy. Pictures are H×W floats 0..1 unless said. Knows no file."""

import colour
import cv2
import numpy as np
from scipy import ndimage
from skimage.measure import label, regionprops
from skimage.metrics import structural_similarity

WEIGHTS = np.array([0.0448, 0.2856, 0.3001, 0.2363, 0.1333])


def color_pairs(count: int) -> np.ndarray:
    """Rows of two Lab colors and ΔE00 by colour-science: wide, close, nearly gray, opposite hues, blue."""
    chance = np.random.default_rng(2000)
    one = np.column_stack([chance.uniform(0, 100, count), chance.uniform(-100, 100, (count, 2))])
    two = np.column_stack([chance.uniform(0, 100, count), chance.uniform(-100, 100, (count, 2))])
    kind = np.arange(count) % 6
    close, gray, opposite, blue = (kind == k for k in (1, 2, 3, 4))
    two[close] = one[close] + chance.normal(0, 1.5, (close.sum(), 3))
    one[gray, 1:] *= 0.004
    two[gray, 1:] *= 0.004
    two[opposite, 1:] = -one[opposite, 1:] + chance.normal(0, 0.3, (opposite.sum(), 2))
    one[blue, 1], one[blue, 2] = chance.uniform(-5, 40, blue.sum()), chance.uniform(-110, -20, blue.sum())
    two[blue] = one[blue] + chance.normal(0, 6, (blue.sum(), 3))
    one, two = np.round(one, 4), np.round(two, 4)
    return np.column_stack([one, two, colour.delta_E(one, two, method="CIE 2000")])


def ssim(a: np.ndarray, b: np.ndarray) -> tuple[float, np.ndarray]:
    return structural_similarity(a, b, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=1.0, full=True)


def ms_ssim(a: np.ndarray, b: np.ndarray) -> tuple[float, list[float]]:
    """Wang 2003 with 2×2 means of an even crop; per scale contrast and structure, at the last all of SSIM, over windows that lie inside."""
    scales = []
    for scale in range(len(WEIGHTS)):
        blur = lambda z: ndimage.gaussian_filter(z, 1.5, truncate=3.5)[5:-5, 5:-5]
        ma, mb = blur(a), blur(b)
        va, vb, vab = blur(a * a) - ma * ma, blur(b * b) - mb * mb, blur(a * b) - ma * mb
        c1, c2 = 0.01**2, 0.03**2
        value = (2 * vab + c2) / (va + vb + c2)
        if scale == len(WEIGHTS) - 1:
            value = value * (2 * ma * mb + c1) / (ma * ma + mb * mb + c1)
        scales.append(float(value.mean()))
        a, b = (z[: z.shape[0] // 2 * 2, : z.shape[1] // 2 * 2].reshape(z.shape[0] // 2, 2, -1, 2).mean((1, 3)) for z in (a, b))
    return float(np.prod(np.maximum(scales, 0) ** WEIGHTS)), scales


def gradient_error(found: np.ndarray, true: np.ndarray, unknown: np.ndarray) -> float:
    """Rhemann 2009, as in the MATLAB code of alphamatting.com: sigma 1.4, kernels of unit length, nearest border."""
    sigma, half = 1.4, 4
    k = np.arange(-half, half + 1)
    smooth = np.exp(-(k**2) / (2 * sigma**2)) / (sigma * np.sqrt(2 * np.pi))
    kernel = np.outer(smooth, -k * smooth / sigma**2)
    kernel /= np.sqrt((kernel**2).sum())

    def steepness(alpha: np.ndarray) -> np.ndarray:
        right, down = (ndimage.convolve(alpha, one, mode="nearest") for one in (kernel, kernel.T))
        return np.hypot(right, down)

    return float((((steepness(found) - steepness(true)) ** 2)[unknown]).sum() / 1000)


def connectivity_error(found: np.ndarray, true: np.ndarray, unknown: np.ndarray) -> float:
    """Rhemann 2009, as in the MATLAB code: the largest 4-connected part of what is not background."""
    last = np.full(found.shape, -1.0)
    for step in range(1, 11):
        parts, count = ndimage.label((found >= step / 10) & (true >= step / 10))
        sizes = np.bincount(parts.ravel(), minlength=2)[1:]
        largest = parts == 1 + sizes.argmax() if count else np.zeros(found.shape, bool)
        last[(last == -1) & ~largest] = (step - 1) / 10
    last[last == -1] = 1
    phi = lambda alpha: 1 - (alpha - last) * (alpha - last >= 0.15)
    return float(np.abs(phi(found) - phi(true))[unknown].sum() / 1000)


def boundary(mask: np.ndarray) -> np.ndarray:
    """DAVIS (seg2bmap): where a pixel differs from its right, lower or lower right neighbor."""
    padded = np.pad(mask, ((0, 1), (0, 1)), mode="edge")
    right, below, corner = padded[:-1, 1:], padded[1:, :-1], padded[1:, 1:]
    return (mask ^ right) | (mask ^ below) | (mask ^ corner)


def boundary_f(found: np.ndarray, true: np.ndarray, tolerance: int) -> list[float]:
    """DAVIS: precision, recall, F with disks of the tolerance."""
    x = np.arange(-tolerance, tolerance + 1)
    disk = (np.add.outer(x**2, x**2) <= tolerance**2).astype(np.uint8)
    one, two = boundary(found), boundary(true)
    grown = lambda b: cv2.dilate(b.astype(np.uint8), disk) > 0
    p, r = (one & grown(two)).sum() / one.sum(), (two & grown(one)).sum() / two.sum()
    return [float(p), float(r), float(2 * p * r / (p + r)) if p + r else 0.0]


def blobs(mask: np.ndarray, connectivity: int) -> list[list[float]]:
    """By skimage: area, left, top, right, bottom, centroid x and y, long and short axis, eccentricity, perimeter. Bounds end one beyond."""
    rows = []
    for part in regionprops(label(mask, connectivity=connectivity)):
        top, left, bottom, right = part.bbox
        y, x = part.centroid
        rows.append([part.area, left, top, right, bottom, x + 0.5, y + 0.5, part.axis_major_length, part.axis_minor_length, part.eccentricity, part.perimeter])
    return [[float(v) for v in row] for row in rows]


def slopes(a: np.ndarray) -> np.ndarray:
    """2×H×W by Scharr's operator, nearest border."""
    smooth, slope = np.array([3, 10, 3]) / 16, np.array([-0.5, 0, 0.5])
    return np.stack([ndimage.correlate(a, k, mode="nearest") for k in (np.outer(smooth, slope), np.outer(slope, smooth))])


def gradient_zncc(a: np.ndarray, b: np.ndarray, mask: np.ndarray) -> float:
    one, two = (slopes(z)[:, mask] for z in (a, b))
    one, two = (z - z.mean(1, keepdims=True) for z in (one, two))
    return float((one * two).sum() / np.sqrt((one**2).sum() * (two**2).sum()))


def gradient_zncc_map(a: np.ndarray, b: np.ndarray, sigma: float, quiet: float) -> np.ndarray:
    blur = lambda z: ndimage.gaussian_filter(z, (0, sigma, sigma), mode="nearest")
    one, two = slopes(a), slopes(b)
    m1, m2 = blur(one), blur(two)
    v1, v2, v12 = ((blur(z) - m).sum(0) for z, m in ((one * one, m1 * m1), (two * two, m2 * m2), (one * two, m1 * m2)))
    return (v12 + quiet) / (np.sqrt(np.maximum(v1, 0) * np.maximum(v2, 0)) + quiet)


def blur_residuals(sharp: np.ndarray, soft: np.ndarray, mask: np.ndarray, sigmas: list[float]) -> list[float]:
    """Mean squared difference above 2 px once the sharp one is blurred by each sigma."""
    high = lambda z: z - ndimage.gaussian_filter(z, 2.0, mode="nearest")
    blurred = lambda z, sigma: ndimage.gaussian_filter(z, sigma, mode="nearest") if sigma else z
    return [float(((blurred(high(sharp), sigma) - high(soft))[mask] ** 2).mean()) for sigma in sigmas]


def ecc(template: np.ndarray, picture: np.ndarray, smoothing: int, near: list[list[float]]) -> list[list[float]]:
    """OpenCV: affine matrix from template to picture (centers at whole numbers). It has no pyramid, so it starts near the solution."""
    start = np.array(near, np.float32)
    start[:, 2] += 0.4
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 500, 1e-9)
    _, matrix = cv2.findTransformECC(template.astype(np.float32), picture.astype(np.float32), start, cv2.MOTION_AFFINE, stop, None, smoothing)
    return [[float(v) for v in row] for row in matrix]


def correlation_under(template: np.ndarray, picture: np.ndarray, matrix: list[list[float]]) -> float:
    """What ECC maximizes, for an affine matrix. OpenCV's own figure is up to 0.008 lower: its warp rounds places to a fraction of a pixel."""
    taps = np.exp(-0.5 * (np.arange(-2, 3) / 1.1) ** 2)
    for axis in (0, 1):
        template, picture = (ndimage.convolve1d(z, taps / taps.sum(), axis=axis, mode="nearest") for z in (template, picture))
    rows, columns = np.mgrid[0 : template.shape[0], 0 : template.shape[1]]
    x, y = (a * columns + b * rows + t for a, b, t in matrix)
    inside = (x >= 0) & (x < picture.shape[1] - 1) & (y >= 0) & (y < picture.shape[0] - 1)
    return float(np.corrcoef(template[inside], ndimage.map_coordinates(picture, [y, x], order=1)[inside])[0, 1])
