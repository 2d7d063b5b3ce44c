// The main job as a newcomer runs it: `npm start` against the embedded broker, and against a Mosquitto of our own,
// where mosquitto_sub reads the telemetry back.
import { spawn } from 'node:child_process';
import console from 'node:console';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

const SECONDS = 8;
const CHANNELS = ['temperature', 'humidity', 'pressure'].map((key) => `weather-1/outdoor/${key}`);

/** Run to its end. @returns exit code and standard output. */
function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ code: -1, output: String(error) }));
    child.on('close', (code) => resolve({ code, output }));
  });
}

function check(what, condition, detail) {
  console.log(`${condition ? 'ok' : 'FAIL'} ${what}${condition ? '' : `: ${detail}`}`);
  if (!condition) process.exitCode = 1;
}

async function mainJob(name, args) {
  const { code, output } = await run('npm', [
    'start',
    '-s',
    '--',
    '--json',
    '--seconds',
    `${SECONDS}`,
    ...args,
  ]);
  check(`${name}: exit code 0`, code === 0, code);
  const lines = output
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  for (const topic of CHANNELS) {
    const found = lines.find((line) => line.topic === topic);
    const complete = typeof found?.value === 'number' && found.unit !== '' && found.time > 0;
    check(`${name}: ${topic}`, complete, JSON.stringify(found));
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Wait until `child` prints `pattern` on standard error. */
function printed(child, pattern) {
  return new Promise((resolve, reject) => {
    child.stderr.on('data', (chunk) => pattern.test(chunk) && resolve());
    child.on('error', reject);
    child.on('close', (code) => reject(new Error(`mosquitto ended with ${code}`)));
  });
}

await mainJob('embedded broker', []);

const folder = mkdtempSync(join(tmpdir(), 'mote-mosquitto-'));
const port = await freePort();
const config = join(folder, 'mosquitto.conf');
writeFileSync(config, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\n`);
const mosquitto = spawn('mosquitto', ['-c', config, '-v'], { stdio: ['ignore', 'ignore', 'pipe'] });
try {
  await printed(mosquitto, /running/);
  const reader = run('mosquitto_sub', ['-p', `${port}`, '-t', 'weather-1/#', '-v', '-C', '3', '-W', '60']);
  await mainJob('Mosquitto', ['--broker', `mqtt://127.0.0.1:${port}`]);
  const { code, output } = await reader;
  check(
    'Mosquitto: mosquitto_sub read three messages',
    code === 0 && /temperature \{"value":/.test(output),
    output,
  );
} finally {
  mosquitto.kill();
  rmSync(folder, { recursive: true });
}
