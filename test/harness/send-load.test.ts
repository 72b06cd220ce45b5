import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import type { Submission } from '../../harness/journal.ts';
import { createJournal } from '../../harness/journal.ts';
import { createSender, retry, sendLoad } from '../../harness/send-load.ts';
import { skipPauses } from '../skip-pauses.ts';

const order = (orderId: string): Submission => ({
  entry: 'http',
  items: [{ kind: 'order', text: `{"order_id":"${orderId}"}`, orderId }],
});

it('sends a submission again until all of it is accepted, also when the cloud has moved to another port', async () => {
  const bodies: string[] = [];
  const answers = [
    { rejected: [{ errors: [{ code: 'not_queued' }] }] },
    { accepted: [{}], rejected: [{ errors: [{ code: 'missing' }] }] },
  ];
  const server = createServer(async (incoming, outgoing) => {
    bodies.push(Buffer.concat(await incoming.toArray()).toString());
    outgoing.end(JSON.stringify(answers[bodies.length - 1]));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;

  // Nothing listens at first.
  const places = ['http://127.0.0.1:1', `http://127.0.0.1:${port}`];
  const current = () => ({ apiUrl: places.length > 1 ? places.shift() : places[0] }) as never;
  const journal = createJournal();
  const send = createSender({ current, journal, timeoutMs: 10_000 });
  const invalid = { kind: 'invalid', text: '{}' } as const;
  await send({ entry: 'http', items: [...order('a').items, invalid] });
  expect(bodies).toEqual(['[{"order_id":"a"},{}]', '[{"order_id":"a"},{}]']);
  expect(journal.load).toMatchObject({
    counts: { order: 1, duplicate: 0, invalid: 1 },
    refused: 1,
    resent: 2,
  });
});

it('fails with the last error as its cause if no attempt succeeds in time', async () => {
  const attempt = async () => {
    throw new Error('no route');
  };
  await expect(retry('queue', attempt, { timeoutMs: 0 })).rejects.toMatchObject({
    message: 'queue: not accepted within 0 s, all attempts failed',
    cause: { message: 'no route' },
  });
  await expect(
    retry('queue', attempt, { timeoutMs: 0, signal: AbortSignal.abort() }),
  ).resolves.toBeUndefined();
});

it('pauses for half a second between attempts, and stops when it is aborted', async () => {
  const pauses = skipPauses();
  const stop = new AbortController();
  const results = [false, false, true];
  await retry('queue', async () => results.shift() ?? true, { timeoutMs: 60_000 });
  expect(pauses).toEqual([500, 500]);
  const attempt = async () => {
    stop.abort();
    return false;
  };
  await retry('queue', attempt, { timeoutMs: 60_000, signal: stop.signal });
  expect(pauses).toEqual([500, 500, 500]);
});

it('waits for each submission of a lane only if `waits` is set', async () => {
  for (const waits of [true, false]) {
    const steps: string[] = [];
    const lane = function* () {
      yield order('a');
      steps.push('next');
      yield order('b');
    };
    const send = async ({ items }: Submission) => {
      await new Promise((later) => setTimeout(later, 20));
      steps.push(items[0]?.orderId ?? '');
    };
    await sendLoad([lane()], send, { waits });
    expect(steps).toEqual(waits ? ['a', 'next', 'b'] : ['next', 'a', 'b']);
  }
});

it('ends a lane with a failed submission and continues with the others', async () => {
  const sent: string[] = [];
  const send = async ({ items }: Submission) => {
    const id = items[0]?.orderId ?? '';
    if (id === 'bad') throw new Error('refused');
    sent.push(id);
  };
  const lanes = [
    [order('bad'), order('never')],
    [order('a'), order('b')],
  ];
  await expect(sendLoad(lanes, send, { waits: true })).rejects.toThrow('refused');
  expect(sent).toEqual(['a', 'b']);
});
