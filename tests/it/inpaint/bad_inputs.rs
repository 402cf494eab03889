//! Inputs of `packs run` that do not fit are refused by name, and nothing is written.

use std::fs;

use packshot::domain::Tensor;
use packshot::inference::npy;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{params, refused, tiny};

#[test]
fn arrays_that_do_not_fit_are_refused_by_name() {
    let write = |file: &'static str, shape: &[usize], sample: f32| {
        let data = vec![sample; shape.iter().product()];
        let bytes = npy::write(&Tensor::new(shape, data).unwrap());
        move |folder: &TempDir| fs::write(folder.path().join(file), bytes).unwrap()
    };
    let remove =
        |file: &'static str| move |folder: &TempDir| fs::remove_file(folder.path().join(file)).unwrap();
    let check = |(code, message): (String, String), wanted: &str, word: &str| {
        assert_eq!(code, wanted, "{message}");
        assert!(message.contains(word), "{message} lacks {word}");
    };
    for file in ["image.npy", "mask.npy", "params.json"] {
        check(refused(&tiny(), remove(file)), "input_missing", file);
    }
    let pack = tiny();
    let invalid = |change: (String, String), word: &str| check(change, "input_invalid", word);
    invalid(
        refused(&pack, write("image.npy", &[1, 3, 24, 64], 0.5)),
        "64×24 pixels; both sides must be multiples of 16",
    );
    invalid(refused(&pack, write("image.npy", &[1, 3, 17, 63], 0.5)), "63×17 pixels; both sides");
    invalid(refused(&pack, write("image.npy", &[1, 4, 16, 64], 0.5)), "not [N, 3, H, W]");
    invalid(refused(&pack, write("image.npy", &[0, 3, 16, 64], 0.5)), "pixels");
    invalid(refused(&pack, write("image.npy", &[1, 3, 16, 64], 255.0)), "samples are 0..1");
    invalid(
        refused(&pack, write("mask.npy", &[1, 1, 64, 16], 1.0)),
        "mask.npy: it has the shape [1, 1, 64, 16]",
    );
    invalid(refused(&pack, write("latents.npy", &[1, 4, 8, 8], 1.0)), "[1, 4, 8, 32]");
    invalid(refused(&pack, write("noise_masked.npy", &[2, 4, 8, 32], 1.0)), "noise_masked.npy");
    invalid(refused(&pack, write("noise_steps.npy", &[1, 9, 4, 8, 32], 1.0)), "[1, 4, 4, 8, 32]");
    invalid(refused(&pack, write("latents.npy", &[1, 4, 8, 32], f32::NAN)), "NaN");
    invalid(refused(&pack, write("latent.npy", &[1, 4, 8, 32], 1.0)), "latent.npy: nothing reads it");
    invalid(refused(&pack, write("embeddings.npy", &[1, 77, 9], 1.0)), "not [1, S, 8]");
    invalid(refused(&pack, write("negative_embeddings.npy", &[2, 77, 8], 1.0)), "negative_embeddings.npy");
    let text = |folder: &TempDir| fs::write(folder.path().join("mask.npy"), "mask").unwrap();
    invalid(refused(&pack, text), "mask.npy: it is no .npy file");
}

#[test]
fn params_that_say_what_cannot_be_are_refused_by_name() {
    for (says, code, word) in [
        (json!({"prompt": "a", "step": 3}), "params_invalid", "unknown field `step`"),
        (json!({"steps": 3}), "params_invalid", "prompt"),
        (json!({"prompt": "a", "steps": -3}), "params_invalid", "-3"),
        (json!({"prompt": "a", "guidance": 1e99}), "params_invalid", "guidance"),
        (json!({"prompt": "a", "scheduler": {"beta_end": 1.0}}), "params_invalid", "allows: _class_name"),
        (json!({"prompt": "a", "scheduler": {"_class_name": "Magic"}}), "pack_invalid", "Magic"),
        (json!({"prompt": "a", "steps": 2000}), "steps_invalid", "2000"),
        (json!({"prompt": "a", "steps": 0}), "steps_invalid", "0"),
        (json!({"prompt": "a", "strength": 0.0}), "steps_invalid", "strength"),
        (json!({"prompt": "a", "eta": 2.0}), "steps_invalid", "eta"),
    ] {
        let (found, message) = refused(&tiny(), |folder| params(folder, &says));
        assert_eq!(found, code, "{says}: {message}");
        assert!(message.contains(word), "{says}: {message}");
    }
}

#[test]
fn a_text_is_given_once() {
    let embeddings = |file: &'static str, tokens: usize, says: Value| {
        move |folder: &TempDir| {
            let tensor = Tensor::new(&[1, tokens, 8], vec![0.5; tokens * 8]).unwrap();
            fs::write(folder.path().join(file), npy::write(&tensor)).unwrap();
            params(folder, &says);
        }
    };
    for (file, tokens, says, code, word) in [
        (
            "embeddings.npy",
            77,
            json!({"prompt": "a"}),
            "params_invalid",
            "`prompt` is there and embeddings.npy too",
        ),
        (
            "negative_embeddings.npy",
            77,
            json!({"prompt": "a", "negative_prompt": "b"}),
            "params_invalid",
            "`negative_prompt`",
        ),
        ("negative_embeddings.npy", 77, json!({}), "params_invalid", "`prompt` is missing"),
        ("embeddings.npy", 5, json!({}), "input_invalid", "[1, 5, 8], the negative prompt's [1, 77, 8]"),
    ] {
        let (found, message) = refused(&tiny(), embeddings(file, tokens, says));
        assert_eq!(found, code, "{message}");
        assert!(message.contains(word), "{message} lacks {word}");
    }
}
