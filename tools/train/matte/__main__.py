"""python -m tools.train.matte --draw SECONDS --train SECONDS --out DIR [--device cuda|cpu]

Draws training pictures for as long as it may, trains on them for as long as it may, and leaves in DIR: matte.onnx, matte.pt (to go on from with
--start), curve.json (loss over steps), report.json (scores on the fixtures), drawn.png and fixtures.png (to look at).
"""

import argparse
import ctypes
import json
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from PIL import Image

from . import check, develop, layout, scenes
from .network import Answer, Matte


def described(first: int) -> np.ndarray:
    return np.stack([scenes.scene(first + i) for i in range(64)])


def draw(seconds: float, edge: int, side: int, device: str, seed: int, most: int) -> torch.Tensor:
    """Training pictures, N x 4 x edge x edge, u8: sRGB and alpha. Kept on the device."""
    library = layout.tracer(device == "cuda")
    made, started = [], time.monotonic()
    with ProcessPoolExecutor(8) as pool:
        coming = [pool.submit(described, seed + 64 * i) for i in range(24)]
        following = len(coming)
        while time.monotonic() - started < seconds and 64 * len(made) < most:
            begun = time.monotonic()
            batch = coming.pop(0).result()
            coming.append(pool.submit(described, seed + 64 * following))
            following += 1
            waited = time.monotonic()
            scenes.stand(library, batch)
            stood = time.monotonic()
            made.append(developed(library, batch, edge, side, device))
            if len(made) % 20 == 1:
                print(f"drawing: described {waited - begun:.2f} s, stood {stood - waited:.2f} s, traced {time.monotonic() - stood:.2f} s", flush=True)
        for job in coming:
            job.cancel()
    out = torch.cat(made)
    cover = (out[:, 3] > 127).float().mean((1, 2))
    return out[(cover > 0.01) & (cover < 0.85)]


def developed(library: ctypes.CDLL, batch: np.ndarray, edge: int, side: int, device: str) -> torch.Tensor:
    """Traces and develops one batch of scenes."""
    linear = torch.zeros(len(batch), edge, edge, 4, device=device)
    given = torch.from_numpy(batch.view(np.uint8).reshape(len(batch), -1)).to(device)
    if library.trace(ctypes.c_void_p(given.data_ptr()), ctypes.c_void_p(linear.data_ptr()), len(batch), edge, side):
        raise RuntimeError("the tracer failed on the accelerator")
    linear = linear.permute(0, 3, 1, 2)
    grounds = batch["material"][np.arange(len(batch)), batch["ground"]]["color"].min(1)
    picture = develop.expose(linear[:, :3], linear[:, 3], torch.from_numpy(grounds > 0.72).to(device))
    return (torch.cat([picture, linear[:, 3:]], 1) * 255 + 0.5).clamp(0, 255).to(torch.uint8)


def loss_of(answers: tuple, alpha: torch.Tensor) -> torch.Tensor:
    """Cross entropy with twice the weight along edges and an overlap term, at three sizes."""
    total = 0.0
    for answer, weight in zip(answers, (1.0, 0.4, 0.3)):
        truth = alpha if answer.shape == alpha.shape else F.interpolate(alpha, size=answer.shape[2:], mode="area")
        answer = answer.float()
        edge = F.max_pool2d(truth, 5, 1, 2) + F.max_pool2d(-truth, 5, 1, 2)
        entropy = (F.binary_cross_entropy_with_logits(answer, truth, reduction="none") * (1 + edge)).mean()
        p = torch.sigmoid(answer)
        overlap = (p * truth).sum((1, 2, 3)) / (p + truth - p * truth).sum((1, 2, 3)).clamp_min(1)
        total = total + weight * (entropy + 0.5 * (1 - overlap).mean())
    return total


def train(network: Matte, pictures: torch.Tensor, seconds: float, size: int, batch: int, device: str, rate: float) -> tuple[Matte, list]:
    """Trains for a time; returns the running average of the network's states, and the curve."""
    optimizer = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=0.02, fused=device == "cuda")
    average = torch.optim.swa_utils.AveragedModel(network, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.998), use_buffers=True)
    network.train()
    curve, started, step = [], time.monotonic(), 0
    while (done := (time.monotonic() - started) / seconds) < 1:
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1, step / 200) * (0.02 + 0.98 * (0.5 + 0.5 * np.cos(np.pi * done)))
        chosen = torch.randint(len(pictures), (batch,), device=device)
        both = pictures[chosen].float() / 255
        picture, alpha = develop.reframe(both[:, :3], both[:, 3:], size)
        picture = develop.disturb(picture).contiguous(memory_format=torch.channels_last)
        with torch.autocast(device, dtype=torch.bfloat16):
            answers = network(picture)
        loss = loss_of(answers, alpha)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        average.update_parameters(network)
        if step % 50 == 0:
            curve.append([step, round(time.monotonic() - started, 1), round(loss.item(), 4)])
            if step % 500 == 0:
                print(*curve[-1], flush=True)
        step += 1
    print("steps", step, "pictures seen", step * batch, flush=True)
    return average.module, curve


