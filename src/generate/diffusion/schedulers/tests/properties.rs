//! What is true of every class whatever its numbers.

use proptest::prelude::*;

use super::super::*;

fn opened(class: &str, rest: &str) -> Box<dyn Scheduler> {
    read(&format!(r#"{{"_class_name": "{class}"{rest}}}"#)).unwrap().0
}

/// Class and what its config has beyond that. PNDM blends answers of several levels as they are, so only noise, which is the same at all, leads it
/// to the picture exactly.
const SETUPS: &[(&str, &str)] = &[
    ("DDIMScheduler", r#", "clip_sample": false"#),
    (
        "DDIMScheduler",
        r#", "clip_sample": false, "prediction_type": "sample", "timestep_spacing": "trailing""#,
    ),
    (
        "DDIMScheduler",
        r#", "clip_sample": false, "prediction_type": "v_prediction", "rescale_betas_zero_snr": true, "timestep_spacing": "trailing""#,
    ),
    ("DPMSolverMultistepScheduler", r#", "solver_order": 3"#),
    ("DPMSolverMultistepScheduler", r#", "algorithm_type": "sde-dpmsolver++", "use_karras_sigmas": true"#),
    ("DPMSolverMultistepScheduler", r#", "solver_type": "heun", "prediction_type": "v_prediction""#),
    (
        "DPMSolverMultistepScheduler",
        r#", "use_flow_sigmas": true, "prediction_type": "flow_prediction", "flow_shift": 3.0"#,
    ),
    ("EDMEulerScheduler", ""),
    ("EDMEulerScheduler", r#", "prediction_type": "v_prediction""#),
    ("EulerAncestralDiscreteScheduler", ""),
    (
        "EulerAncestralDiscreteScheduler",
        r#", "prediction_type": "v_prediction", "timestep_spacing": "leading""#,
    ),
    ("EulerDiscreteScheduler", r#", "use_exponential_sigmas": true"#),
    ("EulerDiscreteScheduler", r#", "prediction_type": "sample", "use_beta_sigmas": true"#),
    ("EulerDiscreteScheduler", r#", "prediction_type": "v_prediction", "timestep_type": "continuous""#),
    ("FlowMatchEulerDiscreteScheduler", r#", "prediction_type": "flow_prediction", "shift": 3.0"#),
    (
        "FlowMatchEulerDiscreteScheduler",
        r#", "prediction_type": "flow_prediction", "stochastic_sampling": true"#,
    ),
    ("LCMScheduler", ""),
    ("LCMScheduler", r#", "prediction_type": "v_prediction""#),
    ("PNDMScheduler", r#", "skip_prk_steps": true, "set_alpha_to_one": true"#),
    ("UniPCMultistepScheduler", r#", "solver_order": 3"#),
    ("UniPCMultistepScheduler", r#", "solver_type": "bh1", "prediction_type": "v_prediction""#),
    (
        "UniPCMultistepScheduler",
        r#", "use_flow_sigmas": true, "prediction_type": "flow_prediction", "flow_shift": 5.0"#,
    ),
];

/// Keys of all classes, and values of which some are fine for some of them.
fn any_config() -> impl Strategy<Value = String> {
    let keys = "num_train_timesteps beta_start beta_end beta_schedule trained_betas rescale_betas_zero_snr prediction_type timestep_spacing \
        steps_offset thresholding dynamic_thresholding_ratio sample_max_value clip_sample clip_sample_range set_alpha_to_one use_karras_sigmas \
        use_exponential_sigmas use_beta_sigmas sigma_min sigma_max final_sigmas_type interpolation_type timestep_type solver_order solver_type \
        algorithm_type lower_order_final euler_at_final lambda_min_clipped use_lu_lambdas use_flow_sigmas flow_shift use_dynamic_shifting \
        time_shift_type shift_terminal predict_x0 disable_corrector skip_prk_steps original_inference_steps timestep_scaling shift invert_sigmas \
        stochastic_sampling sigma_data sigma_schedule rho";
    let values = "0 1 2 3 7 50 -1 0.5 0.01 1e-300 1e300 -5.1 true false null [] [0] [0.1,0.2] {} -Infinity NaN \"\" \"linear\" \"scaled_linear\" \
        \"squaredcos_cap_v2\" \"epsilon\" \"sample\" \"v_prediction\" \"flow_prediction\" \"leading\" \"linspace\" \"trailing\" \"zero\" \
        \"sigma_min\" \"log_linear\" \"continuous\" \"heun\" \"bh1\" \"sde-dpmsolver++\" \"exponential\" \"karras\"";
    let (keys, values): (Vec<_>, Vec<_>) =
        (keys.split_whitespace().collect(), values.split_whitespace().collect());
    let entry = (prop::sample::select(keys), prop::sample::select(values))
        .prop_map(|(key, value)| format!(", \"{key}\": {value}"));
    prop::collection::vec(entry, 0..5).prop_map(|entries| entries.concat())
}

/// What a network that knows the clean sample would answer. What a level means is read off `add_noise`.
fn perfect(setup: (&str, &str), run: &dyn Trajectory, at: usize, sample: &[f32], clean: &[f32]) -> Vec<f32> {
    let alpha = run.add_noise(&[1.0], &[0.0], at).unwrap()[0];
    let sigma = run.add_noise(&[0.0], &[1.0], at).unwrap()[0];
    let each = sample.iter().zip(clean);
    let velocity = setup.1.contains("v_prediction");
    if setup.0 == "EDMEulerScheduler" {
        // Table 1 of Karras et al. 2022: clean = skip · sample + out · answer.
        let (skip, out) = (0.25 / (sigma.powi(2) + 0.25), 0.5 * sigma / (sigma.powi(2) + 0.25).sqrt());
        return each.map(|(x, c)| (c - skip * x) / if velocity { -out } else { out }).collect();
    }
    if ["EulerDiscreteScheduler", "EulerAncestralDiscreteScheduler"].contains(&setup.0) && velocity {
        // Velocity is that of the scaled sample.
        let unit = (sigma.powi(2) + 1.0).sqrt();
        return each.map(|(x, c)| (x / unit.powi(2) - c) * unit / sigma).collect();
    }
    each.map(|(x, c)| {
        let epsilon = (x - alpha * c) / sigma;
        match setup.1 {
            kind if kind.contains("\"sample\"") => *c,
            kind if kind.contains("flow_prediction") => epsilon - c,
            _ if velocity => alpha * epsilon - sigma * c,
            _ => epsilon,
        }
    })
    .collect()
}

proptest! {
    #[test]
    fn a_network_that_knows_the_picture_leads_to_it(
        setup in prop::sample::select(SETUPS),
        steps in 4usize..40,
        late in prop::bool::ANY,
        clean in prop::collection::vec(-2.0f32..2.0, 5),
        seed in 0usize..1000,
    ) {
        // Nothing tells PNDM that it starts late: like diffusers' it spends a step on finding its feet, and ends elsewhere.
        let skipped = if late && setup.0 != "PNDMScheduler" { steps / 2 } else { 0 };
        let mut run = opened(setup.0, setup.1).start(&Request { skipped, ..Request::new(steps) }).unwrap();
        let draw = |k: usize, buffer: &mut [f32]| {
            for (i, z) in buffer.iter_mut().enumerate() {
                *z = ((seed + 7 * k + i) as f32 * 12.9898).sin() * 1.5;
            }
        };
        let mut noise = vec![0.0; 5];
        draw(0, &mut noise);
        let mut sample = run.add_noise(&clean, &noise, 0).unwrap();
        let mut draws = 0;
        for at in 0..run.timesteps().len() {
            let answer = perfect(setup, run.as_ref(), at, &sample, &clean);
            run.step(&answer, &mut sample, &mut |buffer| { draws += 1; draw(draws, buffer); }).unwrap();
        }
        // Where steps do not divide 1000, DDIM and PNDM end at training's first timestep: a hundredth of noise is left.
        let left = if ["DDIMScheduler", "PNDMScheduler"].contains(&setup.0) { 0.03 } else { 2e-3 };
        for (x, c) in sample.iter().zip(&clean) {
            prop_assert!((x - c).abs() < left, "{setup:?} {steps} steps: {x}, not {c}");
        }
    }

    #[test]
    fn no_config_and_no_request_ends_in_a_panic(
        class in prop::sample::select((0..ALL.len()).collect::<Vec<_>>()),
        config in any_config(),
        steps in prop::sample::select(vec![0usize, 1, 2, 3, 7, 50, 999, 1000, usize::MAX]),
        skipped in prop::sample::select(vec![0usize, 1, 49, usize::MAX]),
        own in prop::bool::ANY,
        mu in prop::option::of(prop::sample::select(vec![-1.0f32, 0.0, 0.9, 1e30, f32::NAN])),
    ) {
        let text = format!(r#"{{"_class_name": "{}"{config}}}"#, ALL[class].name);
        let Ok((scheduler, _)) = read(&text) else { return Ok(()) };
        let sigmas = own.then_some(&[0.9f32, 0.4][..]);
        let Ok(mut run) = scheduler.start(&Request { steps, skipped, sigmas, mu, eta: 0.5 }) else { return Ok(()) };
        let mut sample = vec![0.5, -0.25];
        for _ in 0..run.timesteps().len() {
            run.scale_model_input(&mut sample);
            run.step(&[0.1, 0.2], &mut sample, &mut |buffer| buffer.fill(0.3)).unwrap();
        }
        run.scale_model_input(&mut sample);
        prop_assert!(run.step(&[0.1, 0.2], &mut sample, &mut |_| ()).is_err());
        prop_assert!(run.add_noise(&sample, &[0.0; 2], usize::MAX).is_err());
    }

    #[test]
    fn timesteps_and_sigmas_fall(setup in prop::sample::select(SETUPS), steps in 4usize..=50) {
        let run = opened(setup.0, setup.1).start(&Request::new(steps)).unwrap();
        let falls = |list: &[f32]| list.windows(2).all(|pair| pair[0] > pair[1]);
        // PNDM asks about some timesteps twice, and its Runge-Kutta steps go back and forth.
        if setup.0 != "PNDMScheduler" {
            prop_assert_eq!(run.timesteps().len(), steps);
            let rounded = setup.1.contains("karras");
            let strictly = run.timesteps().windows(2).all(|p| p[0] > p[1] || (rounded && p[0] == p[1]));
            prop_assert!(strictly, "{:?}", run.timesteps());
        }
        prop_assert!(falls(run.sigmas()), "{:?}", run.sigmas());
    }

    #[test]
    fn a_late_start_is_the_end_of_the_whole_schedule(
        setup in prop::sample::select(SETUPS),
        steps in 4usize..=50,
        share in 0.0f64..1.0,
    ) {
        let scheduler = opened(setup.0, setup.1);
        let whole = scheduler.start(&Request::new(steps)).unwrap();
        let skipped = (whole.timesteps().len() as f64 * share) as usize;
        let late = scheduler.start(&Request { skipped, ..Request::new(steps) }).unwrap();
        prop_assert_eq!(late.timesteps(), &whole.timesteps()[skipped..]);
        prop_assert_eq!(late.init_noise_sigma(), whole.init_noise_sigma());
        let noised = |run: &dyn Trajectory, at| run.add_noise(&[0.3, -1.0], &[0.8, 0.1], at).unwrap();
        prop_assert_eq!(noised(late.as_ref(), 0), noised(whole.as_ref(), skipped));
    }
}

#[test]
fn sizes_that_differ_are_an_error_and_move_nothing() {
    for class in ALL {
        let mut run = opened(class.name, "").start(&Request::new(8)).unwrap();
        let mut sample = [0.5, 0.25];
        let size = SchedulerError::Size { sample: 2, other: 1 };
        assert_eq!(run.step(&[1.0], &mut sample, &mut |_| ()), Err(size.clone()), "{}", class.name);
        assert_eq!(run.add_noise(&sample, &[1.0], 0), Err(size));
        assert_eq!(sample, [0.5, 0.25]);
        run.step(&[0.1, 0.1], &mut sample, &mut |_| ()).unwrap();
        let grown = run.step(&[0.1; 3], &mut [0.1; 3], &mut |_| ());
        assert_eq!(grown, Err(SchedulerError::Size { sample: 3, other: 2 }), "{}", class.name);
        let beyond = run.timesteps().len();
        assert_eq!(run.add_noise(&sample, &sample, beyond), Err(SchedulerError::NoSuchStep(beyond)));
    }
}

#[test]
fn a_network_sees_samples_of_the_deviation_that_it_was_trained_on() {
    // A sample whose clean part has deviation 1 (EDM: 0.5) and whose noise has that of its level, scaled: deviation 1.
    for (class, data) in [
        ("EulerDiscreteScheduler", 1.0),
        ("EulerAncestralDiscreteScheduler", 1.0),
        ("EDMEulerScheduler", 0.5),
    ] {
        let run = opened(class, "").start(&Request::new(8)).unwrap();
        let mut deviation = [f32::hypot(data, run.sigmas()[0])];
        run.scale_model_input(&mut deviation);
        assert!((deviation[0] - 1.0).abs() < 1e-6, "{class}: {}", deviation[0]);
    }
}
