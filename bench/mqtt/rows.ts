// What is measured, as data: for each row of the table the work of one round, what a right client writes and delivers in
// it, and the limit that Mote has to keep. The expressions are JavaScript of the script in script.ts.

export type SubjectName = 'espruino' | 'tiny' | 'mote';

/** The topics: 24 bytes each. */
export const TOPICS = [
  'bench/outdoor/sensor/t01',
  'bench/outdoor/sensor/t02',
  'bench/outdoor/sensor/t03',
  'bench/outdoor/sensor/t04',
] as const;

export interface SpeedRow {
  readonly id: string;
  readonly title: string;
  /** Thousand instructions, on the engine that the limits were set on. */
  readonly limit?: number;
  readonly aim?: number;
  /** Part of the table; others are for those who tune. */
  readonly isShown: boolean;
  readonly kind: 'publish' | 'receive';
  /** QoS of the messages. */
  readonly qos: 0 | 1;
  /** Sets `p`, the payload of round `i`; a new string each time. */
  readonly payload: string;
  /** The payload of round `i` where the client itself puts it together. */
  readonly expected?: string;
  /** Payload bytes in all of `n` rounds. */
  payloadBytes(n: number): number;
  /** Receiving: how many of TOPICS come in turn. */
  readonly topics: number;
  /** Receiving: packets in a chunk. */
  readonly packets: number;
  /** Receiving: what Mote subscribes to; default: the topics. */
  readonly filters?: readonly string[];
  /**
   * What each does in a round. Not given: it has no such thing. `$name` is what the build made of a member's name, `#` the place
   * where the socket may drain; without one it is the beginning of the round.
   */
  readonly work: Readonly<Partial<Record<SubjectName, string>>>;
  /** What stands in its place without any client. */
  readonly nothing: string;
  /** MQTT 5.0: with an alias, that both sides of a topic know by then, or without. Mote's bundle has 5.0 built in. */
  readonly five?: 'name' | 'alias';
  /** The limit, as so many times what another row takes in the same run. */
  readonly times?: { readonly row: string; readonly most: number };
  /** Mote's messages go through the flash outbox; those of others lie nowhere. */
  readonly isOverFlash?: true;
}

/** 45 bytes, and three digits behind them. */
const HEAD = '{"device":"station 12","unit":"C","value":21.';
const FIXED = { payload: 'p=head+(100+i%900);', payloadBytes: (n: number) => 48 * n };
const CYCLE = [...Array(16).keys()].map((more) => 40 + more);
/** `heads` holds 16 beginnings of 37 to 52 bytes. */
const CYCLING = {
  payload: 'p=heads[i&15]+(100+i%900);',
  payloadBytes: (n: number) => [...Array(n).keys()].reduce((sum, i) => sum + (CYCLE[i % 16] as number), 0),
};
const TEXTS = ['pulses of the counter=', ' and degrees='] as const;
/** Two texts, an integer of three digits and 21.5x. */
const WRITTEN_BYTES = TEXTS[0].length + 3 + TEXTS[1].length + 5;

/** Variables of every script: the beginnings of payloads. */
export const PAYLOAD_SETUP = [
  `var head=${JSON.stringify(HEAD)};`,
  `var heads=[];for(var i=0;i<16;i++)heads.push(${JSON.stringify(`${HEAD}0123456789`)}.substr(0,37+i));`,
  `var texts=${JSON.stringify(TEXTS)};`,
].join('');

const publishing = {
  isShown: true,
  kind: 'publish',
  topics: 1,
  packets: 1,
} as const;

/** A chunk comes in. */
const ARRIVE = 'fake.emit("data",c);';

const receiving = {
  ...FIXED,
  isShown: true,
  kind: 'receive',
  qos: 0,
  topics: 1,
  packets: 1,
  nothing: ARRIVE,
  work: { espruino: ARRIVE, tiny: ARRIVE, mote: ARRIVE },
} as const;

const READY = {
  nothing: 'fake.write(p);',
  work: { espruino: 'm.publish(T,p);', tiny: 'm.publish(T,p);', mote: 'm.$publish(t,p);' },
} as const;

const pubackAt = (at: number) => `fake.emit("data","@\\x02"+last.substr(${at},2));`;
const PUBACK = pubackAt(28);

