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
            let below = down / (across * across + down * down).sqrt().max(1e-4);
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
        let x = placed(known, |x, _| x);
        let y = placed(known, |_, y| y);
        let squares = [placed(known, |x, _| x * x), placed(known, |x, y| x * y), placed(known, |_, y| y * y)]
            .map(|plane| plane.blurred(reach));
        let density = known.blurred(reach);
        let mut center = [x.blurred(reach), y.blurred(reach)];
        let mut inverse = squares;
        centered(&density.data, &mut center, &mut inverse);
        Positions { density, center, inverse, across: [x, y] }
    }
}

/// `known` times something of its place, which counts from the middle.
fn placed(known: &Plane, of: impl Fn(f32, f32) -> f32) -> Plane {
    let (width, height) = (known.width, known.height);
    let mut plane = known.clone();
    for (y, row) in plane.data.chunks_exact_mut(width.max(1)).enumerate() {
        let y = y as f32 - height as f32 / 2.0;
        row.iter_mut().enumerate().for_each(|(x, value)| *value *= of(x as f32 - width as f32 / 2.0, y));
    }
    plane
}

/// Turns sums of positions into their center of gravity, and sums of their squares into the inverse of their spread.
fn centered(density: &[f32], [x, y]: &mut [Plane; 2], [xx, xy, yy]: &mut [Plane; 3]) {
    let centers = x.data.iter_mut().zip(&mut y.data);
    let squares = xx.data.iter_mut().zip(&mut xy.data).zip(&mut yy.data);
    for ((density, (x, y)), ((xx, xy), yy)) in density.iter().zip(centers).zip(squares) {
        let weight = density.max(1e-6);
        (*x, *y) = (*x / weight, *y / weight);
        let (a, b, c) =
            (*xx / weight - *x * *x + RIDGE, *xy / weight - *x * *y, *yy / weight - *y * *y + RIDGE);
        let determinant = (a * c - b * b).max(RIDGE * RIDGE);
        (*xx, *xy, *yy) = (c / determinant, -b / determinant, a / determinant);
    }
}

/// Local planes through the known samples (normalized convolution of first order, Knutsson and Westin 1993), and how far off they may be.
fn continued(roots: &[Plane; 3], known: &Plane) -> ([Plane; 3], Plane) {
    let (width, height) = (known.width, known.height);
    let positions = Positions::new(known, GROUND_REACH);
    let mut doubt = Plane::filled(width, height, 0.0);
    let trusted = above(&positions.density, SPARSE);
    let planes = std::array::from_fn(|c| {
        let mut value = roots[c].times(known).blurred(GROUND_REACH);
        let x = roots[c].times(&positions.across[0]).blurred(GROUND_REACH);
        let y = roots[c].times(&positions.across[1]).blurred(GROUND_REACH);
        for row in 0..height {
            slope_of_row(row, &positions, (&x, &y), (&mut value, &mut doubt));
        }
        push_pull(&value, &trusted)
    });
    (planes, push_pull(&doubt, &trusted))
}

/// One row of [`continued`]: `value` and moments `x` and `y` of the samples around become the value of the plane through them, with its `doubt`.
fn slope_of_row(
    row: usize,
    positions: &Positions,
    (x, y): (&Plane, &Plane),
    (value, doubt): (&mut Plane, &mut Plane),
) {
    let (width, height) = (value.width, value.height);
    let span = row * width..(row + 1) * width;
    let down = row as f32 - height as f32 / 2.0;
    let [cx, cy] = &positions.center;
    let [xx, xy, yy] = &positions.inverse;
    let centers = cx.data[span.clone()].iter().zip(&cy.data[span.clone()]);
    let inverse = xx.data[span.clone()].iter().zip(&xy.data[span.clone()]).zip(&yy.data[span.clone()]);
    let moments = x.data[span.clone()].iter().zip(&y.data[span.clone()]);
    let outs = value.data[span.clone()].iter_mut().zip(&mut doubt.data[span.clone()]);
    let known = positions.density.data[span].iter().zip(centers).zip(inverse).zip(moments);
    for (k, ((value, doubt), (((density, (cx, cy)), ((xx, xy), yy)), (x, y)))) in outs.zip(known).enumerate()
    {
        let density = density.max(1e-6);
        let mean = (*value / density).max(0.0);
        let (vx, vy) = (x / density - cx * mean, y / density - cy * mean);
        let slope = (xx * vx + xy * vy, xy * vx + yy * vy);
        let away = (k as f32 - width as f32 / 2.0 - cx, down - cy);
        let step = slope.0 * away.0 + slope.1 * away.1;
        *value = (mean + step).clamp(0.3 * mean, 1.15 * mean);
        let length = |v: (f32, f32)| (v.0 * v.0 + v.1 * v.1).sqrt();
        *doubt += length(slope) * length(away) / 3.0;
    }
}

/// 1 where a plane is more than `least`, else 0.
fn above(plane: &Plane, least: f32) -> Plane {
    let data = plane.data.iter().map(|value| if *value > least { 1.0 } else { 0.0 }).collect();
    Plane { width: plane.width, height: plane.height, data }
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
