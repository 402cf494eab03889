// The page's behavior. Everything it shows comes from the API; text is only ever set as text.
"use strict";

const $ = (id) => document.getElementById(id);
const KEEP = "packshot.refresh";
const POLL = 1200;
const AT_ONCE = 3;
let access = "";
let refreshing = null;
const photos = new Map();
const scenes = new Map();
const open = new Set();
const pictures = new Map();
const products = new Map();

function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name in node && name !== "list") node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

function say(text) {
  $("status").textContent = text;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { $("status").textContent = ""; }, 6000);
}

// ---- the API

async function call(method, path, body, again = true) {
  const headers = access ? { Authorization: `Bearer ${access}` } : {};
  const options = { method, headers };
  if (body instanceof FormData) options.body = body;
  else if (body !== undefined) {
    options.body = JSON.stringify(body);
    headers["Content-Type"] = "application/json";
  }
  if (method === "POST" && path.match(/generations|photos|videos$/)) headers["Idempotency-Key"] = crypto.randomUUID ? crypto.randomUUID() : String(Math.random());
  const response = await fetch(path, options);
  if (response.status === 401 && again && sessionStorage.getItem(KEEP) && (await refresh())) return call(method, path, body, false);
  if (response.ok) return response;
  const told = await response.json().catch(() => ({ error: { message: `the server answered ${response.status}` } }));
  if (response.status === 401 && access) leave();
  throw Object.assign(new Error(told.error.message), told.error);
}

const json = async (...request) => (await call(...request)).json();

// A refresh token is good once, so only one call may use it.
function refresh() {
  refreshing ??= (async () => {
    const body = JSON.stringify({ refresh_token: sessionStorage.getItem(KEEP) });
    const response = await fetch("/v1/sessions/refresh", { method: "POST", headers: { "Content-Type": "application/json" }, body });
    if (response.ok) hold(await response.json());
    else leave();
    return response.ok;
  })().finally(() => { refreshing = null; });
  return refreshing;
}

function hold(session) {
  access = session.access_token;
  sessionStorage.setItem(KEEP, session.refresh_token);
}

async function picture(path) {
  if (!pictures.has(path)) {
    pictures.set(path, call("GET", path).then((response) => response.blob()).then((blob) => URL.createObjectURL(blob)));
  }
  return pictures.get(path);
}

async function show(image, path) {
  try {
    image.src = await picture(path);
  } catch (error) {
    image.alt = `${image.alt} (${error.message})`;
  }
}

// ---- signing in and out

function leave() {
  access = "";
  sessionStorage.removeItem(KEEP);
  for (const url of pictures.values()) url.then(URL.revokeObjectURL, () => {});
  for (const store of [photos, scenes, open, pictures, products]) store.clear();
  for (const id of ["photos", "scenes", "results", "key-list"]) $(id).replaceChildren();
  films.leave();
  $("key-made").hidden = $("invite-made").hidden = true;
  $("work").hidden = $("account-nav").hidden = true;
  $("who").textContent = "";
  $("door").hidden = false;
}

async function enter(focus = true) {
  const account = await json("GET", "/v1/account");
  $("who").textContent = account.role ? `signed in as ${account.role}` : "";
  $("door").hidden = true;
  $("work").hidden = $("account-nav").hidden = false;
  $("keys-open").hidden = !["owner", "admin"].includes(account.role);
  films.enter(account.role);
  await Promise.all([loadScenes(), loadPhotos(), loadGenerations(), films.load()]);
  ready();
  if (focus) $("main").focus();
}

function onForm(id, act) {
  const form = $(id);
  if (!form) return;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const error = form.querySelector(".error") || form.parentElement.querySelector(".error");
    const button = form.querySelector("button:not([type=button])");
    error.textContent = "";
    button.disabled = true;
    try {
      await act(Object.fromEntries(new FormData(form)), form);
    } catch (problem) {
      error.textContent = problem.message;
    } finally {
      button.disabled = false;
    }
  });
}

onForm("sign-in", async ({ email, password }) => {
  hold(await json("POST", "/v1/sessions", { email, password }));
  await enter();
});

onForm("sign-up", async ({ email, password, organization, invite }) => {
  await json("POST", "/v1/accounts", invite ? { email, password, invite } : { email, password, organization });
  hold(await json("POST", "/v1/sessions", { email, password }));
  await enter();
});

for (const button of document.querySelectorAll("[data-show]")) {
  button.addEventListener("click", () => {
    for (const form of document.querySelectorAll(".door form")) form.hidden = form.id !== button.dataset.show;
    $(button.dataset.show).querySelector("input").focus();
  });
}

