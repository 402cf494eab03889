//! Runs of faces → lines of glyphs: where a text breaks. Knows no pixel.
//!
//! As few lines as the width needs, and those of about equal length: no word is left alone on the last. Nothing breaks within a word.

use cosmic_text::{
    Attrs, Buffer, CacheKeyFlags, Family, FontSystem, LayoutGlyph, Metrics, Shaping, Wrap, fontdb,
};

use super::clean::needs_glyph;
use super::faces::Face;
use super::runs::Run;
use super::{MAX_WIDTH, Setting, TextError};

/// One line.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// Each with its place.
    pub(super) glyphs: Vec<LayoutGlyph>,
    /// Where its visible glyphs begin and end, by their advances, in their own coordinates.
    pub(super) span: [f32; 2],
    /// It is read from the right.
    pub(super) leftward: bool,
    /// What speaks against its end: nothing at a stop or the end of the text, 1 within what has no spaces.
    cost: f32,
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
    buffer.set_wrap(Wrap::Word);
    let attrs = |run: &Run| {
        let face = &faces[run.face];
        Attrs::new()
            .family(Family::Name(&face.key))
            .weight(fontdb::Weight(face.weight))
            // Films move and are scaled; grid fitting makes text tremble.
            .cache_key_flags(CacheKeyFlags::DISABLE_HINTING)
    };
    let spans = runs.iter().map(|run| (&text[run.range.clone()], attrs(run)));
    let default = runs.first().map_or_else(Attrs::new, attrs);
    buffer.set_rich_text(spans, &default, Shaping::Advanced, None);
    let limit = setting.width_px.min(MAX_WIDTH) as f32;
    let lines = at_width(&mut buffer, system, limit);
    complete(faces, &lines, &buffer)?;
    let widest = widest(&lines);
    if widest > limit || lines.len() > setting.lines as usize {
        return Err(TextError::DoesNotFit {
            size_px: size,
            lines: lines.len() as u32,
            width_px: widest.ceil() as u32,
        });
    }
    Ok(if lines.len() > 1 { balanced(&mut buffer, system, lines, limit) } else { lines })
}

/// The lines that a width gives.
fn at_width(buffer: &mut Buffer, system: &mut FontSystem, width: f32) -> Vec<Line> {
    buffer.set_size(Some(width), None);
    buffer.shape_until_scroll(system, false);
    let mut lines = Vec::new();
    for run in buffer.layout_runs() {
        // Glyphs of what is read from the right do not come in order.
        let spans = run.glyphs.iter().filter(|glyph| seen(run.text, glyph)).map(|g| [g.x, g.x + g.w]);
        let span = spans.reduce(|a, b| [a[0].min(b[0]), a[1].max(b[1])]).unwrap_or([0.0; 2]);
        let end = run.glyphs.iter().map(|glyph| glyph.end).max().unwrap_or(0);
        let cost = run.text.split_at_checked(end).map_or(0.0, |(before, after)| ending(before, after));
        lines.push(Line { glyphs: run.glyphs.to_vec(), span, leftward: run.rtl, cost });
    }
    lines
}

/// Whether a glyph's cluster has something to see.
fn seen(text: &str, glyph: &LayoutGlyph) -> bool {
    text.get(glyph.start..glyph.end).is_none_or(|cluster| cluster.chars().any(needs_glyph))
}

fn widest(lines: &[Line]) -> f32 {
    lines.iter().map(Line::width).fold(0.0, f32::max)
}

/// What speaks against a line that ends between two parts of its paragraph.
fn ending(before: &str, after: &str) -> f32 {
    const STOPS: &str = ".,;:!?…—–|/、。，；：！？·،؛؟";
    let kana = |c: char| matches!(u32::from(c), 0x3041..=0x309f);
    let bare = before.trim_end();
    match (bare.chars().next_back(), after.trim_start().chars().next()) {
        (_, None) => 0.0,
        (Some(last), _) if STOPS.contains(last) => 0.0,
        _ if bare.len() < before.len() || after.starts_with(char::is_whitespace) => 0.3,
        // In Japanese a phrase mostly ends in hiragana, and what follows a Han character in them belongs to its word.
        (Some(last), Some(next)) if kana(last) && !kana(next) => 0.4,
        (Some(last), Some(next)) if !kana(last) && kana(next) => 1.5,
        // Between two Han characters: nobody here knows where a word ends.
        _ => 1.0,
    }
}

/// The best of the breaks with the same number of lines that narrower widths give: lines of like length, ends where a reader pauses.
fn balanced(buffer: &mut Buffer, system: &mut FontSystem, first: Vec<Line>, limit: f32) -> Vec<Line> {
    let fits = |lines: &[Line], width: f32| lines.len() == first.len() && widest(lines) <= width;
    let (mut low, mut high) = (widest(&first) / first.len() as f32, widest(&first));
    // To a 64th of what there is to be found: less than half a letter.
    for _ in 0..6 {
        let middle = (low + high) / 2.0;
        if fits(&at_width(buffer, system, middle), middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    let mut best = (score(&first), first.clone());
    // Up to a third wider than the narrowest, for an end at a stop.
    for step in 0..=8 {
        let width = (high * (1.0 + step as f32 / 24.0)).ceil().min(limit);
        let lines = at_width(buffer, system, width);
        let worth = score(&lines);
        if fits(&lines, width) && worth < best.0 - 1e-4 {
            best = (worth, lines);
        }
    }
    best.1
}

/// Less is better: how unlike the lines are in length, and how badly they end.
fn score(lines: &[Line]) -> f32 {
    let widest = widest(lines).max(1.0);
    let short: f32 = lines.iter().map(|line| (1.0 - line.width() / widest).powi(2)).sum();
    let last = lines.last().map_or(0.0, |line| line.width() / widest);
    // A last line below a third of the width is an orphan.
    let orphan = if last < 0.34 { 0.5 } else { 0.0 };
    let ends: f32 = lines.iter().map(|line| line.cost).sum();
    (short + 0.25 * ends) / lines.len() as f32 + orphan
}

/// Refuses a text of which the engine found no glyph after all, as for a mark that stands on a letter of another font.
fn complete(faces: &[Face], lines: &[Line], buffer: &Buffer) -> Result<(), TextError> {
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
    if lines.is_empty() { Err(TextError::Empty) } else { Ok(()) }
}
