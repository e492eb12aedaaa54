// Every page there is, in every state that looks different, and how people get there.

import {
  OWNER,
  changePassword,
  fillIn,
  makeWebhook,
  press,
  remove,
  signIn,
  somebody,
  suspend,
  visitUser,
  visitWebhook,
} from './people.js';
import { pay, placeOrder, refund } from './shop.js';

/**
 * @typedef {object} Place
 * @property {string} name
 * @property {number} status what it is answered with
 * @property {boolean} [isLarge] whether it takes longer than others to be looked through
 * @property {(visit: object) => Promise<import('@playwright/test').Page>} open goes there, given the fixtures `page`,
 *   `browsers`, `register` and `untouched`, and returns the page that is there then
 */

/** @type {Place[]} */
export const PLACES = [
  // Anybody.
  { name: 'the start', status: 200, open: at('/') },
  { name: 'sign up', status: 200, open: at('/signup') },
  {
    name: 'sign up, with faults',
    status: 422,
    open: async ({ page }) => {
      await page.goto('/signup');
      await press(page, 'Sign up');
      return page;
    },
  },
  {
    name: 'sign up, with an address that is taken',
    status: 409,
    open: async ({ page, register }) => {
      const { email } = await register();
      await page.goto('/signup');
      await fillIn(page, { email, name: somebody().name, password: somebody().password });
      await press(page, 'Sign up');
      return page;
    },
  },
  { name: 'sign in', status: 200, open: at('/login') },
  { name: 'sign in, sent there', status: 200, open: at('/account') },
  {
    name: 'sign in, with a wrong password',
    status: 422,
    open: async ({ page }) => {
      await page.goto('/login');
      await signIn(page, somebody());
      return page;
    },
  },
  {
    name: 'set up',
    status: 200,
    open: async ({ untouched }) => {
      const { page, setupLink } = await untouched();
      await page.goto(setupLink);
      return page;
    },
  },
  {
    name: 'set up, with faults',
    status: 422,
    open: async ({ untouched }) => {
      const { page, setupLink } = await untouched();
      await page.goto(setupLink);
      await press(page, 'Set up Frontdesk');
      return page;
    },
  },
  { name: 'set up, by a link that is used up', status: 410, open: at('/setup?token=0') },
  {
    name: 'an invitation',
    status: 200,
    open: async ({ page, browsers }) => {
      await page.goto(await invite(await browsers.of(OWNER)));
      return page;
    },
  },
  {
    name: 'an invitation, with faults',
    status: 422,
    open: async ({ page, browsers }) => {
      await page.goto(await invite(await browsers.of(OWNER)));
      await press(page, 'Set password');
      return page;
    },
  },
  { name: 'an invitation that is used up', status: 410, open: at('/invite?token=0') },
  { name: 'nowhere', status: 404, open: at('/nowhere') },
  { name: 'the address of a form', status: 200, open: at('/fn/sign_up') },

  { name: 'the API', status: 200, open: at('/docs') },
  { name: 'the reference of the API', status: 200, isLarge: true, open: at('/docs/api') },
  { name: 'the reference, searched', status: 200, open: at('/docs/api?q=invitation') },
  { name: 'the reference, nothing found', status: 200, open: at('/docs/api?q=nothing+is+called+that') },
  { name: 'the problems', status: 200, open: at('/docs/problems') },
  { name: 'a problem', status: 200, open: at('/docs/problems/IDEMPOTENCY_ANSWER_LOST') },
  { name: 'a problem that there is not', status: 404, open: at('/docs/problems/NOTHING') },

  // Members.
  {
    name: 'security, signed in twice',
    status: 200,
    open: async ({ browsers, register }) => {
      const member = await register();
      await browsers.of(member);
      const page = await browsers.of(member);
      await page.goto('/account/security');
      return page;
    },
  },
  {
    name: 'the account, after signing up',
    status: 200,
    open: async ({ page }) => {
      await page.goto('/signup');
      await fillIn(page, somebody());
      await press(page, 'Sign up');
      return page;
    },
  },
  {
    name: 'security, with a new token',
    status: 200,
    open: async ({ browsers, register }) => {
      const member = await register();
      const page = await browsers.of(member);
      await makeToken(page, member, 'nightly export');
      return page;
    },
  },
  {
    name: 'security, with a token that cannot be made',
    status: 422,
    open: async ({ browsers, register }) => {
      const member = await register();
      const page = await browsers.of(member);
      await makeToken(page, member, '');
      return page;
    },
  },
  { name: 'change password', status: 200, open: asMember('/account/password') },
  {
    name: 'change password, with faults',
    status: 422,
    open: async ({ browsers, register }) => {
      const page = await browsers.of(await register());
      await page.goto('/account/password');
      await press(page, 'Change password');
      return page;
    },
  },
  {
    name: 'change password, with a wrong one',
    status: 422,
    open: async ({ browsers, register }) => {
      const page = await browsers.of(await register());
      await changePassword(page, 'not that one', somebody().password);
      return page;
    },
  },
  {
    name: 'security, with a new password',
    status: 200,
    open: async ({ browsers, register }) => {
      const member = await register();
      const page = await browsers.of(member);
      await changePassword(page, member.password, somebody().password);
      return page;
    },
  },
  { name: 'the start, signed in', status: 200, open: asMember('/') },
  { name: 'the management, as a member', status: 404, open: asMember('/admin/users') },

  // Staff.
  { name: 'the overview', status: 200, open: asOwner('/admin') },
  { name: 'users', status: 200, open: asOwner('/admin/users') },
  {
    name: 'users, filtered and sorted',
    status: 200,
    open: asOwner('/admin/users?q=a&status=active&sort=name&limit=50'),
  },
  { name: 'users, suspended', status: 200, open: asOwner('/admin/users?status=suspended') },
  { name: 'users, nobody found', status: 200, open: asOwner('/admin/users?q=nobody+is+called+that') },
  { name: 'users, at a place that there is not', status: 400, open: asOwner('/admin/users?cursor=AAAA') },
  { name: 'create user', status: 200, open: asOwner('/admin/users/new') },
  {
    name: 'create user, with faults',
    status: 422,
    open: async ({ browsers }) => {
      const page = await browsers.of(OWNER);
      await page.goto('/admin/users/new');
      await press(page, 'Create user');
      return page;
    },
  },
  {
    name: 'a user, just created',
    status: 200,
    open: async ({ browsers }) => {
      const page = await browsers.of(OWNER);
      await invite(page);
      return page;
    },
  },
  { name: 'a user', status: 200, open: ofUser() },
  { name: 'a user, suspended', status: 200, open: ofUser((page) => suspend(page, 'Asked us to keep it for later')) },
  { name: 'a user, to be suspended without a reason', status: 422, open: ofUser((page) => suspend(page, '')) },
  { name: 'a user, removed', status: 200, open: ofUser((page) => remove(page)) },
  {
    name: 'a user, edited by two',
    status: 409,
    open: ofUser(async (page, { browsers }) => {
      const other = await browsers.of(OWNER);
      await other.goto(page.url());
      await fillIn(other, { name: 'Robin Married' });
      await press(other, 'Save changes');
      await fillIn(page, { name: 'Robin Renamed' });
      await press(page, 'Save changes');
    }),
  },
  { name: 'a user that there is not', status: 404, open: asOwner('/admin/users/1') },
  { name: 'security, as an owner', status: 200, open: asOwner('/account/security') },
  {
    name: 'tokens',
    status: 200,
    open: async ({ browsers }) => {
      const page = await browsers.of(OWNER);
      await makeToken(page, OWNER, 'laptop');
      await page.goto('/admin/tokens');
      return page;
    },
  },
  {
    name: 'tokens, a service token that cannot be made',
    status: 422,
    open: async ({ browsers }) => {
      const page = await browsers.of(OWNER);
      await page.goto('/admin/tokens');
      await page.getByText('Make a service token…').click();
      await press(page, 'Make token');
      return page;
    },
  },
  { name: 'tokens, none found', status: 200, open: asOwner('/admin/tokens?kind=service&life=ended') },
  {
    name: 'webhooks',
    status: 200,
    open: async ({ browsers }) => {
      const page = await browsers.of(OWNER);
      await makeWebhook(page, NOBODY);
      await page.goto('/admin/webhooks');
      await page.getByText('Make a webhook…').click();
      return page;
    },
  },
  {
    name: 'webhooks, one that cannot be made',
    status: 422,
    open: async ({ browsers }) => {
      const page = await browsers.of(OWNER);
      await page.goto('/admin/webhooks');
      await page.getByText('Make a webhook…').click();
      await press(page, 'Make webhook');
      return page;
    },
  },
  {
    name: 'a webhook, just made',
    status: 200,
    open: async ({ browsers }) => {
      const page = await browsers.of(OWNER);
      await makeWebhook(page, NOBODY);
      return page;
    },
  },
  { name: 'a webhook, failing', status: 200, open: ofWebhook() },
  { name: 'a webhook, turned off', status: 200, open: ofWebhook((page) => press(page, 'Turn off')) },
  {
    name: 'a delivery',
    status: 200,
    open: ofWebhook((page) => page.getByRole('link', { name: 'webhook.test' }).click()),
  },
  { name: 'a webhook that there is not', status: 404, open: asOwner('/admin/webhooks/1') },
  { name: 'jobs', status: 200, open: asOwner('/admin/jobs') },
  {
    name: 'a job',
    status: 200,
    open: async ({ browsers }) => {
      const page = await browsers.of(OWNER);
      await page.goto('/admin/jobs');
      await page.getByRole('main').getByRole('rowheader').getByRole('link').first().click();
      return page;
    },
  },
  { name: 'jobs, none found', status: 200, open: asOwner('/admin/jobs?state=dead') },
  { name: 'the audit trail', status: 200, open: asOwner('/admin/audit') },
  {
    name: 'the audit trail, filtered',
    status: 200,
    open: asOwner('/admin/audit?action=login.success&since=2020-01-01T00:00'),
  },
  { name: 'the audit trail, nothing found', status: 200, open: asOwner('/admin/audit?since=2999-01-01') },

  // Orders, as customers see them.
  { name: 'my orders, none yet', status: 200, open: asMember('/account/orders') },
  {
    name: 'my orders',
    status: 200,
    open: ofOrder(async (page) => {
      await page.goto('/account/orders');
    }),
  },
  { name: 'an order to be paid', status: 200, open: ofOrder() },
  { name: 'an order whose card was declined', status: 200, open: ofOrder((page) => pay(page, 'pm_card_declined')) },
  { name: 'an order to be confirmed', status: 200, open: ofOrder((page) => pay(page, 'pm_card_confirm')) },
  {
    name: 'the page that stands for a bank',
    status: 200,
    open: ofOrder(async (page) => {
      await pay(page, 'pm_card_confirm');
      await page.getByRole('link', { name: 'Go to your bank' }).click();
    }),
  },
  { name: 'an order that is paid', status: 200, open: ofOrder((page) => pay(page, 'pm_card_ok')) },
  {
    name: 'a receipt',
    status: 200,
    open: ofOrder(async (page) => {
      await pay(page, 'pm_card_ok');
      await page.getByRole('link', { name: 'Receipt' }).click();
    }),
  },
  { name: 'an order that there is not', status: 404, open: asMember('/account/orders/1') },

  // Orders, as staff see them.
  { name: 'orders', status: 200, open: asOwner('/admin/orders') },
  { name: 'orders, by total', status: 200, open: asOwner('/admin/orders?currency=EUR&min=1') },
  { name: 'orders, none found', status: 200, open: asOwner('/admin/orders?currency=JPY') },
  { name: 'orders, filters that do not go together', status: 422, open: asOwner('/admin/orders?min=5&state=paid') },
  { name: 'place an order', status: 200, open: asOwner('/admin/orders/new') },
  {
    name: 'place an order, with faults',
    status: 422,
    open: async ({ browsers }) => {
      const page = await browsers.of(OWNER);
      await page.goto('/admin/orders/new');
      await page.getByLabel('Price of one, row 2').fill('1,50');
      await press(page, 'Place order');
      return page;
    },
  },
  { name: 'an order, as staff, to be paid', status: 200, open: ofStaffOrder() },
  { name: 'an order, as staff, paid', status: 200, open: ofStaffOrder((page) => pay(page, 'pm_card_ok', 'Charge')) },
  {
    name: 'an order, as staff, refunded in part',
    status: 200,
    open: ofStaffOrder(async (page) => {
      await pay(page, 'pm_card_ok', 'Charge');
      await refund(page, 'Arrived late', '5');
    }),
  },
  {
    name: 'an order, as staff, to be refunded without a reason',
    status: 422,
    open: ofStaffOrder(async (page) => {
      await pay(page, 'pm_card_ok', 'Charge');
      await refund(page, '');
    }),
  },
  { name: 'payments', status: 200, open: asOwner('/admin/payments') },
  {
    name: 'a payment',
    status: 200,
    open: ofStaffOrder(async (page) => {
      await pay(page, 'pm_card_declined', 'Charge');
      await page.getByRole('region', { name: 'Payments' }).getByRole('rowheader').getByRole('link').click();
    }),
  },
  { name: 'refunds', status: 200, open: asOwner('/admin/refunds') },
  { name: 'refunds, none found', status: 200, open: asOwner('/admin/refunds?state=rejected') },
  {
    name: 'a refund to be approved',
    status: 200,
    open: ofStaffOrder(
      async (page) => {
        await pay(page, 'pm_card_ok', 'Charge');
        await refund(page, 'Arrived broken');
        await page.getByRole('region', { name: 'Refunds' }).getByRole('listitem').getByRole('link').click();
      },
      { quantity: '1', price: '2500' },
    ),
  },
];

