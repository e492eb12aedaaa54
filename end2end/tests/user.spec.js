import { expect, test } from '../fixtures.js';
import { OWNER, fillIn, press, remove, signIn, somebody, suspend, visitUser } from '../people.js';

test('staff create a user, who chooses a password by a link shown once', async ({ owner, browsers }) => {
  const robin = somebody();
  await owner.goto('/admin/users');
  await owner.getByRole('link', { name: 'Create user' }).click();
  await fillIn(owner, { name: robin.name, email: robin.email });
  await press(owner, 'Create user');

  await expect(owner.getByRole('heading', { level: 1 })).toHaveText(robin.name);
  await expect(owner.getByRole('status')).toHaveText('User created.');
  const invitation = owner.getByRole('region', { name: 'Invitation link' });
  const link = await invitation.getByRole('code').innerText();
  await visitUser(owner, robin);
  await expect(invitation).toBeHidden();
  await expect(owner.getByText('Nothing yet: no password chosen')).toBeVisible();

  const theirs = await browsers.another();
  await theirs.goto(link);
  await expect(theirs.getByRole('heading', { level: 1 })).toHaveText(`Welcome, ${robin.name}`);
  await fillIn(theirs, { password: robin.email });
  expect((await press(theirs, 'Set password')).status()).toBe(422);
  await expect(theirs.getByRole('alert')).toContainText('This is made of your own name or e-mail address');
  await fillIn(theirs, { password: robin.password });
  await press(theirs, 'Set password');
  await expect(theirs).toHaveURL('/account');
  await expect(theirs.getByRole('status')).toHaveText('Your password is set, and you are signed in.');

  expect((await theirs.goto(link)).status()).toBe(410);
  const elsewhere = await browsers.another();
  await elsewhere.goto('/login');
  await signIn(elsewhere, robin);
  await expect(elsewhere).toHaveURL('/account');
});

test('a user who is not described well is not created', async ({ owner, member }) => {
  await owner.goto('/admin/users/new');
  await fillIn(owner, { name: '', email: 'nowhere' });
  expect((await press(owner, 'Create user')).status()).toBe(422);
  await expect(owner.getByRole('alert').getByRole('link')).toHaveCount(2);
  await expect(owner.getByLabel('E-mail address')).toHaveValue('nowhere');
  await fillIn(owner, { name: 'Somebody Else', email: member.email });
  expect((await press(owner, 'Create user')).status()).toBe(409);
  await expect(owner.getByRole('alert')).toContainText('There is an account with this e-mail address already');
});

test('a new password link ends the sessions that there were once it is used', async ({ owner, browsers, member }) => {
  const theirs = await browsers.of(member);
  await visitUser(owner, member);
  await press(owner, 'Make a password link');
  const link = await owner.getByRole('region', { name: 'Invitation link' }).getByRole('code').innerText();
  await theirs.goto('/account');
  await expect(theirs, 'a link changes nothing before it is used').toHaveURL('/account');

  const phone = await browsers.another();
  await phone.goto(link);
  await fillIn(phone, { password: 'four words found by dice' });
  await press(phone, 'Set password');
  await expect(phone).toHaveURL('/account');
  await theirs.reload();
  await expect(theirs).toHaveURL('/login?next=%2Faccount');
});

test('of two who edit the same person, the second sees what changed', async ({ browsers, member }) => {
  const [first, second] = [await browsers.of(OWNER), await browsers.of(OWNER)];
  await visitUser(first, member);
  await visitUser(second, member);

  await fillIn(first, { name: 'Robin Married' });
  await press(first, 'Save changes');
  await expect(first.getByRole('status')).toHaveText('Changes saved.');
  await expect(first.getByRole('heading', { level: 1 })).toHaveText('Robin Married');

  const email = `new.${member.email}`;
  await fillIn(second, { email });
  expect((await press(second, 'Save changes')).status()).toBe(409);
  const summary = second.getByRole('alert');
  await expect(summary).toBeFocused();
  await expect(summary).toContainText('Somebody else has changed this meanwhile');
  await expect(summary.getByRole('link').filter({ hasText: 'Robin Married' })).toHaveAttribute('href', '#name');
  await expect(second.getByLabel('Name', { exact: true })).toHaveValue(member.name);
  await expect(second.getByLabel('E-mail address')).toHaveValue(email);

  await fillIn(second, { name: 'Robin Married' });
  await press(second, 'Save changes');
  await expect(second.getByRole('status')).toHaveText('Changes saved.');
  await expect(second.getByRole('heading', { level: 1 })).toHaveText('Robin Married');
  await expect(second.getByText(email).first()).toBeVisible();
});

