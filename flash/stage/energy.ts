// What a board has drawn: how long it was off, asleep, awake, and with its radio on, times what boards/ says that the bare chip draws in each.

import type { Currents } from '../../boards/board.ts';
import type { FiguresEvent } from './events.ts';

type Row = FiguresEvent['rows'][number];

export interface EnergyLedger {
  setPower(state: 'off' | 'asleep' | 'awake'): void;
  setRadio(isOn: boolean): void;
  /** What the firmware itself says on `<id>/energy`: one JSON object of numbers, or something else. */
  said(payload: string): void;
  event(): FiguresEvent;
}

type Stage = 'off' | 'asleep' | 'awake' | 'radio';
const LABELS: Record<Stage, string> = {
  off: 'without power',
  asleep: 'asleep',
  awake: 'awake, radio off',
  radio: 'radio on',
};
const MA_MS_A_MAH = 3_600_000;
const MC_A_MAH = 3600;

const round = (value: number, digits: number) => Number(value.toPrecision(digits));

/** @param now milliseconds. @param currents undefined: nobody says what this board draws. */
export function createEnergyLedger(now: () => number, currents: Currents | undefined): EnergyLedger {
  const spent: Record<Stage, number> = { off: 0, asleep: 0, awake: 0, radio: 0 };
  let power: 'off' | 'asleep' | 'awake' = 'off';
  let isRadioOn = false;
  let since = now();
  let boots = 0;
  let own: Row[] = [];

  const settle = () => {
    spent[power === 'awake' && isRadioOn ? 'radio' : power] += now() - since;
    since = now();
  };

  /** Milliamperes. */
  const drawn = ({ activeMa, radioMa, sleepUa }: Currents): Record<Stage, number> => ({
    off: 0,
    asleep: sleepUa / 1000,
    awake: activeMa,
    radio: radioMa,
  });

  const chargeRows = (known: Currents): Row[] => {
    const ma = drawn(known);
    const mah = Object.fromEntries(
      (Object.keys(spent) as Stage[]).map((stage) => [stage, (spent[stage] * ma[stage]) / MA_MS_A_MAH]),
    ) as Record<Stage, number>;
    const boot = (boots * known.bootMs * known.activeMa) / MA_MS_A_MAH;
    const total = mah.asleep + mah.awake + mah.radio + boot;
    const on = spent.asleep + spent.awake + spent.radio + boots * known.bootMs;
    return [
      {
        label: 'charge, booting',
        value: round(boot, 3),
        unit: 'mAh',
        note: `${boots} × ${known.bootMs} ms at ${known.activeMa} mA`,
      },
      { label: 'charge, asleep', value: round(mah.asleep, 3), unit: 'mAh', note: `at ${known.sleepUa} µA` },
      { label: 'charge, awake', value: round(mah.awake, 3), unit: 'mAh', note: `at ${known.activeMa} mA` },
      { label: 'charge, radio', value: round(mah.radio, 3), unit: 'mAh', note: `at ${known.radioMa} mA` },
      { label: 'charge, all', value: round(total, 3), unit: 'mAh', note: 'of the bare chip' },
      {
        label: 'mean current',
        value: on === 0 ? 0 : Math.round((total * MA_MS_A_MAH * 1000) / on),
        unit: 'µA',
        note: 'while it had power',
      },
    ];
  };

  return {
    setPower(state) {
      settle();
      if (state === 'awake') boots++;
      power = state;
    },
    setRadio(isOn) {
      settle();
      isRadioOn = isOn;
    },
    said(payload) {
      let parsed: unknown;
      try {
        parsed = JSON.parse(payload);
      } catch {
        return;
      }
      const total = (parsed as { total_mc?: unknown } | null)?.total_mc;
      if (typeof total !== 'number') return;
      own = [
        {
          label: 'the mote itself says',
          value: round(total / MC_A_MAH, 3),
          unit: 'mAh',
          note: 'since the session before',
        },
      ];
    },
    event() {
      settle();
      const times = (Object.keys(spent) as Stage[]).map((stage) => ({
        label: LABELS[stage],
        value: Math.round(spent[stage]),
        unit: 'ms',
      }));
      return {
        type: 'energy',
        t: now(),
        rows: [...times, ...(currents === undefined ? [] : chargeRows(currents)), ...own],
      };
    },
  };
}
