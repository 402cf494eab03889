//! The trajectories of fixtures/schedulers: `reference.json`, which came with the project, and `more.json`, which tools/packs records.

use serde::Deserialize;
use serde_json::Value;

use super::super::*;

/// What the reference may be missed by: its tensors are `f32`, and sums run in another order there.
const ABSOLUTE: f64 = 1e-5;
const RELATIVE: f64 = 1e-4;

fn off(found: f64, wanted: f64) -> f64 {
    (found - wanted).abs() / (ABSOLUTE + RELATIVE * wanted.abs())
}

/// The `k`th draw of the recordings.
fn sine(k: usize, buffer: &mut [f32]) {
    for (i, z) in buffer.iter_mut().enumerate() {
        *z = (1.2 * (0.37 * i as f64 + 1.7 * k as f64).sin()) as f32;
    }
}

#[derive(Deserialize)]
struct Reference {
    cls: String,
    config: serde_json::Map<String, Value>,
    steps: usize,
    step_kwargs: serde_json::Map<String, Value>,
    set_kwargs: serde_json::Map<String, Value>,
    init_noise_sigma: f64,
    timesteps: Vec<f64>,
    sigmas: Option<Vec<f64>>,
    trajectory: Vec<[f64; 5]>,
    noise_draws: usize,
}

/// `x0` of reference.json: 4×3×8×8.
fn first_sample() -> Vec<f32> {
    let count = 4 * 3 * 64;
    (0..count).map(|i| ((i % 192) * 4 + i / 192) as f32 / count as f32).collect()
}

fn check_list(name: &str, what: &str, found: &[f32], wanted: &[f64]) {
    assert_eq!(found.len(), wanted.len(), "{name}: number of {what}");
    for (i, (found, wanted)) in found.iter().zip(wanted).enumerate() {
        assert!(off(f64::from(*found), *wanted) <= 1.0, "{name}: {what} {i}: {found}, not {wanted}");
    }
}

#[test]
fn the_seventeen_reference_trajectories_are_followed() {
    let file: serde_json::Map<String, Value> =
        serde_json::from_str(include_str!("../../../../../fixtures/schedulers/reference.json")).unwrap();
    let mut count = 0;
    for (name, value) in file.iter().filter(|(_, value)| value.is_object()) {
        let case: Reference = serde_json::from_value(value.clone()).unwrap();
        follow(name, &case);
        count += 1;
    }
    assert_eq!(count, 17);
}

fn follow(name: &str, case: &Reference) {
    let mut config = case.config.clone();
    config.insert("_class_name".into(), case.cls.clone().into());
    let (scheduler, warnings) = read(&Value::Object(config).to_string()).unwrap();
    assert_eq!(warnings, [], "{name}");
    let sigmas: Option<Vec<f32>> =
        case.set_kwargs.get("sigmas").map(|list| serde_json::from_value(list.clone()).unwrap());
    let request = Request {
        sigmas: sigmas.as_deref(),
        mu: case.set_kwargs.get("mu").and_then(Value::as_f64).map(|mu| mu as f32),
        eta: case.step_kwargs.get("eta").and_then(Value::as_f64).unwrap_or(0.0) as f32,
        ..Request::new(case.steps)
    };
    let mut run = scheduler.start(&request).unwrap();
    check_list(name, "timesteps", run.timesteps(), &case.timesteps);
    check_list(name, "sigmas", run.sigmas(), case.sigmas.as_deref().unwrap_or(&[]));
    assert!(off(f64::from(run.init_noise_sigma()), case.init_noise_sigma) <= 1.0, "{name}: init_noise_sigma");
    let mut sample: Vec<f32> = first_sample().iter().map(|x| x * run.init_noise_sigma()).collect();
    let mut draws = 0;
    for (step, timestep) in run.timesteps().to_vec().into_iter().enumerate() {
        let mut seen = sample.clone();
        run.scale_model_input(&mut seen);
        let output: Vec<f32> = seen
            .iter()
            .map(|x| match name {
                "svd_edm" => x.tanh(),
                _ if name.starts_with("flow") => 0.5 * x,
                _ => x * timestep / (timestep + 1.0),
            })
            .collect();
        let mut noise = |buffer: &mut [f32]| {
            sine(draws, buffer);
            draws += 1;
        };
        run.step(&output, &mut sample, &mut noise).unwrap();
        let sum: f64 = sample.iter().map(|x| f64::from(x.abs())).sum();
        let at = |n: usize, c: usize, y: usize, x: usize| f64::from(sample[((n * 3 + c) * 8 + y) * 8 + x]);
        let found = [sum, sum / 768.0, at(0, 0, 0, 0), at(3, 2, 7, 7), at(1, 1, 3, 5)];
        for (what, (found, wanted)) in found.iter().zip(case.trajectory[step]).enumerate() {
            assert!(off(*found, wanted) <= 1.0, "{name}: step {step}, number {what}: {found}, not {wanted}");
        }
    }
    assert_eq!(draws, case.noise_draws, "{name}: draws of noise");
}

