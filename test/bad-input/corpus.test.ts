import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { corpus } from './corpus.ts';
import { renderDocs } from './render-docs.ts';

const names = corpus.flatMap(({ entries }) => entries.map(({ name }) => name));

test('the corpus has more than 200 inputs with unique names', () => {
  expect(names.length).toBeGreaterThan(200);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test('every input of the corpus has an outcome', () => {
  const without = corpus.flatMap(({ entries }) => entries.filter(({ outcome }) => outcome === ''));
  expect(without).toEqual([]);
});

test('docs/bad-input.md is up to date (run node test/bad-input/write-docs.ts)', () => {
  const written = readFileSync(resolve(import.meta.dirname, '../../docs/bad-input.md'), 'utf8');
  expect(written).toBe(renderDocs());
});
