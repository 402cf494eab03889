//! Which coarse pixels are product: markers on both sides, a watershed between them, then holes. Knows no edge color.

use super::foot;
use crate::imaging::matte::fill::push_pull;
use crate::imaging::matte::watershed::{self, BACKGROUND, PRODUCT, UNDECIDED};
use crate::imaging::plane::Plane;

/// Ground in a hole is flatter than this (change of √ratio a pixel), its edge at least twice as steep.
const HOLE_GENTLE: f32 = 0.016;
/// Light relative to the field in a hole: ground, at most in soft shadow.
const HOLE_LIGHT: std::ops::Range<f32> = 0.80..1.05;
/// Larger flat parts, as shares of the product, are surfaces of it.
const LARGEST_HOLE: f32 = 0.25;
/// Nothing but an edge or print is as steep as this.
const STEEP: f32 = 0.10;
/// Spread of the three ratios that only a colored thing has.
const COLORED: f32 = 0.10;
/// Below this ratio no neutral shadow goes on a packshot.
const DARK: f32 = 0.2;
/// Brighter than the field by more than this is not background, however smooth.
const BRIGHT: f32 = 1.25;
/// Reach of the filters that tell an edge, which is thin, from the slope of a shadow, which is wide; pixels.
const THIN: usize = 5;
/// Edges of fewer pixels are noise.
const SPECK: usize = 14;
/// A gap in an edge up to about twice this many pixels does not let the background in.
const GAP: u8 = 3;

/// What counts as an edge: steeper than `floor` plus `factor` times the steepness around.
#[derive(Clone, Copy, Debug)]
struct Rule {
    floor: f32,
    factor: f32,
}

/// Finds the faint edges of white on white, but takes the rim of a sharp shadow for one too.
const KEEN: Rule = Rule { floor: 0.004, factor: 1.2 };
/// Follows shadows up to the product's foot, but leaks through faint edges.
const LENIENT: Rule = Rule { floor: 0.006, factor: 2.0 };
/// What the lenient rule takes away beyond this share of the product is a leak, not a shadow.
const LARGEST_SHADOW: f32 = 0.04;
/// Shadows are darker than this.
const SHADED: f32 = 0.93;
/// What only the keen rule saw is ground if its border is fainter than this (the bend of a sweep, a shadow's rim): a white product's is twice as
/// steep …
const FAINT: f32 = 0.0155;
/// … unless it is most of what was found.
const LARGEST_GROUND: f32 = 0.3;

/// Smallest part of the picture that counts as a thing, and as a hole.
const SMALLEST: f32 = 0.0004;

/// The coarse region and what was seen on the way.
#[derive(Clone, Debug)]
pub(super) struct Region {
    inside: Vec<bool>,
    /// Contact shadow right under the product: steep, but no detail.
    contact: Vec<bool>,
    width: usize,
    height: usize,
    /// Mean ratio.
    pub light: Plane,
    /// Largest less smallest ratio.
    pub chroma: Plane,
    /// Mean ratio outside, continued smoothly below the product.
    pub around: Plane,
    /// Sizes of the separate parts, largest first, as shares of the picture.
    pub parts: Vec<f32>,
}

/// Finds the product from the light relative to the background field.
pub(super) fn find(ratio: &[Plane; 3]) -> Region {
    let (width, height) = (ratio[0].width, ratio[0].height);
    let of = |f: &dyn Fn([f32; 3]) -> f32| Plane {
        width,
        height,
        data: (0..width * height)
            .map(|i| f([ratio[0].data[i], ratio[1].data[i], ratio[2].data[i]]))
            .collect(),
    };
    let light = of(&|r| (r[0] + r[1] + r[2]) / 3.0);
    let chroma = of(&|r| r[0].max(r[1]).max(r[2]) - r[0].min(r[1]).min(r[2]));
    let steep = steepness(ratio, &chroma);
    let keen = pass(&light, &chroma, &steep, &opened(&steep), KEEN);
    let lenient = pass(&light, &chroma, &steep, &steep.blurred(THIN as f32), LENIENT);
    let mut inside = without_shadow(keen, &lenient, &light, &steep);
    drop_dust(&mut inside, &light, &chroma, &steep);
    let around = around(&light, &inside, width, height);
    open_holes(&mut inside, &light, &chroma, &steep);
    let contact = foot::cut_shadow(&mut inside, ratio, &steep);
    drop_dust(&mut inside, &light, &chroma, &steep);
    let mut parts: Vec<f32> = watershed::components(&inside, width)
        .iter()
        .map(|part| part.len() as f32 / inside.len() as f32)
        .collect();
    parts.sort_by(|a, b| b.total_cmp(a));
    Region { inside, contact, width, height, light, chroma, around, parts }
}

