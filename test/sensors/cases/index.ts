// All drivers, in the order of docs/sensors.

import type { DriverCase } from '../case.ts';
import { CASE as BATTERY } from './battery.ts';
import { CASE as BUTTON } from './button.ts';
import { CASE as CONTACT } from './contact.ts';
import { CASE as NTC } from './ntc.ts';
import { CASE as PIR } from './pir.ts';
import { CASE as PULSES } from './pulses.ts';
import { CASE as SHT4X } from './sht4x.ts';
import { CASE as SOIL } from './soil.ts';

export const CASES: readonly DriverCase[] = [SHT4X, CONTACT, PIR, BUTTON, PULSES, NTC, BATTERY, SOIL];
