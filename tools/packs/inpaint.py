"""Records what diffusers' StableDiffusionInpaintPipeline asks of its networks, and what they answer, into fixtures/diffusion/inpaint.json.

python -m tools.packs.inpaint      (needs the packages of tools/packs/requirements.txt)

The networks are of the real architectures, tiny and with random weights. A test plays their answers back and holds our loop to every question: the U-Net's
input and timestep at each step, what the autoencoder is shown, and the latents at the end. Picture, mask and text are formulas that the test repeats; the k-th
noise that anybody draws is 1.2 sin(0.37 i + 1.7 k).
"""

import json
import sys
from pathlib import Path

import diffusers
import numpy as np
import torch

FILE = Path(__file__).parents[2] / "fixtures" / "diffusion" / "inpaint.json"
HEIGHT, WIDTH = 32, 16
TOKENS, TEXT_WIDTH = 3, 8
SD = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "steps_offset": 1}

CASES = {
    "nine channels, from noise": (9, "DDIMScheduler", dict(SD, clip_sample=False, set_alpha_to_one=False), {"num_inference_steps": 4, "guidance_scale": 7.5}),
    "nine channels, from the picture": (9, "EulerDiscreteScheduler", dict(SD, timestep_spacing="leading"), {"num_inference_steps": 4, "strength": 0.75, "guidance_scale": 3.0}),
    "nine channels, with the scheduler's noise": (9, "DDIMScheduler", dict(SD, clip_sample=False), {"num_inference_steps": 3, "guidance_scale": 2.0, "eta": 0.5}),
    "nine channels, unguided": (9, "LCMScheduler", {"steps_offset": 1}, {"num_inference_steps": 4, "guidance_scale": 1.0}),
    "four channels, from noise": (4, "DPMSolverMultistepScheduler", dict(SD, use_karras_sigmas=True), {"num_inference_steps": 4, "guidance_scale": 5.0}),
    "four channels, from the picture": (4, "EulerAncestralDiscreteScheduler", dict(SD), {"num_inference_steps": 5, "strength": 0.6, "guidance_scale": 1.0}),
    "four channels, a step asked twice": (4, "PNDMScheduler", dict(SD, skip_prk_steps=True), {"num_inference_steps": 4, "guidance_scale": 4.0}),
}


def wave(count, step, offset):
    return torch.from_numpy(np.sin(step * np.arange(count) + offset)).float()


def networks(channels):
    torch.manual_seed(channels)
    vae = diffusers.AutoencoderKL(
        block_out_channels=[4] * 4, norm_num_groups=2, latent_channels=4, down_block_types=["DownEncoderBlock2D"] * 4, up_block_types=["UpDecoderBlock2D"] * 4
    ).eval()
    unet = diffusers.UNet2DConditionModel(
        block_out_channels=(4, 8), norm_num_groups=2, layers_per_block=1, sample_size=4, in_channels=channels, out_channels=4, cross_attention_dim=TEXT_WIDTH,
        attention_head_dim=4, down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
    ).eval()
    return vae, unet


def short(tensor):
    return [float(f"{float(x):.7g}") for x in tensor.flatten()]


def check(tensor):
    """A picture in two numbers: its sum, and its sum weighted by place."""
    flat = tensor.flatten().double()
    return [float(flat.sum()), float((flat * torch.arange(len(flat))).sum() / len(flat))]


def listen(vae, unet, calls):
    encode, decode, forward = vae.encode, vae.decode, unet.forward

    def heard_encode(picture):
        answer = encode(picture)
        calls.append({"encode": check(picture), "mean": short(answer.latent_dist.mean), "log_variance": short(answer.latent_dist.logvar)})
        return answer

    def heard_decode(latents, **options):
        answer = decode(latents, **options)
        calls.append({"decode": short(latents)})
        return answer

    def heard_forward(sample, timestep, encoder_hidden_states, **options):
        answer = forward(sample, timestep, encoder_hidden_states=encoder_hidden_states, **options)
        calls.append({"predict": short(sample), "timestep": float(timestep), "text": check(encoder_hidden_states), "answer": short(answer[0])})
        return answer

    vae.encode, vae.decode, unet.forward = heard_encode, heard_decode, heard_forward


def record(name, channels, cls, config, options):
    vae, unet = networks(channels)
    calls, draws = [], []
    listen(vae, unet, calls)

    def drawn(shape, **_options):
        draws.append(len(draws))
        return 1.2 * wave(int(np.prod(shape)), 0.37, 1.7 * draws[-1]).reshape(shape)

    scheduler = getattr(diffusers, cls)(**config)
    pipeline = diffusers.StableDiffusionInpaintPipeline(
        vae=vae, text_encoder=None, tokenizer=None, unet=unet, scheduler=scheduler, safety_checker=None, feature_extractor=None, requires_safety_checker=False
    )
    pipeline.set_progress_bar_config(disable=True)
    for module in (type(pipeline), type(scheduler), diffusers.models.autoencoders.vae.DiagonalGaussianDistribution):
        sys.modules[module.__module__].randn_tensor = drawn
    picture = 0.5 + 0.5 * wave(3 * HEIGHT * WIDTH, 0.05, 0.2)
    # Between 0 and 1 and uneven from pixel to pixel, so that it shows where the limit lies and which pixel stands for a latent.
    mask = 0.5 + 0.5 * wave(HEIGHT * WIDTH, 0.9, 0.6)
    text = wave(TOKENS * TEXT_WIDTH, 0.7, 0.0), wave(TOKENS * TEXT_WIDTH, 0.9, 1.0)
    with torch.no_grad():
        pipeline(
            image=picture.reshape(1, 3, HEIGHT, WIDTH), mask_image=mask.reshape(1, 1, HEIGHT, WIDTH), height=HEIGHT, width=WIDTH, output_type="pt",
            prompt_embeds=text[0].reshape(1, TOKENS, TEXT_WIDTH), negative_prompt_embeds=text[1].reshape(1, TOKENS, TEXT_WIDTH), **options,
        )
    return {
        "name": name, "channels": channels, "scheduler": dict(config, _class_name=cls), "options": options, "scaling": vae.config.scaling_factor,
        "draws": len(draws), "calls": calls,
    }


def main():
    diffusers.utils.logging.set_verbosity_error()
    cases = [record(name, *case) for name, case in CASES.items()]
    FILE.parent.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    FILE.write_text(json.dumps({"diffusers": diffusers.__version__})[:-1] + ', "cases": [\n' + lines + "\n]}\n")
    for case in cases:
        print(case["name"], case["draws"], [next(iter(call)) for call in case["calls"]])


if __name__ == "__main__":
    main()