/// Largest change of √ratio in any channel, and of chroma, over a pixel.
fn steepness(ratio: &[Plane; 3], chroma: &Plane) -> Plane {
    let (width, height) = (chroma.width, chroma.height);
    let roots: Vec<Plane> = ratio
        .iter()
        .map(|plane| {
            let data = plane.data.iter().map(|v| v.max(0.0).sqrt()).collect();
            Plane { width, height, data }.blurred(0.7)
        })
        .collect();
    let chroma = chroma.blurred(0.7);
    let mut steep = Plane::filled(width, height, 0.0);
    for y in 0..height as isize {
        for x in 0..width as isize {
            let slope = |p: &Plane| {
                let dx = (p.clamped(x + 1, y) - p.clamped(x - 1, y)) / 2.0;
                let dy = (p.clamped(x, y + 1) - p.clamped(x, y - 1)) / 2.0;
                dx.hypot(dy)
            };
            let most = roots.iter().map(slope).fold(0.0, f32::max).max(slope(&chroma));
            steep.data[y as usize * width + x as usize] = most;
        }
    }
    steep
}

/// Grayscale opening: what is left of the steepness when ridges thinner than the window are taken away.
fn opened(steep: &Plane) -> Plane {
    let filter = |plane: &Plane, pick: fn(f32, f32) -> f32| {
        let along = |source: &Plane, dx: isize, dy: isize| {
            let reach = THIN as isize;
            let mut out = source.clone();
            for y in 0..source.height as isize {
                for x in 0..source.width as isize {
                    let value = (-reach..=reach)
                        .map(|k| source.clamped(x + k * dx, y + k * dy))
                        .reduce(pick)
                        .unwrap_or_default();
                    out.data[y as usize * source.width + x as usize] = value;
                }
            }
            out
        };
        along(&along(plane, 1, 0), 0, 1)
    };
    filter(&filter(steep, f32::min), f32::max)
}

/// The product by one rule: background is what is reached from the frame without crossing an edge; between it and what is surely product the
/// watershed decides.
fn pass(light: &Plane, chroma: &Plane, steep: &Plane, around: &Plane, rule: Rule) -> Vec<bool> {
    let (width, height) = (light.width, light.height);
    let count = width * height;
    let mut edge: Vec<bool> = (0..count)
        .map(|i| steep.data[i] > rule.floor + rule.factor * around.data[i] || steep.data[i] > STEEP)
        .collect();
    // A thin slanting edge holds together at its corners only.
    for speck in watershed::connected(&edge, width, watershed::CORNERS) {
        if speck.len() < SPECK {
            speck.iter().for_each(|i| edge[*i] = false);
        }
    }
    let open: Vec<bool> = (0..count)
        .map(|i| {
            let (l, c) = (light.data[i], chroma.data[i]);
            !edge[i] && c < 0.09 && (DARK..BRIGHT).contains(&l)
        })
        .collect();
    let reached = reached(&open, light);
    let far = distance_to(&reached, width, 5);
    let mut markers = vec![UNDECIDED; count];
    for i in 0..count {
        let (l, c) = (light.data[i], chroma.data[i]);
        let strong = c > COLORED || l < DARK || steep.data[i] > STEEP;
        let apart = far[i] >= 5 && ((l - 1.0).abs() > 0.06 || c > 0.05);
        if reached[i] {
            markers[i] = BACKGROUND;
        } else if (strong && far[i] >= 2) || apart {
            markers[i] = PRODUCT;
        }
    }
    let product: Vec<bool> = markers.iter().map(|m| *m == PRODUCT).collect();
    for speck in watershed::components(&product, width).iter().filter(|part| part.len() < SPECK) {
        speck.iter().for_each(|i| markers[*i] = UNDECIDED);
    }
    if !markers.contains(&PRODUCT) {
        return vec![false; count];
    }
    watershed::flood(&mut markers, &steep.data, width, 0.35);
    let outside: Vec<bool> = markers.iter().map(|m| *m != PRODUCT).collect();
    // What is enclosed belongs to the product until it proves to be a hole.
    watershed::reach(frame(width, height, 1), &outside, width).iter().map(|outside| !outside).collect()
}

