// The engine's global scope, which goes by another name in each engine. ES5 subset: runs in engines.

export const root: EngineGlobals = new Function('return this')() as EngineGlobals;
