// The ways in which a program starts. A reset empties the memory and leaves saved code alone; `load` runs saved code again.

export type Start =
  | { readonly how: 'power' }
  | { readonly how: 'reset' }
  | { readonly how: 'load' }
  /** A file of Storage, after a reset. */
  | { readonly how: 'file'; readonly name: string };

export const POWER: Start = { how: 'power' };