/// Indices of the pixels within `depth` of the picture's border.
fn frame(width: usize, height: usize, depth: usize) -> impl Iterator<Item = usize> {
    (0..width * height).filter(move |i| {
        let (x, y) = (i % width, i / width);
        x < depth || y < depth || x + depth >= width || y + depth >= height
    })
}

/// What is reached from the frame through `open` pixels, gaps narrower than twice [`GAP`] closed.
fn reached(open: &[bool], light: &Plane) -> Vec<bool> {
    let (width, height) = (light.width, light.height);
    let closed: Vec<bool> = open.iter().map(|open| !open).collect();
    let wide: Vec<bool> = widened(&closed, width, usize::from(GAP)).iter().map(|near| !near).collect();
    let seeds = frame(width, height, 3 + usize::from(GAP)).filter(|i| (light.data[*i] - 1.0).abs() < 0.25);
    let core = watershed::reach(seeds, &wide, width);
    let near = distance_to(&core, width, 2 * GAP);
    (0..open.len()).map(|i| open[i] && near[i] < 2 * GAP).collect()
}

/// The keen product without the shadows and the bends of the ground that only the lenient rule saw.
fn without_shadow(keen: Vec<bool>, lenient: &[bool], light: &Plane, steep: &Plane) -> Vec<bool> {
    let mut inside = keen;
    let area = inside.iter().filter(|i| **i).count() as f32;
    let extra: Vec<bool> = inside.iter().zip(lenient).map(|(k, l)| *k && !l).collect();
    let near = distance_to(&inside.iter().map(|i| !i).collect::<Vec<_>>(), light.width, 3);
    for part in watershed::components(&extra, light.width) {
        let size = part.len() as f32;
        let mean = part.iter().map(|i| light.data[*i]).sum::<f32>() / size;
        let shadow = size < LARGEST_SHADOW * area && mean < SHADED && lies_below(&part, &inside, light.width);
        let ground = size < LARGEST_GROUND * area && border_steepness(&part, &near, steep) < FAINT;
        if shadow || ground {
            part.iter().for_each(|i| inside[*i] = false);
        }
    }
    inside
}

/// Median over a part's outer border, where `near` to the outside, of the steepest within two pixels; infinite if it has none.
fn border_steepness(part: &[usize], near: &[u8], steep: &Plane) -> f32 {
    let mut most: Vec<f32> = part
        .iter()
        .filter(|i| near[**i] <= 2)
        .map(|i| {
            let (x, y) = ((i % steep.width) as isize, (i / steep.width) as isize);
            (-2..=2)
                .flat_map(|dy| (-2..=2).map(move |dx| (dx, dy)))
                .map(|(dx, dy)| steep.clamped(x + dx, y + dy))
                .fold(0.0, f32::max)
        })
        .collect();
    most.sort_by(f32::total_cmp);
    most.get(most.len() / 2).copied().unwrap_or(f32::INFINITY)
}

/// `set` grown by `reach` pixels in all eight directions.
fn widened(set: &[bool], width: usize, reach: usize) -> Vec<bool> {
    let height = set.len() / width;
    let mut rows = vec![false; set.len()];
    for i in (0..set.len()).filter(|i| set[*i]) {
        let (x, start) = (i % width, i - i % width);
        rows[start + x.saturating_sub(reach)..=start + (x + reach).min(width - 1)].fill(true);
    }
    let mut grown = vec![false; set.len()];
    for y in 0..height {
        for near in y.saturating_sub(reach)..=(y + reach).min(height - 1) {
            for x in 0..width {
                grown[y * width + x] |= rows[near * width + x];
            }
        }
    }
    grown
}

