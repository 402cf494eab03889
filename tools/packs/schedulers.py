"""Records trajectories of diffusers' noise schedulers into fixtures/schedulers/more.json: other numbers of steps, spacings, predictions, ramps, orders
and starts than the seventeen of reference.json.

python -m tools.packs.schedulers      (needs the packages of tools/packs/requirements.txt)

Each case runs a "network" that is a formula on a sample of eight numbers, 1×2×2×2: answer = 0.8 tanh(seen) + 0.1 cos(i + step), where `seen` is the
scaled sample, `i` the place of a number and `step` the count from 0. The k-th noise is 1.2 sin(0.37 i + 1.7 k), whoever draws it; the first sample is
noise 100 times init_noise_sigma, or where a start is skipped, the clean sample cos(0.9 i) with noise 100 added. `noised` is that clean sample at the
second level.
"""

import json
import sys
import warnings
from pathlib import Path

import diffusers
import numpy as np
import torch

FILE = Path(__file__).parents[2] / "fixtures" / "schedulers" / "more.json"
SHAPE = (1, 2, 2, 2)
# Which numbers of the sample are kept after each step.
KEPT = (0, 6)
FIRST = 100

SD = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "steps_offset": 1}
PREDICTIONS = {
    "DDIMScheduler": ("epsilon", "v_prediction", "sample"),
    "PNDMScheduler": ("epsilon", "v_prediction"),
    "EulerDiscreteScheduler": ("epsilon", "v_prediction", "sample"),
    "EulerAncestralDiscreteScheduler": ("epsilon", "v_prediction"),
    "DPMSolverMultistepScheduler": ("epsilon", "v_prediction", "sample"),
    "UniPCMultistepScheduler": ("epsilon", "v_prediction", "sample"),
}
SOLVERS = ("DPMSolverMultistepScheduler", "UniPCMultistepScheduler")
EULER, FLOW, EDM, LCM = "EulerDiscreteScheduler", "FlowMatchEulerDiscreteScheduler", "EDMEulerScheduler", "LCMScheduler"
DPM, UNIPC = SOLVERS
DDIM, PNDM, ANCESTRAL = "DDIMScheduler", "PNDMScheduler", "EulerAncestralDiscreteScheduler"
RAMPS = ("use_karras_sigmas", "use_exponential_sigmas", "use_beta_sigmas")


def plain_cases():
    """Every spacing and number of steps, with the predictions in turn; and every class as its own defaults have it."""
    for cls, predictions in PREDICTIONS.items():
        turn = 0
        for spacing in ("leading", "linspace", "trailing"):
            for steps in (1, 4, 7, 20):
                config = dict(SD, timestep_spacing=spacing, prediction_type=predictions[turn % len(predictions)])
                if cls == PNDM:
                    config["skip_prk_steps"] = True
                if cls == DDIM:
                    config["clip_sample"] = False
                turn += 1
                yield cls, config, {"steps": steps}
    for cls in (*PREDICTIONS, LCM, FLOW, EDM):
        yield cls, {}, {"steps": 7}
    for steps in (1, 4, 20):
        yield LCM, {"prediction_type": "v_prediction" if steps == 4 else "sample"}, {"steps": steps}
        yield FLOW, {"shift": 3.0}, {"steps": steps}
        yield EDM, {"prediction_type": "v_prediction"}, {"steps": steps}


def table_cases():
    """Other betas."""
    for cls in (*PREDICTIONS, LCM):
        skip = {"skip_prk_steps": True} if cls == PNDM else {}
        yield cls, {"beta_schedule": "squaredcos_cap_v2", **skip}, {"steps": 7}
        yield cls, {"num_train_timesteps": 20, "trained_betas": [0.01 + 0.002 * i for i in range(20)], "original_inference_steps": 10, **skip}, {"steps": 4}
        if cls != PNDM:
            yield cls, dict(SD, rescale_betas_zero_snr=True, prediction_type="v_prediction", timestep_spacing="trailing", clip_sample=False), {"steps": 4}


def ramp_cases():
    """Every ramp and end of the levels."""
    for cls in (EULER, *SOLVERS, FLOW):
        for ramp in RAMPS:
            for steps in (1, 7):
                yield cls, {**({} if cls == FLOW else SD), ramp: True}, {"steps": steps}
            yield cls, {**({} if cls == FLOW else SD), ramp: True, "sigma_min": 0.05, "sigma_max": 0.9 if cls == FLOW else 12.0}, {"steps": 4}
            if cls in SOLVERS:
                yield cls, {ramp: True, "beta_schedule": "squaredcos_cap_v2"}, {"steps": 4}
    for spacing in ("leading", "trailing"):
        yield EULER, dict(SD, interpolation_type="log_linear", timestep_spacing=spacing), {"steps": 7}
    yield EULER, dict(SD, interpolation_type="log_linear", use_karras_sigmas=True), {"steps": 4}
    svd = dict(SD, prediction_type="v_prediction", timestep_type="continuous", timestep_spacing="leading", use_karras_sigmas=True, sigma_min=0.002, sigma_max=700.0)
    yield EULER, svd, {"steps": 20}
    yield EULER, dict(svd, use_karras_sigmas=False), {"steps": 4}
    for cls in (EULER, *SOLVERS):
        for steps in (7, 20):
            yield cls, dict(SD, final_sigmas_type="sigma_min"), {"steps": steps}
            yield cls, dict(SD, final_sigmas_type="sigma_min", use_karras_sigmas=True), {"steps": steps}
    yield EDM, {"final_sigmas_type": "sigma_min"}, {"steps": 7}
    yield EDM, {"sigma_schedule": "exponential"}, {"steps": 7}
    yield EDM, {"sigma_schedule": "exponential"}, {"steps": 1}
    yield EDM, {"rho": 5.0, "sigma_data": 1.0, "sigma_max": 20.0, "sigma_min": 0.01}, {"steps": 7}


