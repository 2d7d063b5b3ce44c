// A name of its own for every variable: after that, code can be moved between functions without asking what its names mean.

import type { Source } from '../../check/source.ts';

/** @returns makes names that the bundle does not have yet. */
export function createNames({ byType }: Source): (wanted: string) => string {
  const taken = new Set<string>();
  for (const node of byType.get('Identifier') ?? []) if (node.type === 'Identifier') taken.add(node.name);
  return (wanted) => {
    const stem = wanted.replace(/\$\d+$/, '');
    let name = stem;
    for (let n = 1; taken.has(name); n++) name = `${stem}$${n}`;
    taken.add(name);
    return name;
  };
}

/** Rename variables that share a name with another one, or with something that the engine has. */
export function separateNames(source: Source): void {
  const newName = createNames(source);
  const seen = new Set<string>();
  for (const { variable, node } of source.scopes.references.values()) {
    if (variable === undefined) seen.add(node.name);
  }
  for (const { name, declarations, references } of source.scopes.variables) {
    if (seen.has(name)) {
      const other = newName(name);
      for (const node of [...declarations, ...references.map((r) => r.node)]) node.name = other;
    }
    seen.add(name);
  }
}