/// City-block distance to `set`, up to `limit`.
fn distance_to(set: &[bool], width: usize, limit: u8) -> Vec<u8> {
    let height = set.len() / width;
    let mut distance: Vec<u8> = set.iter().map(|inside| if *inside { 0 } else { limit }).collect();
    for y in 0..height {
        for x in 0..width {
            let i = y * width + x;
            let left = if x > 0 { distance[i - 1] } else { limit };
            let up = if y > 0 { distance[i - width] } else { limit };
            distance[i] = distance[i].min(left.min(up).saturating_add(1));
        }
    }
    for y in (0..height).rev() {
        for x in (0..width).rev() {
            let i = y * width + x;
            let right = if x + 1 < width { distance[i + 1] } else { limit };
            let down = if y + 1 < height { distance[i + width] } else { limit };
            distance[i] = distance[i].min(right.min(down).saturating_add(1));
        }
    }
    distance
}

/// Whether nothing of the product is right below a part: a shadow lies on the ground, a dark band on a product has more product under it.
fn lies_below(part: &[usize], inside: &[bool], width: usize) -> bool {
    let mut lowest = std::collections::BTreeMap::new();
    for &i in part {
        let row = lowest.entry(i % width).or_insert(0);
        *row = (i / width).max(*row);
    }
    let covered = lowest.iter().filter(|(x, y)| {
        let below = (**y + 3) * width + **x;
        below < inside.len() && inside[below]
    });
    (covered.count() as f32) < 0.35 * lowest.len() as f32
}

/// Removes what is too small to be a part, and what has nothing of a product: no color, no darkness, no edge.
fn drop_dust(inside: &mut [bool], light: &Plane, chroma: &Plane, steep: &Plane) {
    let count = inside.len() as f32;
    for part in watershed::components(inside, light.width) {
        let strong =
            |i: &&usize| chroma.data[**i] > COLORED || light.data[**i] < DARK || steep.data[**i] > STEEP;
        let bland = (part.iter().filter(strong).count() as f32) < 0.02 * part.len() as f32;
        let share = part.len() as f32 / count;
        if share < SMALLEST || (bland && share < 0.02) {
            part.iter().for_each(|i| inside[*i] = false);
        }
    }
}

/// Mean ratio of the outside, continued below the product.
fn around(light: &Plane, inside: &[bool], width: usize, height: usize) -> Plane {
    let near = distance_to(inside, width, 4);
    let data = near.iter().map(|d| if *d >= 4 { 1.0 } else { 0.0 }).collect();
    push_pull(light, &Plane { width, height, data })
}

/// Opens enclosed background: as bright as ground in at most soft shadow, colorless, flat, with an edge of its own.
fn open_holes(inside: &mut [bool], light: &Plane, chroma: &Plane, steep: &Plane) {
    let (width, count) = (light.width, inside.len());
    let area = inside.iter().filter(|i| **i).count() as f32;
    let candidate: Vec<bool> = (0..count)
        .map(|i| {
            let lit = HOLE_LIGHT.contains(&light.data[i]);
            inside[i] && lit && steep.data[i] < HOLE_GENTLE && chroma.data[i] < 0.04
        })
        .collect();
    let mut markers: Vec<u8> = inside.iter().map(|i| if *i { PRODUCT } else { BACKGROUND }).collect();
    let mut found = false;
    for part in watershed::components(&candidate, width) {
        let size = part.len() as f32;
        let fits = (SMALLEST * count as f32..LARGEST_HOLE * area).contains(&size);
        if !fits || !is_hole(&part, light, chroma, steep) {
            continue;
        }
        found = true;
        let mut core = vec![false; count];
        part.iter().for_each(|i| core[*i] = true);
        let near = distance_to(&core, width, 7);
        for i in 0..count {
            if core[i] {
                markers[i] = BACKGROUND;
            } else if near[i] < 7 && inside[i] && markers[i] == PRODUCT {
                markers[i] = UNDECIDED;
            }
        }
    }
    if found {
        watershed::flood(&mut markers, &steep.data, width, 0.35);
        for (inside, marker) in inside.iter_mut().zip(&markers) {
            *inside = *marker == PRODUCT;
        }
    }
}

