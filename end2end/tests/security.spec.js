import { expect, test } from '../fixtures.js';
import { OWNER, somebody } from '../people.js';

/** On every answer there is. */
const HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': /camera=\(\)/,
  'content-security-policy': /frame-ancestors 'none'/,
};

test('every answer has the headers that keep people safe', { tag: '@once' }, async ({ request }) => {
  const page = await request.get('/');
  const style = (await page.text()).match(/(?<=rel="stylesheet" href=")[^"]+/)[0];
  const { etag } = (await request.get(style)).headers();
  const html = { accept: 'text/html' };
  const answers = [
    [200, page],
    [200, await request.get(style)],
    [304, await request.get(style, { headers: { 'if-none-match': etag } })],
    [303, await request.get('/account', { maxRedirects: 0, headers: html })],
    [401, await request.get('/account')],
    [401, await request.get('/api/v1/users')],
    [303, await request.post('/fn/sign_up', { form: somebody(), maxRedirects: 0 })],
    [404, await request.get('/nowhere', { headers: html })],
    [404, await request.get('/nowhere')],
    [405, await request.delete('/login')],
    [410, await request.get('/setup?token=0')],
    [422, await request.post('/fn/sign_up', { form: { name: '' }, headers: html })],
    [422, await request.post('/fn/sign_up', { form: { name: '' } })],
    [403, await request.post('/fn/sign_up', { form: somebody(), headers: { origin: 'https://example.com' } })],
    [200, await request.get('/health/live')],
  ];
  for (const [status, answer] of answers) {
    const what = `${status} ${answer.url()}`;
    expect(answer.status(), what).toBe(status);
    for (const [name, value] of Object.entries(HEADERS)) {
      expect(answer.headers()[name], `${name} of ${what}`).toMatch(value);
    }
  }
});

test('what concerns a person is kept nowhere; what is named after its content is kept for ever', async ({
  owner: page,
}) => {
  const answer = await page.goto('/admin/users');
  expect(answer.headers()['cache-control']).toBe('no-store');
  const style = await page.locator('link[rel=stylesheet]').getAttribute('href');
  expect((await page.request.get(style)).headers()['cache-control']).toBe('public, max-age=31536000, immutable');
});

test('the session is in a cookie that scripts and other sites do not get', async ({ page, browsers }) => {
  const cookies = await (await browsers.of(OWNER)).context().cookies();
  const session = cookies.find(({ name }) => /^session-\d+$/.test(name));
  expect(session).toMatchObject({ httpOnly: true, secure: false, sameSite: 'Lax', path: '/', domain: 'localhost' });
  await page.goto('/');
  expect(await page.context().cookies(), 'who only looks gets none').toEqual([]);
  await page.goto('/signup');
  const names = (await page.context().cookies()).map(({ name }) => name.replace(/-\d+$/, ''));
  expect(names, 'the page with a form that signs in asks if cookies are kept').toEqual(['probe']);
});

test('another session begins with every sign-in', async ({ browsers }) => {
  const page = await browsers.of(OWNER);
  const session = async () => (await page.context().cookies()).find(({ name }) => /^session-\d+$/.test(name)).value;
  const before = await session();
  const { email, password } = OWNER;
  await page.request.post('/fn/sign_in', { form: { email, password } });
  expect(await session()).not.toBe(before);
});

test('a form that another site sends does nothing', async ({ browsers, member }) => {
  const page = await browsers.of(member);
  const strangers = { 'sec-fetch-site': 'cross-site', origin: 'https://example.com' };
  const answer = await page.request.post('/logout', { form: {}, headers: strangers });
  expect(answer.status()).toBe(403);
  await page.goto('/account');
  await expect(page).toHaveURL('/account');
});

test('a name that looks like markup is text everywhere', async ({ owner: page, register }) => {
  const name = '<img src=x onerror=alert(1)> & "Robin"';
  const { email } = await register({ ...somebody(), name });
  await page.goto(`/admin/users?q=${encodeURIComponent(email)}`);
  await page.getByRole('main').getByRole('link', { name, exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(name);
  await expect(page).toHaveTitle(`${name} · Frontdesk`);
  await page.goto('/admin/audit');
  await expect(page.getByRole('cell', { name, exact: true }).first()).toBeVisible();
  await expect(page.getByRole('img')).toHaveCount(0);
});

test(
  'a script that somebody smuggled into a page does not run',
  { tag: '@javascript' },
  async ({ page, complaints }) => {
    await page.goto('/');
    await page.evaluate(() => {
      const smuggled =
        '<button onclick="window.ran = true">Gift</button><iframe srcdoc="<script>top.ran = true</script>"></iframe>';
      document.body.insertAdjacentHTML('beforeend', smuggled);
    });
    await page.getByRole('button', { name: 'Gift' }).click();

    const forbidden = () =>
      complaints.filter((complaint) => complaint.startsWith('forbidden by the policy: script-src'));
    await expect.poll(() => forbidden().length, 'both, the one in its frame and the one on the button').toBe(2);
    expect(await page.evaluate(() => window.ran)).toBeUndefined();
    complaints.length = 0;
  },
);

test('what people type as a secret is not in the log', async ({ page, frontdesk, register }) => {
  const robin = await register();
  const form = { ...robin, password: 'wrong horse battery staple' };
  delete form.name;
  await page.request.post('/fn/sign_in', { form });
  await page.goto('/invite?token=0123456789abcdef');
  const log = frontdesk.lines.join('\n');
  expect(log, 'the requests are').toContain('/fn/sign_in');
  for (const secret of [robin.password, form.password, OWNER.password, '0123456789abcdef']) {
    expect(log).not.toContain(secret);
  }
});
