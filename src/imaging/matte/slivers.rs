//! Slivers under a product: ground below its contact line, as light as the product, that a cut along edges leaves with the product. The product does not
//! begin again below its own shadow. Knows no light.

use super::watershed::{BACKGROUND, PRODUCT};

/// A contact line is no thicker than this, pixels, …
const LINE: usize = 4;
/// … and what is left below it no thicker than this: the foot of a product below a bright or dark line of its own is thicker.
const SLIVER: usize = 4;

/// Gives slivers among the pixels of `band` to the ground: short runs down a column that lie `in_contact` shadow, with a thin line of ground between them
/// and the product above. `markers` are rows of `width` pixels.
pub fn drop(markers: &mut [u8], width: usize, band: &[usize], in_contact: impl Fn(usize) -> bool) {
    let product = |markers: &[u8], i: usize| markers.get(i) == Some(&PRODUCT);
    let mut found = Vec::new();
    for &i in band {
        let Some(above) = i.checked_sub(width) else { continue };
        if !product(markers, i) || product(markers, above) || !in_contact(i) {
            continue;
        }
        let under_product =
            (2..=LINE + 1).any(|up| i.checked_sub(up * width).is_some_and(|j| product(markers, j)));
        let ends = (1..=SLIVER).find(|down| !product(markers, i + down * width));
        if let (true, Some(rows)) = (under_product, ends) {
            found.extend((0..rows).map(|down| i + down * width));
        }
    }
    found.into_iter().for_each(|i| markers[i] = BACKGROUND);
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: usize = 60;

    /// A product of rows 0..20 with a line of ground of `line` rows below it and then a strip of `strip` rows; how much of the strip is left.
    fn left(line: usize, strip: usize, in_contact: bool) -> usize {
        let row = |i: usize| i / WIDTH;
        let below = |i: usize| (20 + line..20 + line + strip).contains(&row(i));
        let mut markers: Vec<u8> =
            (0..WIDTH * 80).map(|i| if row(i) < 20 || below(i) { PRODUCT } else { BACKGROUND }).collect();
        let band: Vec<usize> = (0..markers.len()).filter(|i| row(*i) > 15).collect();
        drop(&mut markers, WIDTH, &band, |_| in_contact);
        assert!((0..20 * WIDTH).all(|i| markers[i] == PRODUCT));
        (0..markers.len()).filter(|i| below(*i) && markers[*i] == PRODUCT).count() / WIDTH
    }

    #[test]
    fn a_sliver_below_a_contact_line_goes() {
        assert_eq!(left(3, 4, true), 0);
    }

    #[test]
    fn what_is_thick_or_far_or_in_no_shadow_stays() {
        assert_eq!([left(3, 10, true), left(20, 4, true), left(3, 4, false)], [10, 4, 4]);
    }
}
