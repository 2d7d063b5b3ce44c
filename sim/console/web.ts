// Tells a browser from a tool. A browser lets any web page send what it likes to a port of this host, and a console would run that
// line by line. It refuses nobody else: whoever reaches the port by other means may type.

/** What a page can have sent; for any other method a browser asks with OPTIONS first. */
const METHOD = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|CONNECT|TRACE) /;
const REQUEST = /^\S+ \S+ HTTP\//;
const MAYBE_REQUEST = /^\S+ \S* ?[HTP]{0,4}$/;
/** No address of a browser is longer. */
const MAX_HELD = 1 << 16;
/** As long as the longest method and its blank. */
const METHOD_BYTES = 8;

/**
 * @returns a function that takes what comes over one connection, piece by piece, and returns what may pass of it by now; undefined: it is a
 * browser. Only what begins like a request is held back, until it shows that it is none.
 */
export function createWebFilter(): (text: string) => string | undefined {
  let begin = '';
  let passed = 0;
  let isDecided = false;
  return (text) => {
    if (isDecided) return text;
    begin += text;
    const isMethod = METHOD.test(begin);
    if (isMethod && (REQUEST.test(begin) || begin.length > MAX_HELD)) return undefined;
    if (isMethod && MAYBE_REQUEST.test(begin)) return '';
    isDecided = isMethod || begin.length > METHOD_BYTES;
    const now = begin.slice(passed);
    passed = begin.length;
    return now;
  };
}
