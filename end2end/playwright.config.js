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
//   @javascript   is about what JavaScript adds
//   @browserless  comes out the same with JavaScript and without
//   @once         and the same on each database
const engines = process.env.TEST_POSTGRES_URL ? ['SQLite', 'PostgreSQL'] : ['SQLite'];
const ways = engines.flatMap((engine) => [
  { name: engine, use: { engine }, grepInvert: engine === 'SQLite' ? undefined : /@once/ },
  {
    name: `${engine}, no JavaScript`,
    use: { engine, javaScriptEnabled: false },
    grepInvert: /@javascript|@browserless|@once/,
  },
]);

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
    // What it records costs a fifth of the time; where somebody can look, they can ask for it: `--trace=on`.
    trace: process.env.CI ? 'retain-on-failure' : 'off',
  },
});
