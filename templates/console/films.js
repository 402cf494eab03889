// Films in the page: what is wanted of one, and how far those that were asked for are. Needs app.js.
"use strict";

const films = (() => {
  const LATEST = 10;
  const chinese = document.documentElement.lang.startsWith("zh");
  const presets = new Map();
  const choices = new Map();
  const cards = new Map();
  let role = "";
  let photo = "";
  let preset = "";
  let moves = !matchMedia("(prefers-reduced-motion: reduce)").matches;

  const named = (storyboard) => (chinese ? storyboard.title_zh : storyboard.title_en) || storyboard.name;
  const seconds = (length) => `${Number(length.toFixed(1))} s`;
  const mayReview = () => ["owner", "admin", "editor", "reviewer"].includes(role);
  const mayWrite = () => ["owner", "admin", "editor"].includes(role);

  // ---- pictures or films

  function tab(name, focus) {
    for (const kind of ["pictures", "films"]) {
      const on = kind === name;
      $(`tab-${kind}`).setAttribute("aria-selected", String(on));
      $(`tab-${kind}`).tabIndex = on ? 0 : -1;
      $(`for-${kind}`).hidden = !on;
      if (on && focus) $(`tab-${kind}`).focus();
    }
    history.replaceState(null, "", name === "films" ? "#films" : location.pathname);
    if (name === "films" && !photo) suggestPhoto();
  }

  for (const kind of ["pictures", "films"]) {
    const other = kind === "films" ? "pictures" : "films";
    $(`tab-${kind}`).addEventListener("click", () => tab(kind));
    $(`tab-${kind}`).addEventListener("keydown", (event) => {
      if (["ArrowLeft", "ArrowRight"].includes(event.key)) tab(other, true);
    });
  }

  // ---- the photo

  // `tile` is the photo's own, above.
  function addPhoto({ photo: shown, image }) {
    const usable = shown.status !== "failed";
    const known = choices.get(shown.id);
    if (known) {
      known.box.disabled = !usable;
    } else if (usable) {
      const name = shown.sku || shown.file_name;
      const small = el("img", { alt: "" });
      if (image.src) small.src = image.src;
      else show(small, `/v1/assets/photo/${shown.digest}`);
      const box = el("input", { type: "radio", name: "photo", value: shown.id });
      box.addEventListener("change", () => choosePhoto(shown.id));
      const item = el("li", {}, el("label", { className: "tile" }, small, box, el("span", { className: "name" }, name)));
      choices.set(shown.id, { box, product: shown.product, name });
      // A photo that was just put in is the newest.
      $("film-photos")[image.src ? "prepend" : "append"](item);
    }
    $("film-no-photos").hidden = choices.size > 0;
  }

  // One that is selected above, else the newest.
  function suggestPhoto() {
    const ids = [...choices.keys()];
    const id = ids.find((one) => photos.get(one)?.box.checked) || ids[0];
    if (!id) return;
    choices.get(id).box.checked = true;
    choosePhoto(id);
  }

  async function choosePhoto(id) {
    photo = id;
    ready();
    const of = choices.get(id).product;
    if (of && !products.has(of)) products.set(of, await json("GET", `/v1/products/${of}`).catch(() => ({})));
    if (photo !== id) return;
    const product = products.get(of) || {};
    const said = { title: product.title === product.sku ? "" : product.title, price: product.price, features: product.features?.join("\n") };
    for (const [name, text] of Object.entries(said)) {
      const input = $("film-form").elements[name];
      if (!input.dataset.own) input.value = text || "";
    }
  }

  // What somebody wrote is neither overwritten nor taken from the product.
  for (const name of ["title", "price", "slogan", "features"]) {
    $("film-form").elements[name].addEventListener("input", (event) => { event.target.dataset.own = "1"; });
  }
  $("film-seconds").addEventListener("input", (event) => { event.target.dataset.own = event.target.value ? "1" : ""; });

  // ---- the preset

  async function loadPresets() {
    const [bundled, own] = await Promise.all([json("GET", "/v1/storyboards/bundled"), json("GET", "/v1/storyboards?limit=100")]);
    $("presets").replaceChildren(...[...bundled.data, ...own.data].map(presetTile));
    animate();
  }

  function presetTile(item) {
    const key = item.id || item.name;
    const box = el("input", { type: "radio", name: "preset", value: key });
    const frame = el("span", { className: "frame" });
    const facts = el("span", { className: "note" }, seconds(item.seconds));
    const known = { ...item, box, frame, size: "" };
    presets.set(key, known);
    box.addEventListener("change", () => choosePreset(key));
    if (item.preview) readPreview(known, facts);
    else frame.append(item.shots === 1 ? "1 shot" : `${item.shots} shots`);
    return el("li", {}, el("label", { className: "tile" }, frame, box, el("span", { className: "name" }, named(item.content)), facts));
  }

  // The first picture on a canvas, all of them as an image: whether it moves is not left to the browser.
  async function readPreview(known, facts) {
    try {
      const blob = await (await call("GET", known.preview)).blob();
      const first = await createImageBitmap(blob);
      const still = el("canvas", { width: first.width, height: first.height });
      still.getContext("2d").drawImage(first, 0, 0);
      const ratio = first.width / first.height;
      known.size = ratio > 1.2 ? "1080p" : ratio > 0.9 ? "square" : ratio > 0.7 ? "portrait" : "vertical";
      facts.append(` · ${{ "1080p": "wide", vertical: "upright" }[known.size] || known.size}`);
      known.still = still;
      known.moving = el("img", { alt: "", src: URL.createObjectURL(blob) });
      known.frame.replaceChildren(moves ? known.moving : still);
      if (preset === (known.id || known.name)) choosePreset(preset);
    } catch (error) {
      known.frame.textContent = error.message;
    }
  }

  function animate() {
    $("film-motion").textContent = moves ? "Hold the pictures still" : "Let the pictures move";
    for (const { frame, still, moving } of presets.values()) if (still) frame.replaceChildren(moves ? moving : still);
  }

  $("film-motion").addEventListener("click", () => { moves = !moves; animate(); });

  function choosePreset(key) {
    preset = key;
    $("film-brief").value = "";
    const { seconds: length, size } = presets.get(key);
    if (!$("film-seconds").dataset.own) $("film-seconds").value = Number(length.toFixed(1));
    if (size) for (const box of $("film-form").elements.size) box.checked = box.value === size;
    ready();
  }

  $("film-brief").addEventListener("input", () => {
    if ($("film-brief").value.trim() && preset) {
      presets.get(preset).box.checked = false;
      preset = "";
      if (!$("film-seconds").dataset.own) $("film-seconds").value = "";
    }
    ready();
  });

  // ---- asking for it

  function ready() {
    const what = Boolean(preset || $("film-brief").value.trim());
    $("film-make").disabled = !photo || !what;
    $("film-hint").textContent = !photo ? "Choose a photo." : !what ? "Choose what happens, or say it in words." : "";
  }

  function wish() {
    const { elements } = $("film-form");
    const wanted = { photo, size: elements.size.value };
    if (preset) wanted.storyboard = preset;
    else wanted.brief = $("film-brief").value.trim();
    const length = $("film-seconds");
    if (length.validity.badInput) throw Object.assign(new Error("it is no number"), { param: "seconds" });
    // Without a number it is as long as the words say.
    if (length.value) wanted.seconds = length.valueAsNumber;
    for (const name of ["title", "price", "slogan"]) if (elements[name].dataset.own) wanted[name] = elements[name].value.trim();
    if (elements.features.dataset.own) wanted.features = elements.features.value.split("\n").map((line) => line.trim()).filter(Boolean);
    if ($("film-keyframes").checked) wanted.approve = ["keyframes"];
    return wanted;
  }

  // What the API says, at the field that it names; the field gets the focus.
  function complain(error) {
    const name = String(error.param || "").split(/[.[]/)[0];
    const place = [...$("film-form").querySelectorAll("[data-for]")].find((one) => name && one.dataset.for.split(" ").includes(name)) || $("film-error");
    place.textContent = error.message;
    const field = $("film-form").querySelector(`[aria-describedby="${place.id || "-"}"]`);
    if (field) {
      field.setAttribute("aria-invalid", "true");
      field.focus();
    } else place.scrollIntoView({ block: "center" });
  }

  $("film-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    for (const place of $("film-form").querySelectorAll(".error")) place.textContent = "";
    for (const field of $("film-form").querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
    $("film-make").disabled = true;
    try {
      const film = await json("POST", "/v1/videos", wish());
      add(film, true);
      say("The film is being made.");
      $("films-title").scrollIntoView({ block: "start" });
      $("films-title").focus({ preventScroll: true });
    } catch (error) {
      complain(error);
    }
    ready();
  });

  // ---- films

  async function loadFilms() {
    const list = await json("GET", `/v1/videos?limit=${LATEST}`);
    $("no-films").hidden = list.data.length > 0;
    list.data.forEach((film) => add(film, false));
  }

  function add(film, first) {
    const card = filmCard(film);
    card.follow = () => follow(film.id);
    cards.set(film.id, card);
    $("films")[first ? "prepend" : "append"](card.body);
    $("no-films").hidden = true;
    draw(card, film);
    card.follow();
  }

  async function follow(id) {
    const card = cards.get(id);
    if (!card || card.following) return;
    card.following = true;
    while (access && cards.get(id) === card) {
      const now = await json("GET", `/v1/videos/${id}`).catch((error) => { say(error.message); return null; });
      if (now) draw(card, now);
      if (now && !WORK.includes(now.status)) break;
      await new Promise((done) => setTimeout(done, POLL));
    }
    card.following = false;
  }

  return {
    photo: addPhoto,
    enter(as) {
      role = as || "";
      tab(location.hash === "#films" ? "films" : "pictures");
      ready();
    },
    async load() {
      await Promise.all([loadPresets(), loadFilms()]);
      if (!$("for-films").hidden && !photo) suggestPhoto();
    },
    leave() {
      for (const { moving } of presets.values()) if (moving) URL.revokeObjectURL(moving.src);
      for (const store of [presets, choices, cards]) store.clear();
      for (const id of ["presets", "film-photos", "films"]) $(id).replaceChildren();
      photo = preset = role = "";
      $("film-form").reset();
      for (const field of $("film-form").elements) delete field.dataset.own;
    },
    named, seconds, mayReview, mayWrite,
    nameOf: (film) => choices.get(film.photo)?.name || products.get(film.product)?.sku || "film",
  };
})();
