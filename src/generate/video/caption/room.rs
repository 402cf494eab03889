//! Which parts of a frame are free: within safe margins, beside the product. Knows no text.

/// On every side, of the frame's shorter side: what televisions and players cut off or cover.
const MARGIN: f32 = 0.05;
/// At the top and at the bottom of an upright frame, of its height: where apps put their names and buttons.
const UPRIGHT: [f32; 2] = [0.12, 0.18];
/// From here on height over width is upright in that sense: 9:16, but neither 4:5 nor a square.
const UPRIGHT_FROM: f32 = 1.5;
/// From here on width over height is wide: there is room to the left and right of a product.
const WIDE_FROM: f32 = 1.3;
/// What a caption takes with what parts it from the next, of the shorter side …
const TAKES: f32 = 0.22;
/// … but no product becomes smaller for them, of the frame's height: below about 450 pixels its colors suffer from a film's halved chroma (ΔE 1.9 at 454, 2.1 at 367).
const SMALLEST: f32 = 0.42;
/// No caption stands beside a product in a strip that is narrower than this part of the frame: words would stand below one another.
const NARROW: f32 = 0.18;
/// Between the product and a caption, of the shorter side.
const GAP: f32 = 0.03;

/// A band beside the product and below a caption counts so many times for the next one.
const GROUP: f32 = 6.0;

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
    /// The caption that it lies below, left, top, width, height; what is written here belongs to it.
    pub(super) under: Option<[f32; 4]>,
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

/// How much of a frame's height a product may take that so many captions are to stand beside: in upright and square frames they stand above and below it. What a
/// caption takes was read off films with one to three lines.
pub fn beside(frame: (u32, u32), captions: usize) -> f32 {
    let [_, top, _, bottom] = safe(frame);
    let (width, height) = (frame.0 as f32, frame.1 as f32);
    if captions == 0 || width > WIDE_FROM * height {
        return 1.0;
    }
    let each = TAKES * width.min(height) / height;
    ((bottom - top) / height - each * captions as f32).max(SMALLEST)
}

/// The free bands beside a box and off what is `taken`, the best first: by area, that of the liked one taken so many times.
pub(super) fn bands(
    frame: (u32, u32),
    keep_out: [f32; 4],
    liked: (Side, f32),
    taken: &[[f32; 4]],
) -> Vec<Band> {
    let [left, top, right, bottom] = safe(frame);
    let [x, y, width, height] = keep_out;
    let gap = GAP * frame.0.min(frame.1) as f32;
    let band = |side, x0: f32, y0: f32, x1: f32, y1: f32| Band {
        side,
        area: [x0, y0, x1 - x0, y1 - y0],
        under: None,
    };
    // Not `<= 0`: what is no number keeps nothing out, either.
    let mut bands = if width > 0.0 && height > 0.0 && x.is_finite() && y.is_finite() {
        vec![
            band(Side::Left, left, top, right.min(x - gap), bottom),
            band(Side::Right, left.max(x + width + gap), top, right, bottom),
            band(Side::Above, left, top, right, bottom.min(y - gap)),
            band(Side::Below, left, top.max(y + height + gap), right, bottom),
        ]
    } else {
        vec![band(Side::All, left, top, right, bottom)]
    };
    for area in taken {
        bands = bands.iter().flat_map(|band| band.off(area, gap)).collect();
    }
    let narrow = NARROW * frame.0 as f32;
    bands.retain(|band| {
        let [.., width, height] = band.area;
        width > 0.0 && height > 0.0 && !(band.side.beside() && width < narrow)
    });
    let worth = |band: &Band| {
        let likes = if band.side == liked.0 { liked.1 } else { 1.0 };
        // What belongs together stands together, where eyes need not cross the product for it.
        let group = if band.under.is_some() && band.side.beside() { GROUP } else { 1.0 };
        band.area[2] * band.area[3] * likes * group
    };
    bands.sort_by(|a, b| worth(b).total_cmp(&worth(a)));
    bands
}

impl Band {
    /// What of it lies above and below an area, if that lies in it.
    fn off(&self, taken: &[f32; 4], gap: f32) -> Vec<Band> {
        let [x, y, width, height] = self.area;
        let apart = taken[0] - gap >= x + width
            || taken[0] + taken[2] + gap <= x
            || taken[1] - gap >= y + height
            || taken[1] + taken[3] + gap <= y;
        if apart {
            return vec![*self];
        }
        let (above, below) = (taken[1] - gap, taken[1] + taken[3] + gap);
        let upper = Band { area: [x, y, width, above - y], ..*self };
        // What only reaches into a band belongs to another.
        let within = (taken[0] + taken[2]).min(x + width) - taken[0].max(x);
        let under = (within > 0.5 * taken[2]).then_some(*taken).or(self.under);
        let lower = Band { area: [x, below, width, y + height - below], under, ..*self };
        vec![upper, lower]
    }
}

/// Width and height of the largest band, pixels.
pub(super) fn largest(bands: &[Band]) -> [f32; 2] {
    let areas = bands.iter().map(|band| [band.area[2], band.area[3]]);
    areas.max_by(|a, b| (a[0] * a[1]).total_cmp(&(b[0] * b[1]))).unwrap_or_default()
}
