//! Runs of faces → lines of glyphs. Where lines end is decided in `breaks.rs`. Knows no pixel.

use cosmic_text::{
    Attrs, Buffer, CacheKeyFlags, Family, FontSystem, LayoutGlyph, Metrics, Shaping, Wrap, fontdb,
};

use super::breaks;
use super::clean::needs_glyph;
use super::faces::Face;
use super::runs::Run;
use super::{MAX_WIDTH, Setting, TextError};

/// Marks without width that say which way a line is read.
const TO_RIGHT: &str = "\u{200e}";
const TO_LEFT: &str = "\u{200f}";

/// One line.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// Each with its place.
    pub(super) glyphs: Vec<LayoutGlyph>,
    /// Where its visible glyphs begin and end, by their advances, in their own coordinates.
    pub(super) span: [f32; 2],
    /// It is read from the right.
    pub(super) leftward: bool,
}

impl Line {
    pub(super) fn width(&self) -> f32 {
        self.span[1] - self.span[0]
    }
}

/// Breaks a clean text whose runs are known, at `size` pixels an em.
///
/// # Errors
/// If it is too wide, or takes too many lines.
pub(super) fn lay(
    system: &mut FontSystem,
    faces: &[Face],
    text: &str,
    runs: &[Run],
    setting: &Setting<'_>,
    size: f32,
) -> Result<Vec<Line>, TextError> {
    let mut buffer = Buffer::new_empty(Metrics::new(size, size * setting.line_height));
    buffer.set_wrap(Wrap::None);
    let parts = runs.iter().map(|run| (text[run.range.clone()].to_owned(), run.face)).collect();
    shape(&mut buffer, system, faces, parts);
    complete(faces, &buffer)?;
    let limit = setting.width_px.min(MAX_WIDTH) as f32;
    let (advances, leftward) = measured(text, &buffer);
    let ends = breaks::best(text, &advances, limit);
    if !ends.is_empty() {
        let parts = broken(text, runs, &ends, &leftward);
        shape(&mut buffer, system, faces, parts);
    }
    let lines = extracted(&buffer);
    let widest = lines.iter().map(Line::width).fold(0.0, f32::max);
    if widest > limit || lines.len() > setting.lines as usize {
        return Err(TextError::DoesNotFit {
            size_px: size,
            lines: lines.len() as u32,
            width_px: widest.ceil() as u32,
        });
    }
    Ok(lines)
}

/// Shapes texts with the index of the face that sets each.
fn shape(buffer: &mut Buffer, system: &mut FontSystem, faces: &[Face], parts: Vec<(String, usize)>) {
    let attrs = |face: usize| {
        Attrs::new()
            .family(Family::Name(&faces[face].key))
            .weight(fontdb::Weight(faces[face].weight))
            // Films move and are scaled; grid fitting makes text tremble.
            .cache_key_flags(CacheKeyFlags::DISABLE_HINTING)
    };
    let default = attrs(parts.first().map_or(0, |(_, face)| *face));
    let spans = parts.iter().map(|(text, face)| (text.as_str(), attrs(*face)));
    buffer.set_rich_text(spans, &default, Shaping::Advanced, None);
    buffer.shape_until_scroll(system, false);
}

/// How far the pen goes at each byte of the text (0 within a cluster), and for each of its paragraphs whether it is read from the right.
fn measured(text: &str, buffer: &Buffer) -> (Vec<f32>, Vec<bool>) {
    let mut advances = vec![0.0; text.len()];
    let mut starts = vec![0];
    starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
    let mut leftward = vec![false; starts.len()];
    for run in buffer.layout_runs() {
        let Some(start) = starts.get(run.line_i) else { continue };
        leftward[run.line_i] = run.rtl;
        for glyph in run.glyphs {
            if let Some(advance) = advances.get_mut(start + glyph.start) {
                *advance += glyph.w;
            }
        }
    }
    (advances, leftward)
}

/// The runs with a newline at each end of a line. A line that follows keeps the direction of its paragraph, though its own first letter may say otherwise.
fn broken(text: &str, runs: &[Run], ends: &[usize], leftward: &[bool]) -> Vec<(String, usize)> {
    let bidi = leftward.contains(&true);
    let mut parts = Vec::new();
    for run in runs {
        let mut part = String::new();
        for (at, c) in text[run.range.clone()].char_indices() {
            let at = run.range.start + at;
            if ends.binary_search(&at).is_ok() {
                part.push('\n');
                let paragraph = text[..at].matches('\n').count();
                let left = leftward.get(paragraph).copied().unwrap_or(false);
                if bidi {
                    part.push_str(if left { TO_LEFT } else { TO_RIGHT });
                }
            }
            part.push(c);
        }
        parts.push((part, run.face));
    }
    parts
}

/// The lines that were shaped.
fn extracted(buffer: &Buffer) -> Vec<Line> {
    let line = |run: cosmic_text::LayoutRun<'_>| {
        // Glyphs of what is read from the right do not come in order.
        let spans = run.glyphs.iter().filter(|glyph| seen(run.text, glyph)).map(|g| sides(run.text, g));
        let span = spans.reduce(|a, b| [a[0].min(b[0]), a[1].max(b[1])]).unwrap_or([0.0; 2]);
        Line { glyphs: run.glyphs.to_vec(), span, leftward: run.rtl }
    };
    buffer.layout_runs().map(line).collect()
}

/// Where a glyph begins and ends. Half of a wide stop or bracket is empty, and that half may hang out of a line: centered lines look askew with it.
fn sides(text: &str, glyph: &LayoutGlyph) -> [f32; 2] {
    let blank = breaks::HANGING * glyph.w;
    let mark = text.get(glyph.start..glyph.end).and_then(|cluster| cluster.chars().next());
    match mark {
        Some(c) if breaks::CLOSING.contains(c) => [glyph.x, glyph.x + glyph.w - blank],
        Some('（' | '「' | '『' | '【' | '《' | '〈') => [glyph.x + blank, glyph.x + glyph.w],
        _ => [glyph.x, glyph.x + glyph.w],
    }
}

/// Whether a glyph's cluster has something to see.
fn seen(text: &str, glyph: &LayoutGlyph) -> bool {
    text.get(glyph.start..glyph.end).is_none_or(|cluster| cluster.chars().any(needs_glyph))
}

/// Refuses a text of which the engine found no glyph after all, as for a mark that stands on a letter of another font.
fn complete(faces: &[Face], buffer: &Buffer) -> Result<(), TextError> {
    let mut missing = Vec::new();
    for run in buffer.layout_runs() {
        for glyph in run.glyphs.iter().filter(|glyph| glyph.glyph_id == 0 && seen(run.text, glyph)) {
            let cluster = run.text.get(glyph.start..glyph.end).unwrap_or_default();
            let face = faces.iter().find(|face| face.id == glyph.font_id);
            for c in cluster.chars().filter(|c| needs_glyph(*c) && !face.is_some_and(|f| f.has(*c))) {
                if !missing.contains(&c) {
                    missing.push(c);
                }
            }
        }
    }
    if !missing.is_empty() {
        return Err(TextError::Missing(missing));
    }
    if buffer.layout_runs().next().is_none() { Err(TextError::Empty) } else { Ok(()) }
}
