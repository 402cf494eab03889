"""Draws fixtures/packs/inpaint-tiny anew: Stable Diffusion 1.5's inpainting networks, tiny and with random weights, exported as an operator would, and what
diffusers' StableDiffusionInpaintPipeline makes with them.

python -m tools.packs.inpaint_tiny      (needs the packages of tools/packs/requirements.txt)

The pack is Optimum's export (opset 18), but for two things: names inside the graphs are short, and the U-Net keeps its weights in a file of their own, as
exports above 2 GB must. Each case is a folder for `packshot packs run --inputs`, with what the pipeline gave in `expected/` in it: Optimum's, which runs
diffusers' loop on the pack's own graphs. Diffusers on torch must agree with it to `AGREED`, or nothing is recorded: random networks are easily chaotic, and then two
right implementations are far from each other (with the text's attention four times as strong, torch in 32 bits is 0.06 off torch in 64).
"""

import hashlib
import json
import shutil
import tempfile
from pathlib import Path

import diffusers
import numpy as np
import onnx
import torch
from optimum.exporters.onnx import main_export
from optimum.onnxruntime import ORTStableDiffusionInpaintPipeline
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "fixtures" / "packs" / "inpaint-tiny"
CASES = ROOT / "fixtures" / "diffusion" / "inpaint-tiny"
TOKENIZER = ROOT / "fixtures" / "tokenizer" / "clip"
GRAPHS = {"text_encoder": "fp32", "unet": "fp32", "vae_encoder": "fp32", "vae_decoder": "fp32"}
FACTOR = 2
PROMPT, NEGATIVE = "a red mug on a marble table", "blurry, dark"
# Height and width. The latents of a U-Net with four levels are multiples of eight.
SIZES = {"tall": (48, 32), "wide": (16, 64)}
ASKED = {"guided": {"steps": 4, "guidance": 7.5}, "unguided": {"steps": 4, "guidance": 1.0}}
# Largest difference between the two pipelines in Python, of latents up to 30 and samples of 0..1.
AGREED = 1e-4
ELEMENTS = {1: "f32", 6: "i32", 7: "i64", 10: "f16"}


def networks():
    torch.manual_seed(15)
    tokenizer = CLIPTokenizer.from_pretrained(TOKENIZER)
    text = CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(tokenizer), hidden_size=8, intermediate_size=16, num_hidden_layers=2, num_attention_heads=2, max_position_embeddings=tokenizer.model_max_length,
            bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id, hidden_act="quick_gelu", initializer_factor=4.0,
        )
    ).eval()
    vae = diffusers.AutoencoderKL(
        block_out_channels=[4, 8], norm_num_groups=2, latent_channels=4, down_block_types=["DownEncoderBlock2D"] * 2, up_block_types=["UpDecoderBlock2D"] * 2
    ).eval()
    unet = diffusers.UNet2DConditionModel(
        block_out_channels=(4, 8, 8, 8), norm_num_groups=2, layers_per_block=1, sample_size=32, in_channels=9, out_channels=4, cross_attention_dim=8, attention_head_dim=2,
    ).eval()
    scheduler = diffusers.DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False, set_alpha_to_one=False, steps_offset=1
    )
    # Networks as they are made hardly listen to texts and hardly answer; these do both.
    with torch.no_grad():
        for name, weight in unet.named_parameters():
            if "attn2" in name:
                weight *= 1.5
        unet.conv_out.weight *= 1.5
        vae.decoder.conv_out.weight *= 1.5
    return diffusers.StableDiffusionInpaintPipeline(
        vae=vae, text_encoder=text, tokenizer=tokenizer, unet=unet, scheduler=scheduler, safety_checker=None, feature_extractor=None, requires_safety_checker=False
    )


