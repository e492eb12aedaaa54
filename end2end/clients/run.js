// Checks the OpenAPI document, generates clients from it, compiles them strictly, and runs each against a server.
// `cargo xtask clients` sets FRONTDESK_BIN, the server, and FRONTDESK_PYTHON, a Python with the packages of
// requirements.txt.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { run as frontdesk, serve } from '../server.js';

const here = dirname(fileURLToPath(import.meta.url));
const generated = join(here, 'generated');
const python = process.env.FRONTDESK_PYTHON;
if (python === undefined) throw new Error('FRONTDESK_PYTHON must name a Python: `cargo xtask clients` sets it');

/** Runs a program in this folder, and fails with what it printed unless it succeeds. */
async function run(program, args, env = {}) {
  const child = spawn(program, args, { cwd: here, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => (printed += text));
  }
  const [code, signal] = await once(child, 'close');
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${signal ?? `code ${code}`}:\n${printed}`);
}

const tool = (name, ...args) => run(join(here, 'node_modules/.bin', name), args, { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' });
const module_ = (name, ...args) => run(python, ['-m', name, ...args]);

/** Runs steps at the same time: most of them wait for one core. */
async function together(title, steps) {
  const start = performance.now();
  await Promise.all(steps);
  console.log(`      ${title}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

async function generate(document, plain) {
  await Promise.all([
    tool('openapi-typescript', document, '--output', join(generated, 'openapi-typescript.d.ts')),
    tool('openapi-ts', '--input', document, '--output', join(generated, 'hey-api'), '--no-log-file'),
    module_(
      'openapi_python_client',
      ...['generate', '--path', plain, '--output-path', join(generated, 'python/frontdesk_client')],
      ...['--meta', 'none', '--overwrite', '--fail-on-warning', '--config', join(here, 'openapi-python-client.yaml')],
    ),
  ]);
}

const data = await mkdtemp(join(tmpdir(), 'frontdesk-clients-'));
const place = { env: { FRONTDESK_DATA_DIR: data, FRONTDESK_LIMIT_API_READ: '0', FRONTDESK_LIMIT_API_WRITE: '0' } };
await rm(generated, { recursive: true, force: true });
await mkdir(join(generated, 'python'), { recursive: true });
const server = await serve(place);
try {
  const baseUrl = `${server.url}/api/v1`;
  const [document, plain] = ['openapi.json', 'openapi-without-webhooks.json'].map((name) => join(generated, name));
  for (const [file, query] of [[document, ''], [plain, '?webhooks=false']]) {
    const answer = await fetch(`${baseUrl}/openapi.json${query}`);
    if (answer.status !== 200) throw new Error(`the document is answered with ${answer.status}`);
    await writeFile(file, await answer.text());
  }
  await together('linters', [
    tool('redocly', 'lint', document, plain, '--config', join(here, 'redocly.yaml')),
    tool('spectral', 'lint', document, plain, '--ruleset', join(here, '.spectral.yaml'), '--fail-severity', 'warn'),
    module_('openapi_spec_validator', document, plain),
  ]);
  await together('generators', [generate(document, plain)]);
  await together('compilers', [tool('tsc', '--project', here), module_('mypy', '--config-file', join(here, 'mypy.ini'))]);
  const token = (await frontdesk(place, 'token', 'create', '--name', 'clients', '--all')).trim();
  const env = { FRONTDESK_API: baseUrl, FRONTDESK_TOKEN: token, PYTHONPATH: join(generated, 'python') };
  const compiled = (name) => run(process.execPath, [join(generated, 'compiled', name)], env);
  await together('clients', [
    compiled('openapi-fetch.js'),
    compiled('hey-api.js'),
    run(python, [join(here, 'python_client.py')], env),
  ]);
} finally {
  await server.stop();
  await rm(data, { recursive: true, force: true });
}
