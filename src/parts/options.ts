// What the options of a part leave out. Start-up only.

export function orDefault(value: number | undefined, byDefault: number): number {
  return value === undefined ? byDefault : value;
}
