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

// There is no `webServer`: server.js starts one for each worker, with data of its own.
export default defineConfig({
  testDir: 'tests',
  forbidOnly: Boolean(process.env.CI),
  reporter: 'list',
  retries: 0,
  workers: 2,
  use: {
    browserName: 'chromium',
    launchOptions: { executablePath: chromium, args },
    trace: 'retain-on-failure',
  },
});
