import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyProject, type ProjectCopy } from './copy-project.ts';
import { addConsumer, addGiftNote, addNumberAndBoolean } from './extensions.ts';

// One copy has all extensions, because checking the types of a project takes ten seconds.
describe('a project with another consumer and other fields', { timeout: 300_000 }, () => {
  let copy: ProjectCopy;
  beforeAll(async () => {
    copy = await copyProject();
    await addConsumer(copy);
    await addGiftNote(copy);
    await addNumberAndBoolean(copy);
  });
  afterAll(() => copy[Symbol.asyncDispose]());

  it("passes lint, the check for unused code, and the consumer's own test", async () => {
    await copy.run('@biomejs/biome/bin/biome', [
      'check',
      '--vcs-enabled=false',
      '--error-on-warnings',
      'handlers',
      'lib/loyalty.ts',
      'test/loyalty.test.ts',
      'topology.ts',
    ]);
    await copy.run('knip/bin/knip.js', []);
    await copy.run('vitest/vitest.mjs', ['run', 'test/loyalty.test.ts', 'test/imports.test.ts']);
  });

  it('passes the type check, and its fields have exactly their own types in the type Order', async () => {
    await writeFile(
      join(copy.folder, 'test/extending/types-of-fields.ts'),
      `import type { Order } from '../../lib/order/order.ts';
       type Added = Pick<Order, 'gift_note' | 'quantity' | 'is_gift'>;
       export const some: Added[] = [{}, { gift_note: 'a', quantity: 1, is_gift: true }];
       // @ts-expect-error: an absent field is not undefined.
       export const absent: Added = { gift_note: undefined };
       // @ts-expect-error: quantity is a number.
       export const wrong: Added = { quantity: '1' };
       // @ts-expect-error: customer_name is required.
       export const nameless: Pick<Order, 'customer_name'> = {};`,
    );
    expect(await copy.checkTypes()).toBe('');
  });
});
