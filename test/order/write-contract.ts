import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { renderOrderPage, renderOrderSchema } from './render-contract.ts';

const docs = resolve(import.meta.dirname, '../../docs');
writeFileSync(resolve(docs, 'order.md'), renderOrderPage());
writeFileSync(resolve(docs, 'order.schema.json'), renderOrderSchema());
