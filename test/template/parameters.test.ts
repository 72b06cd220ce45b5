import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { QUEUES } from '../../topology.ts';
import { readStageParameters, renderParametersPage } from './render-parameters.ts';

const parameters = await readStageParameters();
const names = parameters.map(({ name }) => name);

describe('docs/parameters.md', () => {
  it('is what the comments of serverless.yml and the rows of topology.ts say', () => {
    const page = readFileSync(resolve(import.meta.dirname, '../../docs/parameters.md'), 'utf8');
    expect(page, 'out of date: node test/template/write-parameters.ts writes it anew').toBe(
      renderParametersPage(parameters),
    );
  });

  it.each(parameters)('has a group and at least one sentence for $name', ({ group, words }) => {
    expect(group).not.toBe('');
    expect(words).toMatch(/^["A-Z].*\.$/);
  });
});

describe('the stage parameters of serverless.yml', () => {
  it('include every parameter that a row of topology.ts names', () => {
    const named = QUEUES.flatMap(({ part, ...row }) => [
      ...(part ? [part] : []),
      ...[row.concurrency, row.batchSize, row.batchingWindow, row.ageAlarm].flatMap((setting) =>
        typeof setting === 'number' ? [] : [setting.parameter],
      ),
    ]);
    expect(named).toContain('consumerConcurrency');
    expect(named.filter((name) => !names.includes(name))).toEqual([]);
  });

  it('are described by the row of topology.ts that names them, with their range', () => {
    const { words } = parameters.find(({ name }) => name === 'salesBatchSize') ?? {};
    expect(words).toContain(
      'Messages of a batch of `analytics` from the analytics queue, 10 to 10,000. About as many sales',
    );
  });
});
