// Which room may know which. The picture is in docs/architecture.md.

/** A room may import itself, and nothing but what `allowed` matches. */
const room = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { pathNot: allowed },
});

module.exports = {
  forbidden: [
    room(
      'mqtt',
      '^src/mqtt/',
      '^src/(mqtt|bytes|ports)/|^src/features',
      'The protocol meets other rooms in src/ports only.',
    ),
    room(
      'outbox',
      '^src/outbox/',
      '^src/(outbox|bytes|ports)/|^src/features',
      'The outbox meets other rooms in src/ports only.',
    ),
    room('sensors', '^src/sensors/', '^src/(sensors|ports)/|^src/features', 'Drivers never meet MQTT.'),
    room(
      'telemetry',
      '^src/telemetry/',
      '^src/(telemetry|ports)/|^src/features',
      'Telemetry writes through PacketWriter.',
    ),
    room(
      'signing',
      '^src/signing/',
      '^src/(signing|bytes|ports)/|^src/features',
      'Signing stands between a writer and the protocol, and knows neither.',
    ),
    room(
      'link',
      '^src/link/',
      '^src/(link|mqtt|outbox|bytes|ports)/|^src/features',
      'The link knows protocol and outbox.',
    ),
    room(
      'parts',
      '^src/parts/',
      '^src/(parts|link|mqtt|outbox|telemetry|sensors|bytes|ports)/|^src/(part|features|board)\\.ts',
      'A part knows the rooms, and no engine and no composition.',
    ),
    room('ports', '^src/ports/', '^src/ports/', 'Ports know nobody.'),
    room('bytes', '^src/bytes/', '^src/(bytes|ports)/', 'How bytes are held, and nothing else.'),
    room('polyfills', '^src/polyfills/', '^src/polyfills/', 'Polyfills know nobody.'),
    room(
      'src',
      '^src/',
      '^src/',
      'Device code has no dependency: not Node, not a package, not the simulator.',
    ),
    room(
      'inspection',
      '^flash/outbox/',
      '^flash/outbox/',
      'A second opinion on the layout shares no code with the outbox.',
    ),
    room('boards', '^boards/', '^boards/', 'Boards are data.'),
    room('brokers', '^flash/brokers/', '^flash/brokers/', 'Brokers are data.'),
    room(
      'engine-world',
      '^sim/(chips|environment|device|rig)/',
      '^sim/(chips|environment|device|rig)/|^src/ports/',
      'This part of the simulator is loaded into engines: no Node.',
    ),
    room(
      'sim',
      '^sim/',
      '^(sim|boards)/|^src/(ports|bytes)/|^node:|^(net|tls|fs|path|os|vm|zlib|child_process|crypto|dns|worker_threads)$|^node_modules/acorn',
      'The simulator knows ports and boards, and reads JavaScript.',
    ),
    {
      name: 'tools-know-no-tests',
      severity: 'error',
      from: { path: '^(src|sim|flash|boards|bench|examples)/' },
      to: { path: '^test/' },
    },
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-unresolved',
      comment: 'Below /vendor/ the page server hands out browser modules of packages.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^/vendor/' },
    },
    {
      name: 'no-development-packages',
      comment: 'What is installed with the package must work without its development dependencies.',
      severity: 'error',
      from: { path: '^(src|sim|flash|boards)/' },
      to: { dependencyTypes: ['npm-dev'] },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    // Ours are ES modules; `require` in device code is the engine's, and globals.d.ts says what it may ask for.
    moduleSystems: ['es6'],
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^dist/|^coverage/|\\.d\\.ts$)' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
