import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { readMailbox } from '../../operations/mailbox.ts';

/** Starts a stand-in for the embedded cloud that answers every request the same way. */
async function start(status: number, body: string) {
  const asked: (string | undefined)[] = [];
  const server = createServer(({ url }, response) => {
    asked.push(url);
    response.writeHead(status).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { asked, inspectionUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/inspection` };
}

test('requests the mailbox with only the given search and limit', async () => {
  const page = { total: 0, mails: [] };
  const { asked, inspectionUrl } = await start(200, JSON.stringify(page));
  expect(await readMailbox({ inspectionUrl })).toEqual(page);
  await readMailbox({ inspectionUrl }, { search: 'jane+1@example.com' });
  await readMailbox({ inspectionUrl }, { search: '', limit: 0 });
  expect(asked).toEqual([
    '/inspection/mailbox?',
    '/inspection/mailbox?search=jane%2B1%40example.com',
    '/inspection/mailbox?search=&limit=0',
  ]);
});

test('waits ten seconds for an answer', async () => {
  const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(AbortSignal.abort());
  onTestFinished(() => timeout.mockRestore());
  const { inspectionUrl } = await start(200, '{}');
  await expect(readMailbox({ inspectionUrl })).rejects.toMatchObject({
    name: 'UnavailableError',
    cause: { name: 'AbortError' },
  });
  expect(timeout.mock.calls).toEqual([[10_000]]);
});

test('returns undefined on AWS, which has no mailbox', async () => {
  expect(await readMailbox({ inspectionUrl: undefined })).toBeUndefined();
});

test('throws UnavailableError if the embedded cloud does not answer, and names an unexpected status', async () => {
  const inspectionUrl = 'http://127.0.0.1:1/inspection';
  await expect(readMailbox({ inspectionUrl })).rejects.toMatchObject({
    name: 'UnavailableError',
    message: `the embedded cloud does not answer at ${inspectionUrl}/mailbox?: is npm start still running?`,
    cause: expect.any(TypeError),
  });
  const other = await start(404, 'what?');
  await expect(readMailbox(other)).rejects.toThrow(
    `${other.inspectionUrl}/mailbox?: must answer 200, received 404`,
  );
});
