// Somebody's program that events are sent to.

import { once } from 'node:events';
import { createServer } from 'node:http';

/**
 * @typedef {object} Receiver
 * @property {string} url where it takes events
 * @property {{ headers: Record<string, string>, body: string }[]} heard what was sent to it
 * @property {(status: number, body?: string) => void} answer says how it answers from now on; 204 if it is not told
 * @property {() => Promise<void>} close
 */

/**
 * Starts a receiver on this machine.
 * @returns {Promise<Receiver>}
 */
export async function receive() {
  const heard = [];
  let next = [204, ''];
  const server = createServer(async (request, response) => {
    const chunks = await request.toArray();
    heard.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
    const [status, body] = next;
    response.writeHead(status).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}/hooks`,
    heard,
    answer: (status, body = '') => {
      next = [status, body];
    },
    close: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}
