//! What lies on both sides of a border, continued up to it: the ground with its slope of light, the product with its unevenness. Values are square
//! roots of linear light, in which noise is about even. Knows no border of its own.

use super::fill::{halve, push_pull};
use crate::imaging::plane::{Bilinear, Plane};

/// Both sides are smooth: they are estimated at half the size of the planes that they come from.
pub const SHRINK: f32 = 0.5;
/// Reach of the samples from which the ground is continued, in pixels of that size.
const GROUND_REACH: f32 = 2.5;
/// Reach of the samples from which the product is continued.
const FRONT_REACH: f32 = 2.0;
/// Ridge on the spread of sample positions, pixels²: few samples on a line give no slope across it.
const RIDGE: f32 = 0.4;
/// Below this density of samples a value is filled from further away.
const SPARSE: f32 = 0.004;

/// How far a border must face downward to lie on a shadow: from none at all, and over which range.
const BELOW: (f32, f32) = (0.2, 0.4);
/// How shaded the ground must be there, in square roots of light.
const SHADED: (f32, f32) = (0.006, 0.03);

/// Both sides, at [`SHRINK`] times the size of the planes that they were estimated from.
#[derive(Clone, Debug)]
pub struct Sides {
    /// The ground, a channel each.
    pub ground: [Plane; 3],
    /// By how much the ground's brightness may be off: its slope times the distance over which it was continued.
    pub ground_doubt: Plane,
    /// The product, a channel each.
    pub front: [Plane; 3],
    /// Unevenness of the product nearby, a standard deviation.
    pub front_spread: Plane,
    /// 0..1: how likely neutral darkness here is a contact shadow: right below the product, on ground that is shaded already.
    pub contact: Plane,
    /// 0..1: whether the product is a thin thing here; 0 unless [`Sides::with_thin`] says otherwise.
    pub thin: Plane,
}

impl Sides {
    /// Estimates both from `roots` of light relative to the bare ground; `outside` (1 or 0) is surely ground and `inside` surely product.
    pub fn estimate(roots: &[Plane; 3], outside: &Plane, inside: &Plane) -> Sides {
        let halves = |known: &Plane| -> ([Plane; 3], Plane) {
            (std::array::from_fn(|c| halve(&roots[c], known).0), halve(known, known).1)
        };
        let (outer, outside) = halves(outside);
        let (inner, inside) = halves(inside);
        let (ground, ground_doubt) = continued(&outer, &outside);
        let (front, front_spread) = averaged(&inner, &inside);
        let contact = contact(&ground, &inside);
        let thin = Plane::filled(contact.width, contact.height, 0.0);
        Sides { ground, ground_doubt, front, front_spread, contact, thin }
    }

    /// The same, with what is `thin` (1 or 0, as large as the planes that they were estimated from).
    pub fn with_thin(mut self, thin: &Plane) -> Sides {
        self.thin = halve(thin, &Plane::filled(thin.width, thin.height, 1.0)).0;
        self
    }

    /// Ground, its doubt, product and its spread at pixel coordinates of the planes they come from (centers at +0.5).
    pub fn at(&self, x: f32, y: f32) -> Point {
        let place = Bilinear::new(self.contact.width, self.contact.height, x * SHRINK, y * SHRINK);
        Point {
            ground: std::array::from_fn(|c| self.ground[c].at(&place)),
            ground_doubt: self.ground_doubt.at(&place),
            front: std::array::from_fn(|c| self.front[c].at(&place)),
            front_spread: self.front_spread.at(&place),
            contact: self.contact.at(&place),
            thin: self.thin.at(&place),
        }
    }
}

/// Square roots of ratios of linear light.
pub fn roots(ratio: &[Plane; 3]) -> [Plane; 3] {
    std::array::from_fn(|c| {
        let data = ratio[c].data.iter().map(|v| v.max(0.0).sqrt()).collect();
        Plane { width: ratio[c].width, height: ratio[c].height, data }
    })
}

/// Both sides at one place; see [`Sides`].
#[derive(Clone, Copy, Debug)]
pub struct Point {
    /// Ground.
    pub ground: [f32; 3],
    /// Its doubt.
    pub ground_doubt: f32,
    /// Product.
    pub front: [f32; 3],
    /// Its unevenness.
    pub front_spread: f32,
    /// Chance of contact shadow.
    pub contact: f32,
    /// Thinness.
    pub thin: f32,
}

/// See [`Sides::contact`].
fn contact(ground: &[Plane; 3], inside: &Plane) -> Plane {
    let soft = inside.blurred(FRONT_REACH);
    let mut contact = soft.clone();
    for y in 0..soft.height {
        for x in 0..soft.width {
            let (i, (px, py)) = (y * soft.width + x, (x as isize, y as isize));
            let across = soft.clamped(px - 1, py) - soft.clamped(px + 1, py);
            let down = soft.clamped(px, py - 1) - soft.clamped(px, py + 1);
            let below = down / across.hypot(down).max(1e-4);
            let shade = 1.0 - (ground[0].data[i] + ground[1].data[i] + ground[2].data[i]) / 3.0;
            contact.data[i] = ((below - BELOW.0) / BELOW.1).clamp(0.0, 1.0)
                * ((shade - SHADED.0) / SHADED.1).clamp(0.0, 1.0);
        }
    }
    contact
}

