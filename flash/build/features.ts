// What a firmware can leave out: the constants of src/features.ts, whose values one build can replace.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { MoteError } from '../errors.ts';
import { PACKAGE_ROOT } from './firmware.ts';

export const FEATURES_FILE = join(PACKAGE_ROOT, 'src', 'features.ts');

interface Feature {
  readonly name: string;
  readonly value: boolean;
  /** Where its value stands in the text. */
  readonly start: number;
  readonly end: number;
}

function parseFeatures(text: string): Feature[] {
  const source = ts.createSourceFile(FEATURES_FILE, text, ts.ScriptTarget.ES5);
  const features: Feature[] = [];
  for (const statement of source.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, initializer } of statement.declarationList.declarations) {
      const value = initializer?.kind === ts.SyntaxKind.TrueKeyword;
      if (!ts.isIdentifier(name) || initializer === undefined) continue;
      if (!value && initializer.kind !== ts.SyntaxKind.FalseKeyword) continue;
      features.push({ name: name.text, value, start: initializer.getStart(source), end: initializer.end });
    }
  }
  return features;
}

/** @returns every feature with its default. */
export function listFeatures(): Record<string, boolean> {
  const features = parseFeatures(readFileSync(FEATURES_FILE, 'utf8'));
  return Object.fromEntries(features.map(({ name, value }) => [name, value]));
}

/** @returns the text of src/features.ts with the values of one build. */
export function featuresText(overrides: Readonly<Record<string, boolean>>): string {
  let text = readFileSync(FEATURES_FILE, 'utf8');
  const features = parseFeatures(text);
  for (const [name, value] of Object.entries(overrides)) {
    if (!features.some((feature) => feature.name === name)) {
      throw new MoteError(
        `no feature ${name}`,
        `use one of: ${features.map((f) => f.name).join(', ')}`,
        'feature',
      );
    }
    if (typeof value !== 'boolean') {
      throw new MoteError(`feature ${name} is ${String(value)}`, 'give true or false', 'feature');
    }
  }
  for (const feature of features.reverse()) {
    const value = overrides[feature.name] ?? feature.value;
    text = text.slice(0, feature.start) + String(value) + text.slice(feature.end);
  }
  return text;
}
