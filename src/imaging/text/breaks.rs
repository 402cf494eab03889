//! Where lines end: as few as the width needs, of about equal length, no word left alone on the last, and where a reader pauses anyway. Nothing breaks within a
//! word. Knows widths, but no font.

use std::ops::Range;

use unicode_linebreak::linebreaks;

/// How much the worst place to end a line weighs against a line that is of twice the even length.
const PLACES: f32 = 0.25;
/// Of a wide stop's advance so much is empty and may hang out at the end of a line.
pub(super) const HANGING: f32 = 0.45;
/// Wide stops and brackets whose ink lies at their left.
pub(super) const CLOSING: &str = "、。，；：）」』】》〉";

/// The bytes before which lines end, sorted, without the text's own newlines. `advances`: how far the pen goes at each byte. A word that is wider than `limit` gets
/// a line that is too wide.
pub(super) fn best(text: &str, advances: &[f32], limit: f32) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut start = 0;
    for paragraph in text.split('\n') {
        let range = start..start + paragraph.len();
        start = range.end + 1;
        let own = of_paragraph(paragraph, &advances[range.clone()], limit);
        ends.extend(own.into_iter().map(|at| range.start + at));
    }
    ends
}

/// How a text up to some place is best broken.
#[derive(Clone, Copy, Debug)]
struct Best {
    lines: usize,
    cost: f32,
    /// Index of the place where its last line begins.
    from: usize,
}

fn of_paragraph(text: &str, advances: &[f32], limit: f32) -> Vec<usize> {
    let mut pen = vec![0.0f32];
    for advance in advances {
        pen.push(pen[pen.len() - 1] + advance);
    }
    let width = |range: Range<usize>| {
        let seen = text[range.clone()].trim_end();
        let hangs = seen.char_indices().next_back().filter(|(_, c)| CLOSING.contains(*c));
        let hang = hangs.map_or(0.0, |(at, _)| HANGING * advances[range.start + at]);
        pen[range.start + seen.len()] - pen[range.start] - hang
    };
    if width(0..text.len()) <= limit {
        return Vec::new();
    }
    let mut places = vec![0];
    places.extend(linebreaks(text).map(|(at, _)| at).filter(|at| *at > 0 && *at < text.len()));
    places.push(text.len());
    // First how many lines it takes, then, knowing how long each should be, the best of the ways to break it into so many.
    let lines = search(&places, |range| (width(range) <= limit).then_some(0.0)).0;
    let even = (width(0..text.len()) / lines.max(1) as f32).max(1.0);
    let (_, ends) = search(&places, |range| {
        let own = width(range.clone());
        let place = PLACES * ending(&text[..range.end], &text[range.end..]);
        (own <= limit).then(|| (own / even - 1.0).powi(2) + place)
    });
    ends
}

/// The fewest lines, and among as few those of least cost, between places; `cost` has none for a line that does not fit. What lies between two neighbors is a line
/// all the same if nothing else is left. How many lines, and where they end.
fn search(places: &[usize], cost: impl Fn(Range<usize>) -> Option<f32>) -> (usize, Vec<usize>) {
    let mut best = vec![Best { lines: 0, cost: 0.0, from: 0 }];
    for to in 1..places.len() {
        let mut found: Option<Best> = None;
        for from in (0..to).rev() {
            let own = match cost(places[from]..places[to]) {
                Some(own) => own,
                None if from + 1 == to => 0.0,
                // Longer ones do not fit, either.
                None => break,
            };
            let way = Best { lines: best[from].lines + 1, cost: best[from].cost + own, from };
            let better = found
                .is_none_or(|old| way.lines < old.lines || (way.lines == old.lines && way.cost < old.cost));
            if better {
                found = Some(way);
            }
        }
        best.push(found.unwrap_or(best[to - 1]));
    }
    let mut ends = Vec::new();
    let mut at = places.len() - 1;
    while at > 0 {
        at = best[at].from;
        if at > 0 {
            ends.push(places[at]);
        }
    }
    ends.reverse();
    (best[places.len() - 1].lines, ends)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of a text whose characters are all as wide as one.
    fn broken(text: &str, limit: f32) -> Vec<String> {
        let mut advances = vec![0.0; text.len()];
        text.char_indices().for_each(|(at, _)| advances[at] = 1.0);
        let mut lines = Vec::new();
        let mut start = 0;
        for end in best(text, &advances, limit).into_iter().chain([text.len()]) {
            lines.push(text[start..end].trim().to_owned());
            start = end;
        }
        lines
    }

    #[test]
    fn lines_are_few_and_even() {
        assert_eq!(broken("one two three four", 18.0), ["one two three four"]);
        assert_eq!(broken("one two three four", 16.0), ["one two", "three four"]);
        assert_eq!(broken("aa aa aa aa aa b", 14.0), ["aa aa aa", "aa aa b"]);
    }

    #[test]
    fn a_line_ends_at_a_stop_if_that_does_not_make_it_much_shorter() {
        assert_eq!(broken("Brew slow, live a little", 16.0), ["Brew slow,", "live a little"]);
        assert_eq!(broken("轻巧随行，一杯好咖啡", 8.0), ["轻巧随行，", "一杯好咖啡"]);
        assert_eq!(broken("一，二三四五六七八九十", 10.0), ["一，二三四五", "六七八九十"]);
    }

    #[test]
    fn a_japanese_line_does_not_end_before_the_kana_of_its_word() {
        let text = "六時間の保温。片手で開けて、静かに閉まる。";
        assert_eq!(broken(text, 11.0), ["六時間の保温。片手で", "開けて、静かに閉まる。"]);
    }

    #[test]
    fn a_word_that_is_too_wide_is_not_cut() {
        assert_eq!(broken("a unbreakable b", 5.0), ["a", "unbreakable", "b"]);
    }
}
