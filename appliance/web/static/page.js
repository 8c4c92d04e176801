// What every part of the page needs: elements, requests, short messages, dialogs.

import { say } from "./say.js";

/**
 * The element called `id`, which is in index.html.
 * @template {string} I
 * @param {I} id
 * @returns {I extends keyof PageElements ? PageElements[I] : HTMLElement}
 */
export function $(id) {
  return /** @type {any} */ (document.getElementById(id));
}

/**
 * The first element in `place` that fits `selector`, which is there.
 * @param {ParentNode} place
 * @param {string} selector
 */
export function within(place, selector) {
  return /** @type {HTMLElement} */ (place.querySelector(selector));
}

/** Attributes that are read by people. */
const READ = ["aria-label", "alt", "title", "placeholder"];

/**
 * A new element; its `text` and what else of it is read by people is said in their language.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Attributes} attributes
 * @param {(Node | string)[]} children
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name.slice(2), value);
    else if (name === "text") made.textContent = say(String(value));
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, READ.includes(name) ? say(String(value)) : String(value));
  }
  made.append(...children);
  return made;
}

/**
 * Have `place` say `words`, and touch nothing where it does: this is called for every frame.
 * @param {Element} place
 * @param {string} words
 */
export function put(place, words) {
  if (place.textContent !== words) place.textContent = words;
}

/** @param {string} name */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

const ANSWER_MS = 15000;

/** @type {{ inside: boolean, needed: boolean, proof: string | null, version: string }} */
export const session = { inside: false, needed: false, proof: null, version: "" };

export class Refused extends Error {
  /**
   * @param {number} status
   * @param {{ error?: string, problems?: { key: string, reason: string }[] }} body
   */
  constructor(status, body) {
    super(body.error || `The page answered ${status}`);
    this.status = status;
    this.problems = body.problems || [];
  }
}

/**
 * What the server answers, as JSON. Throws Refused.
 * @param {string} address
 * @param {{ method?: string, body?: unknown }} options
 * @returns {Promise<any>}
 */
export async function request(address, { method = "GET", body } = {}) {
  /** @type {Record<string, string>} */
  const headers = {};
  if (session.proof) headers["X-Page-Proof"] = session.proof;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response;
  const given = new AbortController(); // AbortSignal.timeout is newer than iOS 15
  const late = setTimeout(() => given.abort(), ANSWER_MS);
  try {
    response = await fetch(address, {
      method, headers, body: body === undefined ? undefined : JSON.stringify(body), credentials: "same-origin",
      signal: given.signal,
    });
  } catch {
    clearTimeout(late);
    throw new Refused(0, { error: "The page's server does not answer" });
  }
  const answer = await response.json().catch(() => ({}));
  clearTimeout(late);
  if (response.status === 401) dispatchEvent(new Event("logged-out"));
  if (!response.ok) throw new Refused(response.status, answer);
  return answer;
}

/** @param {unknown} error */
export const message = (error) => (error instanceof Error ? error.message : String(error));

/**
 * Say something for `seconds`. Of several, those with an action stay until their time is over.
 * @param {string} text
 * @param {{ action?: { text: string, run: () => void }, bad?: boolean, seconds?: number }} options
 */
export function toast(text, { action, bad = false, seconds = action ? 8 : 4 } = {}) {
  const made = element("div", { class: bad ? "toast bad" : "toast" }, element("span", { text }));
  if (action) {
    made.classList.add("offer");
    made.append(element("button", { text: action.text, onclick: () => { made.remove(); action.run(); } }));
  }
  const place = $("toasts");
  while (place.children.length > 2) (place.querySelector(".toast:not(.offer)") ?? place.children[0]).remove();
  place.append(made);
  setTimeout(() => made.remove(), 1000 * seconds);
  return made;
}

/**
 * What `work` gives, or null where it fails, which is told.
 * @template T
 * @param {() => Promise<T>} work
 */
export async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refused && error.status === 401)) toast(message(error), { bad: true });
    return null;
  }
}

/** @type {Record<string, number>} */
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/**
 * A row of choices of which one is taken: arrow keys move, as in any radio group.
 * @template V
 * @param {HTMLElement} place
 * @param {[value: V, text: string, colour?: string][]} options
 * @param {V} chosen
 * @param {(value: V) => void} choose
 */
export function choices(place, options, chosen, choose) {
  const buttons = options.map(([value, text, colour]) => {
    const button = element("button", {
      type: "button", role: "radio", "aria-checked": String(value === chosen), tabindex: value === chosen ? 0 : -1,
      text, onclick: () => choose(value),
    });
    if (colour) {
      const dot = element("i", { "aria-hidden": "true" });
      dot.style.background = colour;
      button.prepend(dot);
    }
    return button;
  });
  const focused = [...place.children].some((child) => child === document.activeElement);
  place.replaceChildren(...buttons);
  if (focused) (buttons.find((one) => one.tabIndex === 0) || buttons[0])?.focus();
  place.onkeydown = (event) => {
    const step = STEPS[event.key];
    const at = options.findIndex(([value]) => value === chosen);
    if (step && options.length) {
      event.preventDefault();
      buttons[Math.max(0, at)].focus();
      choose(options[(at + step + options.length) % options.length][0]);
    }
  };
}
