// Dates as Espruino has them: UTC unless told otherwise, whatever the host's time zone, and now is the board's now.

type Bag = Record<string, unknown>;

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const FIELDS = ['Date', 'Day', 'FullYear', 'Hours', 'Milliseconds', 'Minutes', 'Month', 'Seconds'];
const ZONE = /(Z|GMT|UTC|[+-]\d\d:?\d\d)\s*$/i;

const two = (value: number) => String(value).padStart(2, '0');
const timeOf = (date: Date) =>
  `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
const dayOf = (date: Date) =>
  [DAYS[date.getUTCDay()], MONTHS[date.getUTCMonth()], date.getUTCDate()] as const;

/** Text without a time zone is UTC. */
function parse(Native: DateConstructor, text: string): number {
  if (ZONE.test(text)) return Native.parse(text);
  const iso = Native.parse(`${text}Z`);
  return Number.isNaN(iso) ? Native.parse(`${text} UTC`) : iso;
}

/** @param global of the context. @param now milliseconds since 1970. */
export function patchDate(global: Bag, now: () => number): void {
  const Native = global.Date as DateConstructor;
  const prototype = Native.prototype as unknown as Bag;
  const method = (name: string, value: unknown) =>
    Object.defineProperty(prototype, name, { value, writable: true, configurable: true, enumerable: false });

  // Local time is UTC; the setters that say so in their names are not there on the engine.
  const native = Date.prototype as unknown as Record<string, (...values: number[]) => number>;
  for (const field of FIELDS) method(`get${field}`, prototype[`getUTC${field}`]);
  for (const field of FIELDS.filter((name) => name !== 'Day')) {
    method(`set${field}`, function (this: Date, ...values: number[]) {
      return native[`setUTC${field}`]!.apply(this, values);
    });
  }
  method('getTimezoneOffset', () => 0);
  method('toString', function (this: Date) {
    const [day, month, date] = dayOf(this);
    return `${day} ${month} ${date} ${this.getUTCFullYear()} ${timeOf(this)} GMT+0000`;
  });
  method('toUTCString', function (this: Date) {
    const [day, month, date] = dayOf(this);
    return `${day}, ${date} ${month} ${this.getUTCFullYear()} ${timeOf(this)} GMT`;
  });

  function BoardDate(...values: unknown[]): Date {
    if (values.length === 0) return new Native(now());
    if (values.length > 1) return new Native(Date.UTC(...(values as [number, number])));
    const [value] = values;
    return new Native(typeof value === 'string' ? parse(Native, value) : Number(value));
  }
  BoardDate.prototype = prototype;
  BoardDate.now = now;
  BoardDate.parse = (text: string) => parse(Native, text);
  method('constructor', BoardDate);
  Object.defineProperty(global, 'Date', { value: BoardDate, writable: true, configurable: true });
}
