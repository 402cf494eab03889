//! Light that a body keeps from the ground: cast shadow and ambient occlusion, from its silhouette alone. Knows no template and no picture.
//!
//! The lower contour says where the thing stands ([`Contour`]), and with that what its base looks like from above (`plan`). The silhouette is cut into
//! horizontal sections, each the base scaled to the section's width; a leg is as thick as it is wide ([`Body`]). The sections are let down onto the ground along
//! the light, the highest first, and spread out on the way ([`GroundMap`]).

mod body;
mod carried;
mod cast;
mod contour;
mod legs;
mod lying;
mod plan;
mod rungs;

pub use body::Body;
pub use cast::GroundMap;
pub use contour::Contour;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::plane::Plane;

    /// The ground seen at 8°, with the point (150, 300) of the plane in the middle.
    fn ground([x, y]: [f32; 2]) -> [f32; 2] {
        [x - 150.0, (300.0 - y) / 0.139]
    }

    fn body(inside: impl Fn(usize, usize) -> bool) -> Body {
        let data = (0..300 * 300).map(|i| if inside(i % 300, i / 300) { 1.0 } else { 0.0 }).collect();
        let alpha = Plane { width: 300, height: 300, data };
        Body::new(&alpha, &Contour::of(&alpha).unwrap(), 60.0, ground).unwrap()
    }

    /// 100 wide, 300 high, standing straight.
    fn board() -> Body {
        body(|x, _| (100..200).contains(&x))
    }

    const FROM_LEFT: [f32; 3] = [-std::f32::consts::FRAC_1_SQRT_2, 0.0, std::f32::consts::FRAC_1_SQRT_2];

    #[test]
    fn the_shadow_falls_away_from_the_light_and_is_as_long_as_the_body_is_high() {
        let shadow = board().shadow(FROM_LEFT, 0.02);
        assert!(shadow.at([150.0, 20.0]) > 0.9, "{}", shadow.at([150.0, 20.0]));
        assert!(shadow.at([-150.0, 20.0]) < 0.02);
        assert!(shadow.at([320.0, 20.0]) > 0.5, "300 high at 45 degrees from the right edge at 50");
        assert!(shadow.at([420.0, 20.0]) < 0.1);
    }

    #[test]
    fn the_penumbra_grows_with_distance() {
        let shadow = board().shadow(FROM_LEFT, 0.2);
        let slope = |x: f32| {
            (-80..80).map(|i| shadow.at([x, i as f32 * 2.0])).filter(|o| (0.1..0.9).contains(o)).count()
        };
        assert!(slope(250.0) > slope(80.0), "{} {}", slope(250.0), slope(80.0));
    }

    #[test]
    fn a_shadow_begins_at_the_contour_however_askew_the_thing_stands() {
        // The base climbs from the right, where it is near, by 30 rows to the left: 216 object pixels further away.
        let rise = |x: usize| 30 * (250 - x) / 200;
        let askew = body(|x, y| (50..250).contains(&x) && y >= 150 - rise(x) && y < 300 - rise(x));
        let above = askew.shadow([0.0, 0.0, 1.0], 0.05);
        for x in [70, 150, 230] {
            let [gx, gy] = ground([x as f32 + 0.5, 300.0 - rise(x) as f32]);
            assert!(
                above.at([gx, gy + 20.0]) > 0.8,
                "just behind the contour at {x}: {}",
                above.at([gx, gy + 20.0])
            );
            assert!(above.at([gx, gy - 25.0]) < 0.2, "just before it: {}", above.at([gx, gy - 25.0]));
        }
    }

    #[test]
    fn each_leg_of_a_stool_throws_its_own_shadow_and_there_is_light_between_them() {
        let leg = |x: usize, from: usize| (from..from + 10).contains(&x);
        let stool = body(|x, y| {
            (40..260).contains(&x) && (20..50).contains(&y)
                || y >= 50 && (leg(x, 50) && y < 285 || leg(x, 145) && y < 300 || leg(x, 240) && y < 285)
        });
        let shadow = stool.shadow([-0.6, -0.2, 0.77], 0.03);
        let foot = ground([55.0, 285.0]);
        assert!(
            shadow.at([foot[0] + 30.0, foot[1] + 12.0]) > 0.5,
            "{}",
            shadow.at([foot[0] + 30.0, foot[1] + 12.0])
        );
        assert!(shadow.at([foot[0] + 60.0, foot[1] - 60.0]) < 0.1);
    }

    /// A round seat 220 wide on four legs, with a rung from the front leg to the right one, which passes before the one at the back.
    fn stool() -> Body {
        let leg = |x: usize, from: usize| (from..from + 12).contains(&x);
        let seat = |x: usize, y: usize| {
            let bulge = 14.0 * (1.0 - ((x as f32 - 150.0) / 110.0).powi(2)).max(0.0).sqrt();
            (40..260).contains(&x) && (y as f32 - 48.0).abs() < 8.0 + bulge
        };
        let rung = |x: usize, y: usize| (110..225).contains(&x) && (195..203).contains(&(y + (x - 110) / 10));
        body(|x, y| {
            let legs = leg(x, 105) && y < 290
                || leg(x, 220) && y < 270
                || leg(x, 65) && y < 250
                || leg(x, 160) && y < 230;
            seat(x, y) || y > 48 && legs || rung(x, y)
        })
    }

    const SUN: [f32; 3] = [-0.6, -0.2, 0.77];

    #[test]
    fn the_shadows_of_legs_lead_to_the_shadow_of_what_they_carry() {
        let shadow = stool().shadow(SUN, 0.03);
        // The seat hangs 212 above the middle between the feet at the rows 290 and 230.
        let middle = ground([150.0, 260.0]);
        let seat = [middle[0] + 0.78 * 212.0, middle[1] + 0.26 * 212.0];
        assert!(shadow.at(seat) > 0.9);
        for foot in [[111.0, 290.0], [71.0, 250.0], [166.0, 230.0]].map(ground) {
            for step in 1..20 {
                let [x, y] = [0, 1].map(|axis| foot[axis] + (seat[axis] - foot[axis]) * step as f32 / 20.0);
                let most = (-45..45).map(|off| shadow.at([x, y + off as f32])).fold(0.0, f32::max);
                assert!(most > 0.5, "from {foot:?} to {seat:?}, {step}: {most}");
            }
        }
    }

    #[test]
    fn the_shadow_of_a_round_seat_has_a_round_edge() {
        let shadow = stool().shadow(SUN, 0.03);
        let middle = ground([150.0, 260.0]);
        let (x, y) = (middle[0] + 0.78 * 212.0, middle[1] + 0.26 * 212.0);
        // How far it reaches toward the viewer and away from him, across the half that no leg's shadow meets.
        let reach = |off: f32, side: f32| {
            (0..400).find(|d| shadow.at([x + off, y + side * *d as f32]) < 0.5).unwrap() as f32
        };
        for off in [20.0, 50.0, 80.0] {
            let [near, far] = [-1.0, 1.0].map(|side| reach(off, side));
            assert!((near / far - 1.0).abs() < 0.15, "as far to both sides at {off}: {near} {far}");
        }
        let edge: Vec<f32> = (0..10).map(|i| reach(8.0 * i as f32, -1.0)).collect();
        let bends = edge.windows(3).map(|three| (three[0] - 2.0 * three[1] + three[2]).abs());
        assert!(bends.fold(0.0, f32::max) < 8.0, "without steps: {edge:?}");
    }

    #[test]
    fn a_rung_hangs_between_the_legs_that_it_joins() {
        // At the column 195, where no leg is: 80 rows above the line between the two feet.
        let stool = stool();
        let there = |section: &&super::body::Section| (section.columns[0][0] - 45.0).abs() < 3.0;
        let rungs: Vec<f32> = stool
            .levels
            .iter()
            .flatten()
            .filter(|section| section.columns.len() < 4)
            .filter(there)
            .map(|rung| rung.height)
            .collect();
        assert!(!rungs.is_empty() && rungs.iter().all(|height| (60.0..100.0).contains(height)), "{rungs:?}");
    }

    #[test]
    fn the_sky_is_hidden_close_to_the_foot() {
        let ambient = board().ambient(40.0);
        assert!(ambient.at([0.0, 20.0]) > 0.8);
        let beside = |far: f32| ambient.at([50.0 + far, 20.0]);
        assert!(
            beside(5.0) > 0.25 && beside(5.0) > beside(30.0) && beside(30.0) > beside(80.0),
            "{} {} {}",
            beside(5.0),
            beside(30.0),
            beside(80.0)
        );
        assert!(beside(150.0) < 0.05);
    }
}
