// The settings: a form made from the schema, each change written at once, undo.

import { say } from "./say.js";
import { $, Refused, element, message, request, toast } from "./page.js";
import { NAMES, capital, spoken, text } from "./words.js";

/** @type {Record<string, string | undefined>} */
const UNITS = { seconds: "s", minutes: "min", hours: "h", mb: "MB" };
/** @type {Map<string, string>} */
const titles = new Map(); // of the settings, by key

export async function enter() { await load(); }
export function leave() {}

export async function load() {
  try { build(await request("/api/settings")); } catch (error) { problem(error); }
}

/** @param {unknown} error */
function problem(error) {
  if (error instanceof Refused && error.status === 401) return;
  $("form").replaceChildren(element("div", { class: "card wrong", role: "alert", text: message(error) }));
}

/** @param {SettingsForm} form */
function build(form) {
  $("undo").disabled = form.undo === 0;
  $("settings-file").textContent = text(form.file ? "settings.file" : "settings.no_file");
  const all = form.sections.flatMap((section) => section.settings);
  for (const one of all) titles.set(one.key, one.title);
  /** @param {Setting[]} settings */
  const fields = (settings) => settings.map((one) => field(one, !form.file));
  const basics = form.basics.flatMap((key) => all.filter((one) => one.key === key));
  const rest = form.sections.map((section) => folded(`section-${section.name}`, "card section", section.title, section.words,
    fields(section.settings.filter((one) => !form.basics.includes(one.key)))));
  const focused = document.activeElement?.id;
  $("form").replaceChildren(
    element("div", { class: "card section" }, element("h2", { text: text("settings.basics") }), ...fields(basics)),
    folded("section-advanced", "advanced", text("settings.advanced"), text("settings.advanced.text"), rest),
  );
  if (focused) document.getElementById(focused)?.focus();
}

/**
 * A part of the form that opens and closes, and stays as it is when the form is made anew.
 * @param {string} id
 * @param {string} kind
 * @param {string} title
 * @param {string} words
 * @param {Element[]} content
 */
function folded(id, kind, title, words, content) {
  const before = /** @type {HTMLDetailsElement | null} */ (document.getElementById(id));
  return element("details", { class: kind, id, open: before?.open ?? false },
    element("summary", {}, element("h2", { text: title }), element("p", { text: words })), ...content);
}

/**
 * @param {Setting} setting
 * @param {boolean} fixed
 */
function field(setting, fixed) {
  const id = `set-${setting.key.replace(".", "-")}`;
  const words = element("p", { id: `${id}-words`, text: about(setting) });
  const wrong = element("p", { class: "wrong", role: "alert" });
  const control = make(setting, id, fixed || setting.fixed || setting.overridden, wrong);
  const single = setting.kind !== "several"; // several boxes are a group, which the words name
  const title = element(single ? "label" : "span", { class: "name", id: `${id}-name`, for: single ? id : null, text: setting.title });
  const changed = JSON.stringify(setting.value) !== JSON.stringify(setting.default) && !setting.fixed && !fixed;
  const reset = changed ? element("button", { class: "reset", type: "button", text: text("settings.default", { value: usual(setting) }), "aria-label": text("settings.default.long", { title: setting.title, value: usual(setting) }), onclick: () => save(setting, setting.default, wrong) }) : "";
  if (setting.fixed) words.textContent += `. ${text("settings.fixed")}.`;
  if (setting.overridden) words.textContent += `. ${text("settings.overridden")}.`;
  return element("div", { class: `field kind-${setting.kind}`, "data-key": setting.key }, element("div", { class: "text" }, title, words, wrong), element("div", { class: "control" }, control, reset));
}

// The unit stands behind the number; what the control says by itself need not be said again.
/** @param {{ name: string }} setting */
const unit = (setting) => UNITS[setting.name.split("_").pop() ?? ""];
/** @param {Setting} setting */
function about(setting) {
  if (setting.key === "rule.who") return text("settings.who");
  if (setting.kind === "several") return text("settings.several");
  const words = say(setting.words);
  if (setting.kind === "switch") return capital(words.replace(/^true: /, ""));
  return capital(setting.choices?.reduce((so, one) => so.replaceAll(`${one}:`, `${say(spoken(String(one)))}:`), words) ?? words);
}

/**
 * The default as the control says it.
 * @param {Setting} setting
 */
const usual = ({ kind, default: value }) => (kind === "choice" ? spoken(String(value)) : plain(value));
/** @param {any} value */
const plain = (value) => (Array.isArray(value) ? value.join(", ") : typeof value === "object" ? JSON.stringify(value) : String(value));

/**
 * @param {Setting} setting
 * @param {string} id
 * @param {boolean} fixed
 * @param {HTMLElement} wrong
 */
function make(setting, id, fixed, wrong) {
  const common = { id, "aria-describedby": `${id}-words`, disabled: fixed };
  /** @param {any} value */
  const change = (value) => save(setting, value, wrong);
  switch (setting.kind) {
    case "who":
      return who(setting, common, change);
    case "switch":
      return element("input", { ...common, type: "checkbox", role: "switch", checked: setting.value, onchange: (event) => change(event.target.checked) });
    case "choice": {
      const select = element("select", { ...common, onchange: (event) => change(setting.choices[event.target.selectedIndex]) },
        ...setting.choices.map((one) => element("option", { value: one, text: spoken(String(one)), selected: one === setting.value })));
      return select;
    }
    case "several":
      return several(setting, id, fixed, change);
    case "number":
    case "whole":
      return number(setting, common, change);
    case "text":
      return element("input", { ...common, type: "text", value: setting.value, onchange: (event) => change(event.target.value) });
    default:
      return element("input", { ...common, type: "text", value: plainYaml(setting.value), spellcheck: "false", onchange: (event) => change({ yaml: event.target.value }) });
  }
}