#[derive(Deserialize)]
struct More {
    kept: Vec<usize>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    class: String,
    config: serde_json::Map<String, Value>,
    how: How,
    init_noise_sigma: f64,
    timesteps: Vec<f64>,
    #[serde(default)]
    sigmas: Vec<f64>,
    first: Vec<f64>,
    samples: Vec<Vec<f64>>,
    draws: usize,
    /// The clean sample, noised to the second level.
    #[serde(default)]
    noised: Vec<f64>,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct How {
    #[serde(default)]
    steps: usize,
    #[serde(default)]
    skipped: usize,
    #[serde(default)]
    eta: f32,
    mu: Option<f32>,
    sigmas: Option<Vec<f32>>,
}

#[test]
fn recorded_trajectories_are_followed() {
    let file: More =
        serde_json::from_str(include_str!("../../../../../fixtures/schedulers/more.json")).unwrap();
    assert!(file.cases.len() > 250, "{}", file.cases.len());
    for case in &file.cases {
        let name = format!("{} {} {:?}", case.class, Value::Object(case.config.clone()), case.how);
        retrace(&name, case, &file.kept);
    }
    for class in ALL {
        assert!(file.cases.iter().any(|case| case.class == class.name), "{} has no recording", class.name);
    }
}

fn retrace(name: &str, case: &Case, kept: &[usize]) {
    let mut config = case.config.clone();
    config.insert("_class_name".into(), case.class.clone().into());
    let (scheduler, _) = read(&Value::Object(config).to_string()).unwrap();
    let how = &case.how;
    let request = Request {
        steps: how.steps,
        skipped: how.skipped,
        sigmas: how.sigmas.as_deref(),
        mu: how.mu,
        eta: how.eta,
    };
    let mut run = scheduler.start(&request).unwrap_or_else(|error| panic!("{name}: {error}"));
    check_list(name, "timesteps", run.timesteps(), &case.timesteps);
    check_list(name, "sigmas", run.sigmas(), &case.sigmas);
    check_list(name, "init_noise_sigma", &[run.init_noise_sigma()], &[case.init_noise_sigma]);
    let mut drawn = vec![0.0; 8];
    sine(100, &mut drawn);
    let clean: Vec<f32> = (0..8).map(|i| (0.9 * f64::from(i)).cos() as f32).collect();
    let mut sample: Vec<f32> = if how.skipped > 0 {
        run.add_noise(&clean, &drawn, 0).unwrap()
    } else {
        drawn.iter().map(|z| z * run.init_noise_sigma()).collect()
    };
    let keep = |sample: &[f32]| kept.iter().map(|i| sample[*i]).collect::<Vec<_>>();
    if how.skipped > 0 {
        check_list(name, "noised sample", &keep(&run.add_noise(&clean, &drawn, 1).unwrap()), &case.noised);
    }
    check_list(name, "first sample", &keep(&sample), &case.first);
    let mut draws = 0;
    for (step, wanted) in case.samples.iter().enumerate() {
        let mut seen = sample.clone();
        run.scale_model_input(&mut seen);
        let answer = |(i, x): (usize, &f32)| 0.8 * x.tanh() + 0.1 * ((i + step) as f32).cos();
        let output: Vec<f32> = seen.iter().enumerate().map(answer).collect();
        let mut noise = |buffer: &mut [f32]| {
            sine(draws, buffer);
            draws += 1;
        };
        run.step(&output, &mut sample, &mut noise).unwrap();
        check_list(name, &format!("sample after step {step}"), &keep(&sample), wanted);
    }
    assert_eq!(draws, case.draws, "{name}: draws of noise");
    let finished = run.step(&sample.clone(), &mut sample, &mut |_| ());
    assert_eq!(finished, Err(SchedulerError::NoSuchStep(case.samples.len())), "{name}");
}
