// Test vectors of RFC 4231 section 4 for HMAC-SHA-256; case 5, whose result is cut, left out. Bytes, one character each.

const repeat = (byte: number, count: number) => {
  let text = '';
  for (let i = 0; i < count; i++) text += String.fromCharCode(byte);
  return text;
};
const upTo = (last: number) => {
  let text = '';
  for (let i = 1; i <= last; i++) text += String.fromCharCode(i);
  return text;
};

export interface Vector {
  readonly name: string;
  readonly key: string;
  readonly message: string;
  /** Hexadecimal. */
  readonly mac: string;
}

export const RFC4231: readonly Vector[] = [
  {
    name: 'case 1',
    key: repeat(0x0b, 20),
    message: 'Hi There',
    mac: 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
  },
  {
    name: 'case 2',
    key: 'Jefe',
    message: 'what do ya want for nothing?',
    mac: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  },
  {
    name: 'case 3',
    key: repeat(0xaa, 20),
    message: repeat(0xdd, 50),
    mac: '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
  },
  {
    name: 'case 4',
    key: upTo(25),
    message: repeat(0xcd, 50),
    mac: '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b',
  },
  {
    name: 'case 6',
    key: repeat(0xaa, 131),
    message: 'Test Using Larger Than Block-Size Key - Hash Key First',
    mac: '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  },
  {
    name: 'case 7',
    key: repeat(0xaa, 131),
    message:
      'This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.',
    mac: '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2',
  },
];
