// The settings: a form made from the schema, each change written at once, undo.

import { say } from "./say.js";
import { $, Refused, element, message, request, toast } from "./page.js";
import { NAMES, capital, spoken } from "./words.js";

/** @type {Record<string, string>} */
const TITLES = {
  rule: "The rule", moment: "The best frame", people: "Tracking people", faces: "Finding faces",
  camera: "Camera", storage: "Photos", hardware: "Light and pins", button: "Button", export: "USB stick",
};
const ORDER = Object.keys(TITLES);
/** @type {Record<string, string | undefined>} */
const UNITS = { seconds: "s", minutes: "min", mb: "MB" };

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
  $("settings-file").textContent = say(form.file ? "Each change is checked, written to config.yaml and used at once." : "Without a configuration file nothing can be changed.");
  /** @param {string} name */
  const rank = (name) => (ORDER.indexOf(name) + 1) || 99;
  const sections = [...form.sections].sort((a, b) => rank(a.name) - rank(b.name));
  const focused = document.activeElement?.id;
  $("form").replaceChildren(...sections.map((section, index) => {
    const before = /** @type {HTMLDetailsElement | null} */ (document.getElementById(`section-${section.name}`));
    const open = before ? before.open : index === 0;
    const summary = element("summary", {}, element("h2", { text: TITLES[section.name] || spoken(section.name) }), element("p", { text: section.words }));
    const fields = section.settings.map((one) => field(one, !form.file));
    return element("details", { class: "card section", id: `section-${section.name}`, open }, summary, ...fields);
  }));
  if (focused) document.getElementById(focused)?.focus();
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
  const group = ["switch", "number", "whole", "text", "yaml", "choice"].includes(setting.kind);
  const title = element(group ? "label" : "span", { class: "name", id: `${id}-name`, for: group ? id : null, text: titled(setting) });
  const changed = JSON.stringify(setting.value) !== JSON.stringify(setting.default) && !setting.fixed && !fixed;
  const reset = changed ? element("button", { class: "reset", type: "button", text: `Default: ${plain(setting.default)}`, "aria-label": `Set ${titled(setting)} back to ${plain(setting.default)}`, onclick: () => save(setting, setting.default, wrong) }) : "";
  if (setting.fixed) words.textContent += `. ${say("Set in the file only")}.`;
  if (setting.overridden) words.textContent += `. ${say("Decided by the file of overrides beside config.yaml")}.`;
  return element("div", { class: `field kind-${setting.kind}`, "data-key": setting.key }, element("div", { class: "text" }, title, words, wrong), element("div", { class: "control" }, control, reset));
}

// The unit stands behind the number; what the control says by itself need not be said again.
/** @param {{ name: string }} setting */
const unit = (setting) => UNITS[setting.name.split("_").pop() ?? ""];
/** @param {{ name: string }} setting */
const titled = (setting) => spoken(unit(setting) ? setting.name.replace(/_[a-z]+$/, "") : setting.name);
/** @param {Setting} setting */
function about(setting) {
  if (setting.key === "rule.who") return "Who must show it";
  if (setting.kind === "several") return "Any of these counts";
  return capital(setting.words);
}

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
  if (setting.key === "rule.who") return who(setting, common, change);
  switch (setting.kind) {
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
  /** @type {Record<string, any>} */
  const starts = { everyone: "everyone", at_least: { at_least: 2 }, share: { share: .8 } };
  const select = element("select", { ...about, onchange: (event) => change(starts[event.target.value]) },
    ...[["everyone", "Everyone"], ["at_least", "At least …"], ["share", "A share …"]].map(([value, text]) => element("option", { value, text, selected: value === kind })));
  if (kind === "everyone") return select;
  const many = kind === "at_least";
  /** @param {string} text */
  const take = (text) => (many ? Number(text) : Number(text) / 100);
  const input = element("input", { type: "text", inputmode: "numeric", disabled: about.disabled, "aria-label": many ? "How many people" : "How large a share, in percent",
    value: String(many ? setting.value.at_least : Math.round(100 * setting.value.share)), onchange: (event) => change({ [kind]: take(event.target.value) }) });
  return element("div", { class: "pair" }, select, withUnit(input, many ? "people" : "%"));
}

/**
 * @param {HTMLElement} input
 * @param {string | undefined} text
 */
const withUnit = (input, text) => (text ? element("div", { class: "unit" }, input, element("span", { text, "aria-hidden": "true" })) : input);

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
  /** @param {string} text */
  const take = (text) => {
    const value = Number(text);
    return text.trim() === "" || Number.isNaN(value) ? text : value;
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
    toast(`${titled(setting)} saved`, { action: { text: "Undo", run: undo } });
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
    toast(form.keys.length ? `${form.keys.map((key) => titled({ name: key.split(".")[1] })).join(", ")}: as before` : "Nothing to undo");
  } catch (error) { toast(message(error), { bad: true }); }
}

$("undo").addEventListener("click", undo);