test('saving what is there already changes nothing', async ({ owner, member }) => {
  await visitUser(owner, member);
  await press(owner, 'Save changes');
  await expect(owner.getByRole('status')).toHaveText('Nothing was different, so nothing was changed.');
});

test('who is suspended is out at the next request, and in again when reinstated', async ({
  owner,
  browsers,
  member,
}) => {
  const theirs = await browsers.of(member);
  await visitUser(owner, member);
  expect((await suspend(owner, '')).status(), 'a reason is needed').toBe(422);
  await expect(owner.getByLabel('Reason'), 'the form is still open').toHaveAttribute('aria-invalid', 'true');
  await owner.getByLabel('Reason').fill('Sent spam to\nother members');
  await press(owner, 'Suspend user');

  await expect(owner.getByRole('status')).toHaveText('User suspended, and signed out everywhere.');
  await expect(owner.getByRole('definition').filter({ hasText: 'Sent spam to' })).toBeVisible();
  await theirs.goto('/account');
  await expect(theirs).toHaveURL('/login?next=%2Faccount');
  expect((await signIn(theirs, member)).status()).toBe(409);
  await expect(theirs.getByRole('alert')).toContainText('suspended');

  await press(owner, 'Reinstate user');
  await expect(owner.getByRole('status')).toHaveText('User reinstated.');
  await theirs.goto('/login');
  await signIn(theirs, member);
  await expect(theirs).toHaveURL('/account');
});

test('a role given is good at the next request, and gone when taken', async ({ owner, browsers, member }) => {
  const theirs = await browsers.of(member);
  await visitUser(owner, member);
  await press(owner, 'Give auditor');
  await expect(owner.getByRole('status')).toHaveText('Role given.');

  await theirs.goto('/');
  await theirs.getByRole('link', { name: 'Manage' }).click();
  const places = theirs.getByRole('navigation', { name: 'Main' }).getByRole('link');
  await expect(places).toHaveText([
    'Overview',
    'Users',
    'Orders',
    'Payments',
    'Tokens',
    'Audit',
    'Jobs',
    'Webhooks',
    'My orders',
  ]);
  await places.getByText('Users').click();
  await expect(theirs.getByRole('link', { name: 'Create user' }), 'auditors change nothing').toBeHidden();
  await visitUser(theirs, member);
  await expect(theirs.getByRole('main').getByRole('button')).toHaveCount(0);
  expect((await theirs.goto('/admin/users/new')).status()).toBe(404);

  await press(owner, 'Take auditor');
  await expect(owner.getByRole('status')).toHaveText('Role taken away.');
  expect((await theirs.goto('/admin/users')).status()).toBe(404);
});

test('who is removed is out and can be restored, with everything that was theirs', async ({
  owner,
  browsers,
  member,
}) => {
  const theirs = await browsers.of(member);
  await visitUser(owner, member);
  await press(owner, 'Give support');
  await remove(owner);
  await expect(owner.getByRole('status')).toHaveText('User removed, and signed out everywhere. You can restore them.');
  await theirs.goto('/account');
  await expect(theirs).toHaveURL('/login?next=%2Faccount');

  const place = owner.url();
  await owner.goto(`/admin/users?q=${encodeURIComponent(member.name)}`);
  await expect(owner.getByRole('link', { name: member.name, exact: true })).toBeHidden();
  await owner.goto(`/admin/users?status=removed&q=${encodeURIComponent(member.name)}`);
  await owner.getByRole('link', { name: member.name, exact: true }).click();
  await expect(owner).toHaveURL(place);
  await press(owner, 'Restore user');
  await expect(owner.getByRole('status')).toHaveText('User restored, with everything that was theirs.');

  await theirs.goto('/login');
  await signIn(theirs, member);
  await theirs.goto('/admin/users');
  await expect(theirs.getByRole('heading', { level: 1 }), 'the role is theirs again').toHaveText('Users');
});

test('nobody locks themselves out', async ({ owner }) => {
  await visitUser(owner, OWNER);
  expect((await suspend(owner, 'To see what happens')).status()).toBe(409);
  await expect(owner.getByRole('alert')).toContainText('You cannot suspend yourself.');
  expect((await remove(owner)).status()).toBe(409);
  await expect(owner.getByRole('alert')).toContainText('You cannot remove yourself.');
});

test('support does not touch who holds more', async ({ owner, browsers, member }) => {
  await visitUser(owner, member);
  await press(owner, 'Give support');
  const support = await browsers.of(member);
  await visitUser(support, OWNER);
  await fillIn(support, { email: member.email });
  expect((await press(support, 'Save changes')).status()).toBe(403);
  await support.goto('/account');
  await visitUser(support, OWNER);
  await expect(support.getByLabel('E-mail address')).toHaveValue(OWNER.email);
});
