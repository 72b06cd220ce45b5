import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { functionNames } from '../../../operations/status/function-names.ts';
import { QUEUES, type QueueName } from '../../../topology.ts';
import { PERMANENT_QUEUES } from '../../pipeline/queue-outputs.ts';

test('returns the functions of serverless.yml and of the enabled parts', () => {
  const files = ['serverless.yml', ...QUEUES.flatMap(({ definitions }) => definitions ?? [])];
  const handlers = files.flatMap((file) => {
    const text = readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
    return [...text.matchAll(/handler: handlers\/(\w+)\.handler/g)].map(([, name = '']) => name);
  });
  const consumers = QUEUES.map(({ consumer }) => consumer);
  expect(handlers).toEqual(
    expect.arrayContaining([
      'producer',
      'ingest',
      'consumer',
      'fulfillment',
      'restock',
      'analytics',
      'report',
    ]),
  );
  const all = QUEUES.map(({ name }) => ({ name, url: '', deadLetterUrl: '', consumer: '' }));
  expect(functionNames({ queues: all }).toSorted()).toEqual(
    [...new Set([...handlers, ...consumers])].toSorted(),
  );

  const permanent = PERMANENT_QUEUES.map(({ name }) => name);
  const namesWith = (...names: QueueName[]) =>
    functionNames({ queues: all.filter(({ name }) => [...permanent, ...names].includes(name)) });
  const always = [
    ...['producer', 'intake'],
    ...PERMANENT_QUEUES.map(({ consumer }) => consumer),
    ...['story', 'customers', 'migrate'],
  ];
  expect(namesWith()).toEqual(always);
  expect(namesWith('shipping').toSorted()).toEqual([...always, 'fulfillment', 'restock'].toSorted());
  expect(namesWith('analytics').toSorted()).toEqual([...always, 'analytics', 'report'].toSorted());
});
