//! Which parts of a frame are free: within safe margins, beside the product. Knows no text.

/// On every side, of the frame's shorter side: what televisions and players cut off or cover.
const MARGIN: f32 = 0.05;
/// At the top and at the bottom of an upright frame, of its height: where apps put their names and buttons.
const UPRIGHT: [f32; 2] = [0.12, 0.18];
/// From here on height over width is upright in that sense: 9:16, but neither 4:5 nor a square.
const UPRIGHT_FROM: f32 = 1.5;
/// Between the product and a caption, of the shorter side.
const GAP: f32 = 0.03;

/// Where a band lies, seen from the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Above,
    Below,
    Left,
    Right,
    /// There is no product; all of the frame is free.
    All,
}

impl Side {
    pub(super) fn beside(self) -> bool {
        matches!(self, Side::Left | Side::Right)
    }
}

/// A free part of a frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Band {
    pub(super) side: Side,
    /// Left, top, width, height in pixels.
    pub(super) area: [f32; 4],
}

/// What of a frame captions may use: left, top, right, bottom.
pub(super) fn safe((width, height): (u32, u32)) -> [f32; 4] {
    let (width, height) = (width as f32, height as f32);
    let margin = MARGIN * width.min(height);
    let [top, bottom] = match height > UPRIGHT_FROM * width {
        true => UPRIGHT.map(|part| part * height),
        false => [margin; 2],
    };
    [margin, top, width - margin, height - bottom]
}

/// The free bands beside a box, the best first: by area, that of the liked one taken so many times.
pub(super) fn bands(frame: (u32, u32), keep_out: [f32; 4], liked: (Side, f32)) -> Vec<Band> {
    let [left, top, right, bottom] = safe(frame);
    let [x, y, width, height] = keep_out;
    let band = |side, x0: f32, y0: f32, x1: f32, y1: f32| Band { side, area: [x0, y0, x1 - x0, y1 - y0] };
    // Not `<= 0`: what is no number keeps nothing out, either.
    if !(width > 0.0 && height > 0.0 && x.is_finite() && y.is_finite()) {
        return vec![band(Side::All, left, top, right, bottom)];
    }
    let gap = GAP * frame.0.min(frame.1) as f32;
    let mut bands = vec![
        band(Side::Left, left, top, right.min(x - gap), bottom),
        band(Side::Right, left.max(x + width + gap), top, right, bottom),
        band(Side::Above, left, top, right, bottom.min(y - gap)),
        band(Side::Below, left, top.max(y + height + gap), right, bottom),
    ];
    bands.retain(|band| band.area[2] > 0.0 && band.area[3] > 0.0);
    let worth = |band: &Band| band.area[2] * band.area[3] * if band.side == liked.0 { liked.1 } else { 1.0 };
    bands.sort_by(|a, b| worth(b).total_cmp(&worth(a)));
    bands
}
