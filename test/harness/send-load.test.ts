import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import type { Parcel } from '../../harness/journal.ts';
import { createJournal } from '../../harness/journal.ts';
import { createSender, insist, sendLoad } from '../../harness/send-load.ts';

const order = (orderId: string): Parcel => ({
  entry: 'http',
  items: [{ kind: 'order', text: `{"order_id":"${orderId}"}`, orderId }],
});

it('a parcel is sent again until all of it is accepted, wherever the cloud is by then', async () => {
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
  const send = createSender({ current, journal, patience: 10_000 });
  const invalid = { kind: 'invalid', text: '{}' } as const;
  await send({ entry: 'http', items: [...order('a').items, invalid] });
  expect(bodies).toEqual(['[{"order_id":"a"},{}]', '[{"order_id":"a"},{}]']);
  expect(journal.load).toMatchObject({
    counts: { order: 1, duplicate: 0, invalid: 1 },
    refused: 1,
    resent: 2,
  });
});

it('what has not worked in time fails with the last error as its cause', async () => {
  const attempt = async () => {
    throw new Error('no route');
  };
  await expect(insist('queue', attempt, { patience: 0 })).rejects.toMatchObject({
    message: 'queue: must be accepted within 0 s, was refused until then',
    cause: { message: 'no route' },
  });
  await expect(
    insist('queue', attempt, { patience: 0, signal: AbortSignal.abort() }),
  ).resolves.toBeUndefined();
});

it('a lane waits for each parcel, or goes on without', async () => {
  for (const waits of [true, false]) {
    const steps: string[] = [];
    const lane = function* () {
      yield order('a');
      steps.push('next');
      yield order('b');
    };
    const send = async ({ items }: Parcel) => {
      await new Promise((later) => setTimeout(later, 20));
      steps.push(items[0]?.orderId ?? '');
    };
    await sendLoad([lane()], send, { waits });
    expect(steps).toEqual(waits ? ['a', 'next', 'b'] : ['next', 'a', 'b']);
  }
});

it('a lane ends with a parcel that is refused for good, and the others go on', async () => {
  const sent: string[] = [];
  const send = async ({ items }: Parcel) => {
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
