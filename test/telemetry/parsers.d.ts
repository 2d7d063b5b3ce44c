// Packages without types of their own, as far as tests use them.

declare module 'influx-line-protocol-parser' {
  export function parse(line: string): {
    measurement: string;
    tags: Record<string, string>[];
    fields: Record<string, number | string>[];
    timestamp?: string | number;
  };
}

declare module 'nunjucks' {
  export class Environment {
    constructor(loader: null, options: { autoescape: boolean; throwOnUndefined: boolean });
    addFilter(name: string, filter: (...values: never[]) => unknown): void;
    renderString(template: string, context: object): string;
  }
}