$("sign-out").addEventListener("click", async () => {
  await call("DELETE", "/v1/sessions").catch(() => {});
  leave();
  $("in-email").focus();
});

// ---- keys

$("keys-open").addEventListener("click", async () => {
  $("keys").hidden = !$("keys").hidden;
  $("keys-open").setAttribute("aria-expanded", String(!$("keys").hidden));
  if (!$("keys").hidden) await loadKeys();
});

async function loadKeys() {
  const keys = (await json("GET", "/v1/api_keys?limit=100")).data.filter((key) => !key.revoked_at);
  $("key-list").replaceChildren(...keys.map((key) => {
    const used = key.last_used_at ? `used ${new Date(key.last_used_at * 1000).toLocaleString()}` : "never used";
    const revoke = el("button", { type: "button", className: "link" }, "Revoke");
    revoke.setAttribute("aria-label", `Revoke ${key.name}`);
    revoke.addEventListener("click", async () => {
      await json("DELETE", `/v1/api_keys/${key.id}`).then(() => say(`${key.name} is revoked`), (error) => say(error.message));
      await loadKeys();
    });
    return el("li", {}, el("strong", {}, key.name), el("code", {}, `${key.prefix}…`), el("span", { className: "hint" }, used), revoke);
  }));
}

onForm("new-key", async ({ name }, form) => {
  const key = await json("POST", "/v1/api_keys", { name });
  $("key-made").replaceChildren("Copy it now; it is not shown again.", el("code", {}, key.secret));
  $("key-made").hidden = false;
  form.reset();
  await loadKeys();
});

onForm("new-invite", async ({ role }) => {
  const invite = await json("POST", "/v1/invites", { role });
  $("invite-made").replaceChildren(`Give this to one person; they make an account with it within seven days and are ${role} here.`, el("code", {}, invite.secret));
  $("invite-made").hidden = false;
});

// ---- photos

function photoTile(photo, local) {
  const known = photos.get(photo.id);
  const tile = known || { box: el("input", { type: "checkbox" }), image: el("img", { alt: "", loading: "lazy" }), note: el("span", { className: "note" }) };
  if (!known) {
    const label = el("label", { className: "tile" }, tile.image, tile.box, el("span", { className: "name" }, photo.sku || photo.file_name), tile.note);
    tile.box.setAttribute("aria-label", photo.sku || photo.file_name);
    tile.box.addEventListener("change", ready);
    tile.item = el("li", {}, label);
    $("photos")[local ? "prepend" : "append"](tile.item);
    if (local) {
      tile.image.src = URL.createObjectURL(local);
      tile.box.checked = true;
    } else show(tile.image, `/v1/assets/photo/${photo.digest}`);
    photos.set(photo.id, tile);
  }
  tile.photo = photo;
  tile.note.className = photo.status === "failed" ? "note bad" : "note";
  tile.note.textContent = photo.status === "pending" ? "cutting out …"
    : photo.status === "failed" ? `${photo.problem.message}. ${photo.problem.advice}`
    : `cut out, ${Math.round(photo.confidence * 100)} % sure`;
  tile.box.disabled = photo.status === "failed";
  if (tile.box.disabled) tile.box.checked = false;
  $("no-photos").hidden = photos.size > 0;
  if (photo.status === "pending") setTimeout(() => watchPhoto(photo.id), POLL);
  films.photo(tile);
  ready();
}

async function watchPhoto(id) {
  if (!access || !photos.has(id)) return;
  const photo = await json("GET", `/v1/photos/${id}`).catch(() => null);
  if (photo) photoTile({ ...photo, sku: photos.get(id)?.photo.sku });
}

async function loadPhotos() {
  const [list, known] = await Promise.all([json("GET", "/v1/photos?limit=60"), json("GET", "/v1/products?limit=100")]);
  for (const product of known.data) products.set(product.id, product);
  $("no-photos").hidden = list.data.length > 0;
  list.data.forEach((photo) => photoTile({ ...photo, sku: products.get(photo.product)?.sku }));
}

