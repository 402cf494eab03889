//! Which coarse pixels are product: by edges, less shadow and holes. Knows no edge color.

use super::SMALLEST;
use super::edges::{COLORED, DARK, FAINT, KEEN, LENIENT, STEEP, THIN, opened, pass, steepness};
use super::holes::open_holes;
use super::mesh::{self, Mesh};
use super::shade::{steepest_around, without_shadow};
use super::{bays, extent, foot, gaps, hold, looks, outline, pockets, regrown, veil};
use crate::imaging::matte::fill::push_pull;
use crate::imaging::matte::grid::{distance_to, frame, widened};
use crate::imaging::matte::watershed;
use crate::imaging::plane::Plane;

/// So many coarse pixels below a contact shadow as wide as this are ground if they are this light.
const WIDE: usize = 60;
const BELOW: usize = 12;
const LIT: f32 = 0.6;

/// What is this near to the frame comes in from it.
const FRAME: usize = 2;

/// Less ground behind single hairs than this share of the product is chance.
const VEILED: f32 = 0.001;

/// Around a line of contact shadow nothing is product either.
const AROUND_LINE: usize = 2;

/// Coarse pixels this near to the product are a mixture of both, not ground.
const BESIDE: u8 = 3;
/// Natural shade under them is the mean of what is seen around, so wide (standard deviation in coarse pixels), where that is no less than one in so many.
const AROUND: f32 = 4.0;
const ENOUGH: f32 = 20.0;

/// The coarse region and what was seen on the way.
#[derive(Clone, Debug)]
pub(super) struct Region {
    inside: Vec<bool>,
    /// Contact shadow right under the product: steep, but no detail.
    contact: Vec<bool>,
    /// A line of it that was taken for product by looks alone.
    line: Vec<bool>,
    /// Ground that was found behind single hairs.
    veiled: Vec<bool>,
    width: usize,
    height: usize,
    /// Whether the ground is seen through it in many places.
    pub mesh: Mesh,
    /// Whether it is an outline around ground.
    pub outlined: bool,
    /// Whether its edges are firm although they run in all directions: it is a dark mesh or a colored chain.
    pub firm: bool,
    /// Share of its border along which there is no edge.
    pub open: f32,
    /// Share of what is thin and colored around its holes that looks like ground.
    pub flecked: f32,
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
    let wide = opened(&steep);
    let keen = pass(&light, &chroma, &steep, &wide, KEEN);
    let lenient = pass(&light, &chroma, &steep, &steep.blurred(THIN as f32), LENIENT);
    let bounded = extent::bounded(&keen, &lenient, &steep, &wide, KEEN);
    let mut inside = without_shadow(bounded, &lenient, &light, &steep);
    drop_dust(&mut inside, &light, &chroma, &steep);
    let around = around(&light, &inside, width, height);
    let outlined = outline::open(&mut inside, &light, &chroma, &steep);
    let bright = outlined && outline::without_shade(&mut inside, &light, &chroma);
    let mut holes = open_holes(&mut inside, &light, &chroma, &steep, &around);
    let mesh = mesh::open(&mut inside, &light, &chroma, &steep, &around);
    let firm = bright || mesh == Mesh::Dark;
    bays::open(&mut inside, &mut holes, &light, &chroma, &steep);
    let loops = looks::loops(&inside, &holes, width);
    // An outline lies on the ground as a whole; it has no foot. Of a mesh every wire of the floor would be one.
    let contact = match outlined || firm {
        true => vec![false; inside.len()],
        false => foot::cut_shadow(&mut inside, ratio, &steep, &loops),
    };
    let below = below(&contact, &inside, &light);
    let footed = inside.clone();
    let mut shaded = vec![false; inside.len()];
    // The border of a mesh stays at its edges: in its cells there is too little ground to go by. That of a colored outline stays where color begins.
    if !firm {
        settle(&mut inside, ratio, (&light, &steep, &chroma), &holes);
        pockets::sink(&mut inside, &below, &steep);
        shaded = settle(&mut inside, ratio, (&light, &steep, &chroma), &holes);
        pockets::sink(&mut inside, &below, &steep);
    }
    let line = regrown::cut(&mut inside, &footed, &contact, &light, &steep);
    pockets::open(&mut inside, &light, &chroma, &steep);
    pockets::trim(&mut inside, &steep);
    let veiled = veil::pieces(&inside, &light, &chroma, &steep, &around);
    clear(&mut inside, &veiled);
    let gaps = gaps::narrow(&inside, &light, &chroma, &around);
    clear(&mut inside, &gaps);
    let contact = (0..inside.len()).map(|i| contact[i] || below[i] || shaded[i]).collect();
    drop_dust(&mut inside, &light, &chroma, &steep);
    drop_frame(&mut inside, width);
    let open = open_border(&inside, &steep);
    let flecked = looks::flecked(&inside, &loops, ratio);
    let mut parts: Vec<f32> = watershed::components(&inside, width)
        .iter()
        .map(|part| part.len() as f32 / inside.len() as f32)
        .collect();
    parts.sort_by(|a, b| b.total_cmp(a));
    Region {
        inside,
        contact,
        line,
        veiled,
        mesh,
        outlined,
        firm,
        open,
        flecked,
        width,
        height,
        light,
        chroma,
        around,
        parts,
    }
}

