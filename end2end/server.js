// A server for each of Playwright's workers: `frontdesk serve`, on a free port and with an empty data folder.

import { test as base } from '@playwright/test';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const START_TIMEOUT = 30_000;
const STOP_TIMEOUT = 15_000;

/**
 * @typedef {object} Frontdesk
 * @property {string} url where it answers, without a slash at the end
 * @property {string} setupLink the link, good for one use, by which the first account is made
 * @property {string[]} lines what it has printed so far
 * @property {() => Promise<void>} stop ends it, and its data with it
 */

/** Playwright's `test`, with the fixture `frontdesk`: a server that a worker's tests have in common. */
export const test = base.extend({
  frontdesk: [
    async ({}, use) => {
      const server = await start();
      await use(server);
      await server.stop();
    },
    { scope: 'worker' },
  ],

  /** A test that fails shows what the server has printed meanwhile. */
  serverOutput: [
    async ({ frontdesk }, use, testInfo) => {
      const before = frontdesk.lines.length;
      await use();
      if (testInfo.status !== testInfo.expectedStatus) {
        const body = frontdesk.lines.slice(before).join('\n');
        await testInfo.attach('what the server printed', { body, contentType: 'text/plain' });
      }
    },
    { auto: true },
  ],
});

export { expect } from '@playwright/test';

/**
 * Starts a server that nobody has set up yet, and waits until it is ready.
 * @param {Record<string, string>} env settings beside the data folder and the port: FRONTDESK_DATABASE_URL, say
 * @returns {Promise<Frontdesk>}
 */
export async function start(env = {}) {
  const program = process.env.FRONTDESK_BIN;
  if (!program) throw new Error('FRONTDESK_BIN must name the server: `cargo xtask test --browser` sets it');

  const folder = await mkdtemp(join(tmpdir(), 'frontdesk-end2end-'));
  const port = await freePort();
  const child = spawn(program, ['serve'], {
    env: { ...surroundings(), FRONTDESK_DATA_DIR: folder, FRONTDESK_LISTEN: `127.0.0.1:${port}`, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  const { lines, setupLink } = listen(child);

  const stop = async () => {
    child.kill('SIGTERM');
    const inTime = await Promise.race([ended.then(() => true), sleep(STOP_TIMEOUT, false, { ref: false })]);
    if (!inTime) child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
    if (!inTime) throw new Error(`the server had not stopped ${STOP_TIMEOUT / 1000} s after SIGTERM`);
  };

  const giveUp = new AbortController();
  try {
    const link = await Promise.race([
      // 127.0.0.1 is where it listens; what `localhost` stands for first differs between systems.
      ready(`http://127.0.0.1:${port}/health/ready`, giveUp.signal).then(() => setupLink),
      ended.then(([code, signal]) => fail(`it ended with ${signal ?? `code ${code}`}`)),
      sleep(START_TIMEOUT, null, { ref: false, signal: giveUp.signal }).then(() =>
        fail(`it was not ready, or had printed no setup link, after ${START_TIMEOUT / 1000} s`),
      ),
    ]);
    return { url: `http://localhost:${port}`, setupLink: link, lines, stop };
  } catch (error) {
    await stop();
    throw new Error(`frontdesk serve: ${error.message}. It printed:\n${lines.join('\n')}`);
  } finally {
    giveUp.abort();
  }
}

/** The environment without a developer's own settings of the server. */
function surroundings() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('FRONTDESK_')));
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
