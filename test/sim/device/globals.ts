// Loads a world into this very process: what it puts into the global scope is taken out again.

/** Everything that a world defines. */
const NAMES = [
  'world',
  'quiet',
  'setTimeout',
  'clearTimeout',
  'getTime',
  'getSerial',
  'require',
  'I2C1',
  'I2C2',
  'I2C3',
  'E',
] as const;

/**
 * Import a world and use what it defined.
 * @param given names that the engine has before. @param use gets the global scope; must not wait.
 */
export async function withWorld(
  load: () => Promise<unknown>,
  given: Record<string, unknown>,
  use: (root: EngineGlobals) => void,
): Promise<void> {
  const saved = NAMES.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const);
  const restore = () => {
    for (const [name, descriptor] of saved) {
      Reflect.deleteProperty(globalThis, name);
      if (descriptor !== undefined) Object.defineProperty(globalThis, name, descriptor);
    }
  };
  try {
    Object.assign(globalThis, given);
    await load();
    use(globalThis as unknown as EngineGlobals);
  } finally {
    restore();
  }
}
