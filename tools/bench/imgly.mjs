// Peer: cuts photos out with @imgly/background-removal-node. Knows no score and no packshot.
//
//     node imgly.mjs INSTALLED MODE OUT PHOTO...
//
// INSTALLED is the folder with node_modules. MODE is "plain", the package as it comes, or "tuned": its network run operator after operator
// (sequential) instead of side by side (parallel), which is what the package asks for and which on few cores spends 1.7 times the processor
// time on the same result. Loads the network once and cuts the first photo out once for warmth, then writes
// OUT/STEM.cutout.png for each photo, at its size, and a JSON line with what it took: reading, removal, encoding, writing. The network's
// picture is taken as raw RGBA and encoded here: the package's own "image/png" is a palette of 256 colors, which would cost it quality.
// The same deflate level as packshot's working files (fast), rows filtered.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [installed, mode, out, ...photos] = process.argv.slice(2);
if (!photos.length || !["plain", "tuned"].includes(mode)) {
  console.error("usage: node imgly.mjs INSTALLED plain|tuned OUT PHOTO...");
  process.exit(2);
}
const require = createRequire(path.resolve(installed, "package.json"));
if (mode === "tuned") {
  const { InferenceSession } = require("onnxruntime-node");
  const create = InferenceSession.create.bind(InferenceSession);
  InferenceSession.create = (model, options) => create(model, { ...options, executionMode: "sequential" });
}
const { removeBackground } = require("@imgly/background-removal-node");
const sharp = require("sharp");
const network = path.dirname(require.resolve("@imgly/background-removal-node"));
const config = { publicPath: `${pathToFileURL(network)}/`, model: "medium", output: { format: "image/x-rgba8" } };

async function cut(photo) {
  const jpeg = new Blob([readFileSync(photo)], { type: "image/jpeg" });
  const cutout = await removeBackground(jpeg, config);
  const [, width, height] = cutout.type.match(/width=(\d+);height=(\d+)/).map(Number);
  const raw = Buffer.from(await cutout.arrayBuffer());
  const png = await sharp(raw, { raw: { width, height, channels: 4 } })
    .png({ compressionLevel: 1, adaptiveFiltering: true, palette: false })
    .toBuffer();
  writeFileSync(path.join(out, `${path.parse(photo).name}.cutout.png`), png);
  return png.length;
}

const say = (line) => console.log(JSON.stringify(line));

mkdirSync(out, { recursive: true });
await cut(photos[0]);
say({ ready_ms: performance.now() });
for (const photo of photos) {
  const start = performance.now();
  const before = process.cpuUsage();
  const bytes = await cut(photo);
  const used = process.cpuUsage(before);
  say({ photo, ms: performance.now() - start, cpu_ms: (used.user + used.system) / 1000, bytes });
}
