import { defineConfig } from '@playwright/test';

// Without the variable it is the Chromium that Playwright has downloaded.
const chromium = process.env.FRONTDESK_CHROMIUM || undefined;

const args = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
];
// Chromium's sandbox refuses to run as root, which containers mostly do.
if (process.getuid?.() === 0) args.push('--no-sandbox');

// Every journey is made on each database, with JavaScript and without. What tests have to say about that:
//   @javascript  is about what JavaScript adds
//   @plain       is about what there is without it
//   @once        comes out the same on each database and either way
const ways = [
  { name: 'SQLite', use: { engine: 'SQLite' }, grepInvert: /@plain/ },
  { name: 'SQLite, no JavaScript', use: { engine: 'SQLite', javaScriptEnabled: false }, grepInvert: /@javascript|@once/ },
];
if (process.env.TEST_POSTGRES_URL) {
  ways.push(
    { name: 'PostgreSQL', use: { engine: 'PostgreSQL' }, grepInvert: /@plain|@once/ },
    {
      name: 'PostgreSQL, no JavaScript',
      use: { engine: 'PostgreSQL', javaScriptEnabled: false },
      grepInvert: /@javascript|@once/,
    },
  );
}

// There is no `webServer`: fixtures.js starts one for each worker, with data of its own.
export default defineConfig({
  testDir: 'tests',
  forbidOnly: Boolean(process.env.CI),
  reporter: 'list',
  retries: 0,
  workers: 2,
  fullyParallel: true,
  projects: ways,
  // Generous, for machines that are busy with other things: what is there already waits for none of it.
  timeout: 60_000,
  expect: { timeout: 15_000 },
  use: {
    browserName: 'chromium',
    launchOptions: { executablePath: chromium, args },
    // The server says the times of day in UTC; the browser is to be no help in noticing.
    timezoneId: 'Pacific/Auckland',
    trace: 'retain-on-failure',
  },
});