function at(path) {
  return async ({ page }) => {
    await page.goto(path);
    return page;
  };
}

function asMember(path) {
  return async ({ browsers, register }) => {
    const page = await browsers.of(await register());
    await page.goto(path);
    return page;
  };
}

function asOwner(path) {
  return async ({ browsers }) => {
    const page = await browsers.of(OWNER);
    await page.goto(path);
    return page;
  };
}

/** The page of somebody new, as the owner sees it when something was done. */
function ofUser(act = async () => {}) {
  return async (visit) => {
    const page = await visit.browsers.of(OWNER);
    await visitUser(page, await visit.register());
    await act(page, visit);
    return page;
  };
}

/** An address of this machine where nobody listens. */
const NOBODY = 'http://127.0.0.1:9/hooks?of=a-shop-with-a-rather-long-address';

/** The page of a webhook to which a test event could not be delivered, when something was done. */
function ofWebhook(act = async () => {}) {
  return async ({ browsers }) => {
    const page = await browsers.of(OWNER);
    await makeWebhook(page, NOBODY);
    await visitWebhook(page);
    await press(page, 'Send a test event');
    while (!(await page.getByText('Failing').isVisible())) await page.reload();
    await act(page);
    return page;
  };
}

/** An order of somebody new, as they see it when something was done. */
function ofOrder(act = async () => {}) {
  return async ({ browsers, register }) => {
    const customer = await register();
    const id = await placeOrder(await browsers.of(OWNER), customer);
    const page = await browsers.of(customer);
    await page.goto(`/account/orders/${id}`);
    await act(page);
    return page;
  };
}

/** The same, as the owner sees it. */
function ofStaffOrder(act = async () => {}, line = {}) {
  return async ({ browsers, register }) => {
    const page = await browsers.of(OWNER);
    await placeOrder(page, await register(), line);
    await act(page);
    return page;
  };
}

/** Makes a personal token of the person who is signed in. */
async function makeToken(page, { password }, name) {
  await page.goto('/account/security');
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Current password', { exact: true }).fill(password);
  await press(page, 'Make token');
}

/** Creates somebody, and returns the link by which they choose a password. */
async function invite(owner) {
  const { name, email } = somebody();
  await owner.goto('/admin/users/new');
  await fillIn(owner, { name, email });
  await press(owner, 'Create user');
  return owner.getByRole('region', { name: 'Invitation link' }).getByRole('code').innerText();
}
