// What tests begin with: a server, people, and browsers that are watched.

import { test as base, expect } from '@playwright/test';
import { makeData } from './data.js';
import { OWNER, somebody } from './people.js';
import { run, serve } from './server.js';
import { watch } from './watch.js';

export { expect };

/** How many people there are before a test meets any. */
export const SEEDED = 120;

export const test = base.extend({
  /** Where the server keeps its data: `SQLite` or `PostgreSQL`. */
  engine: ['SQLite', { option: true, scope: 'worker' }],

  /** A server that a worker's tests have in common, with an owner and some people. */
  frontdesk: [
    async ({ engine, playwright }, use) => {
      const data = await makeData(engine);
      try {
        await run(data, 'seed', '--users', String(SEEDED));
        const server = await serve(data);
        try {
          const token = new URL(await server.setupLink).searchParams.get('token');
          await postAndLeave(playwright, server.url, '/fn/set_up', { token, ...OWNER });
          await use(server);
        } finally {
          await server.stop();
        }
      } finally {
        await data.clear();
      }
    },
    { scope: 'worker' },
  ],

  baseURL: async ({ frontdesk }, use) => use(frontdesk.url),

  /** What browsers and the server complained of. A test that is about a complaint takes it out; any other fails. */
  complaints: [
    async ({ frontdesk }, use, testInfo) => {
      const complaints = [];
      const before = frontdesk.lines.length;
      await use(complaints);
      const lines = frontdesk.lines.slice(before);
      if (testInfo.status !== testInfo.expectedStatus) {
        await testInfo.attach('what the server printed', { body: lines.join('\n'), contentType: 'text/plain' });
      }
      const errors = lines.filter((line) => line.includes('"level":"ERROR"'));
      expect([...complaints, ...errors], 'complaints of browsers and of the server').toEqual([]);
    },
    { auto: true },
  ],

  context: async ({ context, baseURL, complaints }, use) => {
    await watch(context, baseURL, complaints);
    await use(context);
  },

  /** Browsers beside `page`, each a device of its own. */
  browsers: async ({ browser, baseURL, complaints }, use) => {
    const open = [];
    const another = async (options) => {
      const context = await browser.newContext(options);
      open.push(context);
      await watch(context, baseURL, complaints);
      return context.newPage();
    };
    /** A page in a browser where somebody has signed in. */
    const of = async ({ email, password }, options) => {
      const page = await another(options);
      const response = await page.request.post('/fn/sign_in', { form: { email, password }, maxRedirects: 0 });
      expect(response.status(), `${email} signs in`).toBe(303);
      return page;
    };
    await use({ another, of });
    for (const context of open) await context.close();
  },

  /** A page in the owner's browser. */
  owner: async ({ browsers }, use) => use(await browsers.of(OWNER)),

  /** Makes an account for somebody new, who is not signed in anywhere yet. */
  register: async ({ playwright, baseURL }, use) => {
    await use(async (person = somebody()) => {
      await postAndLeave(playwright, baseURL, '/fn/sign_up', person);
      return person;
    });
  },

  /** Somebody who has an account. */
  member: async ({ register }, use) => use(await register()),

  /** Starts a server that nobody has set up yet, with a page of its own. */
  untouched: async ({ engine, browser, complaints }, use) => {
    const ends = [];
    await use(async () => {
      const data = await makeData(engine);
      ends.push(data.clear);
      const server = await serve(data);
      ends.push(server.stop);
      const context = await browser.newContext({ baseURL: server.url });
      ends.push(() => context.close());
      await watch(context, server.url, complaints);
      return { data, setupLink: await server.setupLink, page: await context.newPage() };
    });
    for (const end of ends.reverse()) await end();
  },
});

/** Posts a form that signs somebody in, and signs them out again: how people do that is another test's subject. */
async function postAndLeave(playwright, baseURL, path, form) {
  const request = await playwright.request.newContext({ baseURL });
  const entered = await request.post(path, { form, maxRedirects: 0 });
  expect(entered.status(), path).toBe(303);
  const left = await request.post('/logout', { form: { page: '/account' }, maxRedirects: 0 });
  expect(left.status(), 'signs out').toBe(303);
  await request.dispose();
}
