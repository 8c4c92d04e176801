// English sentences of the page, its server and the appliance, said in the browser's language. As in
// appliance/language/catalogue.py a sentence is recognised by its template: "{number} photos" is what "12 photos" was made of.

/** @type {{ language: string, plural: number[], entries: [one: string, forms: string[], more?: string][] }} */
const catalogue = await (await fetch("/static/messages.json")).json();

const MOST_KEPT = 2000;
const MOST_DEPTH = 4; // values in values: a list of sentences with words in them
const VALUE = /\{(\w+)\}/g;
const LETTER = /\p{L}/u;

/** @type {Map<string, string[]>} */
const fixed = new Map();
/** @type {{ pattern: RegExp, forms: string[], weight: number }[]} */
const templates = [];
for (const [one, forms, more] of catalogue.entries) {
  for (const template of more === undefined ? [one] : [one, more]) {
    if (template.search(VALUE) < 0) fixed.set(template, forms);
    else templates.push({ pattern: pattern(template), forms, weight: template.replace(VALUE, "").length });
  }
}
templates.sort((a, b) => b.weight - a.weight); // the most particular first

/** @param {string} template */
function pattern(template) {
  const seen = new Set();
  const parts = template.split(VALUE); // text, name, text, name, ..., text
  const written = parts.map((part, place) => {
    if (place % 2 === 0) return part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const named = seen.has(part) ? `\\k<${part}>` : `(?<${part}>${part === "number" ? "\\d[\\d.]*" : ".+?"})`;
    seen.add(part);
    return named;
  });
  return new RegExp(`^${written.join("")}$`, "su");
}

/** @type {Map<string, string>} */
const kept = new Map();

/**
 * `english` in the browser's language, or as it is where the catalogue has nothing for it.
 * @param {string} english
 * @returns {string}
 */
export function say(english) {
  if (!catalogue.entries.length) return english;
  let said = kept.get(english);
  if (said === undefined) {
    said = find(english, 0);
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(english, said);
  }
  return said;
}

/**
 * @param {string} english
 * @param {number} depth
 * @returns {string}
 */
function find(english, depth) {
  if (depth >= MOST_DEPTH || !LETTER.test(english)) return english;
  const plain = fixed.get(english);
  if (plain) return plain[0];
  for (const { pattern: template, forms } of templates) {
    const values = template.exec(english)?.groups;
    if (values) return form(forms, values).replace(VALUE, (whole, name) => (name in values ? find(values[name], depth + 1) : whole));
  }
  const small = english.charAt(0).toLowerCase() + english.slice(1); // it has a capital only because it stands first
  const said = small === english ? small : find(small, depth);
  if (said !== small) return said.charAt(0).toUpperCase() + said.slice(1);
  const comma = ["; ", ", "].find((one) => english.includes(one)); // sentences strung together
  return comma ? english.split(comma).map((part) => find(part, depth + 1)).join(comma) : english;
}

/**
 * @param {string[]} forms
 * @param {Record<string, string>} values
 */
function form(forms, values) {
  const number = Object.values(values).find((value) => /^\d+$/.test(value));
  if (forms.length === 1 || number === undefined) return forms[0];
  const count = Number(number);
  const place = catalogue.plural[count < 200 ? count : 100 + count % 100];
  return forms[Math.min(place, forms.length - 1)];
}
