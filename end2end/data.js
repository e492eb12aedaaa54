// Where a server keeps its data: a folder, and on PostgreSQL a database of its own.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

/**
 * @typedef {object} Data
 * @property {Record<string, string>} env tells a server to keep its data here
 * @property {() => Promise<void>} clear removes all of it
 */

/**
 * An empty place.
 * @param {'SQLite' | 'PostgreSQL'} engine
 * @returns {Promise<Data>}
 */
export async function makeData(engine) {
  const folder = await mkdtemp(join(tmpdir(), 'frontdesk-end2end-'));
  const env = { FRONTDESK_DATA_DIR: folder };
  const clear = () => rm(folder, { recursive: true, force: true });
  if (engine === 'SQLite') return { env, clear };

  const name = `end2end_${process.pid}_${(made += 1)}`;
  await administer(`CREATE DATABASE ${name}`);
  const url = new URL(process.env.TEST_POSTGRES_URL);
  url.pathname = `/${name}`;
  return {
    env: { ...env, FRONTDESK_DATABASE_URL: url.href },
    clear: async () => {
      // FORCE: a server that was killed may have left connections that PostgreSQL has not noticed yet.
      await administer(`DROP DATABASE ${name} WITH (FORCE)`);
      await clear();
    },
  };
}

let made = 0;

async function administer(command) {
  const client = new pg.Client({ connectionString: process.env.TEST_POSTGRES_URL });
  await client.connect();
  await client.query(command);
  await client.end();
}
