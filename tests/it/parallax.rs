//! What a camera that goes around a product shows, measured in the finished film: the product stays as it is, what is near passes one way and what is far the
//! other, the farther the faster.

use std::fs::{self, File};
use std::path::Path;

use image::RgbImage;
use packshot::domain::{FilmReceipt, candidate_seed};
use packshot::generate::video::{Film, FilmShot, Stage};
use packshot::imaging::codec::Limits;
use packshot::imaging::frames::{FilmLimits, Reader};
use packshot::imaging::metrics::ssim::ssim_within;
use packshot::imaging::plane::Plane;
use packshot::imaging::warp::{self, Similarity};
use packshot::jobs::pipeline::{self, Called};

use crate::video::{CARTON, line, packshot};

/// Half of a patch's side, and how far it is looked for to the left and right, pixels.
const PATCH: i32 = 48;
const REACH: i32 = 60;

/// By how many pixels what is seen around a place in one frame lies further to the right in another, by normalized correlation, and that correlation.
fn passed(from: &RgbImage, to: &RgbImage, [x, y]: [i32; 2]) -> (i32, f64) {
    let patch = |frame: &RgbImage, shift: i32| -> Vec<f64> {
        let at = |x: i32, y: i32| f64::from(frame.get_pixel(x as u32, y as u32)[1]);
        let rows = y - PATCH..y + PATCH;
        let values: Vec<f64> = rows
            .flat_map(|y| (x - PATCH..x + PATCH).map(move |x| (x, y)))
            .map(|(x, y)| at(x + shift, y))
            .collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        values.into_iter().map(|value| value - mean).collect()
    };
    let meant = patch(from, 0);
    let power = |values: &[f64]| values.iter().map(|value| value * value).sum::<f64>();
    let alike = |shift: i32| {
        let seen = patch(to, shift);
        let both: f64 = meant.iter().zip(&seen).map(|(a, b)| a * b).sum();
        both / (power(&meant) * power(&seen)).sqrt().max(1e-9)
    };
    let all = (-REACH..=REACH).map(|shift| (shift, alike(shift)));
    all.max_by(|one, other| one.1.total_cmp(&other.1)).unwrap()
}

/// A film of one shot around the carton, 36 frames, and its receipt.
fn around(folder: &Path) -> (Vec<RgbImage>, FilmReceipt) {
    let (story, out) = (folder.join("around.toml"), folder.join("films"));
    let text = "schema = 1\nname = \"around\"\ntitle_en = \"Around\"\ntitle_zh = \"绕\"\n\n\
        [[shot]]\nseconds = 1.5\nscene = \"wooden-table\"\nmove = \"arc\"\namount = 1.5\n";
    fs::write(&story, text).unwrap();
    let story = story.to_str().unwrap();
    let options = ["--storyboard", story, "--size", "square", "--fps", "24", "--seconds", "1.5"];
    let made = line(&packshot(&[&["video", CARTON, "--out", out.to_str().unwrap()], &options[..]].concat()));
    let film = File::open(made["file"].as_str().unwrap()).unwrap();
    let frames = Reader::new(film, &FilmLimits::default()).unwrap();
    let receipt = fs::read(made["receipt"].as_str().unwrap()).unwrap();
    (frames.map(|frame| frame.unwrap().picture()).collect(), serde_json::from_slice(&receipt).unwrap())
}

#[test]
fn near_and_far_pass_at_their_own_pace_while_the_product_stays() {
    let folder = tempfile::tempdir().unwrap();
    let (frames, _) = around(folder.path());
    let (first, last) = (&frames[0], &frames[frames.len() - 1]);

    let (still, alike) = passed(first, last, [540, 600]);
    assert!(still == 0 && alike > 0.99, "the product went {still} pixels, {alike}");
    // The table from the front to the back; it has a grain that can be followed.
    let places = [1000, 900, 700, 560].map(|y| passed(first, last, [200, y]));
    assert!(places.iter().all(|(_, alike)| *alike > 0.95), "{places:?}");
    let [front, nearer, middle, back] = places.map(|(shift, _)| shift);
    let way = (back - front).signum();
    assert!(way * front < -8 && way * back > 8, "{places:?}");
    assert!(
        way * (nearer - front) > 0 && way * (middle - nearer) > 0 && way * (back - middle) > 8,
        "{places:?}"
    );
}

#[test]
fn every_frame_shows_the_product_as_its_receipt_predicts_it() {
    let folder = tempfile::tempdir().unwrap();
    let (frames, receipt) = around(folder.path());
    let called = Called { file: "tea-carton.jpg", title: "" };
    let bytes = fs::read(CARTON).unwrap();
    let (photo, cutout, _) = pipeline::cut_out(&bytes, called, &Limits::default(), None).unwrap();
    assert_eq!(photo.pixel_digest, receipt.photo_pixels);
    // From the receipt alone: scene, placement, move and seed.
    let [shot] = receipt.shots.as_slice() else { panic!("{} shots", receipt.shots.len()) };
    let library = crate::stage::library();
    let (name, digest) = &shot.template;
    let (plate, depth) = (library.plate(name).unwrap(), library.depth(name).unwrap());
    let stage = Stage::new(&cutout, &plate, &depth, &shot.placement).unwrap();
    let seed = candidate_seed(receipt.seed, &photo.pixel_digest, digest, 0, shot.attempt);
    let [width, height] = receipt.size;
    let played = FilmShot { stage, story: &shot.story, seed };
    let film = Film::new(&cutout, vec![played], &[shot.frames], (width, height), receipt.rate);
    let plane = |picture: &RgbImage| {
        let data = picture.pixels().map(|pixel| f32::from(pixel[1]) / 255.0).collect();
        Plane { width: width as usize, height: height as usize, data }
    };
    for (frame, seen) in (0..).zip(&frames) {
        let stand = film.placement(frame).stand;
        let map = Similarity {
            scale: stand.scale,
            rotation_deg: stand.rotation_deg,
            from: stand.pivot,
            to: stand.foot,
        };
        let placed = warp::place(&cutout.rgba, &map, (width, height)).unwrap();
        let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let product: Vec<bool> = places.map(|(x, y)| placed.at(x, y)[3] > 0.97).collect();
        let meant = film.render(frame).unwrap();
        let alike = ssim_within(&plane(&meant), &plane(seen), &product).unwrap();
        assert!(alike >= 0.98, "frame {frame}: {alike}");
    }
}