/// Whether a flat enclosed part is ground: colorless (a label is mostly tinted, and brighter), even, and with an edge all around (a flat part of a
/// white product runs out softly).
fn is_hole(part: &[usize], light: &Plane, chroma: &Plane, steep: &Plane) -> bool {
    let sorted = |plane: &Plane| {
        let mut values: Vec<f32> = part.iter().map(|i| plane.data[*i]).collect();
        values.sort_by(f32::total_cmp);
        values
    };
    let at = |values: &[f32], share: f32| values[((values.len() - 1) as f32 * share) as usize];
    let (bright, color) = (sorted(light), sorted(chroma));
    let even = at(&bright, 0.9) - at(&bright, 0.1) < 0.13;
    even && at(&color, 0.5) < 0.016 && edged(part, steep) > 0.55
}

/// Share of a part's border that is steep within a few pixels.
fn edged(part: &[usize], steep: &Plane) -> f32 {
    let width = steep.width;
    let mut own = vec![false; steep.data.len()];
    part.iter().for_each(|i| own[*i] = true);
    let (mut border, mut sharp) = (0u32, 0u32);
    for &i in part {
        let outward = [(-1, 0), (1, 0), (0, -1), (0, 1)].into_iter().find(|(dx, dy)| {
            let (x, y) = ((i % width) as isize + dx, (i / width) as isize + dy);
            x >= 0
                && y >= 0
                && x < width as isize
                && y < steep.height as isize
                && !own[y as usize * width + x as usize]
        });
        let Some((dx, dy)) = outward else { continue };
        border += 1;
        let (x, y) = ((i % width) as isize, (i / width) as isize);
        sharp += u32::from((1..=4).any(|k| steep.clamped(x + k * dx, y + k * dy) > 2.0 * HOLE_GENTLE));
    }
    sharp as f32 / border.max(1) as f32
}

impl Region {
    /// Share of the picture that is product.
    pub(super) fn area(&self) -> f32 {
        self.inside.iter().filter(|i| **i).count() as f32 / self.inside.len() as f32
    }

    /// Whether the coarse pixel `i` is product.
    pub(super) fn has(&self, i: usize) -> bool {
        self.inside[i]
    }

    /// Columns and rows.
    pub(super) fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// 1 inside, 0 outside.
    pub(super) fn plane(&self) -> Plane {
        let data = self.inside.iter().map(|inside| if *inside { 1.0 } else { 0.0 }).collect();
        Plane { width: self.width, height: self.height, data }
    }

    /// 1 where the edge is frayed: outside but near, fine detail departs from the smooth ground; a rigid product has none there.
    pub(super) fn frayed(&self) -> Plane {
        let near = distance_to(&self.inside, self.width, 12);
        let outside: Vec<bool> = self.inside.iter().map(|i| !i).collect();
        let deep = distance_to(&outside, self.width, 5);
        let smooth = self.light.blurred(2.5);
        let fine = |i: usize| (self.light.data[i] - smooth.data[i]).abs() > 0.02;
        // A rigid edge, too, differs from its blurred self right beside the border: only what lies further out is hair.
        let shadow = distance_to(&self.contact, self.width, 8);
        let strand: Vec<bool> =
            (0..self.inside.len()).map(|i| (4..12).contains(&near[i]) && shadow[i] >= 8 && fine(i)).collect();
        let close = distance_to(&strand, self.width, 10);
        let data = (0..self.inside.len())
            .map(|i| if close[i] < 10 && near[i] < 12 && deep[i] < 5 && !self.contact[i] { 1.0 } else { 0.0 })
            .collect();
        Plane { width: self.width, height: self.height, data }
    }

    /// Light relative to the field outside the product, at most 1; below the product continued.
    pub(super) fn shade(&self) -> Plane {
        let mut shade = self.around.clone();
        for (value, (light, inside)) in shade.data.iter_mut().zip(self.light.data.iter().zip(&self.inside)) {
            let seen = if *inside { *value } else { *light };
            *value = seen.clamp(0.0, 1.0);
        }
        shade
    }
}
