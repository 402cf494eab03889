// One film: its card, from the first keyframe to the file. Needs app.js and films.js.
"use strict";

const WORK = ["scripting", "keyframing", "animating", "stitching", "verifying"];

// How far it is, in words.
function toldFilm({ status, awaits, progress, verdict, decision }) {
  const shots = (done) => `${done} of ${progress.shots} ${progress.shots === 1 ? "shot" : "shots"}`;
  switch (status) {
    case "scripting": return "The words become a storyboard …";
    case "keyframing": return progress.shots ? `Making the keyframes: ${shots(progress.keyframes)}` : "Cutting out the photo …";
    case "animating": return `Making the film: ${shots(progress.animated)}`;
    case "stitching": return "Putting the shots together …";
    case "verifying": return "Judging the film as a whole …";
    case "awaiting_approval": return awaits === "plan" ? "Its plan waits for you." : "The keyframes wait for you.";
    case "delivered": return verdict !== "pass" && decision ? "A person approved it." : "Every frame shows your product.";
    case "review": return "It is held: somebody must look at it.";
    case "rejected": return "A person rejected it.";
    case "failed": return "It could not be made.";
    default: return "Cancelled.";
  }
}

function filmBadge({ status, verdict }) {
  switch (status) {
    case "delivered": return ["passed", verdict === "pass" ? "passed" : "approved"];
    case "awaiting_approval": return ["review", "your turn"];
    case "review": return ["review", "look at it"];
    case "rejected": case "failed": case "cancelled": return [status, status];
    default: return ["queued", "being made"];
  }
}

function filmCard(film) {
  const card = {
    name: films.nameOf(film), keys: {},
    title: el("h3"), facts: el("span", { className: "hint" }), badge: el("span"),
    told: el("p", { className: "told" }), bar: el("progress", { max: 1 }),
    stage: el("div", { className: "stage" }), side: el("div", { className: "side" }), shots: el("div", { className: "shots" }),
  };
  card.told.setAttribute("aria-live", "polite");
  card.bar.setAttribute("aria-label", `How far the film of ${card.name} is`);
  card.body = el("article", { className: "card film" },
    el("header", {}, card.title, card.facts, el("time", {}, new Date(film.created_at * 1000).toLocaleString())),
    el("div", { className: "halves" }, card.stage, el("div", { className: "half" }, el("div", { className: "line" }, card.badge, card.told), card.bar, card.side)),
    card.shots);
  return card;
}

// Draws `parts` by what they are made of; what is as it was stays, with its focus.
function part(card, name, of, make) {
  const key = JSON.stringify(of);
  if (card.keys[name] === key) return;
  card.keys[name] = key;
  make();
}

function draw(card, film) {
  const [kind, word] = filmBadge(film);
  const told = toldFilm(film);
  const { shots, keyframes, animated } = film.progress;
  part(card, "title", [film.storyboard?.name, film.brief], () => {
    card.title.textContent = film.brief ? `“${film.brief}”` : film.storyboard ? films.named(film.storyboard) : "Film";
  });
  card.facts.textContent = [card.name, film.seconds ? films.seconds(film.seconds) : "", film.size?.join(" × ")].filter(Boolean).join(" · ");
  card.badge.className = `badge ${kind}`;
  card.badge.textContent = word;
  if (card.told.textContent !== told) card.told.textContent = told;
  card.bar.value = shots ? (keyframes + animated + (film.status === "verifying" ? 1 : 0)) / (2 * shots + 2) : 0;
  card.bar.hidden = !WORK.includes(film.status);
  if (film.size) card.stage.style.setProperty("--ratio", String(film.size[0] / film.size[1]));
  const first = film.shots?.find((shot) => shot.keyframe)?.keyframe;
  part(card, "stage", [film.files.poster, film.files.film, film.files.draft, first, film.status], () => drawStage(card, film, first));
  part(card, "side", [film.status, film.awaits, film.files, film.reasons, film.problem, film.updated_at], () => drawSide(card, film));
  part(card, "shots", [film.status, film.awaits, film.shots], () => drawShots(card, film));
}

// The film, behind its poster; before that its first keyframe, in the shape that the film will have.
function drawStage(card, film, first) {
  const file = film.files.film || film.files.draft;
  const still = film.files.poster || first;
  card.stage.replaceChildren();
  card.stage.hidden = film.awaits === "keyframes" || (!still && !WORK.includes(film.status));
  if (still) {
    const image = el("img", { alt: `${file ? "First frame" : "First keyframe"} of ${card.name}` });
    card.stage.append(image);
    show(image, still);
  } else card.stage.append(el("span", {}, "being made …"));
  if (!file) return;
  const word = el("span", {}, film.seconds ? films.seconds(film.seconds) : "Play");
  const button = el("button", { type: "button", className: "play" }, word);
  button.setAttribute("aria-label", `Play the film of ${card.name}`);
  button.addEventListener("click", async () => {
    button.disabled = true;
    word.textContent = "loading …";
    try {
      const [source, poster] = await Promise.all([picture(file), still && picture(still)]);
      const video = el("video", { controls: true, playsInline: true, loop: false, src: source });
      if (poster) video.poster = poster;
      video.setAttribute("aria-label", `The film of ${card.name}`);
      card.stage.replaceChildren(video);
      video.focus();
      await video.play().catch(() => {});
    } catch (error) {
      button.disabled = false;
      word.textContent = "Play";
      say(error.message);
    }
  });
  card.stage.append(button);
}

