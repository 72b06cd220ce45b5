import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { createProgress } from '../../local/start/progress.ts';
import { eventCounts, pipelineCounts } from './pipeline-counts.ts';

beforeEach(({ onTestFinished }) => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
});

/** Creates a progress display on a stream and records its output. */
function start(total: number, terminal: object = {}) {
  const stream = Object.assign(
    new PassThrough({ encoding: 'utf8' }),
    terminal,
  ) as unknown as NodeJS.WriteStream;
  let text = '';
  stream.on('data', (data: string) => {
    text += data;
  });
  return { progress: createProgress(stream, total), written: () => text };
}

describe('on a terminal', () => {
  test('a bar is empty if the queue grew after the totals were read', () => {
    const { progress, written } = start(10, { isTTY: true, columns: 80, rows: 24 });
    progress.update(
      pipelineCounts({
        received: 1,
        waiting: 3,
        stores: { shipments: eventCounts({ received: 1, waiting: 3 }) },
      }),
    );
    expect(stripVTControlCharacters(written())).toMatch(/shipments +░{30} /);
  });
});

describe('without a terminal', () => {
  test('a line shows all counts and rates, without control characters', () => {
    const { progress, written } = start(10_000);
    progress.update(pipelineCounts());
    vi.advanceTimersByTime(2_000);
    progress.update(
      pipelineCounts({
        received: 6_000,
        waiting: 1_000,
        inFlight: 500,
        confirmed: 4_400,
        duplicates: 93,
        deadLettered: 7,
      }),
    );
    progress.done();
    expect(written().split('\n')).toEqual([
      'sent 0 of 10,000 (0/s), confirmed 0 (0/s, waiting 0, in flight 0), duplicates 0, dead-lettered 0',
      'sent 6,000 of 10,000 (3,000/s), confirmed 4,400 (2,200/s, waiting 1,000, in flight 500), duplicates 93, dead-lettered 7',
      '',
    ]);
    expect(written().replaceAll('\n', '')).toMatch(/^[ -~]+$/);
  });

  test('a line shows the stored records of shipping and sales if these are enabled', () => {
    const { progress, written } = start(10);
    const shipping = eventCounts({ received: 8, waiting: 3, reported: 4, deadLettered: 1 });
    progress.update(
      pipelineCounts({
        stores: { shipments: shipping, sales: eventCounts({ reported: 2 }) },
        deadLettered: 1,
      }),
    );
    expect(written()).toBe(
      'sent 0 of 10 (0/s), confirmed 0 (0/s, waiting 0, in flight 0), shipments 4 (waiting 3), sales 2 (waiting 0), duplicates 0, dead-lettered 2\n',
    );
  });

  test('a line shows the processed messages of consumers without a store', () => {
    const { progress, written } = start(10);
    const shipping = eventCounts({ received: 8, waiting: 3, deadLettered: 1 });
    progress.update(pipelineCounts({ others: { shipping } }));
    expect(written()).toMatch(/, shipping 4 \(waiting 3\), duplicates 0, dead-lettered 1\n$/);
  });

  test('a line refers to the function log if a batch failed as a whole', () => {
    const { progress, written } = start(10);
    progress.update(pipelineCounts({ errors: 2 }));
    expect(written()).toMatch(/dead-lettered 0, errors 2: see the function log\n$/);
  });

  test('a line is printed every two seconds, and the last state once at the end', () => {
    const { progress, written } = start(100);
    for (let received = 0; received <= 30; received += 1) {
      progress.update(pipelineCounts({ received }));
      vi.advanceTimersByTime(100);
    }
    progress.done();
    progress.done();
    expect(written().match(/(?<=^sent )\d+/gm)).toEqual(['0', '20', '30']);
  });

  test('rates are measured over the last three seconds', () => {
    const { progress, written } = start(10_000);
    progress.update(pipelineCounts());
    for (let second = 1; second <= 10; second += 1) {
      vi.advanceTimersByTime(1_000);
      progress.update(pipelineCounts({ received: second <= 5 ? second * 1_000 : 5_000 }));
    }
    expect(written()).toContain('sent 4,000 of 10,000 (1,000/s)');
    expect(written().trimEnd().split('\n').at(-1)).toContain('sent 5,000 of 10,000 (0/s)');
  });
});

describe('on a terminal', () => {
  const terminal = { isTTY: true, columns: 120, rows: 40 };
  const bars = (text: string) =>
    stripVTControlCharacters(text)
      .split('\n')
      .filter((line) => /[█░]/.test(line));

  test('bars show how many orders are sent and settled', () => {
    const { progress, written } = start(300, terminal);
    progress.update(pipelineCounts({ received: 200, confirmed: 80, duplicates: 15, deadLettered: 5 }));
    progress.done();
    const [sent, confirmed] = bars(written());
    expect(sent).toContain(`sent       ${'█'.repeat(20)}${'░'.repeat(10)} 200`);
    expect(confirmed).toContain(`confirmed  ${'█'.repeat(10)}${'░'.repeat(20)} 80`);
    expect(stripVTControlCharacters(written())).toContain('duplicates 15 · dead-lettered 5');
  });

  test('bars show how many orders are shipped and sold', () => {
    const { progress, written } = start(300, terminal);
    const shipping = eventCounts({ received: 200, waiting: 100, reported: 90 });
    const sales = eventCounts({ received: 200, reported: 200 });
    progress.update(pipelineCounts({ received: 200, stores: { shipments: shipping, sales } }));
    progress.done();
    const [, , shipments, sold] = bars(written());
    expect(shipments).toContain(`shipments  ${'█'.repeat(10)}${'░'.repeat(20)} 90  waiting 100`);
    expect(sold).toContain(`sales      ${'█'.repeat(20)}${'░'.repeat(10)} 200`);
  });

  test('bars show the processed messages of consumers without a store', () => {
    const { progress, written } = start(300, terminal);
    const shipping = eventCounts({ received: 200, waiting: 100, deadLettered: 10 });
    progress.update(pipelineCounts({ received: 200, others: { shipping } }));
    progress.done();
    expect(bars(written())[2]).toContain(`shipping   ${'█'.repeat(10)}${'░'.repeat(20)} 90  waiting 100`);
  });

  test('a bar is at most full, even if other programs send orders', () => {
    const { progress, written } = start(100, terminal);
    progress.update(pipelineCounts({ received: 250 }));
    progress.done();
    expect(bars(written())[0]).toContain(`${'█'.repeat(30)} 250`);
  });
});
