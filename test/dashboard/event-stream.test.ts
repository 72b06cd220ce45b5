import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createEventStream } from '../../dashboard/server/create-event-stream.ts';

test('a page that takes what it gets is sent each event', async () => {
  const { stream, send } = createEventStream();
  stream.setEncoding('utf8');
  const received: string[] = [];
  stream.on('data', (piece) => received.push(piece));
  for (const count of [1, 2, 3]) {
    send({ name: 'status', data: { count, text: 'a\nb' } });
    while (!received.join('').includes(`"count":${count},`)) await once(stream, 'data');
  }
  expect(received.join('')).toBe(
    `retry: 2000\n\n${[1, 2, 3].map((count) => `event: status\ndata: {"count":${count},"text":"a\\nb"}\n\n`).join('')}`,
  );
});

test('for a page that takes nothing only the newest event is kept', async () => {
  const { stream, send } = createEventStream();
  const connection = new PassThrough({ highWaterMark: 100 });
  stream.pipe(connection);
  const data = 'x'.repeat(1_000);
  for (let count = 1; count <= 1_000; count++) {
    send({ name: 'status', data: { count, data } });
    await new Promise(setImmediate);
  }
  // In the connection, on its way there, and waiting.
  let text = '';
  connection.setEncoding('utf8').on('data', (piece) => {
    text += piece;
  });
  while (!text.includes('"count":1000,')) await once(connection, 'data');
  const counts = [...text.matchAll(/"count":(\d+)/g)].map(([, count]) => Number(count));
  expect(counts.length).toBeLessThanOrEqual(4);
  expect(counts.at(-1)).toBe(1_000);
});

test('a sign of life is a comment, and never in the place of an event', async () => {
  const { stream, send, beat } = createEventStream();
  send({ name: 'status', data: 1 });
  beat();
  const received: string[] = [];
  stream.setEncoding('utf8').on('data', (piece) => received.push(piece));
  await once(stream, 'data');
  while (!received.join('').includes('data: 1')) await once(stream, 'data');
  beat();
  while (!received.join('').endsWith('\n\n:\n\n')) await once(stream, 'data');
  expect(received.join('')).toBe('retry: 2000\n\nevent: status\ndata: 1\n\n:\n\n');
});
