// How `mote fleet` is used: the first part of docs/scale.md, which has no numbers that were measured.

export const USE = `\`mote fleet\` runs thousands of motes of one firmware against a broker, or in virtual time, and accounts for every message:

    mote fleet --motes 10000                                     # a broker of its own
    mote fleet --motes 10000 --outage 60 --minutes 10            # which is gone for a minute
    mote fleet --motes 10000 --broker mqtt://10.0.0.5            # yours: it gets real load
    mote fleet --broker mqtt://a,mqtt://b --observer mqtt://c    # nodes of a cluster
    mote fleet path/to/firmware --motes 500 --virtual            # your firmware, as fast as it goes

They run in threads, as many as the computer has cores; each holds its share on virtual boards whose network leads to the broker. All are switched on within a minute, and what
is measured begins when all are online. At the end it waits for what was accepted until then, and says what became of it, in words and small plots, or with \`--json\` as one object
(\`FleetReport\` of \`flash/fleet/report.ts\`). Ctrl-C ends it with what it has.

- **Accepted** is what an outbox has written to its flash, read from the chip. **Acknowledged** is a PUBACK that was seen on the connection. **Received** is what MQTT.js got, which shares nothing
  with the motes but the broker and has a session of its own. **Lost** is accepted, not received, and in no flash: then the exit code is 5.
- **Your firmware** needs a name of its own for each mote: \`const board = openBoard();\` and \`id: board.serial\` in \`startMote({ … }, board)\`. It takes \`broker.host\` and \`broker.port\` of settings.json.
  Chips are those of its \`sim.json\`, each mote with a weather of its own. Two motes are tried first, and what does not fit is said. It is built for MQTT 3.1.1.
- **Open files**: each mote is a connection, so \`ulimit -n\` has to be above \`--motes\`, here and at the broker. It is looked at before the first connection is opened.
- **A broker that is yours** is not stopped by \`--outage\`; stop it by hand, and the outage is found and told of.
`;
