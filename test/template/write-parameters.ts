import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readStageParameters, renderParametersPage } from './render-parameters.ts';

const page = resolve(import.meta.dirname, '../../docs/parameters.md');
writeFileSync(page, renderParametersPage(await readStageParameters()));