def shortened(model):
    """The model with short names inside; what goes in and out keeps its own."""
    graph, names = model.graph, {}
    kept = {value.name for value in [*graph.input, *graph.output]}
    short = lambda name: name if name in kept or not name else names.setdefault(name, format(len(names), "x"))  # noqa: E731
    for node in graph.node:
        if any(attribute.HasField("g") for attribute in node.attribute):
            raise SystemExit("a graph with branches has names that this does not see")
        node.name = node.doc_string = ""
        del node.metadata_props[:]
        node.input[:] = [short(name) for name in node.input]
        node.output[:] = [short(name) for name in node.output]
    for tensor in graph.initializer:
        tensor.name = short(tensor.name)
    del graph.value_info[:]
    return model


def config(file, folder):
    """A copy without the path at which this machine had it."""
    values = json.loads(Path(file).read_text())
    values.pop("_name_or_path", None)
    (folder / Path(file).name).write_text(json.dumps(values, indent=2) + "\n")


def exported(pipeline):
    with tempfile.TemporaryDirectory() as there:
        pipeline.save_pretrained(f"{there}/torch")
        main_export(f"{there}/torch", f"{there}/onnx", task="inpainting", library_name="diffusers", do_validation=False)
        FOLDER.mkdir(parents=True)
        config(f"{there}/onnx/model_index.json", FOLDER)
        lines = []
        for name, precision in GRAPHS.items():
            model = shortened(onnx.load(f"{there}/onnx/{name}/model.onnx"))
            folder = FOLDER / name
            folder.mkdir()
            config(f"{there}/onnx/{name}/config.json", folder)
            apart = {"save_as_external_data": True, "location": "model.onnx_data", "size_threshold": 0} if name == "unet" else {}
            onnx.save(model, folder / "model.onnx", **apart)
            lines += claim(name, precision, onnx.load(folder / "model.onnx", load_external_data=False))
        (FOLDER / "scheduler").mkdir()
        shutil.copy(f"{there}/onnx/scheduler/scheduler_config.json", FOLDER / "scheduler")
        (FOLDER / "tokenizer").mkdir()
        for file in ("merges.txt", "special_tokens_map.json", "tokenizer_config.json", "vocab.json"):
            shutil.copy(TOKENIZER / file, FOLDER / "tokenizer")
    return lines


def digest(file):
    return hashlib.sha256((FOLDER / file).read_bytes()).hexdigest()


def written(values):
    tensors = []
    for value in values:
        tensor = value.type.tensor_type
        sizes = [str(size.dim_value) if size.HasField("dim_value") else "NSTUVW"[at] for at, size in enumerate(tensor.shape.dim)]
        tensors.append(f'{value.name} = "{ELEMENTS[tensor.elem_type]}[{",".join(sizes)}]"')
    return "{ " + ", ".join(tensors) + " }"


def claim(name, precision, model):
    file = f"{name}/model.onnx"
    lines = [f"[graphs.{name}]", f'file = "{file}"', f'sha256 = "{digest(file)}"']
    if (FOLDER / f"{file}_data").exists():
        lines.append(f'external = {{ "{file}_data" = "{digest(f"{file}_data")}" }}')
    return lines + [f'precision = "{precision}"', f"inputs = {written(model.graph.input)}", f"outputs = {written(model.graph.output)}", ""]


def manifest(graphs, scaling):
    files = sorted(path.name for path in (FOLDER / "tokenizer").iterdir())
    head = ['schema = 1', 'name = "inpaint-tiny"', 'version = "1"', 'task = "inpaint"', "", "[license]", 'spdx = "MIT OR Apache-2.0"', 'class = "commercial"', ""]
    tail = [
        "[image]", "native = [64, 64]", f"multiple_of = {8 * FACTOR}", "",
        "[latent]", "channels = 4", f"factor = {FACTOR}", f"scaling = {scaling}", "",
        "[scheduler]", 'config = "scheduler/scheduler_config.json"', f'sha256 = "{digest("scheduler/scheduler_config.json")}"', "steps = 50", "guidance = 7.5",
        'allow = ["_class_name", "timestep_spacing", "use_karras_sigmas"]', "",
        "[tokenizer]", 'kind = "clip"', "[tokenizer.files]", *[f'"tokenizer/{file}" = "{digest(f"tokenizer/{file}")}"' for file in files],
    ]
    (FOLDER / "pack.toml").write_text("\n".join(head + graphs + tail) + "\n")


