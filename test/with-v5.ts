// The device code with the feature V5, for tests of what that is for: src/features.ts leaves it out.

import type { Plugin } from 'vite';

export const withV5: Plugin = {
  name: 'with-v5',
  enforce: 'pre',
  transform(code, id) {
    if (!id.endsWith('/src/features.ts')) return null;
    const text = 'V5: boolean = false;';
    if (!code.includes(text)) throw new Error(`src/features.ts has no "${text}"`);
    return code.replace(text, 'V5: boolean = true;');
  },
};