def solver_cases():
    """What only the multistep solvers have."""
    for algorithm in ("dpmsolver++", "sde-dpmsolver++"):
        for order in (1, 2, 3):
            for steps in (4, 20):
                yield DPM, dict(SD, algorithm_type=algorithm, solver_order=order), {"steps": steps}
        yield DPM, dict(SD, algorithm_type=algorithm, solver_type="heun"), {"steps": 7}
        yield DPM, dict(SD, algorithm_type=algorithm, solver_order=3, final_sigmas_type="sigma_min"), {"steps": 20}
        yield DPM, dict(SD, algorithm_type=algorithm, lower_order_final=False, solver_order=3), {"steps": 7}
    yield DPM, dict(SD, euler_at_final=True, final_sigmas_type="sigma_min"), {"steps": 20}
    yield DPM, dict(SD, use_lu_lambdas=True), {"steps": 7}
    yield DPM, dict(SD, thresholding=True, sample_max_value=1.5, dynamic_thresholding_ratio=0.8), {"steps": 7}
    for spacing in ("leading", "linspace", "trailing"):
        yield DPM, dict(SD, lambda_min_clipped=-1.5, timestep_spacing=spacing), {"steps": 7}
    yield DPM, {"use_flow_sigmas": True, "flow_shift": 3.0, "prediction_type": "flow_prediction"}, {"steps": 7}
    yield DPM, {"use_flow_sigmas": True, "use_dynamic_shifting": True, "prediction_type": "flow_prediction"}, {"steps": 7, "mu": 0.8}
    for order in (1, 2, 3):
        for kind in ("bh1", "bh2"):
            # Of bh1 and of noise predictions diffusers cannot do the last step to no noise.
            yield UNIPC, dict(SD, solver_order=order, solver_type=kind, final_sigmas_type="sigma_min"), {"steps": 7}
        yield UNIPC, dict(SD, solver_order=order, predict_x0=False, final_sigmas_type="sigma_min"), {"steps": 7}
        yield UNIPC, dict(SD, solver_order=order), {"steps": 20}
    for prediction in ("sample", "v_prediction"):
        yield UNIPC, dict(SD, predict_x0=False, prediction_type=prediction, final_sigmas_type="sigma_min"), {"steps": 7}
    yield UNIPC, dict(SD, disable_corrector=[0, 2]), {"steps": 7}
    yield UNIPC, dict(SD, lower_order_final=False, final_sigmas_type="sigma_min"), {"steps": 7}
    yield UNIPC, dict(SD, thresholding=True, sample_max_value=1.5, dynamic_thresholding_ratio=0.8), {"steps": 7}
    flow = {"use_flow_sigmas": True, "prediction_type": "flow_prediction"}
    for steps in (1, 4, 20):
        yield UNIPC, dict(flow, flow_shift=5.0), {"steps": steps}
    yield UNIPC, dict(flow, flow_shift=3.0, solver_order=3), {"steps": 7}
    yield UNIPC, dict(flow, use_dynamic_shifting=True), {"steps": 7, "mu": 0.8}
    yield UNIPC, dict(flow, use_dynamic_shifting=True, time_shift_type="linear"), {"steps": 7, "mu": 2.0}
    yield UNIPC, dict(flow, shift_terminal=0.1, flow_shift=2.0), {"steps": 7}
    yield UNIPC, dict(flow, flow_shift=2.0, final_sigmas_type="sigma_min"), {"steps": 7}
    yield UNIPC, dict(flow, flow_shift=2.0), {"sigmas": [0.95, 0.7, 0.4, 0.2]}
    yield UNIPC, dict(flow, use_karras_sigmas=True), {"steps": 7}


