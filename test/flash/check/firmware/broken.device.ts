// Hazards that TypeScript compiles without a word. The rule stands at the end of each line that breaks one.

export {};

declare function print(value: unknown): void;

let total = 0;

function hash(a: number, b: number): number {
  return Math.imul(a, b); // missing-static
}

function next(): number {
  total = 10;
  return 1;
}

function sayKind(n: number): void {
  switch (n) {
    default:
      print('other');
      break;
    case 1: // case-after-default
      print('one');
      break;
    case 2:
      print('two');
  }
}

function announce(): void {
  print(label);
}

announce(); // read-before-var
const label = String(total);
announce();

total += next(); // compound-assignment
print(hash(total, 2));
sayKind(total);
sayKind(total + 1);
print('20 °C'); // non-ascii
print(/a{2}/.test(label)); // regex-count