/// Moves the border to where its two sides look different, unless that takes it off an edge. Returns where contact shadow is likely.
fn settle(
    inside: &mut [bool],
    ratio: &[Plane; 3],
    (light, steep, chroma): (&Plane, &Plane, &Plane),
    holes: &[bool],
) -> Vec<bool> {
    let before = inside.to_vec();
    let shaded = looks::settle(inside, ratio, holes);
    hold::undo(inside, &before, light, steep, chroma);
    shaded
}

/// Takes `less` from a set.
fn clear(set: &mut [bool], less: &[bool]) {
    set.iter_mut().zip(less).for_each(|(has, less)| *has &= !less);
}

/// The lit ground right below where a contact shadow was cut: the product does not begin again there.
fn below(contact: &[bool], inside: &[bool], light: &Plane) -> Vec<bool> {
    let width = light.width;
    let mut below = vec![false; inside.len()];
    for shadow in watershed::components(contact, width) {
        let columns = shadow.iter().map(|i| i % width);
        let wide = columns.clone().max().unwrap_or(0) - columns.min().unwrap_or(0);
        if wide < WIDE {
            continue;
        }
        for i in shadow {
            let under = (1..=BELOW).map(|down| i + down * width);
            for j in under.take_while(|j| *j < inside.len() && !inside[*j]) {
                below[j] = light.data[j] > LIT;
            }
        }
    }
    below
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

/// Share of the border along which nothing within two pixels is steeper than [`FAINT`]: there ground was taken for product, or the other way round.
fn open_border(inside: &[bool], steep: &Plane) -> f32 {
    let outside: Vec<bool> = inside.iter().map(|i| !i).collect();
    let depth = distance_to(&outside, steep.width, 2);
    let border = || (0..depth.len()).filter(|i| depth[*i] == 1);
    let open = border().filter(|i| steepest_around(*i, 2, steep) < FAINT).count();
    open as f32 / border().count().max(1) as f32
}

/// Removes what comes in from the frame beside a larger thing that does not: a dark corner, the seam or the edge of a backdrop.
fn drop_frame(inside: &mut [bool], width: usize) {
    let mut in_frame = vec![false; inside.len()];
    frame(width, inside.len() / width, FRAME).for_each(|i| in_frame[i] = true);
    let comes_in = |part: &[usize]| part.iter().any(|i| in_frame[*i]);
    let parts = watershed::components(inside, width);
    let Some(largest) = parts.iter().max_by_key(|part| part.len()) else { return };
    if comes_in(largest) {
        return;
    }
    for part in parts.iter().filter(|part| comes_in(part)) {
        part.iter().for_each(|i| inside[*i] = false);
    }
}

/// Mean ratio of the outside, continued below the product.
fn around(light: &Plane, inside: &[bool], width: usize, height: usize) -> Plane {
    let near = distance_to(inside, width, 4);
    let data = near.iter().map(|d| if *d >= 4 { 1.0 } else { 0.0 }).collect();
    push_pull(light, &Plane { width, height, data })
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

    /// Takes more ground out of it.
    pub(super) fn open_up(&mut self, ground: &[bool]) {
        clear(&mut self.inside, ground);
    }

    /// Whether contact shadow was found on the coarse pixel `i`.
    pub(super) fn in_contact(&self, i: usize) -> bool {
        self.contact[i]
    }

    /// Whether ground was found behind single hairs.
    pub(super) fn is_veiled(&self) -> bool {
        let count = |set: &[bool]| set.iter().filter(|is| **is).count() as f32;
        count(&self.veiled) > VEILED * count(&self.inside)
    }

    /// Where ground was found behind single hairs.
    pub(super) fn veiled(&self) -> &[bool] {
        &self.veiled
    }

    /// Columns and rows.
    pub(super) fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// 1 in a line of contact shadow that was taken for product by looks alone, and around it.
    pub(super) fn line(&self) -> Plane {
        let near = widened(&self.line, self.width, AROUND_LINE);
        let data = near.iter().map(|near| if *near { 1.0 } else { 0.0 }).collect();
        Plane { width: self.width, height: self.height, data }
    }

    /// 1 inside, 0 outside.
    pub(super) fn plane(&self) -> Plane {
        let data = self.inside.iter().map(|inside| if *inside { 1.0 } else { 0.0 }).collect();
        Plane { width: self.width, height: self.height, data }
    }

    /// Light relative to the field outside the product, 0..1; under the product and its edge continued.
    pub(super) fn shade(&self) -> Plane {
        let near = distance_to(&self.inside, self.width, BESIDE);
        let data = near.iter().map(|d| if *d >= BESIDE { 1.0 } else { 0.0 }).collect();
        let seen = Plane { width: self.width, height: self.height, data };
        // Steps of the pyramid would show along the border: there it is the mean of what is seen around, which runs along it evenly.
        let mut shade = push_pull(&self.light, &seen);
        let (around, weight) = (self.light.times(&seen).blurred(AROUND), seen.blurred(AROUND));
        for (i, shade) in shade.data.iter_mut().enumerate().filter(|(i, _)| seen.data[*i] < 1.0) {
            let near = (ENOUGH * weight.data[i]).min(1.0);
            *shade += near * (around.data[i] / weight.data[i].max(1e-3) - *shade);
        }
        shade.data.iter_mut().for_each(|v| *v = v.clamp(0.0, 1.0));
        shade
    }
}
