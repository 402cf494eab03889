//! Light that a body keeps from the ground: cast shadow and ambient occlusion, from its silhouette alone. Knows no template and no picture.
//!
//! The lower contour says where the thing stands ([`Contour`]), and with that what its base looks like from above (`plan`). The silhouette is cut into
//! horizontal sections, each the base scaled to the section's width; a leg is as thick as it is wide ([`Body`]). The sections are let down onto the ground along
//! the light, the highest first, and spread out on the way ([`GroundMap`]).

mod body;
mod cast;
mod contour;
mod plan;

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