@torch.no_grad()
def answered(network: Matte, photo: np.ndarray, device: str) -> np.ndarray:
    return torch.sigmoid(network(torch.from_numpy(photo).to(device)).float()).cpu().numpy()


def export(network: Matte, size: int, path: Path) -> None:
    """Writes the graph, with free height and width; weights are stored in half precision and widened when a runtime loads them."""
    axes = {"picture": {0: "batch", 2: "height", 3: "width"}, "alpha": {0: "batch", 2: "height", 3: "width"}}
    torch.onnx.export(Answer(network).eval().cpu().float(), torch.zeros(1, 3, size, size), str(path), input_names=["picture"], output_names=["alpha"],
                      dynamic_axes=axes, opset_version=17, dynamo=False)
    halve(path)


def halve(path: Path) -> None:
    """Stores a graph's large weights in half precision, each behind a cast that runtimes fold away."""
    model = onnx.load(path)
    casts = []
    for weight in list(model.graph.initializer):
        values = onnx.numpy_helper.to_array(weight)
        if values.dtype == np.float32 and values.size >= 64:
            model.graph.initializer.remove(weight)
            model.graph.initializer.append(onnx.numpy_helper.from_array(values.astype(np.float16), weight.name + ".half"))
            casts.append(onnx.helper.make_node("Cast", [weight.name + ".half"], [weight.name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--draw", type=float, required=True)
    ask.add_argument("--train", type=float, required=True)
    ask.add_argument("--out", type=Path, required=True)
    ask.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    ask.add_argument("--edge", type=int, default=448, help="pixels along an edge of a drawn picture")
    ask.add_argument("--size", type=int, default=448, help="pixels along an edge of a picture in training")
    ask.add_argument("--side", type=int, default=3, help="side x side samples a pixel")
    ask.add_argument("--batch", type=int, default=64)
    ask.add_argument("--rate", type=float, default=2e-3)
    ask.add_argument("--seed", type=int, default=0)
    ask.add_argument("--most", type=int, default=60000, help="most pictures to draw")
    ask.add_argument("--start", type=Path, help="a matte.pt to go on from")
    to = ask.parse_args()
    to.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(to.seed)

    started = time.monotonic()
    pictures = draw(to.draw, to.edge, to.side, to.device, to.seed * 10_000_000, to.most)
    drawn = time.monotonic() - started
    print(f"drew {len(pictures)} in {drawn:.0f} s", flush=True)
    few = pictures[:60].cpu().permute(0, 2, 3, 1).numpy()
    truth = few[..., 3] / 255.0
    Image.fromarray(check.sheet(few[..., :3], truth, truth, 5)).save(to.out / "drawn.png")

    network = Matte().to(to.device, memory_format=torch.channels_last)
    print("numbers", sum(p.numel() for p in network.parameters()), flush=True)
    if to.start:
        network.load_state_dict(torch.load(to.start, map_location=to.device))
    network, curve = train(network, pictures, to.train, to.size, to.batch, to.device, to.rate)
    torch.save({k: v.half() if v.is_floating_point() else v for k, v in network.state_dict().items()}, to.out / "matte.pt")
    (to.out / "curve.json").write_text(json.dumps(curve))
    network.eval()
    scores, picture = check.fixtures(lambda photo: answered(network, photo, to.device))
    Image.fromarray(picture).save(to.out / "fixtures.png")
    report = {"drawn": len(pictures), "draw_seconds": round(drawn), "train_seconds": to.train, "curve": curve[-1], "iou": float(np.mean([s["iou"] for s in scores.values()])),
              "device": torch.cuda.get_device_name() if to.device == "cuda" else "cpu", "products": scores}
    (to.out / "report.json").write_text(json.dumps(report, indent=1))
    print(json.dumps(report), flush=True)
    export(network, to.size, to.out / "matte.onnx")


if __name__ == "__main__":
    main()
