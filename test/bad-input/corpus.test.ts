import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { corpus } from './corpus.ts';
import { renderDocs } from './render-docs.ts';

const names = corpus.flatMap(({ entries }) => entries.map(({ name }) => name));

test('the corpus has more than 200 hostile inputs, each under a name of its own', () => {
  expect(names.length).toBeGreaterThan(200);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test('each of them has an outcome', () => {
  const without = corpus.flatMap(({ entries }) => entries.filter(({ outcome }) => outcome === ''));
  expect(without).toEqual([]);
});

test('docs/bad-input.md is what node test/bad-input/write-docs.ts writes', () => {
  const written = readFileSync(resolve(import.meta.dirname, '../../docs/bad-input.md'), 'utf8');
  expect(written).toBe(renderDocs());
});
