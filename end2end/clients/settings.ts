// Where the server is, and the token for it: `run.js` sets them.

export function settings(): { baseUrl: string; token: string } {
  const { FRONTDESK_API: baseUrl, FRONTDESK_TOKEN: token } = process.env;
  if (baseUrl === undefined || token === undefined) throw new Error('run.js sets FRONTDESK_API and FRONTDESK_TOKEN');
  return { baseUrl, token };
}
