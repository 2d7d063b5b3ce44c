// The account that a mote publishes (src/parts/account.ts) as a sentence, and whether its sums come out.

/** A message of `<id>/account`. */
export interface MoteAccount {
  readonly boots: number;
  /** Readings. */
  readonly sampled: number;
  readonly refused: number;
  /** Messages of QoS 1 and 2. */
  readonly stored: number;
  readonly sent: number;
  readonly acknowledged: number;
  readonly waiting: number;
  readonly oldest: number;
  readonly damaged: number;
  readonly overtaken: number;
  /** With MQTT 5.0: given up because the broker refused them, or because they were too old. */
  readonly rejected?: number;
  readonly expired?: number;
  readonly duplicates: number;
  readonly connects: number;
  /** Why there was no connection last, see closeText. */
  readonly cause: number;
  /** The first boot of which some readings, sent messages or duplicates may not be counted. */
  readonly since?: number;
  /** What was given up may be more, and what was acknowledged less. */
  readonly unsure?: boolean;
}

/** What every account has. */
export const COUNTS = [
  'boots',
  'sampled',
  'refused',
  'stored',
  'sent',
  'acknowledged',
  'waiting',
  'oldest',
  'damaged',
  'overtaken',
  'duplicates',
  'connects',
  'cause',
] as const;

/** What has become of the messages that were stored: their sum, in an account that adds up. */
export const OUTCOMES = [
  'acknowledged',
  'waiting',
  'oldest',
  'damaged',
  'overtaken',
  'rejected',
  'expired',
] as const;

const isCount = (value: unknown) => Number.isInteger(value) && (value as number) >= 0;

/** @returns the account that `payload` is, undefined when it is none. */
export function readMoteAccount(payload: string): MoteAccount | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(payload);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const fields = parsed as Record<string, unknown>;
  return COUNTS.every((name) => isCount(fields[name])) ? (parsed as MoteAccount) : undefined;
}

/** @returns how many messages more were stored than anybody can tell the whereabouts of; 0 in an account that adds up. */
export function missingIn(account: MoteAccount): number {
  return OUTCOMES.reduce((left, name) => left - (account[name] ?? 0), account.stored);
}

/** @returns the account as a sentence, undefined when `payload` is none. */
export function moteAccountText(payload: string): string | undefined {
  const account = readMoteAccount(payload);
  if (account === undefined) return undefined;
  const { sampled, refused, stored, acknowledged, waiting, oldest, damaged, overtaken, duplicates } = account;
  const dropped = oldest + damaged + overtaken;
  const missing = missingIn(account);
  const given =
    account.rejected === undefined ? '' : ` + ${account.rejected} rejected + ${account.expired ?? 0} expired`;
  const parts = [
    `account: ${sampled} sampled, ${refused} refused; ${stored} stored = ${acknowledged} acknowledged + ${waiting} waiting + ${dropped} dropped${given}`,
    ...(missing === 0 ? [] : [`${missing} missing`]),
    `${duplicates} sent again`,
    ...(account.since === undefined ? [] : [`at least, since boot ${account.since}`]),
    ...(account.unsure === true ? ['dropped may be more'] : []),
  ];
  return parts.join('; ');
}
