"""Draws fixtures/packs/inpaint-four and inpaint-lcm anew, and fixtures/diffusion beside them: networks that were not trained to inpaint (four channels), and such
that were distilled to a few steps and are told how far to follow the words (latent consistency, `timestep_cond`).

python -m tools.packs.inpaint_more      (needs the packages of tools/packs/requirements.txt)

As inpaint_tiny.py, whose functions it uses; the packs come without a pack.toml: the tests have `packs add` write it.
"""

import shutil

import diffusers
import numpy as np
import torch
from optimum.onnxruntime import ORTStableDiffusionInpaintPipeline

from tools.packs import inpaint_tiny as tiny

PACKS = tiny.ROOT / "fixtures" / "packs"
CASES = tiny.ROOT / "fixtures" / "diffusion"
BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}


def four(pipeline):
    pipeline.scheduler = diffusers.EulerDiscreteScheduler(**BETAS, steps_offset=1)


def lcm(pipeline):
    pipeline.scheduler = diffusers.LCMScheduler(**BETAS, clip_sample=False, set_alpha_to_one=True, steps_offset=1)


# What a pack has besides, and what is asked of it.
VARIANTS = {
    "inpaint-four": ({}, four, {
        "guided": {"steps": 4, "guidance": 5.0, "strength": 0.75},
        "unguided": {"steps": 4, "guidance": 1.0, "strength": 1.0},
    }),
    "inpaint-lcm": ({"time_cond_proj_dim": 16}, lcm, {
        "few": {"steps": 3, "guidance": 4.0, "strength": 1.0},
        "fewer": {"steps": 4, "guidance": 1.5, "strength": 0.75},
    }),
}


def networks(extra, schedule):
    pipeline = tiny.networks()
    torch.manual_seed(16)
    unet = diffusers.UNet2DConditionModel(
        block_out_channels=(4, 8, 8, 8), norm_num_groups=2, layers_per_block=1, sample_size=32, in_channels=4, out_channels=4, cross_attention_dim=8, attention_head_dim=2, **extra,
    ).eval()
    with torch.no_grad():
        for name, weight in unet.named_parameters():
            if "attn2" in name:
                weight *= 1.5
            # As it is made, it hardly hears how far it is to follow.
            if "cond_proj" in name:
                weight *= 4.0
        unet.conv_out.weight *= 1.5
    pipeline.unet = unet
    pipeline.register_to_config(unet=("diffusers", "UNet2DConditionModel"))
    schedule(pipeline)
    return pipeline


def answers(pipeline, given, asked):
    """Latents and pictures of one pipeline; everything that is drawn is what the case says, in the order in which it is drawn."""
    count, _, height, width = given["image"].shape
    encoder = [torch.from_numpy(given[name]) for name in ("noise_picture", "noise_masked")]
    module = diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion_inpaint
    options = dict(
        prompt=[tiny.PROMPT] * count, negative_prompt=[tiny.NEGATIVE] * count, image=torch.from_numpy(given["image"]), mask_image=torch.from_numpy(given["mask"]),
        height=height, width=width, num_inference_steps=asked["steps"], guidance_scale=asked["guidance"], strength=asked["strength"],
    )
    made = {}
    for kind, file in (("latent", "latents"), ("pt", "image")):
        draws = iter([*encoder])
        diffusers.models.autoencoders.vae.randn_tensor = lambda shape, draws=draws, **_options: next(draws).reshape(shape)
        module.randn_tensor = lambda shape, **_options: torch.from_numpy(given["latents"]).reshape(shape)
        steps = iter(np.swapaxes(given["noise_steps"], 0, 1))
        diffusers.schedulers.scheduling_lcm.randn_tensor = lambda shape, steps=steps, **_options: torch.from_numpy(next(steps).copy()).reshape(shape)
        with torch.no_grad():
            made[file] = np.ascontiguousarray(pipeline(**options, output_type=kind).images, np.float32)
    return made


def inputs(size, count, steps):
    given = tiny.inputs(size, count)
    latent = given["latents"].shape
    numbers = np.random.Generator(np.random.PCG64(8)).standard_normal((1 + steps, *latent)).astype(np.float32)
    return {**given, "noise_picture": numbers[0], "noise_steps": np.ascontiguousarray(np.swapaxes(numbers[1:], 0, 1))}


def main():
    diffusers.utils.logging.set_verbosity_error()
    for name, (extra, schedule, asked) in VARIANTS.items():
        tiny.FOLDER, tiny.CASES, tiny.answers = PACKS / name, CASES / name, answers
        for folder in (tiny.FOLDER, tiny.CASES):
            shutil.rmtree(folder, ignore_errors=True)
        pipeline = networks(extra, schedule)
        tiny.exported(pipeline)
        graphs = ORTStableDiffusionInpaintPipeline.from_pretrained(tiny.FOLDER)
        for each in (pipeline, graphs):
            each.set_progress_bar_config(disable=True)
        for place, size in tiny.SIZES.items():
            for count in (1, 2):
                for kind, request in asked.items():
                    tiny.record(pipeline, graphs, f"{place}-{count}-{kind}", inputs(size, count, request["steps"]), request)


if __name__ == "__main__":
    main()
