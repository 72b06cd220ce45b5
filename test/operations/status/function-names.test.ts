import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { functionNames } from '../../../operations/status/function-names.ts';
import { QUEUE_NAMES } from '../../../topology.ts';

test('returns the functions of serverless.yml and of the enabled parts', () => {
  const own = readFileSync(new URL('../../../serverless.yml', import.meta.url), 'utf8');
  const parts = ['shipping', 'sales'].map((part) =>
    readFileSync(new URL(`../../../resources/${part}.yml`, import.meta.url), 'utf8'),
  );
  const handlers = [own, ...parts].flatMap((text) =>
    [...text.matchAll(/handler: handlers\/(\w+)\.handler/g)].map(([, name = '']) => name),
  );
  const all = QUEUE_NAMES.map((name) => ({ name, url: '', deadLetterUrl: '', consumer: '' }));
  expect(functionNames({ queues: all }).toSorted()).toEqual(handlers.toSorted());
  const namesWith = (...parts: string[]) =>
    functionNames({ queues: all.filter(({ name }) => ['upload', 'order', ...parts].includes(name)) });
  const always = ['producer', 'intake', 'ingest', 'consumer', 'story', 'customers', 'migrate'];
  expect(namesWith()).toEqual(always);
  expect(namesWith('shipping').toSorted()).toEqual([...always, 'fulfillment', 'restock'].toSorted());
  expect(namesWith('analytics').toSorted()).toEqual([...always, 'analytics', 'report'].toSorted());
});