/** Rows of MQTT 5.0 beside those of 3.1.1 that they are held against. */
const FIVE: readonly SpeedRow[] = (['name', 'alias'] as const).flatMap((five) => {
  const isAlias = five === 'alias';
  const puback = pubackAt(isAlias ? 4 : 28);
  const most = isAlias ? 1 : 1.15;
  const tail = isAlias ? 'with a topic alias' : 'without alias';
  const common = { ...publishing, ...FIXED, five };
  return [
    {
      ...common,
      id: `publish0-5-${five}`,
      title: `MQTT 5.0: publish QoS 0, 48 bytes, ${tail}`,
      qos: 0,
      nothing: 'fake.write(p);',
      work: { mote: 'm.$publish(t,p);' },
      times: { row: 'publish48', most },
    },
    {
      ...common,
      id: `publish1-5-${five}`,
      title: `MQTT 5.0: publish QoS 1 with its PUBACK (RAM outbox), ${tail}`,
      qos: 1,
      nothing: `fake.write(p);#${PUBACK}`,
      work: { mote: `m.$publish(t,p);#${puback}` },
      times: { row: 'publish1', most },
    },
  ];
});

export const SPEED_ROWS: readonly SpeedRow[] = [
  {
    ...publishing,
    ...CYCLING,
    ...READY,
    id: 'publish0',
    title: 'publish QoS 0, ready payload, length cycling through 40 to 55 bytes',
    limit: 175,
    qos: 0,
  },
  {
    ...publishing,
    ...FIXED,
    ...READY,
    id: 'publish48',
    title: 'the same, 48 bytes every time',
    limit: 175,
    aim: 120,
    qos: 0,
  },
  {
    ...publishing,
    id: 'begin',
    title: 'the same through begin, two texts, an integer and a fixed-point number, end',
    limit: 350,
    qos: 0,
    payload: '',
    expected: 'texts[0]+(100+i%900)+texts[1]+"21.5"+i%10',
    payloadBytes: (n) => WRITTEN_BYTES * n,
    nothing: 'fake.write(head);',
    work: {
      mote: 'm.$begin(t);m.$text(texts[0]);m.$integer(100+i%900);m.$text(texts[1]);m.$fixed(2150+i%10,2);m.$end();',
    },
  },
  {
    ...publishing,
    id: 'begin-integers',
    title: 'the same through begin, two texts, two integers, end',
    limit: 350,
    qos: 0,
    payload: '',
    expected: 'texts[0]+(100+i%900)+texts[1]+"215"+i%10',
    payloadBytes: (n) => (WRITTEN_BYTES - 1) * n,
    nothing: 'fake.write(head);',
    work: {
      mote: 'm.$begin(t);m.$text(texts[0]);m.$integer(100+i%900);m.$text(texts[1]);m.$integer(2150+i%10);m.$end();',
    },
  },
  {
    ...publishing,
    ...FIXED,
    id: 'publish1',
    title: 'publish QoS 1 with its PUBACK (RAM outbox)',
    limit: 460,
    aim: 400,
    qos: 1,
    nothing: `fake.write(p);#${PUBACK}`,
    work: { espruino: `m.publish(T,p,reliable);#${PUBACK}`, mote: `m.$publish(t,p);#${PUBACK}` },
  },
  {
    ...publishing,
    ...FIXED,
    id: 'publish1-flash',
    title: 'publish QoS 1 with its PUBACK (flash outbox, nothing but publishing; the module stores nothing)',
    limit: 1380,
    qos: 1,
    nothing: `fake.write(p);#${PUBACK}`,
    work: { espruino: `m.publish(T,p,reliable);#${PUBACK}`, mote: `m.$publish(t,p);#${PUBACK}` },
    isOverFlash: true,
  },
  ...FIVE,
  { ...receiving, id: 'receive0', title: 'receive QoS 0, one topic', limit: 420 },
  { ...receiving, id: 'receive0-two', title: 'receive QoS 0, two topics in turn', limit: 620, topics: 2 },
  {
    ...receiving,
    id: 'receive1',
    title: 'receive QoS 1, PUBACK after the handler returned',
    limit: 580,
    qos: 1,
    nothing: `${ARRIVE}fake.write(ack);`,
  },
  {
    ...receiving,
    id: 'receive-hash',
    title: 'receive through one filter `#`, topics in turn',
    limit: 900,
    topics: 4,
    filters: ['bench/#'],
    work: { espruino: ARRIVE, mote: ARRIVE },
  },
  {
    ...receiving,
    id: 'receive-plus',
    title: 'receive through one filter `+`, topics in turn',
    limit: 1200,
    topics: 4,
    filters: ['bench/+/sensor/+'],
    work: { espruino: ARRIVE, mote: ARRIVE },
  },
  {
    ...receiving,
    id: 'receive-five',
    title: 'receive, 5 packets in a chunk, per packet',
    limit: 650,
    packets: 5,
  },
  {
    ...publishing,
    ...FIXED,
    id: 'tick',
    title: 'publish QoS 0, 48 bytes, and `tick`',
    isShown: false,
    qos: 0,
    nothing: 'fake.write(p);',
    work: { mote: 'm.$publish(t,p);m.$tick(0);' },
  },
];
