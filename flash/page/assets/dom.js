// @ts-check
// Elements out of data. All text goes in as text: nothing that comes from outside can become markup here, and nothing
// else in this folder makes elements in another way.

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number | boolean | undefined>} [attributes] false and undefined leave one out
 * @param {(Node | string)[]} children strings become text
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === undefined) continue;
    node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...children);
  return node;
}

/**
 * The element of index.html with this id.
 * @template {HTMLElement} [T=HTMLElement]
 * @param {string} id
 * @returns {T}
 */
export function byId(id) {
  const node = document.getElementById(id);
  if (node === null) throw new Error(`index.html has no #${id}`);
  return /** @type {T} */ (node);
}

/** Write only what is new: the browser then has nothing to lay out. @param {HTMLElement} node @param {string} text */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Longest text from outside that is shown whole. */
const TEXT_MOST = 2000;
const PICTURES = 0x2400;
const DELETE = 0x7f;

/** @param {string} character */
function picture(character) {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCharCode(PICTURES + code);
  if (code === DELETE) return '\u2421';
  return `\u27e8U+${code.toString(16).toUpperCase().padStart(4, '0')}\u27e9`;
}

/**
 * Text from outside so that a person sees what is in it: control characters and those that turn the direction of
 * writing become visible, and it is cut where it is long.
 * @param {string} text
 */
export function visible(text, most = TEXT_MOST) {
  const cut = text.length > most ? text.slice(0, most) : text;
  const clear = cut.replace(/[\p{Cc}\p{Cf}]/gu, picture);
  return cut === text ? clear : `${clear}\u2026 (${text.length - most} characters more)`;
}

/** Text from outside in its own direction. @param {string} text @param {number} [most] */
export const foreign = (text, most) => el('bdi', {}, visible(text, most));
