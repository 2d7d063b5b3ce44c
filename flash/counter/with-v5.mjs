// The counter in Node with MQTT 5.0: turns the feature V5 on in the compiled device code, as `mote build --feature V5=on` does in a
// bundle. A module hook (launch.mjs registers it).

const OFF = 'export const V5 = false;';

/** Load a module; that of the features with another value. */
export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context);
  if (!url.endsWith('/dist/src/features.js')) return loaded;
  const source = String(loaded.source);
  if (!source.includes(OFF)) throw new Error(`${url} has no "${OFF}"`);
  return { ...loaded, source: source.replace(OFF, 'export const V5 = true;') };
}
