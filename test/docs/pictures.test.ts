import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { QUEUES, type Queue } from '../../topology.ts';
import { drawPipeline, readPalettes } from './draw-pipeline.ts';
import { drawPictures } from './pictures.ts';

const palette = { surface: '#ffffff', 'series-5': '#b3246e' };
const textsOf = (svg: string): string[] =>
  [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text = '']) => text);

describe('the pictures of the pipeline in README', () => {
  it.each(drawPictures().map(({ file, svg }) => ({ name: basename(file), file, svg })))(
    'show the rows of topology.ts: $name',
    ({ file, svg }) => {
      expect(
        readFileSync(file, 'utf8'),
        'out of date: node test/docs/write-pictures.ts writes them anew',
      ).toBe(svg);
    },
  );
});

describe('drawPipeline', () => {
  it('names every queue, its function and where its records are stored', () => {
    const texts = textsOf(drawPipeline(QUEUES, palette));
    expect(texts).toEqual(expect.arrayContaining(QUEUES.map(({ title }) => title)));
    expect(texts).toEqual(expect.arrayContaining(QUEUES.map(({ consumer }) => `Lambda: ${consumer}`)));
    expect(texts).toEqual(expect.arrayContaining(['Aurora: shipments', 'Redshift: sales']));
  });

  it('draws a consumer that is added, in its color and with its table', () => {
    const loyalty = {
      ...QUEUES.find(({ name }) => name === 'shipping'),
      title: 'Loyalty & points',
      color: 5,
      consumer: 'loyalty',
      stores: { all: 'awards', in: { tableOutput: 'LoyaltyTableName' } },
    } as unknown as Queue;
    const svg = drawPipeline([...QUEUES, loyalty], palette);
    expect(textsOf(svg)).toEqual(
      expect.arrayContaining(['Loyalty &amp; points', 'Lambda: loyalty', 'DynamoDB: awards']),
    );
    expect(svg).toContain('fill="#b3246e"');
    expect(svg.match(/marker-end/g)).toHaveLength(QUEUES.length + 4);
  });

  it('throws if no row holds orders', () => {
    const others = QUEUES.filter(({ holds }) => holds !== 'order');
    expect(() => drawPipeline(others, palette)).toThrow('topology.ts: no row holds orders');
  });
});

describe('readPalettes', () => {
  it('reads the colors of light and of dark pages', () => {
    const css =
      ':root { --text: #111111; }\n@media (prefers-color-scheme: dark) { :root { --text: #eeeeee; } }';
    expect(readPalettes(css)).toEqual({ light: { text: '#111111' }, dark: { text: '#eeeeee' } });
  });
});
