// What every part of the page needs: elements, requests, short messages, dialogs.

export const $ = (id) => document.getElementById(id);

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") made.textContent = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

export const session = { inside: false, needed: false, proof: null, version: "" };

export class Refused extends Error {
  constructor(status, body) {
    super(body.error || `The page answered ${status}`);
    this.status = status;
    this.problems = body.problems || [];
  }
}

export async function request(address, { method = "GET", body } = {}) {
  const headers = {};
  if (session.proof) headers["X-Page-Proof"] = session.proof;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(address, {
      method, headers, body: body === undefined ? undefined : JSON.stringify(body), credentials: "same-origin",
      signal: AbortSignal.timeout(15000),
    });
  } catch {
    throw new Refused(0, { error: "The page's server does not answer" });
  }
  const answer = await response.json().catch(() => ({}));
  if (response.status === 401) dispatchEvent(new Event("logged-out"));
  if (!response.ok) throw new Refused(response.status, answer);
  return answer;
}

export function toast(text, { action, bad = false } = {}) {
  const made = element("div", { class: bad ? "toast bad" : "toast" }, element("span", { text }));
  if (action) made.append(element("button", { text: action.text, onclick: () => { made.remove(); action.run(); } }));
  const place = $("toasts");
  while (place.children.length > 2) place.firstChild.remove();
  place.append(made);
  setTimeout(() => made.remove(), action ? 8000 : 4000);
}

export async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    if (error.status !== 401) toast(error.message, { bad: true });
    return null;
  }
}

// A row of choices of which one is taken: arrow keys move, as in any radio group.
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
  const focused = [...place.children].indexOf(document.activeElement);
  place.replaceChildren(...buttons);
  if (focused >= 0) (buttons.find((one) => one.tabIndex === 0) || buttons[0])?.focus();
  place.onkeydown = (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const at = options.findIndex(([value]) => value === chosen);
    if (step && options.length) {
      event.preventDefault();
      buttons[0].parentElement.children[Math.max(0, at)]?.focus();
      choose(options[(at + step + options.length) % options.length][0]);
    }
  };
}
