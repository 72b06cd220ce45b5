import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { probeServices } from './probe-operations.ts';
import { renderOperationsPage } from './render-operations.ts';

const page = resolve(import.meta.dirname, '../../docs/embedded-cloud-operations.md');
writeFileSync(page, renderOperationsPage(await probeServices()));
