// What no page may do, whatever it is about.

const answers = new WeakMap();

/**
 * What a page was answered with, in the end if there were redirects.
 * @param {import('@playwright/test').Page} page in a context that is watched
 * @returns {import('@playwright/test').Response}
 */
export function answerOf(page) {
  return answers.get(page);
}

/**
 * Adds to `complaints`: errors of scripts, whatever the page's policy forbids, and requests to another host.
 * @param {import('@playwright/test').BrowserContext} context
 * @param {string} origin the server's
 * @param {string[]} complaints
 */
export async function watch(context, origin, complaints) {
  context.on('request', (request) => {
    const { protocol, origin: asked } = new URL(request.url());
    if (asked !== origin && protocol !== 'data:') complaints.push(`a request to ${request.url()}`);
  });
  context.on('response', (response) => {
    const isRedirect = 'location' in response.headers();
    if (response.request().isNavigationRequest() && !isRedirect) answers.set(response.frame().page(), response);
  });
  context.on('weberror', (error) => complaints.push(`a script failed: ${error.error().message}`));
  context.on('console', (message) => {
    if (isComplaint(message)) complaints.push(`${message.type()} on ${message.page()?.url()}: ${message.text()}`);
  });
  await context.exposeBinding('policyForbids', (_, what) => complaints.push(`forbidden by the policy: ${what}`));
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sourceFile, lineNumber }) =>
      window.policyForbids(`${effectiveDirective} ${blockedURI} (${sourceFile}:${lineNumber})`),
    );
  });
}

function isComplaint(message) {
  if (!['error', 'warning'].includes(message.type())) return false;
  // Chromium says of every page that came with a 4xx that it failed to load, and shows it all the same.
  const isRefusal = message.text().startsWith('Failed to load resource: the server responded with a status of 4');
  if (isRefusal && message.location().url === message.page()?.url()) return false;
  // Where no script runs, what it would have used was fetched for nothing.
  return !message.text().includes('was preloaded using link preload but not used');
}
