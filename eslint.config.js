// Two sets of rules: host code is ordinary TypeScript; device code is ES5 that allocates nothing once it runs.
import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import esx from 'eslint-plugin-es-x';

/** What runs on an engine: the firmware, and the simulated world that is loaded beside it. */
const DEVICE = [
  'src/**/*.ts',
  'examples/**/*.ts',
  'sim/chips/**/*.ts',
  'sim/environment/**/*.ts',
  'sim/device/**/*.ts',
  'sim/rig/**/*.ts',
];

/** Device files whose functions run for every reading or packet. */
const HOT = ['src/mqtt/**/*.ts', 'src/telemetry/**/*.ts', 'src/sensors/**/*.ts', 'src/link/**/*.ts'];

const host = (name) => ({ name, message: 'Device code reaches the outside through src/ports only.' });

/** Functions that run at start-up may allocate; by convention their names say so. */
const HOT_FUNCTION = 'FunctionDeclaration:not([id.name=/^(create|prepare|start|open|build)/])';

const allocation = (selector, what) => ({
  selector: `${HOT_FUNCTION} ${selector}`,
  message: `${what} allocates each time: do it in a create/prepare/start function, or into a caller-owned buffer.`,
});

const DEVICE_SYNTAX = [
  {
    selector: ':matches(ClassDeclaration, ClassExpression)',
    message: 'Functions with closed-over state are 2.6 times smaller.',
  },
  { selector: 'LabeledStatement', message: 'Espruino has no labels.' },
  { selector: 'SpreadElement', message: 'Needs a compiler helper.' },
  { selector: 'RestElement', message: 'Needs `arguments`, which allocates.' },
  { selector: 'ForOfStatement', message: 'Use an index: shorter and faster on the engines.' },
  { selector: 'ThrowStatement', message: 'Device code returns codes; it never throws.' },
  {
    selector: 'Literal[raw=/[^\\x00-\\x7f]/]',
    message: 'Write bytes as \\xNN: engines differ on non-ASCII source.',
  },
];

/** What the compiler turns into ES5 by itself, and typed arrays, which both engines have; all else beyond ES5 is refused. */
const COMPILED_AWAY =
  /no-(modules|block-scoped-variables|arrow-functions|template-literals|property-shorthands|numeric-separators|trailing-function-commas|optional-catch-binding|binary-numeric-literals|default-parameters|destructuring|keyword-properties|accessor-properties|trailing-commas|typed-arrays)$/;
const es5Rules = Object.fromEntries(
  Object.entries(
    Object.assign({}, ...[esx.configs['flat/restrict-to-es5']].flat().map((c) => c.rules)),
  ).filter(([rule]) => !COMPILED_AWAY.test(rule)),
);

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'out/', '**/*.cjs'] },
  js.configs.recommended,
  tseslint.configs.recommended,
  {
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-console': 'off',
      eqeqeq: 'error',
      curly: ['error', 'multi-line'],
      complexity: ['error', 16],
      'max-depth': ['error', 4],
    },
  },
  {
    files: DEVICE,
    plugins: { 'es-x': esx },
    rules: {
      ...es5Rules,
      'no-restricted-globals': [
        'error',
        ...[
          'setTimeout',
          'setInterval',
          'clearTimeout',
          'Date',
          'require',
          'process',
          'console',
          'print',
        ].map(host),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Use the Random port.' },
      ],
      'no-restricted-syntax': ['error', ...DEVICE_SYNTAX],
      complexity: ['error', 10],
    },
  },
  {
    // Espruino pays for one more call what it pays for ten comparisons, and for one more function what a message occupies.
    files: ['src/{bytes,mqtt}/**/*.ts'],
    rules: { complexity: ['error', 20] },
  },
  {
    files: HOT,
    rules: {
      'no-restricted-syntax': [
        'error',
        ...DEVICE_SYNTAX,
        allocation('ObjectExpression', 'An object literal'),
        allocation('ArrayExpression', 'An array literal'),
        allocation('NewExpression', 'new'),
        allocation('FunctionExpression', 'A function expression'),
        allocation('ArrowFunctionExpression', 'An arrow function'),
        allocation('TemplateLiteral[expressions.length>0]', 'A template string'),
        allocation(
          'CallExpression[callee.property.name=/^(map|filter|slice|split|concat|join|bind|subarray|forEach)$/]:not([callee.object.property.name="wifi"])',
          'This call',
        ),
      ],
    },
  },
  {
    files: ['src/ports/**/*.ts'],
    rules: {
      'no-restricted-globals': 'off',
      'no-restricted-properties': 'off',
      // Espruino's modules are built into the engine.
      '@typescript-eslint/no-require-imports': 'off',
    },
  },
  {
    // The page in a browser, whose names `tsc` knows and checks. Topics and payloads are hostile text, so nothing makes markup of text.
    files: ['flash/page/assets/*.js'],
    rules: {
      'no-undef': 'off',
      'no-eval': 'error',
      'no-restricted-properties': [
        'error',
        ...['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'createContextualFragment', 'srcdoc'].map(
          (property) => ({ property, message: 'Text goes in as text: see dom.js.' }),
        ),
        { object: 'document', property: 'write', message: 'Text goes in as text: see dom.js.' },
      ],
    },
  },
  {
    // What another program has is declared as it is, and used as people use it.
    files: ['types/**/*.d.ts', 'test/types/good/*.ts'],
    rules: {
      'no-var': 'off',
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-require-imports': 'off',
      '@typescript-eslint/no-unsafe-function-type': 'off',
      '@typescript-eslint/no-unused-vars': 'off',
      '@typescript-eslint/triple-slash-reference': 'off',
    },
  },
  {
    // One program for engines, cut into files: names come from other files and from the engine.
    files: ['test/contract/suite/*.js'],
    rules: {
      '@typescript-eslint/no-unused-vars': 'off',
      '@typescript-eslint/no-require-imports': 'off',
      'no-undef': 'off',
      'no-useless-assignment': 'off',
      eqeqeq: 'off',
    },
  },
);
