// Scaled integers and their text, for Node and for engines, whose numbers beyond 2^31 and whose division are their own.

export interface DecimalVector {
  readonly value: number;
  readonly decimals: number;
  readonly text: string;
}

function vector(value: number, decimals: number, text: string): DecimalVector {
  return { value, decimals, text };
}

export const DECIMAL_VECTORS: readonly DecimalVector[] = [
  vector(0, 0, '0'),
  vector(-7, 0, '-7'),
  vector(0, 3, '0.000'),
  vector(5, 2, '0.05'),
  vector(-5, 2, '-0.05'),
  vector(99, 2, '0.99'),
  vector(100, 2, '1.00'),
  vector(-100, 2, '-1.00'),
  vector(21534, 3, '21.534'),
  vector(999999, 6, '0.999999'),
  vector(-1000000, 6, '-1.000000'),
  vector(134217727, 6, '134.217727'),
  vector(134217728, 1, '13421772.8'),
  vector(2147483647, 2, '21474836.47'),
  vector(-2147483648, 3, '-2147483.648'),
  vector(-2147483648, 0, '-2147483648'),
  vector(4294967295, 6, '4294.967295'),
  vector(9999999999, 0, '9999999999'),
  vector(-123456789012, 4, '-12345678.9012'),
  vector(9007199254740991, 2, '90071992547409.91'),
];