def other_cases():
    """What is left: limits, noise, Runge-Kutta steps, flows."""
    yield DDIM, dict(SD, clip_sample=True, clip_sample_range=0.7), {"steps": 7}
    yield DDIM, dict(SD, clip_sample=False, set_alpha_to_one=False), {"steps": 7, "eta": 0.5}
    yield DDIM, dict(SD, thresholding=True, sample_max_value=1.5, dynamic_thresholding_ratio=0.8), {"steps": 7}
    for steps in (4, 7, 20):
        yield PNDM, dict(SD, prediction_type="v_prediction" if steps == 7 else "epsilon"), {"steps": steps}
    yield PNDM, dict(SD, skip_prk_steps=True, set_alpha_to_one=True), {"steps": 2}
    yield LCM, {"clip_sample": True, "clip_sample_range": 0.7}, {"steps": 4}
    yield LCM, {"thresholding": True, "sample_max_value": 1.5}, {"steps": 4}
    yield LCM, {"original_inference_steps": 20, "timestep_scaling": 0.02}, {"steps": 7}
    yield FLOW, {"use_dynamic_shifting": True}, {"steps": 7, "mu": 0.9}
    yield FLOW, {"use_dynamic_shifting": True, "time_shift_type": "linear"}, {"steps": 7, "mu": 2.5}
    yield FLOW, {"use_dynamic_shifting": True, "shift_terminal": 0.1}, {"mu": 1.1, "sigmas": [1.0, 0.75, 0.5, 0.25]}
    yield FLOW, {"shift": 2.0, "shift_terminal": 0.2}, {"steps": 7}
    yield FLOW, {"shift": 2.0, "stochastic_sampling": True}, {"steps": 7}
    yield FLOW, {"invert_sigmas": True}, {"steps": 7}


def late_cases():
    """From a picture instead of from noise: the start is skipped."""
    for cls in (*PREDICTIONS, LCM, FLOW, EDM):
        config = {} if cls in (FLOW, EDM) else dict(SD)
        if cls == PNDM:
            config["skip_prk_steps"] = True
        for skipped in (3, 7):
            yield cls, config, {"steps": 10, "skipped": skipped}
    for order in (2, 3):
        for cls in SOLVERS:
            yield cls, dict(SD, use_karras_sigmas=True, solver_order=order), {"steps": 10, "skipped": 4}


def noise(k):
    i = np.arange(8)
    return torch.from_numpy(1.2 * np.sin(0.37 * i + 1.7 * k)).float().reshape(SHAPE)


def short(numbers):
    """Six digits: a hundredth of the tolerance of the tests."""
    rounded = [float(f"{float(n):.6g}") for n in numbers]
    return [int(n) if n.is_integer() else n for n in rounded]


def record(cls, config, how):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scheduler = getattr(diffusers, cls).from_config(dict(config, _class_name=cls))
    asked = {"num_inference_steps": how.get("steps")}
    asked.update({"sigmas": np.array(how["sigmas"])} if "sigmas" in how else {})
    asked.update({"mu": how["mu"]} if "mu" in how else {})
    scheduler.set_timesteps(**{key: value for key, value in asked.items() if value is not None})
    skipped = how.get("skipped", 0)
    # Pipelines that start late say so where a class can be told; without it, diffusers searches by timestep and may find the wrong twin.
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(skipped)
    timesteps = scheduler.timesteps[skipped:]
    draws = []

    def drawn(*_args, **_kwargs):
        draws.append(len(draws))
        return noise(draws[-1])

    module = sys.modules[type(scheduler).__module__]
    if hasattr(module, "randn_tensor"):
        module.randn_tensor = drawn
    sigma = float(getattr(scheduler, "init_noise_sigma", 1.0))
    clean = torch.from_numpy(np.cos(0.9 * np.arange(8))).float().reshape(SHAPE)

    def noised(timestep):
        if cls == FLOW:
            return scheduler.scale_noise(clean, timestep, noise(FIRST))
        return scheduler.add_noise(clean, noise(FIRST), timestep)

    sample = noised(timesteps[:1]) if skipped else noise(FIRST) * sigma
    case = {"class": cls, "config": config, "how": how, "init_noise_sigma": short([sigma])[0], "timesteps": short(timesteps)}
    levels = getattr(scheduler, "sigmas", None)
    if levels is not None and cls not in (DDIM, PNDM, LCM):
        case["sigmas"] = short(levels[skipped:])
    case["first"] = short(sample.flatten()[list(KEPT)])
    case["samples"] = []
    place = torch.arange(8).reshape(SHAPE)
    options = {"eta": how["eta"]} if "eta" in how else {}
    for step, timestep in enumerate(timesteps):
        seen = scheduler.scale_model_input(sample, timestep) if hasattr(scheduler, "scale_model_input") else sample
        answer = 0.8 * torch.tanh(seen) + 0.1 * torch.cos(place + step)
        sample = scheduler.step(answer, timestep, sample, **options).prev_sample
        assert torch.isfinite(sample).all(), (cls, config, how, step)
        if skipped and step == 0:
            case["noised"] = short(noised(timesteps[1:2]).flatten()[list(KEPT)])
        case["samples"].append(short(sample.flatten()[list(KEPT)]))
    case["draws"] = len(draws)
    return case


def main():
    diffusers.utils.logging.set_verbosity_error()
    cases = [record(*case) for make in (plain_cases, table_cases, ramp_cases, solver_cases, other_cases, late_cases) for case in make()]
    head = {"diffusers": diffusers.__version__, "torch": torch.__version__.split("+")[0], "kept": KEPT}
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    FILE.write_text(json.dumps(head)[:-1] + ', "cases": [\n' + lines + "\n]}\n")
    print(f"{len(cases)} trajectories")


if __name__ == "__main__":
    main()
