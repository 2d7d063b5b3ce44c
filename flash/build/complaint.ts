// What is wrong with a firmware, said of a place in its source or of the setting that the place has it from.

import ts from 'typescript';
import { readFileSync } from 'node:fs';
import type { Finding } from '../check/check.ts';
import type { Value } from './constants.ts';
import { displayName } from './firmware.ts';
import { settingsFile } from './settings.ts';

export interface Complaint {
  readonly rule: string;
  /** Default error. */
  readonly severity?: Finding['severity'];
  readonly message: string;
  readonly fix: string;
  readonly at: ts.Node;
  /** What is at fault, where it may come from a setting. */
  readonly value?: Value | undefined;
}

interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

function placeIn(source: ts.SourceFile, node: ts.Node): Place {
  const { line, character } = source.getLineAndCharacterOfPosition(node.getStart(source));
  return { file: displayName(source.fileName), line: line + 1, column: character + 1 };
}

/** @returns where settings.json says a setting, which may be overruled from elsewhere. */
function placeOfSetting(folder: string, path: string): Place {
  const file = settingsFile(folder);
  const source = ts.parseJsonText(file, readFileSync(file, 'utf8'));
  let node: ts.Node = source.statements[0]?.expression ?? source;
  for (const name of path.split('.')) {
    if (!ts.isObjectLiteralExpression(node)) break;
    const member = node.properties.find((property) => {
      const key = property.name;
      return key !== undefined && ts.isStringLiteral(key) && key.text === name;
    });
    if (member === undefined || !ts.isPropertyAssignment(member)) break;
    node = member.initializer;
  }
  return placeIn(source, node);
}

function toFinding(complaint: Complaint, folder: string): Finding {
  const { rule, severity = 'error', fix, at, value } = complaint;
  const setting = value?.kind === 'known' && value.setting ? value.setting : undefined;
  const place = setting === undefined ? placeIn(at.getSourceFile(), at) : placeOfSetting(folder, setting);
  const message = setting === undefined ? complaint.message : `${complaint.message} (setting ${setting})`;
  return { rule, severity, message, fix, ...place };
}

/**
 * @param folder of the firmware.
 * @returns a finding for each place and rule.
 */
export function toFindings(complaints: readonly Complaint[], folder: string): Finding[] {
  const findings = new Map<string, Finding>();
  for (const complaint of complaints) {
    const finding = toFinding(complaint, folder);
    const key = [finding.rule, finding.file, finding.line, finding.column].join(' ');
    if (!findings.has(key)) findings.set(key, finding);
  }
  return [...findings.values()];
}
