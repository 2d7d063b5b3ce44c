// What a firmware can leave out: the constants of src/features.ts. features.json beside a firmware replaces their values, and
// one build can replace them again.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { MoteError } from '../errors.ts';
import { displayName, PACKAGE_ROOT } from './firmware.ts';
import { readObject } from './settings.ts';

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

/** @returns what features.json beside a firmware says, nothing without one. Throws MoteError. */
function readFeatures(folder: string): Record<string, boolean> {
  const file = join(folder, 'features.json');
  if (!existsSync(file)) return {};
  const features = readObject(file) as Record<string, boolean>;
  checkFeatures(features, displayName(file));
  return features;
}

function checkFeatures(features: Readonly<Record<string, unknown>>, where: string): void {
  const names = Object.keys(listFeatures());
  for (const [name, value] of Object.entries(features)) {
    if (!names.includes(name)) {
      throw new MoteError(`no feature ${name}`, `use one of: ${names.join(', ')}`, where);
    }
    if (typeof value !== 'boolean') {
      throw new MoteError(`feature ${name} is ${String(value)}`, 'give true or false', where);
    }
  }
}

/** @returns the text of src/features.ts for the firmware in `folder`, with the values of one build. Throws MoteError. */
export function featuresText(folder: string, overrides: Readonly<Record<string, boolean>>): string {
  checkFeatures(overrides, 'feature');
  const values = { ...readFeatures(folder), ...overrides };
  let text = readFileSync(FEATURES_FILE, 'utf8');
  for (const feature of parseFeatures(text).reverse()) {
    const value = values[feature.name] ?? feature.value;
    text = text.slice(0, feature.start) + String(value) + text.slice(feature.end);
  }
  return text;
}

/** @param text of src/features.ts, as a build has it. @returns whether a feature is built in. */
export function isOn(text: string, name: string): boolean {
  return parseFeatures(text).some((feature) => feature.name === name && feature.value);
}
