import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ProjectCopy } from './copy-project.ts';

const EXAMPLES = resolve(import.meta.dirname, '../../examples');

/** Adds the example `loyalty` to a copy: its row to topology.ts, and its files. */
export async function addConsumer(copy: ProjectCopy): Promise<void> {
  const example = join(EXAMPLES, 'loyalty');
  const row = await readFile(join(example, 'row.ts.txt'), 'utf8');
  await insertBefore(copy, 'topology.ts', '] as const satisfies readonly QueueRow[];', row);
  for (const entry of await readdir(example, { withFileTypes: true })) {
    if (entry.isDirectory())
      await cp(join(example, entry.name), join(copy.folder, entry.name), { recursive: true });
  }
}

/** Adds the example `gift-note`, an optional text, to a copy's table of fields. */
export async function addGiftNote(copy: ProjectCopy): Promise<void> {
  await addField(copy, await readFile(join(EXAMPLES, 'gift-note/field.ts.txt'), 'utf8'));
}

/** Adds an optional number and an optional boolean, which is personal, to a copy's table of fields. */
export const addNumberAndBoolean = (copy: ProjectCopy): Promise<void> =>
  addField(
    copy,
    `quantity: {
        schema: z.int().check(z.minimum(1)),
        rule: 'a whole number of at least 1',
        cell: 'number',
        about: 'How many', presence: 'optional', identity: true, personal: false, example: 2,
      },
      is_gift: {
        schema: z.boolean(),
        rule: 'true or false',
        cell: 'boolean',
        about: 'Whether it is a gift', presence: 'optional', identity: true, personal: true, example: true,
      },`,
  );

const addField = (copy: ProjectCopy, entry: string): Promise<void> =>
  insertBefore(copy, 'lib/order/fields.ts', '  order_id: {\n', entry);

/** Inserts text into a file of the copy, before a text that the file must contain once. */
async function insertBefore(
  { folder }: ProjectCopy,
  path: string,
  place: string,
  text: string,
): Promise<void> {
  const file = join(folder, path);
  const [before, after, ...others] = (await readFile(file, 'utf8')).split(place);
  if (after === undefined || others.length > 0) throw new Error(`${path}: must contain ${place} once`);
  await writeFile(file, `${before}${text}${place}${after}`);
}
