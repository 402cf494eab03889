//! SSIM and MS-SSIM against scikit-image and numpy. Recorded by tools/metrics.

use super::*;
use crate::imaging::metrics::testing::{at_places, number, numbers, picture, waves};

#[test]
fn scikit_image_says_the_same_of_pictures_and_of_places() {
    let (one, two) = waves();
    let mut pairs = vec![("waves".to_owned(), one, two)];
    for name in ["label", "leaves", "knit"] {
        pairs.push((format!("{name}_moved"), picture(name), picture(&format!("{name}_moved"))));
    }
    for (name, one, two) in pairs {
        let wanted = |key: &str| number(&format!("/structure/{name}/{key}"));
        let got = f64::from(ssim(&one, &two).unwrap());
        assert!((got - wanted("ssim")).abs() < 2e-6, "{name}: {got}");
        let map = ssim_map(&one, &two).unwrap();
        for (got, wanted) in at_places(&map).iter().zip(numbers(&format!("/structure/{name}/map"))) {
            assert!((got - wanted).abs() < 1e-4, "{name}: {got} for {wanted}");
        }
        let mask: Vec<bool> = (0..map.data.len())
            .map(|i| (30..150).contains(&(i % map.width)) && (20..100).contains(&(i / map.width)))
            .collect();
        let got = f64::from(ssim_within(&one, &two, &mask).unwrap());
        assert!((got - wanted("within")).abs() < 2e-6, "{name}: {got}");
    }
}

#[test]
fn five_scales_come_out_as_recorded() {
    let (one, two) = waves();
    let found = scales(&one, &two).unwrap();
    for (got, wanted) in found.iter().zip(numbers("/structure/waves/scales")) {
        assert!((got - wanted).abs() < 5e-6, "{got} for {wanted}");
    }
    let golden: serde_json::Value =
        serde_json::from_str(include_str!("../../../../fixtures/parity/metric_parity.json")).unwrap();
    let got = f64::from(ms_ssim(&one, &two).unwrap());
    assert!((got - golden["msssim_avgpool"].as_f64().unwrap()).abs() < 2e-6, "{got}");
    let (one, two) = (picture("label"), picture("label_moved"));
    let got = f64::from(ms_ssim(&one, &two).unwrap());
    assert!((got - number("/structure/label_moved/ms_ssim")).abs() < 5e-6, "{got}");
}

#[test]
fn equal_planes_are_one_and_small_ones_nothing() {
    let white = Plane::filled(40, 30, 1.0);
    assert_eq!(ssim(&white, &white), Some(1.0));
    assert_eq!(ssim_within(&white, &white, &[false; 1200]), None);
    assert_eq!(ssim(&white, &Plane::filled(30, 40, 1.0)), None);
    assert_eq!(ssim(&Plane::filled(10, 30, 1.0), &Plane::filled(10, 30, 1.0)), None);
    assert_eq!(ms_ssim(&Plane::filled(175, 400, 1.0), &Plane::filled(175, 400, 1.0)), None);
}
