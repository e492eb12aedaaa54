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

// Tags of tests:
//   @javascript   is about what JavaScript adds
//   @browserless  has the same result with JavaScript and without
//   @once         has the same result with JavaScript and without, and on each database
// Every other journey is made with JavaScript and without, and on each database, in two projects: browser and database
// meet only in the requests and the HTML between them, and the Rust tests compare those on both databases. The other two
// combinations run on request: `cargo xtask test --browser --full-matrix`.
const isFull = Boolean(process.env.FRONTDESK_FULL_MATRIX);
const hasPostgres = Boolean(process.env.TEST_POSTGRES_URL);
const project = (engine, javaScriptEnabled, skipped) => ({
  name: javaScriptEnabled ? engine : `${engine}, no JavaScript`,
  use: { engine, javaScriptEnabled },
  grepInvert: skipped,
});
const projects = [project('SQLite', true)];
if (hasPostgres) projects.push(project('PostgreSQL', false, /@javascript|@once/));
if (hasPostgres && isFull) projects.push(project('PostgreSQL', true, /@browserless|@once/));
if (!hasPostgres || isFull) projects.push(project('SQLite', false, /@javascript|@browserless|@once/));

// There is no `webServer`: fixtures.js starts one for each worker, with data of its own.
export default defineConfig({
  testDir: 'tests',
  forbidOnly: Boolean(process.env.CI),
  reporter: 'list',
  retries: 0,
  workers: 2,
  fullyParallel: true,
  projects,
  // Generous, for machines that are busy with other things: what is there already waits for none of it.
  timeout: 60_000,
  expect: { timeout: 15_000 },
  use: {
    browserName: 'chromium',
    launchOptions: { executablePath: chromium, args },
    // The server says the times of day in UTC; the browser is to be no help in noticing.
    timezoneId: 'Pacific/Auckland',
    // What it records costs a fifth of the time; where somebody can look, they can ask for it: `--trace=on`.
    trace: process.env.CI ? 'retain-on-failure' : 'off',
  },
});
