// The device code with MQTT 5.0 and requests, for tests of what that is for: src/features.ts leaves these out.

import type { Plugin } from 'vite';

const FEATURES = ['V5', 'REQUESTS'];

export const withV5: Plugin = {
  name: 'with-v5',
  enforce: 'pre',
  transform(code, id) {
    if (!id.endsWith('/src/features.ts')) return null;
    return FEATURES.reduce((text, name) => {
      const off = `export const ${name}: boolean = false;`;
      if (!text.includes(off)) throw new Error(`src/features.ts has no "${off}"`);
      return text.replace(off, off.replace('false', 'true'));
    }, code);
  },
};
