//! CIEDE2000 in f64, angle by angle as Sharma, Wu, Dalal (2005) write it: what the fast ones are held to. Knows no picture.

/// ΔE00 (k_L = k_C = k_H = 1) between two colors in CIE L\*a\*b\* (L\* 0..100): 0 or more.
pub fn delta_e00_exact(one: [f64; 3], two: [f64; 3]) -> f64 {
    let chroma = |[_, a, b]: [f64; 3]| a.hypot(b);
    let stretch = 1.0 + 0.5 * (1.0 - seventh_ratio((chroma(one) + chroma(two)) / 2.0).sqrt());
    let polar = |[_, a, b]: [f64; 3]| {
        let a = stretch * a;
        let hue = if a == 0.0 && b == 0.0 { 0.0 } else { b.atan2(a).to_degrees().rem_euclid(360.0) };
        (a.hypot(b), hue)
    };
    let ((c1, h1), (c2, h2)) = (polar(one), polar(two));
    let gray = c1 * c2 == 0.0;
    let turn = match h2 - h1 {
        _ if gray => 0.0,
        d if d > 180.0 => d - 360.0,
        d if d < -180.0 => d + 360.0,
        d => d,
    };
    let (light, chroma) = (two[0] - one[0], c2 - c1);
    let hue = 2.0 * (c1 * c2).sqrt() * (turn / 2.0).to_radians().sin();
    let (light_mean, chroma_mean) = ((one[0] + two[0]) / 2.0, (c1 + c2) / 2.0);
    let hue_mean = match h1 + h2 {
        sum if gray => sum,
        sum if (h1 - h2).abs() <= 180.0 => sum / 2.0,
        sum if sum < 360.0 => (sum + 360.0) / 2.0,
        sum => (sum - 360.0) / 2.0,
    };
    let cos = |degrees: f64| degrees.to_radians().cos();
    let t = 1.0 - 0.17 * cos(hue_mean - 30.0) + 0.24 * cos(2.0 * hue_mean) + 0.32 * cos(3.0 * hue_mean + 6.0)
        - 0.20 * cos(4.0 * hue_mean - 63.0);
    let depth = (light_mean - 50.0).powi(2);
    let light = light / (1.0 + 0.015 * depth / (20.0 + depth).sqrt());
    let chroma = chroma / (1.0 + 0.045 * chroma_mean);
    let hue = hue / (1.0 + 0.015 * chroma_mean * t);
    let angle = 30.0 * (-((hue_mean - 275.0) / 25.0).powi(2)).exp();
    let rotation = -(2.0 * angle).to_radians().sin() * 2.0 * seventh_ratio(chroma_mean).sqrt();
    (light * light + chroma * chroma + hue * hue + rotation * chroma * hue).max(0.0).sqrt()
}

/// c⁷ / (c⁷ + 25⁷).
fn seventh_ratio(c: f64) -> f64 {
    let c7 = c.powi(7);
    c7 / (c7 + 25f64.powi(7))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Six colors' coordinates and the difference that is published or recorded, row by row.
    fn rows(table: &str) -> Vec<Vec<f64>> {
        let numbers = |line: &str| line.split(',').map(|cell| cell.trim().parse().unwrap()).collect();
        table.lines().filter(|line| !line.starts_with('L')).map(numbers).collect()
    }

    fn difference(row: &[f64]) -> f64 {
        delta_e00_exact([row[0], row[1], row[2]], [row[3], row[4], row[5]])
    }

    #[test]
    fn all_34_published_pairs_come_out() {
        let rows = rows(include_str!("../../../../fixtures/parity/ciede2000.csv"));
        assert_eq!(rows.len(), 34);
        for row in rows {
            // The table has four digits.
            assert!((difference(&row) - row[6]).abs() < 1e-4, "{row:?} gave {}", difference(&row));
        }
    }

    #[test]
    fn colour_science_says_the_same() {
        let rows = rows(include_str!("../../../../fixtures/parity/ciede2000_colour_science.csv"));
        assert!(rows.len() >= 300);
        for row in rows {
            assert!((difference(&row) - row[6]).abs() < 1e-9, "{row:?} gave {}", difference(&row));
        }
    }
}