/// Positions of samples around each pixel: density, center of gravity, inverse spread.
struct Positions {
    density: Plane,
    center: [Plane; 2],
    /// xx, xy, yy.
    inverse: [Plane; 3],
    across: [Plane; 2],
}

impl Positions {
    fn new(known: &Plane, reach: f32) -> Positions {
        let (width, height) = (known.width, known.height);
        let index = |f: &dyn Fn(usize) -> f32| Plane {
            width,
            height,
            data: (0..width * height).map(|i| known.data[i] * f(i)).collect(),
        };
        let middle = (width as f32 / 2.0, height as f32 / 2.0);
        let x = index(&|i| (i % width) as f32 - middle.0);
        let y = index(&|i| (i / width) as f32 - middle.1);
        let squares = [
            index(&|i| ((i % width) as f32 - middle.0).powi(2)),
            index(&|i| ((i % width) as f32 - middle.0) * ((i / width) as f32 - middle.1)),
            index(&|i| ((i / width) as f32 - middle.1).powi(2)),
        ]
        .map(|plane| plane.blurred(reach));
        let density = known.blurred(reach);
        let mut center = [x.blurred(reach), y.blurred(reach)];
        let mut inverse = squares;
        for i in 0..width * height {
            let w = density.data[i].max(1e-6);
            let (cx, cy) = (center[0].data[i] / w, center[1].data[i] / w);
            (center[0].data[i], center[1].data[i]) = (cx, cy);
            let xx = inverse[0].data[i] / w - cx * cx + RIDGE;
            let xy = inverse[1].data[i] / w - cx * cy;
            let yy = inverse[2].data[i] / w - cy * cy + RIDGE;
            let determinant = (xx * yy - xy * xy).max(RIDGE * RIDGE);
            inverse[0].data[i] = yy / determinant;
            inverse[1].data[i] = -xy / determinant;
            inverse[2].data[i] = xx / determinant;
        }
        Positions { density, center, inverse, across: [x, y] }
    }
}

/// Local planes through the known samples (normalized convolution of first order, Knutsson and Westin 1993), and how far off they may be.
fn continued(roots: &[Plane; 3], known: &Plane) -> ([Plane; 3], Plane) {
    let (width, height) = (known.width, known.height);
    let positions = Positions::new(known, GROUND_REACH);
    let middle = (width as f32 / 2.0, height as f32 / 2.0);
    let mut doubt = Plane::filled(width, height, 0.0);
    let mut trusted = Plane::filled(width, height, 0.0);
    let planes = std::array::from_fn(|c| {
        let mut value = roots[c].times(known).blurred(GROUND_REACH);
        let x = roots[c].times(&positions.across[0]).blurred(GROUND_REACH);
        let y = roots[c].times(&positions.across[1]).blurred(GROUND_REACH);
        for i in 0..width * height {
            let density = positions.density.data[i].max(1e-6);
            let (cx, cy) = (positions.center[0].data[i], positions.center[1].data[i]);
            let mean = (value.data[i] / density).max(0.0);
            let (vx, vy) = (x.data[i] / density - cx * mean, y.data[i] / density - cy * mean);
            let slope = (
                positions.inverse[0].data[i] * vx + positions.inverse[1].data[i] * vy,
                positions.inverse[1].data[i] * vx + positions.inverse[2].data[i] * vy,
            );
            let away = ((i % width) as f32 - middle.0 - cx, (i / width) as f32 - middle.1 - cy);
            let step = slope.0 * away.0 + slope.1 * away.1;
            value.data[i] = (mean + step).clamp(0.3 * mean, 1.15 * mean);
            doubt.data[i] += slope.0.hypot(slope.1) * away.0.hypot(away.1) / 3.0;
            trusted.data[i] = if density > SPARSE { 1.0 } else { 0.0 };
        }
        push_pull(&value, &trusted)
    });
    (planes, push_pull(&doubt, &trusted))
}

/// Local means of the known samples and their standard deviation.
fn averaged(roots: &[Plane; 3], known: &Plane) -> ([Plane; 3], Plane) {
    let density = known.blurred(FRONT_REACH);
    let mut trusted = density.clone();
    trusted.data.iter_mut().for_each(|d| *d = if *d > SPARSE { 1.0 } else { 0.0 });
    let mut square = roots[0].times(&roots[0]);
    for i in 0..square.data.len() {
        square.data[i] =
            known.data[i] * roots.iter().map(|plane| plane.data[i] * plane.data[i]).sum::<f32>() / 3.0;
    }
    let mut variance = square.blurred(FRONT_REACH);
    for i in 0..variance.data.len() {
        variance.data[i] /= density.data[i].max(1e-6);
    }
    let means = std::array::from_fn(|c| {
        let mut mean = roots[c].times(known).blurred(FRONT_REACH);
        for i in 0..mean.data.len() {
            mean.data[i] /= density.data[i].max(1e-6);
            variance.data[i] -= mean.data[i] * mean.data[i] / 3.0;
        }
        push_pull(&mean, &trusted)
    });
    variance.data.iter_mut().for_each(|v| *v = v.max(0.0).sqrt());
    (means, push_pull(&variance, &trusted))
}