/**
 * @param {Setting} setting
 * @param {ControlAttributes} about
 * @param {(value: any) => void} change
 */
function who(setting, about, change) {
  const kind = typeof setting.value === "object" ? Object.keys(setting.value)[0] : "everyone";
  const way = setting.ways?.find((one) => one.key === kind);
  /** @param {string} key */
  const choose = (key) => change(key === "everyone" ? key : { [key]: setting.ways?.find((one) => one.key === key)?.start });
  const choices = [{ key: "everyone", choice: "Everyone" }, ...(setting.ways ?? [])];
  const select = element("select", { ...about, onchange: (event) => choose(event.target.value) },
    ...choices.map(({ key, choice }) => element("option", { value: key, text: choice, selected: key === kind })));
  if (!way) return select;
  const input = element("input", { type: "text", inputmode: "numeric", disabled: about.disabled, "aria-label": way.question,
    value: String(Math.round(way.times * setting.value[kind])), onchange: (event) => change({ [kind]: Number(event.target.value) / way.times }) });
  return element("div", { class: "pair" }, select, withUnit(input, way.unit));
}

/**
 * @param {HTMLElement} input
 * @param {string | undefined} words
 */
const withUnit = (input, words) => (words ? element("div", { class: "unit" }, input, element("span", { text: words, "aria-hidden": "true" })) : input);

/**
 * @param {any} value
 * @returns {string}
 */
function plainYaml(value) {
  if (Array.isArray(value)) return `[${value.join(", ")}]`;
  if (value && typeof value === "object") {
    const inside = Object.entries(value).map(([key, one]) => `${key}: ${one}`);
    return inside.length ? `{${inside.join(", ")}}` : "everyone";
  }
  return String(value);
}

/**
 * @param {Setting} setting
 * @param {string} id
 * @param {boolean} fixed
 * @param {(value: any) => void} change
 */
function several(setting, id, fixed, change) {
  const chosen = new Set(setting.value);
  const boxes = setting.choices.map((one) => {
    const box = element("input", { type: "checkbox", checked: chosen.has(one), disabled: fixed, onchange: () => {
      if (!chosen.delete(one)) chosen.add(one);
      const list = setting.choices.filter((name) => chosen.has(name));
      change(list.length === 1 ? list[0] : list);
    } });
    return element("label", { class: "chip" }, box, element("span", { text: capital(NAMES[one] || one) }));
  });
  return element("div", { class: "chips", id, role: "group", "aria-labelledby": `${id}-name` }, ...boxes);
}

/**
 * @param {Setting} setting
 * @param {ControlAttributes} about
 * @param {(value: any) => void} change
 */
function number(setting, about, change) {
  const [least, most] = [setting.least ?? setting.above, setting.most ?? setting.below];
  const whole = setting.kind === "whole";
  /** @param {string} typed */
  const take = (typed) => {
    const value = Number(typed);
    return typed.trim() === "" || Number.isNaN(value) ? typed : value;
  };
  const input = element("input", { ...about, type: "text", inputmode: whole ? "numeric" : "decimal", value: String(setting.value), onchange: (event) => change(take(event.target.value)) });
  if (least == null || most == null) return withUnit(input, unit(setting));
  const range = most - least;
  if (whole ? range > 30 : range > 10) return withUnit(input, unit(setting));
  const step = whole ? 1 : range <= 1 ? .01 : .05;
  const low = setting.above != null ? least + step : least;
  const high = setting.below != null ? most - step : most;
  const slide = element("input", { type: "range", min: low, max: high, step, value: setting.value, disabled: about.disabled, "aria-labelledby": `${about.id}-name`,
    oninput: (event) => { input.value = String(Number(event.target.value)); }, onchange: (event) => change(Number(event.target.value)) });
  return element("div", { class: "slide" }, slide, withUnit(input, unit(setting)));
}

/**
 * @param {Setting} setting
 * @param {any} value
 * @param {HTMLElement} wrong
 */
async function save(setting, value, wrong) {
  wrong.textContent = "";
  const kept = Array.isArray(value) && setting.kind === "several" && value.length === 1 ? value[0] : value;
  try {
    build(await request("/api/settings", { method: "PUT", body: { [setting.key]: kept && typeof kept === "object" && !Array.isArray(kept) && !("yaml" in kept) ? { yaml: plainYaml(kept) } : kept } }));
    toast(text("settings.saved", { title: setting.title }), { action: { text: text("undo"), run: undo } });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const mine = error.problems.find((one) => one.key === setting.key || one.key.startsWith(`${setting.key}.`));
    wrong.textContent = say(mine ? capital(mine.reason) : error.message);
  }
}

async function undo() {
  try {
    /** @type {SettingsForm & { keys: string[] }} */
    const form = await request("/api/settings/undo", { method: "POST" });
    build(form);
    const changed = form.keys.map((key) => titles.get(key) ?? key).join(", ");
    toast(changed ? text("settings.undone", { titles: changed }) : text("settings.nothing"));
  } catch (error) { toast(message(error), { bad: true }); }
}

$("undo").addEventListener("click", undo);