async function upload(files) {
  const queue = [...files];
  let refused = 0;
  const total = queue.length;
  const work = async () => {
    for (let file = queue.shift(); file; file = queue.shift()) {
      say(`Uploading ${file.name} (${total - queue.length} of ${total})`);
      const form = new FormData();
      const sku = file.name.replace(/\.[^.]*$/, "").slice(0, 200) || "photo";
      form.append("sku", sku);
      form.append("file", file, file.name);
      try {
        photoTile({ ...(await json("POST", "/v1/photos", form)), sku }, file);
      } catch (error) {
        refused += 1;
        say(`${file.name}: ${error.message}`);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (!refused) say(total === 1 ? "One photo is in." : `${total} photos are in.`);
}

$("choose").addEventListener("click", () => $("files").click());
$("files").addEventListener("change", async (event) => {
  await upload(event.target.files);
  event.target.value = "";
});
for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
  $("drop").addEventListener(name, (event) => {
    event.preventDefault();
    $("drop").classList.toggle("over", name === "dragenter" || name === "dragover");
    if (name === "drop") upload([...event.dataTransfer.files]);
  });
}
$("all-photos").addEventListener("click", () => {
  const boxes = [...photos.values()].map((tile) => tile.box).filter((box) => !box.disabled);
  const on = !boxes.every((box) => box.checked);
  boxes.forEach((box) => { box.checked = on; });
  ready();
});

// ---- what is wanted

async function loadScenes() {
  const list = (await json("GET", "/v1/templates")).data.filter((template) => template.kind === "scene");
  $("scenes").replaceChildren(...list.map((scene) => {
    const box = el("input", { type: "checkbox", value: scene.name });
    box.addEventListener("change", () => { $("prompt").value = ""; ready(); });
    scenes.set(scene.name, { ...scene, box });
    const image = el("img", { src: scene.preview, alt: "", loading: "lazy", width: 480, height: 360 });
    return el("li", {}, el("label", { className: "tile" }, image, box, el("span", { className: "name" }, scene.title)));
  }));
}

const chosen = (map) => [...map].filter(([, item]) => item.box.checked).map(([name]) => name);

function ready() {
  const kinds = chosen(scenes).length + ($("prompt").value.trim() ? 1 : 0);
  const total = chosen(photos).length * ((kinds * Number($("count").value)) + ($("white").checked ? 1 : 0));
  $("make").disabled = total === 0 || total > 500;
  $("make").textContent = total === 0 ? "Make pictures" : `Make ${total} ${total === 1 ? "picture" : "pictures"}`;
  $("make-hint").textContent = total > 500 ? "At most 500 at once." : total === 0 ? "Select a photo and at least one kind of picture." : "";
}

for (const id of ["white", "count"]) $(id).addEventListener("change", ready);
$("prompt").addEventListener("input", () => {
  if ($("prompt").value.trim()) for (const scene of scenes.values()) scene.box.checked = false;
  ready();
});

$("make").addEventListener("click", async () => {
  $("make-error").textContent = "";
  $("make").disabled = true;
  const wanted = { photos: chosen(photos) };
  const asks = [];
  const prompt = $("prompt").value.trim();
  const count = Number($("count").value);
  if (prompt) asks.push({ ...wanted, kind: "scene", prompt, count });
  else if (chosen(scenes).length) asks.push({ ...wanted, kind: "scene", templates: chosen(scenes), count });
  if ($("white").checked) asks.push({ ...wanted, kind: "packshot" });
  try {
    for (const ask of asks) watch(await json("POST", "/v1/generations", ask), true);
    say("The pictures are being made.");
    $("results-title").scrollIntoView({ block: "start" });
  } catch (error) {
    $("make-error").textContent = error.message;
  }
  ready();
});

// ---- results

async function loadGenerations() {
  const list = await json("GET", "/v1/generations?limit=10");
  $("no-results").hidden = list.data.length > 0;
  await Promise.all(list.data.map((generation) => watch(generation, false)));
}

async function watch(generation, first) {
  const body = el("section", { className: "card generation" });
  $("results")[first ? "prepend" : "append"](body);
  $("no-results").hidden = true;
  const cards = new Map();
  open.add(generation.id);
  // Also called again when somebody has decided about one of its pictures.
  const follow = async () => {
    while (access && open.has(generation.id)) {
      const now = await json("GET", `/v1/generations/${generation.id}`).catch((error) => { say(error.message); return null; });
      if (now) render(body, cards, now, follow);
      if (now && now.status === "completed") break;
      await new Promise((done) => setTimeout(done, POLL));
    }
  };
  await follow();
}

function title(generation) {
  if (generation.prompt) return `“${generation.prompt}”`;
  if (generation.kind === "packshot") return "White main image";
  return generation.templates.map((name) => scenes.get(name)?.title || name).join(", ");
}

function counted({ total, queued, passed, review, rejected, failed }) {
  const parts = [[passed, "passed"], [review, "to look at"], [rejected, "rejected"], [failed, "failed"], [queued, "to come"]];
  return `${total === 1 ? "1 picture" : `${total} pictures`}: ` + parts.filter(([n]) => n).map(([n, word]) => `${n} ${word}`).join(", ");
}

function render(body, cards, generation, follow) {
  if (!body.firstChild) {
    body.append(
      el("header", {}, el("h3", {}, title(generation)), el("span", { className: "hint" }), el("time", {}, new Date(generation.created_at * 1000).toLocaleString())),
      el("progress", { max: generation.progress.total }), el("ul", { className: "pictures" }));
    for (const notice of generation.notices) body.querySelector("header").after(el("p", { className: "hint" }, notice.message));
  }
  body.querySelector("header .hint").textContent = counted(generation.progress);
  const bar = body.querySelector("progress");
  bar.value = generation.progress.total - generation.progress.queued;
  bar.setAttribute("aria-label", "Pictures done");
  bar.hidden = generation.status === "completed";
  for (const result of generation.results) {
    const key = `${result.status}/${result.updated_at}`;
    const known = cards.get(result.id);
    if (known?.key === key) continue;
    const card = pictureCard(result, follow);
    if (known) known.card.replaceWith(card);
    else body.querySelector(".pictures").append(card);
    cards.set(result.id, { key, card });
  }
}

const WORDS = { queued: "to come", passed: "passed", review: "look at it", approved: "approved", rejected: "rejected", failed: "failed" };

function pictureCard(result, follow) {
  const photo = photos.get(result.photo)?.photo;
  const sku = photo?.sku || "photo";
  const place = result.template ? scenes.get(result.template)?.title || result.template : "white main image";
  const name = `${sku}, ${place}`;
  const frame = el("div", { className: "frame" });
  const file = result.files.channels.web || Object.values(result.files.channels)[0] || result.files.master;
  if (file) {
    const image = el("img", { alt: name });
    frame.append(image);
    show(image, file);
  } else frame.append(result.status === "queued" ? "being made …" : "no picture");
  // What a person let through did not pass by itself.
  const word = result.status === "passed" && result.verdict !== "pass" ? WORDS.approved : WORDS[result.status];
  frame.append(el("span", { className: `badge ${result.status}` }, word));
  const card = el("li", { className: "picture" }, frame, el("div", { className: "caption" }, el("strong", {}, sku), el("small", {}, place)));
  const reasons = result.problem ? [`${result.problem.message}. ${result.problem.advice}`] : result.reasons;
  if (reasons.length) card.append(el("ul", {}, ...reasons.map((reason) => el("li", {}, reason))));
  if (result.status === "review") card.append(verdictButtons(result, name, follow));
  const links = [...Object.entries(result.files.channels), ["lossless", result.files.master], ["receipt", result.files.receipt]].filter(([, path]) => path);
  if (links.length) {
    card.append(el("div", { className: "links" }, ...links.map(([word, path]) => {
      const button = el("button", { type: "button", className: "link" }, `${word === "web" ? "JPEG" : word}`);
      button.setAttribute("aria-label", `Download ${word} of ${name}`);
      button.addEventListener("click", () => download(path, `${name.replace(/[^\p{L}\p{N}]+/gu, "-")}.${word}`).catch((error) => say(error.message)));
      return button;
    })));
  }
  return card;
}

// A person's word: approved pictures get their files, rejected ones never do.
function verdictButtons(result, name, follow) {
  const row = el("div", { className: "links decide" });
  for (const [decision, word] of [["approve", "Approve"], ["reject", "Reject"]]) {
    const button = el("button", { type: "button", className: "secondary" }, word);
    button.setAttribute("aria-label", `${word} ${name}`);
    button.addEventListener("click", async () => {
      row.querySelectorAll("button").forEach((other) => { other.disabled = true; });
      try {
        await json("POST", "/v1/reviews", { decision, results: [result.id] });
        say(`${name}: ${decision === "approve" ? "approved" : "rejected"}.`);
        await follow();
      } catch (error) {
        row.querySelectorAll("button").forEach((other) => { other.disabled = false; });
        say(error.message);
      }
    });
    row.append(button);
  }
  return row;
}

async function download(path, name) {
  const response = await call("GET", path);
  const said = /filename="[^"]*(\.[a-z]+)"/.exec(response.headers.get("Content-Disposition") || "");
  const url = URL.createObjectURL(await response.blob());
  el("a", { href: url, download: name.toLowerCase() + (said ? said[1] : "") }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

// ---- begin

// Once every script is there.
document.addEventListener("DOMContentLoaded", async () => {
  if (sessionStorage.getItem(KEEP) && (await refresh())) await enter(false).catch((error) => say(error.message));
  else $("door").hidden = false;
});
