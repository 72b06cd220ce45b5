import { documents } from './files/documents.ts';
import { encodedFiles } from './files/encodings.ts';
import { packedFiles } from './files/packed.ts';
import { tables } from './files/tables.ts';

/** Order files for ingest. */
export const files = [...packedFiles, ...encodedFiles, ...tables, ...documents];