function drawSide(card, film) {
  const parts = [];
  const held = film.status !== "delivered" && !WORK.includes(film.status);
  if (film.problem) parts.push(el("p", { className: "error" }, `${film.problem.message || film.problem.code}. ${film.problem.advice}`));
  if (held && film.reasons.length) parts.push(el("ul", { className: "reasons" }, ...film.reasons.map((reason) => el("li", {}, reason))));
  if (film.decision?.reason) parts.push(el("p", { className: "hint" }, `“${film.decision.reason}”`));
  for (const notice of film.notices) parts.push(el("p", { className: "hint" }, notice.message || notice.advice));
  if (held && film.files.worst) parts.push(worstFrame(card, film));
  if (film.status === "awaiting_approval") parts.push(...approval(card, film));
  if (film.status === "review") parts.push(...decision(card, film));
  if (film.quote && film.status === "awaiting_approval") parts.push(el("p", { className: "hint" }, `${films.seconds(film.quote.seconds)} of film${film.quote.price ? ` (${film.quote.price})` : ""} are charged if it passes or you approve it.`));
  if (WORK.includes(film.status) && films.mayWrite()) parts.push(el("div", { className: "links" }, deed(card, "Cancel", "link", () => json("POST", `/v1/videos/${film.id}/cancel`))));
  parts.push(fileLinks(card, film));
  card.side.replaceChildren(...parts);
}

function worstFrame(card, film) {
  const image = el("img", { alt: `The worst frame of ${card.name}: on the left as it should be, on the right as it is` });
  show(image, film.files.worst);
  return el("figure", { className: "worst" }, image, el("figcaption", { className: "hint" }, "The worst frame: as it should be, and as it is."));
}

// A button that does something to the film, which is then drawn anew.
function deed(card, word, kind, act) {
  const button = el("button", { type: "button", className: kind }, word);
  button.setAttribute("aria-label", `${word}: ${card.name}`);
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      draw(card, await act());
      card.follow();
    } catch (error) {
      button.disabled = false;
      say(error.message);
    }
  });
  return button;
}

function approval(card, film) {
  if (!films.mayWrite()) return [];
  const approve = deed(card, film.awaits === "plan" ? "Approve the plan" : "Approve and make the film", "primary", () => json("POST", `/v1/videos/${film.id}/approve`));
  const cancel = deed(card, "Cancel", "link", () => json("POST", `/v1/videos/${film.id}/cancel`));
  return [el("div", { className: "row decide" }, approve, cancel)];
}

function decision(card, film) {
  if (!films.mayReview()) return [];
  const id = `why-${film.id}`;
  const why = el("input", { id, maxLength: 1000 });
  const decide = (word, kind) => deed(card, word, kind, () =>
    json("POST", `/v1/videos/${film.id}/decision`, { decision: word.toLowerCase(), reason: why.value.trim() }));
  return [el("div", { className: "field" }, el("label", { htmlFor: id }, "Why ", el("small", {}, "if you like")), why),
    el("div", { className: "row decide" }, decide("Approve", "primary"), decide("Reject", "secondary"))];
}

function fileLinks(card, film) {
  const { film: file, draft, poster, preview, receipt } = film.files;
  const links = [["film", file], ["draft", draft], ["poster", poster], ["preview", preview], ["receipt", receipt]].filter(([, path]) => path);
  return el("div", { className: "links files" }, ...links.map(([word, path]) => {
    const main = word === "film";
    const button = el("button", { type: "button", className: main ? "secondary" : "link" }, main ? "Download the film" : word[0].toUpperCase() + word.slice(1));
    button.setAttribute("aria-label", `Download the ${word} of ${card.name}`);
    button.addEventListener("click", () => download(path, `${card.name.replace(/[^\p{L}\p{N}]+/gu, "-")}-${word}`).catch((error) => say(error.message)));
    return button;
  }));
}

// The keyframes: open where they are waited for, else folded away.
function drawShots(card, film) {
  const shown = (film.shots || []).filter((shot) => shot.keyframe);
  const waits = film.awaits === "keyframes";
  const rests = waits || ["delivered", "review", "rejected", "failed"].includes(film.status);
  if (!shown.length) return card.shots.replaceChildren();
  const list = el("ol", { className: "keyframes" }, ...shown.map((shot) => shotTile(card, film, shot, rests)));
  if (waits) return card.shots.replaceChildren(list);
  const open = card.shots.querySelector("details")?.open || false;
  return card.shots.replaceChildren(el("details", { open }, el("summary", {}, shown.length === 1 ? "Its shot" : `Its ${shown.length} shots`), list));
}

function shotTile(card, film, shot, rests) {
  const scene = scenes.get(shot.scene)?.title || shot.scene;
  const image = el("img", { alt: `Keyframe of shot ${shot.number}: ${scene}` });
  show(image, shot.keyframe);
  const frame = el("div", { className: "frame" }, image);
  if (film.size) frame.style.setProperty("--ratio", String(film.size[0] / film.size[1]));
  const name = [`Shot ${shot.number}`, shot.seconds ? films.seconds(shot.seconds) : ""].filter(Boolean).join(" · ");
  const note = shot.verdict === "pass" ? scene : `${scene}: look at it`;
  const tile = el("li", {}, frame, el("div", { className: "caption" }, el("strong", {}, name), el("small", {}, note)));
  if (rests && films.mayWrite()) {
    const again = deed(card, `Redo shot ${shot.number}`, "link", () => json("POST", `/v1/videos/${film.id}/shots/${shot.number}/redo`, {}));
    tile.append(el("div", { className: "links" }, again));
  }
  return tile;
}
