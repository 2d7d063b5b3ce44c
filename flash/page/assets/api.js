// @ts-check
// What the page asks of the simulator. Its token comes with the page; after the simulator was started again there is
// another one, which is fetched with the page anew.

/** @param {ParentNode} from */
const tokenIn = (from) => from.querySelector('meta[name="mote-token"]')?.getAttribute('content') ?? '';

let token = tokenIn(document);

/** Ask for the page again: is a simulator there, and with which token? @returns {Promise<boolean>} */
export async function renewToken() {
  try {
    const answer = await fetch('/', { cache: 'no-store' });
    if (!answer.ok) return false;
    token = tokenIn(new DOMParser().parseFromString(await answer.text(), 'text/html'));
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {string} path
 * @param {object} body
 * @returns {Promise<Record<string, unknown>>}
 * @throws Error with a sentence: what is wrong, and what to do
 */
export async function post(path, body) {
  let answer;
  try {
    answer = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-mote-token': token },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error('The simulator does not answer: start it again with npm start.');
  }
  /** @type {Record<string, unknown>} */
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return said;
  const { error = `The simulator refused (${answer.status}).`, fix = '' } = said;
  throw new Error([error, fix].filter((text) => text !== '').join(': '));
}