def wave(count, step, offset):
    return np.sin(step * np.arange(count) + offset).astype(np.float32)


def inputs(size, count):
    height, width = size
    latent = (count, 4, height // FACTOR, width // FACTOR)
    picture = (0.5 + 0.5 * wave(count * 3 * height * width, 0.05, 0.2)).reshape(count, 3, height, width)
    mask = np.zeros((count, 1, height, width), np.float32)
    mask[:, :, height // 4 :, : width // 2 + 3] = 1
    # From a named generator, so that they are normal.
    numbers = np.random.Generator(np.random.PCG64(7)).standard_normal((2, *latent)).astype(np.float32)
    return {"image": picture, "mask": mask, "latents": numbers[0], "noise_masked": numbers[1]}


def answers(pipeline, given, asked):
    """Latents and pictures of one pipeline. Its encoder draws what the case says."""
    noise, (count, _, height, width) = torch.from_numpy(given["noise_masked"]), given["image"].shape
    diffusers.models.autoencoders.vae.randn_tensor = lambda shape, **_options: noise.reshape(shape)
    options = dict(
        prompt=[PROMPT] * count, negative_prompt=[NEGATIVE] * count, image=torch.from_numpy(given["image"]), mask_image=torch.from_numpy(given["mask"]),
        height=height, width=width, latents=torch.from_numpy(given["latents"]), num_inference_steps=asked["steps"], guidance_scale=asked["guidance"],
    )
    with torch.no_grad():
        return {file: np.ascontiguousarray(pipeline(**options, output_type=kind).images, np.float32) for kind, file in (("latent", "latents"), ("pt", "image"))}


def embeddings(pipeline, count):
    with torch.no_grad():
        prompt, negative = pipeline.encode_prompt([PROMPT] * count, "cpu", 1, True, [NEGATIVE] * count)
    return {"embeddings": np.asarray(prompt, np.float32), "negative_embeddings": np.asarray(negative, np.float32)}


def record(torch_pipeline, graphs, name, given, asked, texts=None):
    """A case, its texts as words or as what the text encoder made of them."""
    expected, other = (answers(pipeline, given, asked) for pipeline in (graphs, torch_pipeline))
    off = {file: float(np.abs(expected[file] - other[file]).max()) for file in expected}
    if max(off.values()) > AGREED:
        raise SystemExit(f"{name}: graphs and torch are apart by {off}; these networks are no reference for anybody")
    folder = CASES / name
    (folder / "expected").mkdir(parents=True)
    for file, array in {**given, **(texts or {})}.items():
        np.save(folder / f"{file}.npy", array)
    for file, array in expected.items():
        np.save(folder / "expected" / f"{file}.npy", array)
    words = {} if texts else {"prompt": PROMPT, "negative_prompt": NEGATIVE}
    (folder / "params.json").write_text(json.dumps({**words, **asked}) + "\n")
    print(f"{name}: pictures vary by {expected['image'].std():.3f}; graphs and torch are apart by {off}")


def main():
    diffusers.utils.logging.set_verbosity_error()
    for folder in (FOLDER, CASES):
        shutil.rmtree(folder, ignore_errors=True)
    pipeline = networks()
    manifest(exported(pipeline), pipeline.vae.config.scaling_factor)
    graphs = ORTStableDiffusionInpaintPipeline.from_pretrained(FOLDER)
    for each in (pipeline, graphs):
        each.set_progress_bar_config(disable=True)
    for name, size in SIZES.items():
        for count in (1, 2):
            given = inputs(size, count)
            for kind, asked in ASKED.items():
                record(pipeline, graphs, f"{name}-{count}-{kind}", given, asked)
    record(pipeline, graphs, "wide-2-embeddings", inputs(SIZES["wide"], 2), ASKED["guided"], embeddings(graphs, 2))


if __name__ == "__main__":
    main()
