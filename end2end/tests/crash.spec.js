import { makeData } from '../data.js';
import { test as base, expect } from '../fixtures.js';
import { OWNER, somebody } from '../people.js';
import { serve } from '../server.js';

/** How many sign up at the same time. */
const CLIENTS = 8;
/** The server is killed when so many were told that they are in. */
const ENOUGH = 30;

const test = base.extend({
  /** Starts a server, always on the same data. */
  start: async ({ engine }, use) => {
    const data = await makeData(engine);
    const servers = [];
    await use(async () => {
      const server = await serve(data);
      servers.push(server);
      return server;
    });
    for (const server of servers) await server.stop();
    await data.clear();
  },
});

test(
  'who was told that they are in still is after the server was killed',
  { tag: '@browserless' },
  async ({ start }) => {
    const doomed = await start();
    const token = new URL(await doomed.setupLink).searchParams.get('token');
    const { session: owner } = await post(doomed, '/fn/set_up', { token, ...OWNER });
    const acknowledged = await signUpUntilKilled(doomed);
    expect(acknowledged.length).toBeGreaterThanOrEqual(ENOUGH);

    const server = await start();
    for (const { email, password, session } of acknowledged) {
      expect((await get(server, '/account', session)).status, `${email} is signed in`).toBe(200);
      expect((await post(server, '/fn/sign_in', { email, password })).status, `${email} can sign in`).toBe(303);
    }
    // Some may be in who were not told any more. But nobody is without their line in the audit trail, nor is it without
    // them.
    const users = await (await get(server, '/admin/users?limit=100', owner)).text();
    const there = [...users.matchAll(/data-label="E-mail">([^<]+)</g)].map(([, email]) => email);
    const trail = await (await get(server, '/admin/audit?action=user.signed_up&limit=100', owner)).text();
    const signUps = [...trail.matchAll(/data-label="What changed">.*?E-mail address.*?<ins>([^<]+)</g)].map(
      ([, email]) => email,
    );
    expect(there).toEqual(expect.arrayContaining(acknowledged.map(({ email }) => email)));
    expect([...signUps, OWNER.email].sort()).toEqual(there.sort());
  },
);

/** Has people sign up for as long as the server answers, and returns those whom it told that they are in. */
async function signUpUntilKilled(server) {
  const acknowledged = [];
  const client = async () => {
    for (;;) {
      const person = somebody();
      const answer = await post(server, '/fn/sign_up', person).catch(() => null);
      if (answer === null) return;
      expect(answer.status).toBe(303);
      acknowledged.push({ ...person, session: answer.session });
      // Nobody waits for this: the others are in the middle of something, and so is the server.
      if (acknowledged.length === ENOUGH) void server.kill();
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return acknowledged;
}

async function post(server, path, form) {
  const answer = await fetch(server.url + path, {
    method: 'POST',
    body: new URLSearchParams(form),
    redirect: 'manual',
  });
  const name = cookieName(server);
  const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
  return { status: answer.status, session: cookies.find((cookie) => cookie.startsWith(name))?.slice(name.length) };
}

function get(server, path, session) {
  const headers = { accept: 'text/html', cookie: cookieName(server) + session };
  return fetch(server.url + path, { headers, redirect: 'manual' });
}

/** The beginning of the session's cookie: the port is in its name. */
function cookieName(server) {
  return `session-${new URL(server.url).port}=`;
}
