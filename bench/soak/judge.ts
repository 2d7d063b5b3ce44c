// Judges what a mote said it accepted against what came out at the broker: nothing lost, first deliveries in order. Pure: told
// of both as they come; what the mote says may come later than what the broker delivers.

/** Numbers that are remembered to know a repetition from something that comes late. */
const REMEMBERED = 20_000;

export interface Judge {
  /** The mote accepted a number. @returns what is wrong with that, '' when nothing is. */
  said(n: number): string;
  /** The broker delivered a number. @returns what is wrong with that, '' when nothing is. */
  arrived(n: number): string;
  /** Numbers that were accepted and have not arrived. */
  missing(): readonly number[];
  readonly counts: {
    /** Numbers that the mote said it accepted, and different ones that arrived. */
    said: number;
    arrived: number;
    /** Deliveries of what had arrived before: QoS 1 allows them. */
    repeated: number;
    greatest: number;
  };
}

export function createJudge(): Judge {
  const counts = { said: 0, arrived: 0, repeated: 0, greatest: 0 };
  const waiting = new Set<number>();
  const recent = new Set<number>();
  let lastSaid = 0;

  const remember = (n: number) => {
    recent.add(n);
    if (recent.size <= REMEMBERED) return;
    for (const oldest of recent) {
      recent.delete(oldest);
      break;
    }
  };

  return {
    counts,
    missing: () => [...waiting],
    said(n) {
      if (n <= lastSaid) return `${n} was accepted after ${lastSaid}`;
      lastSaid = n;
      counts.said++;
      if (recent.has(n)) return '';
      if (n < counts.greatest) return `${n} was accepted, and ${counts.greatest} has arrived before it`;
      waiting.add(n);
      return '';
    },
    arrived(n) {
      if (recent.has(n)) {
        counts.repeated++;
        return '';
      }
      if (n < counts.greatest) return `${n} arrived for the first time after ${counts.greatest}`;
      counts.greatest = n;
      counts.arrived++;
      remember(n);
      waiting.delete(n);
      for (const earlier of waiting) {
        if (earlier < n) return `${earlier} was accepted, and ${n} arrived before it`;
      }
      return '';
    },
  };
}
