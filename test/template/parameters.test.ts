import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { QUEUES } from '../../topology.ts';
import { readStageParameters, renderParametersPage } from './render-parameters.ts';

const parameters = await readStageParameters();
const names = parameters.map(({ name }) => name);

describe('docs/parameters.md', () => {
  it('matches the comments of serverless.yml and the rows of topology.ts', () => {
    const page = readFileSync(resolve(import.meta.dirname, '../../docs/parameters.md'), 'utf8');
    expect(page, 'out of date: run node test/template/write-parameters.ts').toBe(
      renderParametersPage(parameters),
    );
  });

  it.each(parameters)('describes $name in at least one sentence, in a group', ({ group, description }) => {
    expect(group).not.toBe('');
    expect(description).toMatch(/^["A-Z].*\.$/);
  });
});

describe('the stage parameters of serverless.yml', () => {
  it('include every parameter that topology.ts names', () => {
    const named = QUEUES.flatMap(({ part, ...row }) => [
      ...(part ? [part] : []),
      ...[row.concurrency, row.batchSize, row.batchingWindow, row.ageAlarm].flatMap((setting) =>
        typeof setting === 'number' ? [] : [setting.parameter],
      ),
    ]);
    expect(named).toContain('consumerConcurrency');
    expect(named.filter((name) => !names.includes(name))).toEqual([]);
  });

  it('have descriptions with the range that topology.ts sets', () => {
    const { description } = parameters.find(({ name }) => name === 'salesBatchSize') ?? {};
    expect(description).toContain(
      'Maximum messages per batch of `analytics` from the analytics queue, 10 to 10,000. The default is about as many sales',
    );
  });
});
