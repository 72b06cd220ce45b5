import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { QUEUES } from '../../topology.ts';
import { drawPipeline, readPalettes } from './draw-pipeline.ts';

const PROJECT = resolve(import.meta.dirname, '../..');

/** README's pictures of the pipeline, by their file. */
export function drawPictures(): { file: string; svg: string }[] {
  const css = readFileSync(resolve(PROJECT, 'dashboard/page/styles/base.css'), 'utf8');
  const { light, dark } = readPalettes(css);
  return [
    { file: resolve(PROJECT, 'docs/images/pipeline.svg'), svg: drawPipeline(QUEUES, light) },
    { file: resolve(PROJECT, 'docs/images/pipeline-dark.svg'), svg: drawPipeline(QUEUES, dark) },
  ];
}
