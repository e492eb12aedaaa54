// `frontdesk` as a process: `serve`, on a free port, and the commands that end by themselves.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const START_TIMEOUT = 30_000;
const STOP_TIMEOUT = 15_000;

/**
 * @typedef {object} Server
 * @property {string} url where it answers, without a slash at the end
 * @property {Promise<string>} setupLink the link, good for one use, by which the first account is made; never, if it
 *   has an owner already
 * @property {string[]} lines what it has printed so far
 * @property {() => Promise<void>} stop asks it to end, and waits until it has
 * @property {() => Promise<void>} kill ends it in the middle of whatever it does
 */

/**
 * Starts a server and waits until it is ready.
 * @param {import('./data.js').Data} data
 * @returns {Promise<Server>}
 */
export async function serve(data) {
  const port = await freePort();
  const env = { ...environment(data), FRONTDESK_LISTEN: `127.0.0.1:${port}` };
  const child = spawn(program(), ['serve'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close');
  // If this process ends before it comes to stop the server, nobody else will.
  const orphan = () => child.kill('SIGKILL');
  process.once('exit', orphan);
  void ended.then(() => process.off('exit', orphan));
  const { lines, setupLink } = listen(child);

  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  const stop = async () => {
    child.kill('SIGTERM');
    const inTime = await Promise.race([ended.then(() => true), sleep(STOP_TIMEOUT, false, { ref: false })]);
    if (inTime) return;
    await kill();
    throw new Error(`the server had not stopped ${STOP_TIMEOUT / 1000} s after SIGTERM`);
  };

  const giveUp = new AbortController();
  try {
    await Promise.race([
      // 127.0.0.1 is where it listens; what `localhost` stands for first differs between systems.
      ready(`http://127.0.0.1:${port}/health/ready`, giveUp.signal),
      ended.then(([code, signal]) => fail(`it ended with ${signal ?? `code ${code}`}`)),
      sleep(START_TIMEOUT, null, { ref: false, signal: giveUp.signal }).then(() =>
        fail(`it was not ready after ${START_TIMEOUT / 1000} s`),
      ),
    ]);
    return { url: `http://localhost:${port}`, setupLink, lines, stop, kill };
  } catch (error) {
    await stop();
    throw new Error(`frontdesk serve: ${error.message}. It printed:\n${lines.join('\n')}`);
  } finally {
    giveUp.abort();
  }
}

/**
 * Runs a command to its end, and returns what it printed.
 * @param {import('./data.js').Data} data
 * @param {...string} command `seed`, `--users`, `20`
 */
export async function run(data, ...command) {
  const { stdout } = await promisify(execFile)(program(), command, { env: environment(data) });
  return stdout;
}

function program() {
  const program = process.env.FRONTDESK_BIN;
  return program ?? fail('FRONTDESK_BIN must name the server: `cargo xtask test --browser` sets it');
}

/** The environment without a developer's own settings of the server, and with those of the tests. */
function environment(data) {
  const surroundings = Object.entries(process.env).filter(([name]) => !name.startsWith('FRONTDESK_'));
  return {
    ...Object.fromEntries(surroundings),
    // Nobody is after these passwords, and there are many to hash.
    FRONTDESK_HASH_MEMORY: '8',
    FRONTDESK_HASH_PASSES: '1',
    // Those who are told of events are on this machine, and speak no HTTPS.
    FRONTDESK_ALLOW_PRIVATE_WEBHOOKS: 'true',
    ...data.env,
  };
}

/** Keeps what a server prints, and looks for the setup link in it. */
function listen(child) {
  const lines = [];
  const setupLink = new Promise((found) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        const link = line.match(/https?:\/\/\S*\/setup\?token=[^\s"]+/);
        if (link) found(link[0]);
      });
    }
  });
  return { lines, setupLink };
}

/** Waits until an address answers 200. */
async function ready(url, signal) {
  for (;;) {
    const response = await fetch(url, { signal }).catch(() => null);
    if (response?.status === 200) return;
    await sleep(50, null, { signal });
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function fail(reason) {
  throw new Error(reason);
}
