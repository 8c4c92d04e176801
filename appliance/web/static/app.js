// Assembles the page: login state, and the part that is shown.

import { say } from "./say.js";
import { $, Refused, attempt, message, toast, within, request, session } from "./page.js";
import * as live from "./live.js";
import * as stage from "./stage.js";
import { text } from "./words.js";

// The live view is what people wait for; the other parts are fetched when they are wanted.
/** @type {Record<string, () => Promise<Part>>} */
const PARTS = {
  live: async () => ({ enter() {}, leave() {} }),
  mood: () => import("./mood.js"),
  photos: () => import("./photos.js"),
  settings: () => import("./settings.js"),
  health: () => import("./health.js"),
  help: () => import("./help.js"),
};
/** @type {string | null} */
let part = null;
/** @type {Part | null} */
let shown = null;

/** @param {string} name */
const titleOf = (name) => text(`part.${name}`);

async function go() {
  if (!session.inside) return;
  const [place, inside] = location.hash.slice(1).split("/");
  const name = place in PARTS ? place : "live";
  if (name === part) { shown?.at?.(inside); return; }
  const first = part === null;
  part = name;
  shown?.leave();
  shown = null;
  show(`view-${name}`);
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll(".tabs a"))) {
    if (link.hash === `#${name}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${titleOf(name)} · Smart selfie`;
  scrollTo(0, 0);
  if (!first) $("main").focus({ preventScroll: true });
  stage.moveTo($(`view-${name}`));
  const entered = await PARTS[name]();
  if (part !== name) return; // gone on meanwhile
  shown = entered;
  shown.enter(inside);
}

/** @param {string} id */
function show(id) {
  for (const view of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".view"))) view.hidden = view.id !== id;
}

function outside() {
  session.inside = false;
  session.proof = null;
  live.stop();
  shown?.leave();
  part = shown = null;
  $("bar").hidden = true;
  show("view-login");
  document.title = `${say("Log in")} · Smart selfie`;
  $("password").focus();
}

function inside() {
  session.inside = true;
  $("bar").hidden = false;
  $("logout").hidden = !session.needed;
  go();
  live.start();
  catchUp();
}

// What the live view shows beside the picture: the last photo.
async function catchUp() {
  const page = await request("/api/photos?start=0&count=1").catch(() => null);
  const newest = page?.days[0]?.photos[0];
  if (newest) live.last(newest.name);
}

let tries = 0;

async function begin() {
  try {
    Object.assign(session, await request("/api/session"));
  } catch (error) {
    if (tries++ % 5 === 0) toast(message(error), { bad: true });
    setTimeout(begin, 1000);
    return;
  }
  if (session.inside) inside();
  else outside();
}

within($("view-login"), "form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const wrong = within($("view-login"), ".wrong");
  const button = /** @type {HTMLButtonElement} */ (within($("view-login"), "button"));
  wrong.textContent = "";
  button.disabled = true;
  try {
    session.proof = (await request("/api/login", { method: "POST", body: { password: $("password").value } })).proof;
    $("password").value = "";
    inside();
  } catch (error) {
    wrong.textContent = say(error instanceof Refused ? error.message : "The request failed");
    $("password").select();
  } finally {
    button.disabled = false;
  }
});

$("logout").addEventListener("click", () => attempt(async () => {
  await request("/api/logout", { method: "POST" });
  outside();
}));
// Any link back to this page while it is shown: the proof of another session is of no use, so begin anew.
addEventListener("logged-out", () => { if (session.inside) outside(); });
addEventListener("hashchange", go);
live.listeners.photos.push(() => shown?.arrived?.());
live.listeners.link.push((connected) => { if (connected && session.inside) catchUp(); });
if ("HTMLDialogElement" in window) { // iOS 15.4, Firefox 98
  $("old").hidden = true;
  live.start(); // at once; without a login the server answers with an error
  begin();
}
