//! Configs as they come and as they must not.

use super::super::*;

fn opened(text: &str) -> Box<dyn Scheduler> {
    let (scheduler, warnings) = read(text).unwrap();
    assert_eq!(warnings, []);
    scheduler
}

fn refused(text: &str) -> String {
    let error = read(text).map(|_| ()).unwrap_err();
    assert_eq!(error.code(), crate::error::Code::PackInvalid, "{error}");
    error.to_string()
}

fn of_class(class: &str, rest: &str) -> String {
    format!(r#"{{"_class_name": "{class}", {rest}}}"#)
}

#[test]
fn the_list_is_sorted() {
    assert!(ALL.is_sorted_by(|a, b| a.name < b.name));
}

#[test]
fn a_class_that_nobody_knows_is_refused_with_those_that_are_known() {
    let said = refused(r#"{"_class_name": "HeunDiscreteScheduler"}"#);
    assert!(said.contains("HeunDiscreteScheduler"), "{said}");
    for class in ALL {
        assert!(said.contains(class.name), "{said}");
    }
    assert!(refused("{}").contains("no _class_name"));
    assert!(refused(r#"{"_class_name": null}"#).contains("no _class_name"));
    for broken in ["", "[]", "{", r#"{"_class_name": "DDIMScheduler", "beta_end": }"#] {
        assert!(refused(broken).contains("no JSON object"), "{broken}");
    }
}

#[test]
fn values_that_are_not_supported_are_refused_by_key_and_value() {
    for (class, key, value) in [
        ("DDIMScheduler", "beta_schedule", r#""sigmoid""#),
        ("DDIMScheduler", "prediction_type", r#""flow_prediction""#),
        ("DDIMScheduler", "beta_start", "-0.1"),
        ("DDIMScheduler", "beta_end", r#""0.02""#),
        ("DDIMScheduler", "beta_end", "0.9"),
        ("DDIMScheduler", "num_train_timesteps", "1"),
        ("DDIMScheduler", "num_train_timesteps", "1000000000"),
        ("DDIMScheduler", "num_train_timesteps", "null"),
        ("DDIMScheduler", "trained_betas", "[0.1,0.2]"),
        ("DDIMScheduler", "clip_sample", "1"),
        ("DDIMScheduler", "steps_offset", "-1"),
        ("DDIMScheduler", "dynamic_thresholding_ratio", "1.5"),
        ("PNDMScheduler", "prediction_type", r#""sample""#),
        ("EulerDiscreteScheduler", "timestep_spacing", r#""even""#),
        ("EulerDiscreteScheduler", "sigma_min", "0"),
        ("EulerDiscreteScheduler", "final_sigmas_type", r#""one""#),
        ("EulerAncestralDiscreteScheduler", "prediction_type", r#""sample""#),
        ("DPMSolverMultistepScheduler", "algorithm_type", r#""dpmsolver""#),
        ("DPMSolverMultistepScheduler", "solver_order", "4"),
        ("DPMSolverMultistepScheduler", "variance_type", r#""learned""#),
        ("DPMSolverMultistepScheduler", "prediction_type", r#""flow_prediction""#),
        ("UniPCMultistepScheduler", "solver_p", r#"["diffusers","DDIMScheduler"]"#),
        ("UniPCMultistepScheduler", "disable_corrector", "[0.5]"),
        ("UniPCMultistepScheduler", "lower_order_final", "false"),
        ("UniPCMultistepScheduler", "predict_x0", "false"),
        ("UniPCMultistepScheduler", "shift_terminal", "0.1"),
        ("LCMScheduler", "original_inference_steps", "0"),
        ("FlowMatchEulerDiscreteScheduler", "shift", "0"),
        ("FlowMatchEulerDiscreteScheduler", "time_shift_type", r#""cubic""#),
        ("EDMEulerScheduler", "sigma_schedule", r#""linear""#),
    ] {
        let said = refused(&of_class(class, &format!(r#""{key}": {value}"#)));
        let shown = if value == "0" { "0" } else { value };
        assert!(said.starts_with(&format!("{class}: {key} = {shown}")), "{said}");
    }
    let two = r#""use_karras_sigmas": true, "use_beta_sigmas": true"#;
    assert!(refused(&of_class("EulerDiscreteScheduler", two)).contains("use_beta_sigmas = true"));
    let flow = r#""use_flow_sigmas": true, "use_beta_sigmas": true"#;
    for class in ["DPMSolverMultistepScheduler", "UniPCMultistepScheduler"] {
        assert!(refused(&of_class(class, flow)).contains("use_flow_sigmas = true"));
    }
}

#[test]
fn an_unknown_key_is_a_warning_that_names_it() {
    let text = of_class("DDIMScheduler", r#""beta_strat": 0.1, "_diffusers_version": "0.39.0", "zeta": [1]"#);
    let (_, warnings) = read(&text).unwrap();
    let keys: Vec<_> = warnings.iter().map(|warning| warning.key.as_str()).collect();
    assert_eq!(keys, ["beta_strat", "zeta"]);
    assert!(warnings[0].to_string().contains("DDIMScheduler does not know the key beta_strat"));
}

#[test]
fn configs_as_published_models_have_them_are_read_without_a_warning() {
    // Stable Diffusion XL's: made for another class, and with its keys.
    let run = opened(
        r#"{"_class_name": "EulerDiscreteScheduler", "_diffusers_version": "0.19.0.dev0", "beta_end": 0.012,
            "beta_schedule": "scaled_linear", "beta_start": 0.00085, "clip_sample": false, "interpolation_type": "linear",
            "num_train_timesteps": 1000, "prediction_type": "epsilon", "sample_max_value": 1.0,
            "set_alpha_to_one": false, "skip_prk_steps": true, "steps_offset": 1, "timestep_spacing": "leading",
            "trained_betas": null, "use_karras_sigmas": false}"#,
    )
    .start(&Request::new(10))
    .unwrap();
    assert_eq!(run.timesteps()[..3], [901.0, 801.0, 701.0]);
    // diffusers writes infinities that JSON does not have.
    let text =
        of_class("DPMSolverMultistepScheduler", r#""lambda_min_clipped": -Infinity, "variance_type": null"#);
    assert_eq!(opened(&text).start(&Request::new(10)).unwrap().timesteps()[0], 999.0);
    assert!(
        refused(&of_class("DDIMScheduler", r#""beta_end": Infinity"#)).contains(r#"beta_end = "Infinity""#)
    );
    // Within a string such a word is a string's.
    let (_, warnings) = read(&of_class("DDIMScheduler", r#""a \"-Infinity\" b": NaN"#)).unwrap();
    assert_eq!(warnings[0].key, r#"a "-Infinity" b"#);
}

#[test]
fn what_a_schedule_does_not_have_is_refused() {
    let refused = |class: &str, rest: &str, request: Request<'_>| {
        let error = opened(&of_class(class, rest)).start(&request).map(|_| ()).unwrap_err();
        assert_eq!(error.code(), crate::error::Code::StepsInvalid, "{class}: {error}");
    };
    for class in ALL {
        refused(class.name, r#""_": 0"#, Request::new(0));
        refused(class.name, r#""_": 0"#, Request::new(1001));
        refused(class.name, r#""_": 0"#, Request { skipped: 60, ..Request::new(4) });
    }
    let ddim = "DDIMScheduler";
    refused(ddim, r#""_": 0"#, Request { eta: 1.5, ..Request::new(4) });
    refused(ddim, r#""_": 0"#, Request { eta: f32::NAN, ..Request::new(4) });
    refused(ddim, r#""steps_offset": 1"#, Request::new(1000));
    refused("PNDMScheduler", r#""skip_prk_steps": false"#, Request::new(3));
    refused("LCMScheduler", r#""original_inference_steps": 8"#, Request::new(9));
    let flow = "FlowMatchEulerDiscreteScheduler";
    refused(flow, r#""use_dynamic_shifting": true"#, Request::new(4));
    refused(flow, r#""shift_terminal": 0.1"#, Request::new(1));
    for sigmas in [&[][..], &[0.5, 0.6], &[1.5, 0.5], &[0.5, 0.0], &[f32::NAN]] {
        refused(flow, r#""shift": 1.0"#, Request { sigmas: Some(sigmas), ..Request::new(4) });
    }
    refused("UniPCMultistepScheduler", r#""_": 0"#, Request { sigmas: Some(&[0.9, 0.5]), ..Request::new(2) });
}

#[test]
fn a_strength_is_the_share_of_steps_that_are_run() {
    let skipped = |steps, strength| Request::with_strength(steps, strength).map(|request| request.skipped);
    assert_eq!(skipped(10, 1.0), Ok(0));
    assert_eq!(skipped(10, 0.75), Ok(3));
    assert_eq!(skipped(50, 0.3), Ok(35));
    for strength in [-0.1, 1.1, f64::NAN, 0.05] {
        assert!(matches!(skipped(10, strength), Err(SchedulerError::Request(_))), "{strength}");
    }
}
